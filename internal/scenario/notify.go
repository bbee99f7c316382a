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
			if message == "" && !alwaysText[code] {
				text = "null" // a Go string can't tell
			}
			in.heard = append(in.heard, fmt.Sprintf("%d %d %s %d %d %d", code, severity, text, messageCode, transferred, max))
		})})
}

// alwaysText are the codes whose message is never null.
var alwaysText = map[phpstream.NotifyCode]bool{
	phpstream.STREAM_NOTIFY_AUTH_RESULT: true, phpstream.STREAM_NOTIFY_MIME_TYPE_IS: true, phpstream.STREAM_NOTIFY_FILE_SIZE_IS: true,
	phpstream.STREAM_NOTIFY_REDIRECTED: true, phpstream.STREAM_NOTIFY_FAILURE: true,
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
