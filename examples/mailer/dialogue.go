package main

import (
	"fmt"
	"io"

	. "github.com/phpstream-go/phpstream"
)

// printDialogue prints each line with its direction and with what carried it:
// TLS of some version, or nothing.
func printDialogue(w io.Writer) dialogue {
	return func(who byte, text string, crypto *CryptoMetaData) {
		arrow := map[byte]string{'C': "-->", 'S': "<--", '*': "***"}[who]
		protocol := "clear"
		if crypto != nil {
			protocol = crypto.Protocol
		}
		fmt.Fprintf(w, "%-8s %s %s\n", protocol, arrow, text)
	}
}
