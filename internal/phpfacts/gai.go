package phpfacts

import (
	"errors"
	"net"
	"strings"
)

// glibc's getaddrinfo(3) failures.
const (
	eaiNONAME     = -2
	eaiAGAIN      = -3
	eaiFAIL       = -4
	eaiADDRFAMILY = -9
)

// gaiTexts holds glibc's texts by EAI_* number; PHP shows them unchanged
// after "php_network_getaddresses: getaddrinfo for HOST failed: ".
// Source: glibc 2.31 to 2.41, which agree on these.
var gaiTexts = map[int]string{
	-1:            "Bad value for ai_flags",                     // EAI_BADFLAGS
	eaiNONAME:     "Name or service not known",                  // EAI_NONAME
	eaiAGAIN:      "Temporary failure in name resolution",       // EAI_AGAIN
	eaiFAIL:       "Non-recoverable failure in name resolution", // EAI_FAIL
	-5:            "No address associated with hostname",        // EAI_NODATA
	-6:            "ai_family not supported",                    // EAI_FAMILY
	-7:            "ai_socktype not supported",                  // EAI_SOCKTYPE
	-8:            "Servname not supported for ai_socktype",     // EAI_SERVICE
	eaiADDRFAMILY: "Address family for hostname not supported",  // EAI_ADDRFAMILY
	-10:           "Memory allocation failure",                  // EAI_MEMORY
	-11:           "System error",                               // EAI_SYSTEM
}

// Gai returns the getaddrinfo text that PHP shows where Go's resolver failed
// with err, and "" for no error. A name that does not exist is "Name or
// service not known"; a time limit, an unreachable or failing name server is
// "Temporary failure in name resolution"; anything else is "Non-recoverable
// failure in name resolution". Where Go asked the C library, its text stays.
//
// Go's own resolver does not tell a name without addresses from one that does
// not exist: where glibc says "No address associated with hostname" the
// answer here is "Name or service not known" then.
func Gai(err error) string {
	if err == nil {
		return ""
	}
	if text, ok := gaiOwnText(err); ok {
		return text
	}
	var unsuited *net.AddrError
	var failed *net.DNSError
	var limit interface{ Timeout() bool }
	switch {
	case errors.As(err, &failed) && failed.IsNotFound:
		return gaiTexts[eaiNONAME]
	case errors.As(err, &failed) && (failed.IsTimeout || failed.IsTemporary):
		return gaiTexts[eaiAGAIN]
	case errors.As(err, &limit) && limit.Timeout():
		return gaiTexts[eaiAGAIN]
	case errors.As(err, &unsuited):
		return gaiTexts[eaiADDRFAMILY]
	}
	return gaiTexts[eaiFAIL]
}

// gaiOwnText finds the C library's text in a *net.DNSError. Other libraries
// than glibc write some of the texts in other letter case.
func gaiOwnText(err error) (string, bool) {
	var failed *net.DNSError
	if !errors.As(err, &failed) {
		return "", false
	}
	for _, text := range gaiTexts {
		if strings.EqualFold(failed.Err, text) {
			return text, true
		}
	}
	return "", false
}
