package phprecord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/phpstream-go/phpstream/internal/assoc"
)

// Text returns the canonical text of an outcome: JSON in PHP's order, with
// each byte of a string as one code point.
func (o Outcome) Text() string {
	v := assoc.Array{}
	if len(o.Thrown) == 2 {
		v.Set("thrown", assoc.List{o.Thrown[0], o.Thrown[1]})
	} else {
		v.Set("return", o.Return)
	}
	if len(o.Refs) > 0 {
		v.Set("refs", assoc.List(o.Refs))
	}
	if len(o.Events) > 0 {
		events := assoc.List{}
		for _, e := range o.Events {
			events = append(events, assoc.List{e.Level, e.Message})
		}
		v.Set("events", events)
	}
	return string(render(nil, v))
}

// outcomeText does the same for what the driver printed.
func outcomeText(answer assoc.Array) string {
	v := assoc.Array{}
	for _, key := range []string{"thrown", "return", "refs", "events"} {
		if item, ok := answer.Get(key); ok {
			if list, isList := item.(assoc.List); isList && len(list) == 0 && (key == "refs" || key == "events") {
				continue
			}
			v.Set(key, item)
		}
	}
	return string(render(nil, v))
}

func render(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case string:
		return renderString(dst, v)
	case []string:
		l := assoc.List{}
		for _, s := range v {
			l = append(l, s)
		}
		return render(dst, l)
	case []int:
		l := assoc.List{}
		for _, n := range v {
			l = append(l, n)
		}
		return render(dst, l)
	case []assoc.Array:
		l := assoc.List{}
		for _, a := range v {
			l = append(l, a)
		}
		return render(dst, l)
	case assoc.List:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = render(dst, item)
		}
		return append(dst, ']')
	case assoc.Array:
		if len(v) == 0 {
			return append(dst, "[]"...) // as PHP writes an empty array
		}
		for i, e := range v {
			dst = append(dst, "{,"[min(i, 1)])
			dst = append(renderString(dst, fmt.Sprint(e.Key)), ':')
			dst = render(dst, e.Value)
		}
		return append(dst, '}')
	}
	panic(fmt.Sprintf("phprecord: no text for %T", v))
}

func renderString(dst []byte, s string) []byte {
	var wide strings.Builder
	for i := range len(s) {
		wide.WriteRune(rune(s[i]))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(wide.String())
	return append(dst, bytes.TrimSpace(b.Bytes())...)
}

// decode reads one JSON object and keeps its order.
func decode(text []byte) (assoc.Array, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := decodeValue(d)
	if err != nil {
		return nil, err
	}
	a, ok := v.(assoc.Array)
	if !ok {
		return nil, fmt.Errorf("phprecord: %T where an object should be", v)
	}
	return a, nil
}

func decodeValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case string:
		return narrow(t)
	case json.Number:
		n, err := strconv.Atoi(t.String())
		return n, err
	case json.Delim:
		if t == '[' {
			l := assoc.List{}
			for d.More() {
				v, err := decodeValue(d)
				if err != nil {
					return nil, err
				}
				l = append(l, v)
			}
			_, err := d.Token()
			return l, err
		}
		a := assoc.Array{}
		for d.More() {
			k, err := d.Token()
			if err != nil {
				return nil, err
			}
			key, err := narrow(k.(string))
			if err != nil {
				return nil, err
			}
			v, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			a = append(a, assoc.Entry{Key: key, Value: v})
		}
		_, err := d.Token()
		return a, err
	}
	return t, nil
}

// narrow turns code points back into bytes.
func narrow(s string) (string, error) {
	var b []byte
	for _, c := range s {
		if c > 0xFF {
			return "", fmt.Errorf("phprecord: %q is no byte", c)
		}
		b = append(b, byte(c))
	}
	return string(b), nil
}
