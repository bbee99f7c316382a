package x509text

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"
)

// timestampList prints the promises of certificate transparency logs
// (RFC 6962, 3.3).
func timestampList(_ openSSL, n node) (string, bool) {
	if !n.is(tagOctetString) || len(n.body) < 2 {
		return "", false
	}
	list, rest, ok := sized(n.body)
	if !ok || len(rest) > 0 {
		return "", false
	}
	var texts []string
	for len(list) > 0 {
		var one []byte
		if one, list, ok = sized(list); !ok || len(one) == 0 {
			return "", false
		}
		text, ok := timestamp(one)
		if !ok {
			return "", false
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "\n"), true
}

// sized takes a value with two bytes of length off b.
func sized(b []byte) (value, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(b))
	if n > len(b)-2 {
		return nil, nil, false
	}
	return b[2 : 2+n], b[2+n:], true
}

// Hash and signature numbers of TLS 1.2 that a log may use.
const (
	hashSHA256 = 4
	signRSA    = 1
	signECDSA  = 3
)

func timestamp(b []byte) (string, bool) {
	out := "Signed Certificate Timestamp:\n    Version   : "
	if b[0] != 0 {
		return out + "unknown\n" + strings.Repeat(" ", 16) + hexBlock(b), true
	}
	const fixed = 1 + 32 + 8 + 2 // version, log, time, size of the extensions
	if len(b) < fixed {
		return "", false
	}
	log, at := b[1:33], binary.BigEndian.Uint64(b[33:41])
	extensions, b, ok := sized(b[41:])
	if !ok || len(b) < 4 {
		return "", false
	}
	hash, sign := b[0], b[1]
	signature, rest, ok := sized(b[2:])
	if !ok || len(rest) > 0 || len(signature) == 0 {
		return "", false
	}
	var algorithm string
	switch {
	case hash == hashSHA256 && sign == signECDSA:
		algorithm = "ecdsa-with-SHA256"
	case hash == hashSHA256 && sign == signRSA:
		algorithm = "sha256WithRSAEncryption"
	default:
		return "", false
	}
	out += "v1 (0x0)\n    Log ID    : " + hexBlock(log)
	out += "\n    Timestamp : " + logTime(at)
	out += "\n    Extensions: "
	if len(extensions) == 0 {
		out += "none"
	} else {
		out += hexBlock(extensions)
	}
	return out + "\n    Signature : " + algorithm + "\n                " + hexBlock(signature), true
}

// logTime writes milliseconds since 1970; there is no text for times that have
// no place in a certificate.
func logTime(ms uint64) string {
	t := time.Unix(int64(ms/1000), 0).UTC()
	if t.Year() > 9999 || ms > math.MaxInt64 {
		return ""
	}
	return fmt.Sprintf("%s.%03d %s", t.Format("Jan _2 15:04:05"), ms%1000, t.Format("2006 GMT"))
}

// hexBlock writes bytes in rows of 16 under each other.
func hexBlock(b []byte) string {
	var out strings.Builder
	for i, c := range b {
		if i > 0 && i%16 == 0 {
			out.WriteString(strings.Repeat(" ", 16))
		}
		fmt.Fprintf(&out, "%02X", c)
		if i < len(b)-1 {
			out.WriteByte(':')
			if i%16 == 15 {
				out.WriteByte('\n')
			}
		}
	}
	return out.String()
}
