package phpvalue

import (
	"math"
	"time"
)

// Duration turns PHP's float seconds into a duration; what PHP takes for no limit
// is negative.
func Duration(seconds float64) time.Duration {
	if math.IsNaN(seconds) || seconds < 0 || seconds > math.MaxInt64/1e9 {
		return -1
	}
	return time.Duration(seconds*1e6) * time.Microsecond
}
