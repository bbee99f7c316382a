package secure

import (
	"encoding/asn1"
	"errors"
	"math/big"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// readDHParam takes the option dh_param. There are no suites with Diffie-Hellman
// over finite fields here, so that parameters which PHP would take are reported;
// what PHP refuses is refused in its words. PHP 7.4 warns, and goes on.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_set_server_dh_param.
func readDHParam(o *options, level int) error {
	path, given := o.cString("dh_param")
	if !given {
		return nil
	}
	refuse := func(text string) error {
		if o.version < phpfacts.PHP82 {
			o.warn("%s", strings.ToLower(text[:1])+text[1:])
			return nil
		}
		o.warn("%s", text)
		return errSetup
	}
	bits, err := dhFiles.get(path, "", parseDHParam)
	switch {
	case err != nil && err != errNoParam:
		return refuse("Invalid dh_param")
	case err != nil, o.version < phpfacts.PHP82 && bits == curveParam:
		return refuse("Failed reading DH params")
	case o.version >= phpfacts.PHP82 && bits != curveParam && bitsOfSize(bits) < max(levelBits[level], levelBits[1]):
		return refuse("Failed assigning DH params")
	}
	o.note("ssl option dh_param: no suite with DHE is available")
	return nil
}

// curveParam stands for the size of parameters of a curve.
const curveParam = -1

var errNoParam = errors.New("no parameters in the file")

var dhFiles fileCache[int]

// parseDHParam returns the size of the prime, in bits.
func parseDHParam(data []byte) (bits int, err error) {
	for {
		block, rest, ok := nextPEM(data)
		if !ok || block.bad {
			return 0, errNoParam
		}
		data = rest
		switch block.kind {
		case "EC PARAMETERS":
			return curveParam, nil
		case "DH PARAMETERS", "X9.42 DH PARAMETERS":
			var params struct {
				P, G *big.Int
				Rest asn1.RawValue `asn1:"optional"`
			}
			if _, err := asn1.Unmarshal(block.der, &params); err != nil {
				return 0, errNoParam
			}
			return params.P.BitLen(), nil
		}
	}
}
