package main

import "time"

// work is one row of the table.
type work struct {
	Name   string
	Unit   string // of what is counted per second
	Scale  float64
	Job    job // without addresses
	Addr   func(p ports) string
	CAs    func(p ports) string
	Rounds int // the most; 0: as many as asked for
	Quick  int // the count of a smoke run
	// Only says who does it, where not all do.
	Only []string
	// PHP has a process with one stream at a time, and Single a share of the
	// count: the figures are per second all the same.
	Single int
	Note   string
}

func data(p ports) string     { return p.Data }
func dataTLS(p ports) string  { return p.DataTLS }
func mailAt(p ports) string   { return p.Mail }
func mailTLS(p ports) string  { return p.MailTLS }
func slowMail(p ports) string { return p.Slow }
func webAt(p ports) string    { return p.Web }
func webTLS(p ports) string   { return p.WebTLS }
func bundle(p ports) string   { return p.Bundle }

const (
	mega  = 1 << 20
	queue = 4000 // of clients that can wait to be accepted: Linux has room for 4,096
	page  = 1 << 10
	file  = 100 * mega
)

// Each way to read 8192 bytes at a time stands against its like.
const (
	stringNote = "plain Go makes a string of each read, as fread does"
	bufferNote = "plain Go reads into one buffer again and again, and makes no strings"
	readerNote = "both read into one buffer; PHP can only fread"
	selectNote = "one of the streams can be read; plain Go has nothing like it"
	acceptNote = "the clients stand in the queue; each is greeted and closed before the next is accepted"
	urlNote    = "plain Go is net/http with io.ReadAll; each call has a connection of its own"
	manyNote   = "the same, by as many goroutines at once; PHP takes one after the other"
)

// works are the rows in their order. The counts are for about a quarter of a second
// each on the machine of README.md.
var works = []work{
	{Name: "lines, plain", Unit: "million lines/s", Scale: 1e6, Addr: data, Quick: 20_000,
		Job: job{Work: "lines", Count: 2_000_000}},
	{Name: "lines, TLS", Unit: "million lines/s", Scale: 1e6, Addr: dataTLS, Quick: 20_000,
		Job: job{Work: "lines", TLS: true, Count: 1_500_000}},
	{Name: "fread 8192, plain", Unit: "MB/s", Scale: mega, Addr: data, Quick: mega,
		Job: job{Work: "strings", Count: 256 * mega}, Note: stringNote},
	{Name: "fread 8192, TLS", Unit: "MB/s", Scale: mega, Addr: dataTLS, Quick: mega,
		Job: job{Work: "strings", TLS: true, Count: 192 * mega}, Note: stringNote},
	{Name: "fread 8192 against one buffer, plain", Unit: "MB/s", Scale: mega, Addr: data, Quick: mega,
		Job: job{Work: "read", Count: 256 * mega}, Note: bufferNote},
	{Name: "fread 8192 against one buffer, TLS", Unit: "MB/s", Scale: mega, Addr: dataTLS, Quick: mega,
		Job: job{Work: "read", TLS: true, Count: 192 * mega}, Note: bufferNote},
	{Name: "Stream.Read into one buffer, plain", Unit: "MB/s", Scale: mega, Addr: data, Quick: mega,
		Job: job{Work: "reader", Count: 384 * mega}, Note: readerNote},
	{Name: "Stream.Read into one buffer, TLS", Unit: "MB/s", Scale: mega, Addr: dataTLS, Quick: mega,
		Job: job{Work: "reader", TLS: true, Count: 192 * mega}, Note: readerNote},
	{Name: "stream_get_contents, plain", Unit: "MB/s", Scale: mega, Addr: data, Quick: mega,
		Job: job{Work: "contents", Count: 256 * mega}},
	{Name: "stream_get_contents, TLS", Unit: "MB/s", Scale: mega, Addr: dataTLS, Quick: mega,
		Job: job{Work: "contents", TLS: true, Count: 128 * mega}},
	{Name: "fwrite 64 KB, plain", Unit: "MB/s", Scale: mega, Addr: data, Quick: mega,
		Job: job{Work: "write", Count: 512 * mega}},
	{Name: "fwrite 64 KB, TLS", Unit: "MB/s", Scale: mega, Addr: dataTLS, Quick: mega,
		Job: job{Work: "write", TLS: true, Count: 256 * mega}},
	{Name: "mail, plain", Unit: "mails/s", Scale: 1, Addr: mailAt, Quick: 10,
		Job: job{Work: "mails", Count: 1000}},
	{Name: "mail, tls://", Unit: "mails/s", Scale: 1, Addr: mailTLS, Quick: 10,
		Job: job{Work: "mails", TLS: true, Count: 200}},
	{Name: "mail, STARTTLS", Unit: "mails/s", Scale: 1, Addr: mailAt, Quick: 10,
		Job: job{Work: "mails", StartTLS: true, Count: 200}},
	{Name: "mail, tls://, large CA file", Unit: "mails/s", Scale: 1, Addr: mailTLS, CAs: bundle, Quick: 5,
		Job:  job{Work: "mails", TLS: true, Count: 200},
		Note: "140 authorities in the file, about as many as a system's"},
	{Name: "file_get_contents of 1 KB, http", Unit: "calls/s", Scale: page, Addr: webAt, Quick: 10 * page,
		Job: job{Work: "urls", Size: page, Count: 5000 * page}, Note: urlNote},
	{Name: "file_get_contents of 1 KB, https", Unit: "calls/s", Scale: page, Addr: webTLS, Quick: 10 * page,
		Job: job{Work: "urls", TLS: true, Size: page, Count: 200 * page}, Note: urlNote},
	{Name: "file_get_contents of 100 MB, http", Unit: "MB/s", Scale: mega, Addr: webAt, Quick: mega,
		Job: job{Work: "urls", Size: file, Count: 4 * file}, Note: urlNote},
	{Name: "file_get_contents of 100 MB, https", Unit: "MB/s", Scale: mega, Addr: webTLS, Quick: mega,
		Job: job{Work: "urls", TLS: true, Size: file, Count: 2 * file}, Note: urlNote},
	{Name: "file_get_contents of 100 MB, http in chunks", Unit: "MB/s", Scale: mega, Addr: webAt, Quick: mega,
		Job: job{Work: "urls", Path: "/chunked", Size: file, Count: 2 * file}, Note: urlNote},
	{Name: "slow server, one by one", Unit: "mails/s", Scale: 1, Addr: slowMail, Rounds: 3, Quick: 1,
		Job:  job{Work: "mails", Count: 10},
		Note: "10 mails are measured; 1,000 would take this process over two minutes"},
	{Name: "slow server, 1,000 mails, 500 goroutines", Unit: "mails/s", Scale: 1, Addr: slowMail, Rounds: 5, Quick: 20, Single: 10,
		Job:  job{Work: "mails", Count: 1000, Workers: 500},
		Note: "PHP: one process, 10 mails measured, given as a rate"},
	{Name: "stream_select, 10 streams", Unit: "thousand calls/s", Scale: 1e3, Addr: data, Quick: 100, Only: selecting,
		Job: job{Work: "select", Streams: 10, Count: 100_000}, Note: selectNote},
	{Name: "stream_select, 100 streams", Unit: "thousand calls/s", Scale: 1e3, Addr: data, Quick: 100, Only: selecting,
		Job: job{Work: "select", Streams: 100, Count: 20_000}, Note: selectNote},
	{Name: "stream_select, 1,000 streams", Unit: "thousand calls/s", Scale: 1e3, Addr: data, Quick: 10, Only: selecting,
		Job: job{Work: "select", Streams: 1000, Count: 2000}, Note: selectNote},
	{Name: "stream_select, 10,000 streams", Unit: "thousand calls/s", Scale: 1e3, Addr: data, Quick: 10, Only: selecting[1:], Rounds: 3,
		Job: job{Work: "select", Streams: 10_000, Count: 200}, Note: "PHP's select has room for 1,024 descriptors"},
	{Name: "accept, plain", Unit: "clients/s", Scale: 1, Addr: data, Quick: 20,
		Job: job{Work: "accepts", Count: queue}, Note: acceptNote},
	{Name: "accept, plain, 100 goroutines", Unit: "clients/s", Scale: 1, Addr: data, Quick: 20,
		Job: job{Work: "accepts", Count: queue, Workers: 100}, Note: manyNote},
	{Name: "accept, TLS", Unit: "clients/s", Scale: 1, Addr: dataTLS, Quick: 10,
		Job: job{Work: "accepts", TLS: true, Count: 500}, Note: acceptNote},
	{Name: "accept, TLS, 100 goroutines", Unit: "clients/s", Scale: 1, Addr: dataTLS, Quick: 10,
		Job: job{Work: "accepts", TLS: true, Count: 500, Workers: 100}, Note: manyNote},
}

// selecting do select: Go alone has nothing like it.
var selecting = []string{"php", "phpstream"}

// idleWorks are the rows of the memory table.
var idleWorks = []work{
	{Name: "idle stream, plain", Addr: data, Rounds: 3, Quick: 100, Single: 500,
		Job: job{Work: "idle", Count: 5000}},
	{Name: "idle stream, TLS", Addr: dataTLS, Rounds: 3, Quick: 50, Single: 500,
		Job: job{Work: "idle", TLS: true, Count: 5000}},
	{Name: "accepted and idle, plain", Addr: data, Rounds: 1, Quick: 100, Single: 500,
		Job: job{Work: "held", Count: 20_000}},
	{Name: "accepted and idle, TLS", Addr: dataTLS, Rounds: 1, Quick: 50, Single: 500,
		Job: job{Work: "held", TLS: true, Count: 20_000}},
}

// limit bounds one client process.
const limit = 2 * time.Minute

// fill makes the job of one contestant.
func (w work) fill(p ports, impl string, quick bool) job {
	j := w.Job
	j.Addr, j.Name, j.CAFile, j.Cert = w.Addr(p), p.Name, p.CAFile, p.Cert
	if w.CAs != nil {
		j.CAFile = w.CAs(p)
	}
	if j.Work == "mails" {
		j.Message = message()
	}
	if quick {
		j.Count = w.Quick
		j.Streams = min(j.Streams, 100)
	}
	if most := descriptors(); j.Work == "held" && most > 0 {
		j.Count = min(j.Count, most-100) // some are in use already
	}
	if impl == "php" && w.Single > 0 {
		j.Count = min(j.Count, w.Single)
		j.Workers = 1
	}
	return j
}
