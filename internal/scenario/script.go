package scenario

import (
	"fmt"
	"strings"
)

// Statement is one line of a script.
type Statement struct {
	Number int    // counted from 1 over the script's statements
	Source string // as written, without the semicolon and the remark
	Label  string // the first function called; empty when the statement isn't recorded
	Timed  bool   // marked //time: how long it takes is part of the answer
	Expr   Expr
}

// Expr is a node of the small PHP subset that scripts are written in.
type Expr interface{}

// The nodes.
type (
	Literal  struct{ Value any } // nil, bool, int64, float64 or string
	Constant struct{ Name string }
	Variable struct{ Name string }
	Call     struct {
		Name string
		Args []Expr
	}
	Silence struct{ X Expr } // @X
	Assign  struct {
		Name string
		X    Expr
	}
	Index struct{ X, Key Expr }
	Array struct{ Items []Item }
	Or    struct{ X, Y Expr } // X | Y
	Join  struct{ X, Y Expr } // X . Y
	Minus struct{ X Expr }
)

// Item is an element of an array literal; Key is nil when it has none.
type Item struct{ Key, Value Expr }

// ParseScript reads a script: a statement a line, # and // begin remarks.
func ParseScript(text string) ([]Statement, error) {
	var out []Statement
	for n, line := range strings.Split(text, "\n") {
		source, remark := cutRemark(line)
		source = strings.TrimSpace(source)
		if source == "" {
			continue
		}
		source = strings.TrimSuffix(source, ";")
		st := Statement{Number: len(out) + 1, Source: source, Timed: strings.TrimSpace(remark) == "time"}
		// A placeholder that is still there stands for a number or for a part
		// of a string.
		tokens, err := lex(placeholder.ReplaceAllString(source, "0"))
		if err == nil {
			p := &parser{tokens: tokens}
			st.Expr, err = p.statement()
			if recorded(st.Expr) {
				st.Label = p.label
			}
		}
		if err != nil {
			return nil, fmt.Errorf("calls, line %d: %w: %s", n+1, err, source)
		}
		out = append(out, st)
	}
	return out, nil
}

// cutRemark splits off a remark that stands outside of strings.
func cutRemark(line string) (code, remark string) {
	var quote byte
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			return line[:i], line[i+1:]
		case strings.HasPrefix(line[i:], "//"):
			return line[:i], line[i+2:]
		}
	}
	return line, ""
}

type parser struct {
	tokens []token
	label  string
}

func (p *parser) peek(text string) bool {
	return len(p.tokens) > 0 && p.tokens[0].kind == 'p' && p.tokens[0].text == text
}

func (p *parser) accept(text string) bool {
	if p.peek(text) {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if !p.accept(text) {
		if len(p.tokens) == 0 {
			return fmt.Errorf("%q missing at the end", text)
		}
		return fmt.Errorf("%q expected, not %q", text, p.tokens[0].text)
	}
	return nil
}

func (p *parser) statement() (Expr, error) {
	x, err := p.expr()
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("unexpected %q", p.tokens[0].text)
	}
	return x, err
}

func (p *parser) expr() (Expr, error) {
	if len(p.tokens) > 1 && p.tokens[0].kind == 'v' && p.tokens[1].text == "=" && p.tokens[1].kind == 'p' {
		name := p.tokens[0].text
		p.tokens = p.tokens[2:]
		x, err := p.expr()
		return Assign{name, x}, err
	}
	x, err := p.unary()
	for err == nil {
		var y Expr
		switch {
		case p.accept("|"):
			y, err = p.unary()
			x = Or{x, y}
		case p.accept("."):
			y, err = p.unary()
			x = Join{x, y}
		default:
			return x, nil
		}
	}
	return nil, err
}

func (p *parser) unary() (Expr, error) {
	if p.accept("@") {
		x, err := p.unary()
		return Silence{x}, err
	}
	if p.accept("-") {
		x, err := p.unary()
		return Minus{x}, err
	}
	x, err := p.primary()
	for err == nil && p.accept("[") {
		var key Expr
		if key, err = p.expr(); err == nil {
			err = p.expect("]")
		}
		x = Index{x, key}
	}
	return x, err
}

func (p *parser) primary() (Expr, error) {
	if p.accept("(") {
		x, err := p.expr()
		if err == nil {
			err = p.expect(")")
		}
		return x, err
	}
	if p.accept("[") {
		return p.array()
	}
	if len(p.tokens) == 0 {
		return nil, fmt.Errorf("unexpected end")
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	switch t.kind {
	case 's', 'i', 'f':
		return Literal{t.value}, nil
	case 'v':
		return Variable{t.text}, nil
	case 'n':
		if p.accept("(") {
			if p.label == "" {
				p.label = t.text
			}
			args, err := p.list(")")
			return Call{t.text, args}, err
		}
		switch strings.ToLower(t.text) {
		case "true":
			return Literal{true}, nil
		case "false":
			return Literal{false}, nil
		case "null":
			return Literal{nil}, nil
		}
		return Constant{t.text}, nil
	}
	return nil, fmt.Errorf("unexpected %q", t.text)
}

func (p *parser) list(end string) ([]Expr, error) {
	var out []Expr
	for !p.accept(end) {
		if len(out) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func (p *parser) array() (Expr, error) {
	var a Array
	for !p.accept("]") {
		if len(a.Items) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
			if p.accept("]") {
				return a, nil
			}
		}
		x, err := p.expr()
		item := Item{Value: x}
		if err == nil && p.accept("=>") {
			item.Key = x
			item.Value, err = p.expr()
		}
		if err != nil {
			return nil, err
		}
		a.Items = append(a.Items, item)
	}
	return a, nil
}

// calls returns the calls of an expression, in the order they are evaluated.
func calls(x Expr) []Call {
	var out []Call
	switch x := x.(type) {
	case Call:
		for _, a := range x.Args {
			out = append(out, calls(a)...)
		}
		out = append(out, x)
	case Silence:
		out = calls(x.X)
	case Minus:
		out = calls(x.X)
	case Assign:
		out = calls(x.X)
	case Index:
		out = append(calls(x.X), calls(x.Key)...)
	case Or:
		out = append(calls(x.X), calls(x.Y)...)
	case Join:
		out = append(calls(x.X), calls(x.Y)...)
	case Array:
		for _, it := range x.Items {
			out = append(append(out, calls(it.Key)...), calls(it.Value)...)
		}
	}
	return out
}

// outputs returns the variables that a statement's calls take by reference,
// each once. byRef answers whether a function's parameter is one.
func outputs(x Expr, byRef func(function string, parameter int) bool) []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range calls(x) {
		for i, a := range c.Args {
			if v, ok := a.(Variable); ok && byRef(c.Name, i) && !seen[v.Name] {
				seen[v.Name] = true
				out = append(out, v.Name)
			}
		}
	}
	return out
}
