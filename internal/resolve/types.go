package resolve

import "strings"

// DNS types on the wire.
const (
	typeA     = 1
	typeNS    = 2
	typeCNAME = 5
	typeSOA   = 6
	typePTR   = 12
	typeHINFO = 13
	typeMX    = 15
	typeTXT   = 16
	typeAAAA  = 28
	typeSRV   = 33
	typeNAPTR = 35
	typeA6    = 38
	typeANY   = 255
	typeCAA   = 257
)

// AnyMask is PHP's DNS_ANY: one query for whatever there is, unlike the other
// bits, which are queried one by one.
const AnyMask = 1 << 28

// AllMask is PHP's DNS_ALL: all bits but DNS_ANY.
var AllMask = func() (all int) {
	for _, b := range typeBits {
		all |= b.bit
	}
	return all
}()

// typeBits holds PHP's DNS_* bits in the order in which dns_get_record
// queries their types.
//
// php-src: ext/standard/php_dns.h, dns.c.
var typeBits = []struct {
	bit   int
	qtype uint16
}{
	{0x1, typeA},
	{0x2, typeNS},
	{0x10, typeCNAME},
	{0x20, typeSOA},
	{0x800, typePTR},
	{0x1000, typeHINFO},
	{0x4000, typeMX},
	{0x8000, typeTXT},
	{0x8000000, typeAAAA},
	{0x2000000, typeSRV},
	{0x4000000, typeNAPTR},
	{0x1000000, typeA6},
	{0x2000, typeCAA},
}

// checkTypes are the type names that checkdnsrr takes, without regard to
// case.
var checkTypes = map[string]uint16{
	"A": typeA, "NS": typeNS, "MX": typeMX, "PTR": typePTR, "ANY": typeANY,
	"SOA": typeSOA, "CAA": typeCAA, "TXT": typeTXT, "CNAME": typeCNAME,
	"AAAA": typeAAAA, "SRV": typeSRV, "NAPTR": typeNAPTR, "A6": typeA6,
}

// CheckType returns the DNS type of a name that checkdnsrr takes.
func CheckType(name string) (qtype uint16, ok bool) {
	qtype, ok = checkTypes[strings.ToUpper(name)]
	return qtype, ok
}
