package main

// The message: headers, text and attachments (MIME), what they must not
// contain, and the file that keeps a message that was not sent.

import (
	"crypto/sha256"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// An attachment is a file's name and what is in it.
type attachment struct{ name, data string }

// buildMessage returns the message with CRLF line ends and no line of more
// than 998 bytes.
func buildMessage(from string, recipients []string, subject, text string, attachments []attachment, date int) string {
	id := messageId(from, recipients, subject, text, attachments, date)
	boundary := "=_" + id
	head := []string{
		"Date: " + time.Unix(int64(date), 0).UTC().Format("Mon, 02 Jan 2006 15:04:05") + " +0000",
		"From: <" + from + ">",
		"To: <" + strings.Join(recipients, ">,\r\n <") + ">",
		"Subject: " + encodeHeader(subject),
		"Message-ID: <" + id + "@" + from[strings.LastIndex(from, "@")+1:] + ">",
		"MIME-Version: 1.0",
	}
	if len(attachments) == 0 {
		return strings.Join(head, "\r\n") + "\r\n" + textPart(text)
	}
	head = append(head, `Content-Type: multipart/mixed; boundary="`+boundary+`"`)
	message := strings.Join(head, "\r\n") + "\r\n\r\n"
	message += "--" + boundary + "\r\n" + textPart(text)
	for _, a := range attachments {
		message += "--" + boundary + "\r\n" + attachmentPart(a.name, a.data)
	}
	return message + "--" + boundary + "--\r\n"
}

// messageId names a message by what is in it.
func messageId(from string, recipients []string, subject, text string, attachments []attachment, date int) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%d\x00%s\x00%s\x00%s\x00%s", date, from, strings.Join(recipients, ","), subject, text)
	for _, a := range attachments {
		fmt.Fprintf(hash, "\x00%s\x00%s", a.name, a.data)
	}
	return substr(fmt.Sprintf("%x", hash.Sum(nil)), 0, 32)
}

func textPart(text string) string {
	text = toCrlf(text)
	if !strings.HasSuffix(text, "\r\n") {
		text += "\r\n"
	}
	encoding := "7bit"
	if not7bit.MatchString(text) || longest(strings.Split(text, "\r\n")) > 998 {
		encoding = "base64"
		text = chunkSplit(base64Encode(text), 76, "\r\n")
	}
	return "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + text
}

func attachmentPart(name, data string) string {
	filename := `filename="` + name + `"`
	if notASCII.MatchString(name) {
		filename = "filename*=UTF-8''" + rawurlencode(name)
	}
	return "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-Disposition: attachment;\r\n " + filename + "\r\n\r\n" +
		chunkSplit(base64Encode(data), 76, "\r\n")
}

// attachmentName is the last part of a path, without what could break out of
// the header.
func attachmentName(path string) string {
	path = strings.ReplaceAll(path, `\`, "/")
	return outOfPlace.ReplaceAllString(path[strings.LastIndex(path, "/")+1:], "_")
}

// encodeHeader leaves short plain text alone and turns the rest into encoded
// words (RFC 2047) of whole characters.
func encodeHeader(text string) string {
	if shortPlain.MatchString(text) && !strings.Contains(text, "=?") {
		return text
	}
	words := []string{}
	word := ""
	for _, char := range text {
		if len(word+string(char)) > 39 {
			words = append(words, "=?UTF-8?B?"+base64Encode(word)+"?=")
			word = ""
		}
		word += string(char)
	}
	words = append(words, "=?UTF-8?B?"+base64Encode(word)+"?=")
	return strings.Join(words, "\r\n ")
}

// toCrlf makes every line end CRLF: a lone CR or LF could end a line, or the
// message, early for the one server and not for the next.
func toCrlf(text string) string {
	return strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(text)
}

// dotStuff doubles the dot at the start of a line.
func dotStuff(text string) string {
	return substr(strings.ReplaceAll("\r\n"+text, "\r\n.", "\r\n.."), 2)
}

// checkAddress and checkSubject refuse what could add a header or a command.
func checkAddress(address string) bool {
	return len(address) <= 254 &&
		mailAddress.MatchString(address)
}

func checkSubject(subject string) bool {
	return utf8.ValidString(subject) && !asciiControl.MatchString(subject)
}

func checkServer(server string) bool {
	return serverURL.MatchString(server)
}

// keepMessage writes the message into a new file that only its owner can
// read, and returns the name, or false.
func keepMessage(directory, name, message string) (string, bool) {
	for _, dir := range []string{directory, os.TempDir()} {
		for i := 1; i < 100; i++ {
			file := dir + "/" + name
			if i > 1 {
				file += fmt.Sprintf("-%d", i)
			}
			file += ".eml"
			fp, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				continue
			}
			_, err = fp.WriteString(message)
			if closeErr := fp.Close(); err == nil && closeErr == nil {
				return file, true
			}
			os.Remove(file)
		}
	}
	return "", false
}

// printable keeps what a server says from steering the terminal.
func printable(text string) string {
	return controls.ReplaceAllString(text, "?")
}

// The patterns of message.php. Go's $ is what PHP's is with the modifier D: the
// very end, not the place before a last newline.
var (
	not7bit      = regexp.MustCompile(`[^\x01-\x7f]`)
	notASCII     = regexp.MustCompile(`[^\x20-\x7e]`)
	outOfPlace   = regexp.MustCompile(`[\x00-\x1f\x7f"]`)
	shortPlain   = regexp.MustCompile(`^[\x20-\x7e]{0,66}$`)
	controls     = regexp.MustCompile(`[\x00-\x1f\x7f\x{80}-\x{9f}]`)
	asciiControl = regexp.MustCompile(`[\x00-\x1f\x7f]`)
	mailAddress  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$")
	serverURL    = regexp.MustCompile(`^(?:tcp|ssl|tls)://(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$`)
)
