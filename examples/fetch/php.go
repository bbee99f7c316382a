package main

import "strings"

// Small things that PHP has built in, as far as this program needs them.

func trim(s string) string { return strings.Trim(s, " \t\n\r\x00\x0b") }
