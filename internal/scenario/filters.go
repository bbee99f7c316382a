package scenario

import (
	"errors"
	"strings"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phpcall"
)

// filterClasses are the filters that scripts register, by their classes: those
// of driver.php, ported.
var filterClasses = map[string]func(*interpreter) phpstream.UserFilter{
	"passes":    func(in *interpreter) phpstream.UserFilter { return &passes{in: in} },
	"shouts":    func(in *interpreter) phpstream.UserFilter { return &passes{in: in, change: strToUpper} },
	"lines":     func(in *interpreter) phpstream.UserFilter { return &lines{passes: passes{in: in}} },
	"wraps":     func(in *interpreter) phpstream.UserFilter { return &wraps{passes{in: in}} },
	"refuses":   func(in *interpreter) phpstream.UserFilter { return &refuses{passes{in: in}} },
	"answers":   func(in *interpreter) phpstream.UserFilter { return &answers{passes{in: in}} },
	"miscounts": func(in *interpreter) phpstream.UserFilter { return &miscounts{passes{in: in}} },
	"leaves":    func(in *interpreter) phpstream.UserFilter { return &leavesBe{passes{in: in}} },
	"throws":    func(in *interpreter) phpstream.UserFilter { return &throws{passes{in: in}} },
	"meddles":   func(in *interpreter) phpstream.UserFilter { return &meddles{passes{in: in}} },
	"doubles":   func(in *interpreter) phpstream.UserFilter { return &doubles{passes{in: in}} },

	"planned_filter": func(in *interpreter) phpstream.UserFilter { return &plannedFilter{passes: passes{in: in}} },
}

// registerFilter is stream_filter_register: a class here is a function that
// makes a filter, which no PHP value can be.
func (in *interpreter) registerFilter(args []phpcall.Value) (phpcall.Value, error) {
	name, _ := args[0].(string)
	class, _ := args[1].(string)
	var newFilter func() phpstream.UserFilter
	if make := filterClasses[class]; make != nil {
		newFilter = func() phpstream.UserFilter { return make(in) }
	}
	before := in.rt.LastError()
	ok := in.rt.StreamFilterRegister(name, newFilter)
	var t *phpstream.ThrownError
	if err := in.rt.LastError(); err != before && errors.As(err, &t) {
		return nil, thrown{t}
	}
	return ok, nil
}

// strToUpper is PHP's strtoupper: it knows bytes.
func strToUpper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// catch makes a filter's panic what PHP's exception is: it ends the statement.
func catch(err *error) {
	switch v := recover().(type) {
	case nil:
	case *phpstream.ThrownError:
		*err = thrown{v}
	default:
		panic(v)
	}
}

type passes struct {
	phpstream.PhpUserFilter
	in     *interpreter
	change func(string) string
}

func (f *passes) note(text string) {
	f.in.filterLog = append(f.in.filterLog, f.Filtername+" "+text)
}

func (f *passes) OnCreate() bool {
	f.note("created with " + f.in.dump(phpcall.FromGo(f.Params)))
	return true
}

func (f *passes) OnClose() { f.note("closed") }

func (f *passes) Filter(in, out *phpstream.BucketBrigade, consumed *int, closing bool) phpstream.FilterStatus {
	pieces := []string{}
	for bucket := phpstream.StreamBucketMakeWriteable(in); bucket != nil; bucket = phpstream.StreamBucketMakeWriteable(in) {
		pieces = append(pieces, Quote(bucket.Data))
		if f.change != nil {
			bucket.Data = f.change(bucket.Data)
		}
		*consumed += bucket.Datalen
		phpstream.StreamBucketAppend(out, bucket)
	}
	end := ""
	if closing {
		end = " and the end"
	}
	f.note("gets " + strings.Join(pieces, " ") + end)
	return phpstream.PSFS_PASS_ON
}

type lines struct {
	passes
	rest string
}

func (f *lines) Filter(in, out *phpstream.BucketBrigade, consumed *int, closing bool) phpstream.FilterStatus {
	for bucket := phpstream.StreamBucketMakeWriteable(in); bucket != nil; bucket = phpstream.StreamBucketMakeWriteable(in) {
		f.rest += bucket.Data
		*consumed += bucket.Datalen
	}
	end := strings.LastIndex(f.rest, "\n") + 1
	if closing {
		end = len(f.rest)
	}
	if end == 0 {
		return phpstream.PSFS_FEED_ME
	}
	phpstream.StreamBucketAppend(out, phpstream.StreamBucketNew(f.Stream, f.rest[:end]))
	f.rest = f.rest[end:]
	return phpstream.PSFS_PASS_ON
}

type wraps struct{ passes }

func (f *wraps) Filter(in, out *phpstream.BucketBrigade, consumed *int, closing bool) phpstream.FilterStatus {
	for bucket := phpstream.StreamBucketMakeWriteable(in); bucket != nil; bucket = phpstream.StreamBucketMakeWriteable(in) {
		*consumed += bucket.Datalen
		phpstream.StreamBucketAppend(out, bucket)
		phpstream.StreamBucketPrepend(out, phpstream.StreamBucketNew(f.Stream, "<"))
		phpstream.StreamBucketAppend(out, phpstream.StreamBucketNew(f.Stream, ">"))
	}
	return phpstream.PSFS_PASS_ON
}

type refuses struct{ passes }

func (f *refuses) OnCreate() bool {
	f.note("refuses")
	return false
}

type answers struct{ passes }

func (f *answers) Filter(in, out *phpstream.BucketBrigade, consumed *int, closing bool) phpstream.FilterStatus {
	for bucket := phpstream.StreamBucketMakeWriteable(in); bucket != nil; bucket = phpstream.StreamBucketMakeWriteable(in) {
		*consumed += bucket.Datalen
	}
	return phpstream.FilterStatus(f.Params.(int))
}

type miscounts struct{ passes }

func (f *miscounts) Filter(in, out *phpstream.BucketBrigade, consumed *int, closing bool) phpstream.FilterStatus {
	for bucket := phpstream.StreamBucketMakeWriteable(in); bucket != nil; bucket = phpstream.StreamBucketMakeWriteable(in) {
		phpstream.StreamBucketAppend(out, bucket)
	}
	*consumed = f.Params.(int)
	return phpstream.PSFS_PASS_ON
}

type leavesBe struct{ passes }

func (f *leavesBe) Filter(in, out *phpstream.BucketBrigade, consumed *int, closing bool) phpstream.FilterStatus {
	return phpstream.FilterStatus(f.Params.(int))
}

type meddles struct{ passes }

func (f *meddles) Filter(in, out *phpstream.BucketBrigade, consumed *int, closing bool) phpstream.FilterStatus {
	if !closing {
		f.note("closes: " + f.in.dump(phpstream.Fclose(f.Stream)))
		f.note("is " + f.in.dump(phpstream.StreamGetMetaData(f.Stream).StreamType))
	}
	return f.passes.Filter(in, out, consumed, closing)
}

type throws struct{ passes }

func (f *throws) Filter(in, out *phpstream.BucketBrigade, consumed *int, closing bool) phpstream.FilterStatus {
	if closing {
		return phpstream.PSFS_FEED_ME
	}
	panic(&phpstream.ThrownError{Class: "RuntimeException", Message: "thrown by " + f.Filtername})
}

type doubles struct{ passes }

func (f *doubles) Filter(in, out *phpstream.BucketBrigade, consumed *int, closing bool) phpstream.FilterStatus {
	for bucket := phpstream.StreamBucketMakeWriteable(in); bucket != nil; bucket = phpstream.StreamBucketMakeWriteable(in) {
		*consumed += bucket.Datalen
		phpstream.StreamBucketAppend(out, bucket)
		bucket.Data = strToUpper(bucket.Data)
		phpstream.StreamBucketAppend(out, bucket)
	}
	return phpstream.PSFS_PASS_ON
}
