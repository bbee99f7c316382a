package secure

import (
	"slices"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// A cipherClass is a word of cipher strings that stands for many suites. Each
// list that isn't nil limits one property; a list without members matches
// nothing.
type cipherClass struct {
	kx, auth, enc, mac []string
	bits               int
	protocol, class    string
	fips, notDefault   bool
	since              phpfacts.Version
}

var (
	anyAES      = []string{"AES", "AESGCM", "AESCCM", "AESCCM8"}
	notNULLEnc  = []string{"AES", "AESGCM", "AESCCM", "AESCCM8", "CHACHA20", "CAMELLIA", "ARIAGCM", "SEED"}
	notNULLAuth = []string{"RSA", "ECDSA", "DSS", "PSK", "SRP"}
	anyPSK      = []string{"PSK", "RSAPSK", "DHEPSK", "ECDHEPSK"}
)

// cipherClasses holds OpenSSL's words. Those for algorithms that Debian's
// builds lack (RC4, 3DES, IDEA, GOST) are absent there too and select nothing.
var cipherClasses = map[string]cipherClass{
	"ALL":                 {enc: notNULLEnc},
	"COMPLEMENTOFALL":     {enc: []string{"NULL"}},
	"COMPLEMENTOFDEFAULT": {notDefault: true},

	"kRSA":      {kx: []string{"RSA"}},
	"kEDH":      {kx: []string{"DHE"}},
	"kDHE":      {kx: []string{"DHE"}},
	"DH":        {kx: []string{"DHE"}},
	"kEECDH":    {kx: []string{"ECDHE"}},
	"kECDHE":    {kx: []string{"ECDHE"}},
	"ECDH":      {kx: []string{"ECDHE"}},
	"kPSK":      {kx: []string{"PSK"}},
	"kRSAPSK":   {kx: []string{"RSAPSK"}},
	"kECDHEPSK": {kx: []string{"ECDHEPSK"}},
	"kDHEPSK":   {kx: []string{"DHEPSK"}},
	"kSRP":      {kx: []string{"SRP"}},

	"aRSA":   {auth: []string{"RSA"}},
	"aDSS":   {auth: []string{"DSS"}},
	"DSS":    {auth: []string{"DSS"}},
	"aNULL":  {auth: []string{"NULL"}},
	"aECDSA": {auth: []string{"ECDSA"}},
	"ECDSA":  {auth: []string{"ECDSA"}},
	"aPSK":   {auth: []string{"PSK"}},
	"aSRP":   {auth: []string{"SRP"}},

	"EDH":   {kx: []string{"DHE"}, auth: notNULLAuth},
	"DHE":   {kx: []string{"DHE"}, auth: notNULLAuth},
	"EECDH": {kx: []string{"ECDHE"}, auth: notNULLAuth},
	"ECDHE": {kx: []string{"ECDHE"}, auth: notNULLAuth},
	"NULL":  {enc: []string{"NULL"}},
	"RSA":   {kx: []string{"RSA"}, auth: []string{"RSA"}},
	"ADH":   {kx: []string{"DHE"}, auth: []string{"NULL"}},
	"AECDH": {kx: []string{"ECDHE"}, auth: []string{"NULL"}},
	"PSK":   {kx: anyPSK},
	"SRP":   {kx: []string{"SRP"}},

	"eNULL":       {enc: []string{"NULL"}},
	"AES128":      {enc: anyAES, bits: 128},
	"AES256":      {enc: anyAES, bits: 256},
	"AES":         {enc: anyAES},
	"AESGCM":      {enc: []string{"AESGCM"}},
	"AESCCM":      {enc: []string{"AESCCM", "AESCCM8"}},
	"AESCCM8":     {enc: []string{"AESCCM8"}},
	"CAMELLIA128": {enc: []string{"CAMELLIA"}, bits: 128},
	"CAMELLIA256": {enc: []string{"CAMELLIA"}, bits: 256},
	"CAMELLIA":    {enc: []string{"CAMELLIA"}},
	"CHACHA20":    {enc: []string{"CHACHA20"}},
	"ARIA":        {enc: []string{"ARIAGCM"}},
	"ARIAGCM":     {enc: []string{"ARIAGCM"}},
	"ARIA128":     {enc: []string{"ARIAGCM"}, bits: 128},
	"ARIA256":     {enc: []string{"ARIAGCM"}, bits: 256},
	"SEED":        {enc: []string{"SEED"}},
	"CBC":         {enc: []string{"AES", "CAMELLIA"}, since: phpfacts.PHP82},

	"MD5":    {mac: []string{"MD5"}},
	"SHA1":   {mac: []string{"SHA1"}},
	"SHA":    {mac: []string{"SHA1"}},
	"SHA256": {mac: []string{"SHA256"}},
	"SHA384": {mac: []string{"SHA384"}},

	"SSLv3":   {protocol: "SSLv3"},
	"TLSv1":   {protocol: "TLSv1"},
	"TLSv1.0": {protocol: "TLSv1"},
	"TLSv1.2": {protocol: "TLSv1.2"},

	"MEDIUM": {class: "MEDIUM"},
	"HIGH":   {class: "HIGH"},
	"FIPS":   {fips: true},
}

func (c *cipherClass) matches(e *cipherEntry) bool {
	in := func(list []string, s string) bool { return list == nil || slices.Contains(list, s) }
	return in(c.kx, e.Kx) && in(c.auth, e.Auth) && in(c.enc, e.Enc) && in(c.mac, e.Mac) &&
		(c.bits == 0 || c.bits == e.Bits) &&
		(c.protocol == "" || c.protocol == e.Protocol) &&
		(c.class == "" || c.class == e.Class) &&
		(!c.fips || e.FIPS) &&
		(!c.notDefault || !e.Default && e.Enc != "NULL")
}

// selectCiphers turns words joined by + into a test of suites. known is false
// when OpenSSL ignores them: a word that it doesn't know, or two grades (HIGH,
// MEDIUM, FIPS), which exclude each other there.
func selectCiphers(v phpfacts.Version, list []cipherEntry, words []string) (match func(*cipherEntry) bool, known bool) {
	var classes []cipherClass
	var ids []uint16
	grade := ""
	for _, w := range words {
		if id, ok := cipherNamed(v, list, w); ok {
			ids = append(ids, id)
			continue
		}
		c, ok := cipherClasses[w]
		if !ok || c.since > v {
			return nil, false
		}
		if c.class != "" || c.fips {
			if grade != "" && grade != w {
				return nil, false
			}
			grade = w
		}
		classes = append(classes, c)
	}
	return func(e *cipherEntry) bool {
		for i := range classes {
			if !classes[i].matches(e) {
				return false
			}
		}
		for _, id := range ids {
			if id != e.ID {
				return false
			}
		}
		return true
	}, true
}

func cipherNamed(v phpfacts.Version, list []cipherEntry, name string) (uint16, bool) {
	for i := range list {
		if list[i].Name == name || v >= phpfacts.PHP84 && list[i].StdName == name {
			return list[i].ID, true
		}
	}
	return 0, false
}
