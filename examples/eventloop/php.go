package main

import (
	"slices"
	"strings"
	"time"
)

// Small things that PHP has built in, as far as this program needs them.

var began = time.Now()

// hrtime is in nanoseconds. Go's monotonic clock is read by time.Since alone.
func hrtime() int64 { return int64(time.Since(began)) }

func usleep(microseconds int) { time.Sleep(time.Duration(microseconds) * time.Microsecond) }

// without is PHP's unset, in an array that is a list here. The list itself
// stays as it is: somebody may be going through it.
func without[T comparable](list []T, one T) []T {
	at := slices.Index(list, one)
	if at == -1 {
		return list
	}
	return slices.Concat(list[:at], list[at+1:])
}

func trim(s string) string { return strings.Trim(s, " \t\n\r\x00\x0b") }

// substr answers "" for what lies behind the end, as PHP 8 does.
func substr(s string, offset int, length ...int) string {
	s = s[min(offset, len(s)):]
	if len(length) > 0 {
		s = s[:min(length[0], len(s))]
	}
	return s
}

func sum(counts map[string]int) int {
	n := 0
	for _, count := range counts {
		n += count
	}
	return n
}

// only answers the one count that there is: PHP compares whole arrays.
func only(counts map[string]int, key string) int {
	if len(counts) != 1 {
		return 0
	}
	return counts[key]
}
