package main

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Small functions that PHP has built in, as far as the server needs them.

func trim(s string) string { return strings.Trim(s, " \t\n\r\x00\x0b") }

// substr answers "" for what lies behind the end, as PHP 8 does.
func substr(s string, offset int, length ...int) string {
	s = s[min(offset, len(s)):]
	if len(length) > 0 {
		s = s[:min(length[0], len(s))]
	}
	return s
}

// last is substr with a negative offset.
func last(s string, n int) string { return s[max(0, len(s)-n):] }

// strtoupper knows ASCII only; strings.ToUpper would also make an S of "ſ".
func strtoupper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// intval is for digits that a pattern has checked.
func intval(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

func microtime() float64 { return float64(time.Now().UnixNano()) / 1e9 }

func gmdate() string { return time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000") }

func base64Encode(data string) string { return base64.StdEncoding.EncodeToString([]byte(data)) }

// base64Decode is PHP's in strict mode, and "" where that is false. It may do
// without the padding, and with spaces.
func base64Decode(text string) string {
	text = spaces.Replace(text)
	digits := strings.TrimRight(text, "=")
	if padding := len(text) - len(digits); padding > 2 || padding > 0 && len(text)%4 != 0 {
		return ""
	}
	data, err := base64.RawStdEncoding.DecodeString(digits)
	if err != nil {
		return ""
	}
	return string(data)
}

var spaces = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "")

func hashEquals(known, given string) bool {
	return subtle.ConstantTimeCompare([]byte(known), []byte(given)) == 1
}

// randomId is bin2hex(random_bytes(8)).
func randomId() string {
	id := make([]byte, 8)
	rand.Read(id)
	return hex.EncodeToString(id)
}
