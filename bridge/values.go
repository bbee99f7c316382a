//go:build phpbridge

package main

// #include <stdlib.h>
// #include <string.h>
// #include "bridge.h"
import "C"

import (
	"crypto/x509"
	"encoding/pem"
	"math"
	"runtime"
	"strings"
	"unsafe"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/phpcall"
)

// decoder reads the values that C wrote.
type decoder struct {
	j      *job
	values []C.ps_value
	borrow bool // strings are used during the call alone
}

func (d *decoder) value() phpcall.Value {
	v := d.values[0]
	d.values = d.values[1:]
	switch v.kind {
	case C.PS_UNSET:
		return phpcall.Unset
	case C.PS_FALSE:
		return false
	case C.PS_TRUE:
		return true
	case C.PS_INT:
		return int64(v.n)
	case C.PS_FLOAT:
		return math.Float64frombits(uint64(v.n))
	case C.PS_STRING:
		return d.text(v)
	case C.PS_ARRAY:
		return d.array(v)
	case C.PS_STREAM:
		fp := d.j.r.streams[int64(v.n)]
		if v.flags&C.PS_HAS_OPTIONS != 0 {
			d.options(fp, v)
		}
		return fp
	case C.PS_SOCKET:
		return d.j.r.sockets[int64(v.n)]
	case C.PS_CLOSED:
		return d.j.r.closed
	case C.PS_FOREIGN:
		return phpcall.Foreign{ID: int64(v.n)}
	case C.PS_DESCRIPTOR:
		return d.j.r.rt.Descriptor(uintptr(v.n), v.flags&C.PS_IS_BUFFERED != 0)
	case C.PS_UNSELECTABLE:
		return phpcall.Unselectable{Why: C.GoString(v.p), Buffered: v.flags&C.PS_IS_BUFFERED != 0}
	case C.PS_CONTEXT:
		x := d.j.r.rt.StreamContextCreate(nil)
		d.options(x, v)
		return x
	case C.PS_CERTIFICATE:
		block, _ := pem.Decode(C.GoBytes(unsafe.Pointer(v.p), C.int(v.n)))
		if block == nil {
			return nil
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return string(pem.EncodeToMemory(block)) // the library reads more than crypto/x509 does
		}
		return c
	case C.PS_OBJECT:
		object := phpcall.Object{Class: C.GoString(v.p), ID: int64(v.n)}
		if v.flags&C.PS_HAS_TEXT == 0 {
			return object
		}
		text, _ := d.value().(string)
		return phpcall.Stringable{Object: object, Text: text}
	}
	return nil
}

func (d *decoder) text(v C.ps_value) string {
	s := unsafe.String((*byte)(unsafe.Pointer(v.p)), int(v.n))
	if d.borrow {
		return s
	}
	return strings.Clone(s)
}

func (d *decoder) array(v C.ps_value) *phpcall.Array {
	a := &phpcall.Array{}
	for range int64(v.n) {
		switch key := d.value().(type) {
		case string:
			a.SetName(key, d.value())
		default:
			a.Set(key, d.value())
		}
	}
	return a
}

// options gives a stream or a context what PHP keeps for it.
func (d *decoder) options(to phpstream.StreamOrContext, v C.ps_value) {
	given, _ := d.value().(*phpcall.Array)
	if given != nil {
		phpcall.SetOptions(to, given)
	}
	if v.flags&C.PS_HAS_CALLBACK != 0 {
		phpstream.StreamContextSetParams(to, phpstream.Params{"notification": d.value()})
	}
	d.j.lenders = append(d.j.lenders, lender{to, given})
}

// row is the values of an answer, in C's memory. Short texts are copied; long
// ones stay in Go's, pinned until the next answer.
type row struct {
	values *C.ps_value
	count  int
	room   int

	texts  *C.char // the place of each is its distance from here, until the row is handed over
	length int
	size   int

	pinned runtime.Pinner
}

// short is the length from which on a text isn't copied twice.
const short = 16 << 10

// inTexts marks a value whose text is in texts.
const inTexts = 1 << 16

func (w *row) reset() {
	w.pinned.Unpin()
	w.count, w.length = 0, 0
}

// free gives the memory back.
func (w *row) free() {
	w.reset()
	C.free(unsafe.Pointer(w.values))
	C.free(unsafe.Pointer(w.texts))
	*w = row{}
}

func (w *row) add(v C.ps_value) int {
	if w.count == w.room {
		w.room = max(64, 2*w.room)
		w.values = (*C.ps_value)(C.realloc(unsafe.Pointer(w.values), C.size_t(w.room)*C.sizeof_ps_value))
	}
	unsafe.Slice(w.values, w.room)[w.count] = v
	w.count++
	return w.count - 1
}

func (w *row) plain(kind C.int32_t) { w.add(C.ps_value{kind: kind}) }

func (w *row) int(n int64) int { return w.add(C.ps_value{kind: C.PS_INT, n: C.int64_t(n)}) }

// change gives an integer that was written another value.
func (w *row) change(at int, n int64) { unsafe.Slice(w.values, w.count)[at].n = C.int64_t(n) }

func (w *row) text(s string) { w.withText(C.ps_value{kind: C.PS_STRING, n: C.int64_t(len(s))}, s) }

// withText adds a value whose p is a text.
func (w *row) withText(v C.ps_value, s string) {
	if len(s) >= short {
		data := unsafe.StringData(s)
		w.pinned.Pin(data)
		v.p = (*C.char)(unsafe.Pointer(data))
		w.add(v)
		return
	}
	if need := w.length + len(s) + 1; need > w.size {
		w.size = max(4096, 2*need)
		w.texts = (*C.char)(C.realloc(unsafe.Pointer(w.texts), C.size_t(w.size)))
	}
	to := unsafe.Slice((*byte)(unsafe.Pointer(w.texts)), w.size)[w.length:]
	to[copy(to, s)] = 0
	v.flags |= inTexts
	at := w.add(v)
	*(*uintptr)(unsafe.Pointer(&unsafe.Slice(w.values, w.count)[at].p)) = uintptr(w.length)
	w.length += len(s) + 1
}

// hand gives the row to C.
func (w *row) hand(to *C.ps_answer) {
	values := unsafe.Slice(w.values, w.count)
	for i := range values {
		if v := &values[i]; v.flags&inTexts != 0 {
			v.flags &^= inTexts
			v.p = (*C.char)(unsafe.Add(unsafe.Pointer(w.texts), *(*uintptr)(unsafe.Pointer(&v.p))))
		}
	}
	to.values, to.count = w.values, C.size_t(w.count)
}

// write writes a value.
func (j *job) write(v phpcall.Value) {
	switch v := v.(type) {
	case nil:
		j.row.plain(C.PS_NULL)
	case bool:
		kind := C.int32_t(C.PS_FALSE)
		if v {
			kind = C.PS_TRUE
		}
		j.row.plain(kind)
	case int64:
		j.row.int(v)
	case float64:
		j.row.add(C.ps_value{kind: C.PS_FLOAT, n: C.int64_t(math.Float64bits(v))})
	case string:
		j.row.text(v)
	case *phpcall.Array:
		j.row.add(C.ps_value{kind: C.PS_ARRAY, n: C.int64_t(v.Len())})
		for key, value := range v.All() {
			j.write(key)
			j.write(value)
		}
	case *phpstream.Stream:
		flags := C.int32_t(0)
		if phpstream.GetResourceType(v) == "persistent stream" {
			flags = C.PS_IS_PERSISTENT
		}
		j.row.withText(C.ps_value{kind: C.PS_STREAM, flags: flags, n: C.int64_t(j.r.number(v))}, phpstream.StreamGetMetaData(v).StreamType)
	case *phpstream.Socket:
		j.r.imported = v
		j.row.plain(C.PS_SOCKET)
	case *phpstream.Context:
		j.row.plain(C.PS_CONTEXT) // PHP has its own
	case *x509.Certificate:
		s := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: v.Raw}))
		j.row.withText(C.ps_value{kind: C.PS_CERTIFICATE, n: C.int64_t(len(s))}, s)
	case phpcall.Stringable:
		j.write(v.Object)
	case phpcall.Object:
		j.row.add(C.ps_value{kind: C.PS_OBJECT, n: C.int64_t(v.ID)})
	default:
		j.row.plain(C.PS_NULL)
	}
}

// hasCertificate tells whether a value is a certificate of Go's, or a list of
// them.
func hasCertificate(v phpcall.Value) bool {
	switch v := v.(type) {
	case *x509.Certificate:
		return true
	case *phpcall.Array:
		for _, item := range v.All() {
			return hasCertificate(item)
		}
	}
	return false
}
