package main

import (
	"encoding/base64"
	"strings"
	"time"
)

// Small functions that PHP has built in, as far as the mailer needs them.

const phpSpace = " \t\n\r\x00\x0b"

func trim(s string) string  { return strings.Trim(s, phpSpace) }
func rtrim(s string) string { return strings.TrimRight(s, phpSpace) }

// substr answers "" for what lies behind the end, as PHP 8 does.
func substr(s string, offset int, length ...int) string {
	s = s[min(offset, len(s)):]
	if len(length) > 0 {
		s = s[:min(length[0], len(s))]
	}
	return s
}

// strtoupper knows ASCII only; strings.ToUpper would also make an S of "ſ".
func strtoupper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// intval is the number that s begins with, or 0.
func intval(s string) int {
	n := 0
	for _, c := range []byte(strings.TrimLeft(s, phpSpace)) {
		if c < '0' || c > '9' || n > 1<<40 {
			break
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func microtime() float64 {
	return float64(time.Now().UnixNano()) / 1e9
}

func base64Encode(data string) string {
	return base64.StdEncoding.EncodeToString([]byte(data))
}

// chunkSplit puts end after every length bytes.
func chunkSplit(s string, length int, end string) string {
	var b strings.Builder
	b.Grow(len(s) + (len(s)/length+1)*len(end))
	for len(s) > length {
		b.WriteString(s[:length] + end)
		s = s[length:]
	}
	b.WriteString(s + end)
	return b.String()
}

func rawurlencode(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
		}
	}
	return b.String()
}

// longest is max(array_map('strlen', $lines)).
func longest(lines []string) int {
	n := 0
	for _, line := range lines {
		n = max(n, len(line))
	}
	return n
}
