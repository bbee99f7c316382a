package scenario

import (
	"fmt"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phpcall"
)

// listen puts the driver's function in the place of its name, in a context that
// has it for its callback.
func (in *interpreter) listen(x *phpstream.Context) {
	if phpstream.StreamContextGetParams(x)["notification"] != "hears" {
		return
	}
	phpstream.StreamContextSetParams(x, phpstream.Params{"notification": phpstream.NotificationCallback(
		func(code phpstream.NotifyCode, severity phpstream.NotifySeverity, message string, messageCode, transferred, max int) {
			text := Quote(message)
			if message == "" && code != phpstream.STREAM_NOTIFY_FAILURE {
				text = "null" // a Go string can't tell
			}
			in.heard = append(in.heard, fmt.Sprintf("%d %d %s %d %d %d", code, severity, text, messageCode, transferred, max))
		})})
}

// taken is a log that begins anew.
func taken(log *[]string) *phpcall.Array {
	a := phpcall.NewArray()
	for _, line := range *log {
		a.Append(line)
	}
	*log = nil
	return a
}
