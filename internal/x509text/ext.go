package x509text

import (
	"fmt"
	"math/big"
	"strings"
)

// An extension's printer writes its value as OpenSSL does; ok is false where
// OpenSSL cannot read it and PHP shows the bytes as they are.
type printer func(o openSSL, n node) (text string, ok bool)

// Extensions that are looked for by themselves.
const (
	idSubjectKey       = "2.5.29.14"
	idKeyUsage         = "2.5.29.15"
	idSubjectAltName   = "2.5.29.17"
	idIssuerAltName    = "2.5.29.18"
	idBasicConstraints = "2.5.29.19"
	idNameConstraints  = "2.5.29.30"
	idCRLPoints        = "2.5.29.31"
	idAuthorityKey     = "2.5.29.35"
	idExtKeyUsage      = "2.5.29.37"
	idCertType         = "2.16.840.1.113730.1.1"
	idAddressBlocks    = "1.3.6.1.5.5.7.1.7"
	idASNumbers        = "1.3.6.1.5.5.7.1.8"
	idProxyInfo        = "1.3.6.1.5.5.7.1.14"
)

// printers holds OpenSSL's printers by object identifier; since is the first
// OpenSSL that has one, the zero value being 1.1.1. Those for invalidityDate,
// holdInstructionCode, OCSP's nonce and archiveCutoff and issuedOnBehalfOf are
// left out on purpose: they fail without an indent, and PHP shows the bytes.
var printers map[string]struct {
	print printer
	since openSSL
}

func init() {
	type row = struct {
		print printer
		since openSSL
	}
	printers = map[string]row{
		"2.16.840.1.113730.1.1":   {bitNames(certTypeBits), 0},
		"2.16.840.1.113730.1.2":   {ia5, 0},
		"2.16.840.1.113730.1.3":   {ia5, 0},
		"2.16.840.1.113730.1.4":   {ia5, 0},
		"2.16.840.1.113730.1.7":   {ia5, 0},
		"2.16.840.1.113730.1.8":   {ia5, 0},
		"2.16.840.1.113730.1.12":  {ia5, 0},
		"2.16.840.1.113730.1.13":  {ia5, 0},
		"2.5.29.14":               {keyIdentifier, 0},
		"2.5.29.15":               {bitNames(keyUsageBits), 0},
		"2.5.29.16":               {keyPeriod, 0},
		"2.5.29.18":               {generalNameList, 0},
		"2.5.29.19":               {basicConstraints, 0},
		"2.5.29.20":               {number, 0},
		"2.5.29.21":               {reasonCode, 0},
		"2.5.29.27":               {number, 0},
		"2.5.29.28":               {issuingPoint, 0},
		"2.5.29.29":               {generalNameList, 0},
		"2.5.29.30":               {nameConstraints, 0},
		"2.5.29.31":               {distributionPoints, 0},
		"2.5.29.32":               {certificatePolicies, 0},
		"2.5.29.33":               {policyMappings, 0},
		"2.5.29.35":               {authorityKey, 0},
		"2.5.29.36":               {policyConstraints, 0},
		"2.5.29.37":               {objectList, 0},
		"2.5.29.46":               {distributionPoints, 0},
		"2.5.29.54":               {number, 0},
		"1.3.6.1.5.5.7.1.1":       {accessList, 0},
		"1.3.6.1.5.5.7.1.7":       {addressBlocks, 0},
		"1.3.6.1.5.5.7.1.8":       {autonomousSystems, 0},
		"1.3.6.1.5.5.7.1.11":      {accessList, 0},
		"1.3.6.1.5.5.7.1.14":      {proxyInfo, 0},
		"1.3.6.1.5.5.7.1.24":      {tlsFeatures, 0},
		"1.3.6.1.5.5.7.48.1.3":    {crlID, 0},
		"1.3.6.1.5.5.7.48.1.4":    {objectList, 0},
		"1.3.6.1.5.5.7.48.1.5":    {null(""), 0},
		"1.3.6.1.5.5.7.48.1.7":    {serviceLocator, 0},
		"1.3.101.1.4.1":           {strongExtranet, 0},
		"1.3.36.8.3.3":            {admission, 0},
		"1.3.6.1.4.1.11129.2.4.2": {timestampList, 0},
		"1.3.6.1.4.1.11129.2.4.3": {null("NULL"), 0},
		"1.3.6.1.4.1.11129.2.4.5": {timestampList, 0},
		"1.2.643.100.111":         {signTool, openSSL30},
		"1.2.643.100.112":         {issuerSignTool, openSSL30},
		"2.5.29.9":                {directoryAttributes, openSSL35},
		"2.5.29.41":               {attributeConstraints, openSSL35},
		"2.5.29.42":               {nameConstraints, openSSL35},
		"2.5.29.49":               {userNotices, openSSL35},
		"2.5.29.50":               {null("NULL"), openSSL35},
		"2.5.29.52":               {objectList, openSSL35},
		"2.5.29.56":               {null("NULL"), openSSL35},
		"2.5.29.57":               {objectList, openSSL35},
		"2.5.29.61":               {null("NULL"), openSSL35},
		"2.5.29.62":               {null("NULL"), openSSL35},
		"2.5.29.65":               {null("NULL"), openSSL35},
		"2.5.29.66":               {null("NULL"), openSSL35},
		"2.5.29.69":               {nameConstraints, openSSL35},
		"2.5.29.75":               {directoryAttributes, openSSL35},
		"1.3.6.1.5.5.7.1.4":       {keyIdentifier, openSSL35},
	}
}

// extensionText is the value of one extension as PHP shows it; ok is false
// where PHP refuses the certificate for it.
func extensionText(o openSSL, e extension) (text string, ok bool) {
	if e.id == idSubjectAltName {
		return subjectAltName(o, e.value)
	}
	p, known := printers[e.id]
	if !known || p.since > o {
		return string(e.value), true
	}
	n, _, ok := read(e.value)
	if !ok {
		return string(e.value), true
	}
	if text, ok := p.print(o, n); ok {
		return text, true
	}
	return string(e.value), true
}

// list writes a list of pairs: on lines of their own, or with commas. OpenSSL
// has nothing to show for a list that was never begun, and says so for an
// empty one: that is for the caller to tell apart.
func list(o openSSL, pairs []pair, lines bool) string {
	if len(pairs) == 0 {
		return "<EMPTY>\n"
	}
	var parts []string
	for _, p := range pairs {
		parts = append(parts, p.String())
	}
	switch {
	case !lines:
		return strings.Join(parts, ", ")
	case o == openSSL111:
		return strings.Join(parts, "\n") + "\n"
	}
	return strings.Join(parts, "\n")
}

// integerText writes small numbers in decimal, large ones in hexadecimal.
func integerText(v *big.Int) string {
	if v.BitLen() < 128 {
		return v.String()
	}
	if v.Sign() < 0 {
		return "-0x" + hexInt(new(big.Int).Neg(v))
	}
	return "0x" + hexInt(v)
}

// hexInt writes a number's bytes in upper case, "0" for zero (BN_bn2hex).
func hexInt(v *big.Int) string {
	switch v.Sign() {
	case 0:
		return "0"
	case -1:
		return "-" + hexInt(new(big.Int).Neg(v))
	}
	return fmt.Sprintf("%X", v.Bytes())
}

// colons writes bytes as "AB:CD".
func colons(b []byte) string {
	var parts []string
	for _, c := range b {
		parts = append(parts, fmt.Sprintf("%02X", c))
	}
	return strings.Join(parts, ":")
}
