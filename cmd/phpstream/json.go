package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/phpstream-go/phpstream/internal/bridgelog"
)

// What -json prints. Bytes that are not UTF-8 are in fields that end in
// "_base64".

type jsonReport struct {
	Verdict   string              `json:"verdict"` // "same", "different", "flaky" or "failed"
	Error     string              `json:"error,omitempty"`
	Script    []string            `json:"script,omitempty"`
	Parts     map[string]jsonPart `json:"parts,omitempty"`
	PHP       *jsonSide           `json:"php,omitempty"`
	Phpstream *jsonSide           `json:"phpstream,omitempty"`
}

type jsonPart struct {
	Verdict    string          `json:"verdict"`
	Difference *jsonDifference `json:"first_difference,omitempty"`
	Varies     int             `json:"varies_from_line,omitempty"` // between runs of plain PHP
}

// A jsonDifference has the lines that differ, with escapes for what cannot be
// printed; null is a line that is not there.
type jsonDifference struct {
	Line      int     `json:"line"`
	PHP       *string `json:"php"`
	Phpstream *string `json:"phpstream"`
}

type jsonSide struct {
	Name string    `json:"name"`
	Runs []jsonRun `json:"runs"`
}

type jsonRun struct {
	End            string           `json:"end"` // the exit code, or what ended it
	Seconds        float64          `json:"seconds"`
	Output         string           `json:"output"`
	OutputBase64   string           `json:"output_base64,omitempty"`
	Warnings       string           `json:"warnings"`
	WarningsBase64 string           `json:"warnings_base64,omitempty"`
	Calls          *bridgelog.Calls `json:"calls,omitempty"`
	Wire           []jsonConnection `json:"wire,omitempty"`
}

type jsonConnection struct {
	Network  string     `json:"network"`
	Accepted bool       `json:"accepted"`
	Remote   string     `json:"remote"`
	Items    []jsonItem `json:"items"`
}

type jsonItem struct {
	Sent       bool   `json:"sent"`
	Kind       string `json:"kind"` // "line", "datagram", "tls" or "note"
	Text       string `json:"text"`
	TextBase64 string `json:"text_base64,omitempty"`
	Sizes      []int  `json:"sizes,omitempty"` // of TLS records, with their headers
}

func writeJSON(w io.Writer, r jsonReport) {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	encoder.Encode(r)
}

func (r *report) json() jsonReport {
	out := jsonReport{Verdict: r.verdict, Script: r.script, Parts: map[string]jsonPart{}}
	for _, p := range r.parts {
		part := jsonPart{Verdict: p.verdict, Varies: p.varies}
		if p.first >= 0 {
			row := p.rows[p.first]
			part.Difference = &jsonDifference{Line: p.line(), PHP: lineAt(p.left, row.left), Phpstream: lineAt(p.right, row.right)}
		}
		out.Parts[p.name] = part
	}
	out.PHP, out.Phpstream = r.php.json(false), r.ours.json(true)
	return out
}

func lineAt(lines []string, i int) *string {
	if i < 0 {
		return nil
	}
	text := visible(lines[i])
	return &text
}

func (s side) json(withCalls bool) *jsonSide {
	out := &jsonSide{Name: s.name}
	for _, run := range s.runs {
		j := jsonRun{End: run.end, Seconds: run.duration.Seconds()}
		j.Output, j.OutputBase64 = textOrBase64(string(run.output))
		j.Warnings, j.WarningsBase64 = textOrBase64(string(run.warnings))
		if withCalls {
			j.Calls = &run.calls
		}
		for _, c := range run.wire {
			conn := jsonConnection{Network: c.network, Accepted: c.accepted, Remote: c.remote, Items: []jsonItem{}}
			for _, it := range c.items {
				item := jsonItem{Sent: it.sent, Kind: it.kind, Sizes: it.sizes}
				item.Text, item.TextBase64 = textOrBase64(it.text)
				conn.Items = append(conn.Items, item)
			}
			j.Wire = append(j.Wire, conn)
		}
		out.Runs = append(out.Runs, j)
	}
	return out
}

func textOrBase64(text string) (plain, encoded string) {
	if utf8.ValidString(text) {
		return text, ""
	}
	return "", base64.StdEncoding.EncodeToString([]byte(text))
}
