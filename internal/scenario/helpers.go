package scenario

// helpers are the functions of scripts whose own answers are of no interest:
// the driver's, and some of PHP's that make values. A statement that calls
// nothing else isn't recorded.
var helpers = map[string]bool{
	"mark": true, "wait_mark": true, "handler_returns": true, "handler_push": true,
	"usleep": true, "str_repeat": true, "strlen": true, "substr": true, "count": true,
	"array_keys": true, "sha1": true, "peer_connect": true, "known": true,
}

// last_message, error_get_last()["message"] or null, filter_log, what the script's
// filters were called with, and notify_log, what the callback "hears" of a context
// was called with, are helpers whose answers are recorded.

// recorded says whether a statement's answer is part of the recording.
func recorded(x Expr) bool {
	for _, c := range calls(x) {
		if !helpers[c.Name] {
			return true
		}
	}
	return false
}
