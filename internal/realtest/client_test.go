package realtest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"testing"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// A request is what a client is asked to do: to open the address, and for each
// of the texts to send it, unless it is empty, and to read a line.
type request struct {
	Address string   `json:"address"`
	Options Options  `json:"options,omitempty"`
	Send    []string `json:"send"`
}

// An answer is what the client met with.
type answer struct {
	Opened  bool        `json:"opened"`
	Errno   int         `json:"errno"`
	Errstr  string      `json:"errstr"`
	Crypto  *cryptoData `json:"crypto"`
	Replies []string    `json:"replies"`
	Eof     bool        `json:"eof"`
	Events  []string    `json:"events"` // "2 stream_socket_client(): ..."
}

// cryptoData is what the meta data has under that key.
type cryptoData struct {
	Protocol string `json:"protocol"`
	Cipher   string `json:"cipher_name"`
	Bits     int    `json:"cipher_bits"`
	Version  string `json:"cipher_version"`
	ALPN     string `json:"alpn_protocol"`
}

// profiles says which Runtime speaks as which PHP.
var profiles = map[string]Profile{"7.4": PHP74, "8.2": PHP82, "8.4": PHP84}

//go:embed testdata/client.php
var phpClient string

// inPHP lets the real PHP do it.
func (r request) inPHP(t *testing.T, php phptest.PHP) answer {
	t.Helper()
	input, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	out := php.Run(t, phpClient, string(input))
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("PHP %s printed %q: %v", php.Version, out, err)
	}
	return a
}

// here is testdata/client.php with this library.
func (r request) here(rt *Runtime) answer {
	a := answer{Events: []string{}}
	rt.SetErrorHandler(func(level ErrorLevel, text, _ string, _ int) bool {
		a.Events = append(a.Events, fmt.Sprintf("%d %s", level, text))
		return true
	})
	defer rt.RestoreErrorHandler()
	ctx := rt.StreamContextCreate(r.Options)
	fp, errno, errstr := rt.StreamSocketClient(r.Address, Timeout(10), STREAM_CLIENT_CONNECT, ctx)
	a.Opened, a.Errno, a.Errstr = fp != nil, errno, errstr
	if fp == nil {
		return a
	}
	StreamSetTimeout(fp, 10)
	a.Crypto = metaCrypto(fp)
	for _, text := range r.Send {
		if text != "" {
			Fwrite(fp, text)
		}
		line, _ := Fgets(fp)
		a.Replies = append(a.Replies, line)
	}
	a.Eof = Feof(fp)
	Fclose(fp)
	return a
}

func metaCrypto(fp *Stream) *cryptoData {
	c := StreamGetMetaData(fp).Crypto
	if c == nil {
		return nil
	}
	return &cryptoData{c.Protocol, c.CipherName, c.CipherBits, c.CipherVersion, c.AlpnProtocol}
}
