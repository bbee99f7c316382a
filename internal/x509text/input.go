package x509text

import (
	"encoding/pem"
	"errors"
	"io"
	"os"
	"strings"
)

// fileScheme begins a text that names a file.
const fileScheme = "file://"

// maxFile bounds what is read of a file.
const maxFile = 16 << 20

var errNoCertificate = errors.New("x509text: there is no certificate")

// FromText returns the certificate in DER that a text holds: in PEM, or in
// the file that "file://" and a path name. Blocks of other kinds in front of it
// are passed over.
func FromText(text string) (der []byte, err error) {
	data := []byte(text)
	if isFile(text) {
		if data, err = readFile(text[len(fileScheme):]); err != nil {
			return nil, err
		}
	}
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return nil, errNoCertificate
		}
		if block.Type == "CERTIFICATE" || block.Type == "X509 CERTIFICATE" {
			return block.Bytes, nil
		}
	}
}

func isFile(text string) bool {
	return len(text) > len(fileScheme) && strings.HasPrefix(text, fileScheme)
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}
