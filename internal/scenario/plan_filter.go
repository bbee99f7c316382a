package scenario

import (
	"fmt"
	"strings"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// plannedFilter answers as plan() says of its name.
type plannedFilter struct {
	passes
	kept string
	held []*phpstream.StreamBucket
}

func (f *plannedFilter) OnCreate() bool {
	f.passes.OnCreate()
	answer, _ := f.in.plans.next(f.Filtername, "onCreate")
	return phpvalue.Bool(f.in.made(answer, "onCreate", nil))
}

func (f *plannedFilter) Filter(in, out *phpstream.BucketBrigade, consumed *int, closing bool) phpstream.FilterStatus {
	answer, _ := f.in.plans.next(f.Filtername, "filter")
	answer = f.in.made(answer, "filter", nil)
	take, do, count := element(answer, 0), element(answer, 1), element(answer, 2)
	pieces := []string{}
	for take != "none" {
		bucket := phpstream.StreamBucketMakeWriteable(in)
		if bucket == nil {
			break
		}
		pieces = append(pieces, fmt.Sprint(Quote(bucket.Data), " ", bucket.Datalen))
		*consumed += map[any]int{"right": bucket.Datalen, "nothing": 0, "more": bucket.Datalen + 5, "less": -1}[count]
		if buckets, ok := f.changed(do, bucket); ok {
			for _, b := range buckets {
				phpstream.StreamBucketAppend(out, b)
			}
		} else {
			f.put(do, in, out, bucket)
		}
		if take == "one" {
			break
		}
	}
	if do == "end" && closing {
		phpstream.StreamBucketAppend(out, phpstream.StreamBucketNew(f.Stream, f.kept+"END"))
		f.kept = ""
	}
	end := ""
	if closing {
		end = " and the end"
	}
	f.note("gets " + strings.Join(pieces, " ") + end)
	return phpstream.FilterStatus(phpvalue.Int(element(answer, 3)))
}

// changed is what becomes of a bucket, where it is put behind the others.
func (f *plannedFilter) changed(do any, bucket *phpstream.StreamBucket) (out []*phpstream.StreamBucket, ok bool) {
	data := bucket.Data
	two := min(2, len(data))
	switch do {
	case "pass":
	case "grow":
		bucket.Data = data + data + "+"
	case "shrink":
		bucket.Data = data[:min(1, len(data))]
	case "empty":
		bucket.Data = ""
	case "split":
		return []*phpstream.StreamBucket{phpstream.StreamBucketNew(f.Stream, data[:two]), phpstream.StreamBucketNew(f.Stream, data[two:])}, true
	case "keep", "end":
		f.kept += data
		return nil, true
	case "give":
		bucket = phpstream.StreamBucketNew(f.Stream, f.kept+data)
		f.kept = ""
	case "hold":
		f.held = append(f.held, bucket)
		return nil, true
	case "release":
		out = append(f.held, bucket)
		f.held = nil
		return out, true
	case "drop":
		return nil, true
	default:
		return nil, false
	}
	return []*phpstream.StreamBucket{bucket}, true
}

func (f *plannedFilter) put(do any, in, out *phpstream.BucketBrigade, bucket *phpstream.StreamBucket) {
	switch do {
	case "front":
		phpstream.StreamBucketPrepend(out, bucket)
	case "around":
		phpstream.StreamBucketAppend(out, bucket)
		phpstream.StreamBucketPrepend(out, phpstream.StreamBucketNew(f.Stream, "<"))
		phpstream.StreamBucketAppend(out, phpstream.StreamBucketNew(f.Stream, ">"))
	case "back":
		phpstream.StreamBucketPrepend(in, bucket)
	case "twice":
		phpstream.StreamBucketAppend(out, bucket)
		bucket.Data = strings.ToUpper(bucket.Data)
		phpstream.StreamBucketAppend(out, bucket)
	}
}
