package scenario

import (
	"crypto/x509"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/phpcall"
)

// Profiles says which profile replays which version's answers.
var Profiles = map[string]phpstream.Profile{
	"8.4": phpstream.PHP84, "8.2": phpstream.PHP82, "7.4": phpstream.PHP74,
}

// RunOurs runs a scenario on this module.
func RunOurs(s *Scenario, version string, certs *Certs) (*Answer, error) {
	return runOurs(s, version, certs, 1)
}

// RunOursSlowly is RunOurs for a script that sleeps so that something happens
// meanwhile, on a machine that is busy: it sleeps four times as long. ok is false
// for a script that does not sleep.
func RunOursSlowly(s *Scenario, version string, certs *Certs) (a *Answer, ok bool, err error) {
	if !strings.Contains(s.Calls, "usleep(") {
		return nil, false, nil
	}
	a, err = runOurs(s, version, certs, 4)
	return a, true, err
}

func runOurs(s *Scenario, version string, certs *Certs, patience time.Duration) (*Answer, error) {
	return run(s, certs, func(w *World, script []Statement) (string, error) {
		in := &interpreter{
			rt:    phpstream.NewRuntime(Profiles[version]),
			world: w,
			vars:  map[string]phpcall.Value{},
			plans: plans{},
			pairs: map[string]*phpstream.Stream{},

			patience: patience,
		}
		in.rt.SetErrorHandler(in.handler(""))
		defer in.end()
		for _, setting := range s.Ini {
			if !in.rt.SetPHPIni(setting[0], setting[1]) {
				return "", fmt.Errorf("the library has no setting %s", setting[0])
			}
		}
		for _, st := range script {
			if err := in.statement(st); err != nil {
				return in.out.String(), fmt.Errorf("%s: %w", st.Source, err)
			}
		}
		return in.out.String(), nil
	})
}

// interpreter runs a script on the library, as driver.php does on PHP.
type interpreter struct {
	rt        *phpstream.Runtime
	patience  time.Duration // by which the script's sleeps are longer
	world     *World
	vars      map[string]phpcall.Value
	opened    []*phpstream.Stream
	events    []string
	handled   bool
	filterLog []string
	shelves   shelves
	plans     plans
	pairs     map[string]*phpstream.Stream // whose other ends have sent this
	heard     []string                     // by the contexts' callbacks
	out       strings.Builder
	connects  int // of peer_connect
	printed   strings.Builder
}

// end closes what is still open, as the end of a PHP program does.
func (in *interpreter) end() {
	for _, fp := range in.opened {
		if phpstream.IsResource(fp) {
			phpstream.Fclose(fp)
		}
	}
}

var levelNames = map[phpstream.ErrorLevel]string{
	phpstream.E_ERROR: "E_ERROR", phpstream.E_WARNING: "E_WARNING", phpstream.E_NOTICE: "E_NOTICE",
	phpstream.E_DEPRECATED: "E_DEPRECATED",
}

func (in *interpreter) handler(name string) phpstream.ErrorHandler {
	return phpcall.Handler(func(level phpstream.ErrorLevel, message, _ string, _ int) bool {
		word, ok := levelNames[level]
		if !ok {
			word = fmt.Sprintf("E_%d", level)
		}
		if in.rt.ErrorReporting()&level == 0 {
			word += " silenced"
		}
		if name != "" {
			word += " " + name
		}
		in.events = append(in.events, word+" "+Quote(message))
		return in.handled
	})
}

func (in *interpreter) dump(v phpcall.Value) string {
	return dump(v, in.rt.Profile() == phpstream.PHP74)
}

// thrown is an exception on its way to the statement.
type thrown struct{ err *phpstream.ThrownError }

func (t thrown) Error() string { return t.err.Error() }

func (in *interpreter) statement(st Statement) error {
	in.events = nil
	started := time.Now()
	v, err := in.eval(st.Expr)
	elapsed := time.Since(started)
	t, isThrown := err.(thrown)
	if err != nil && !isThrown {
		return err
	}
	if st.Label == "" {
		if isThrown {
			return err
		}
		return nil
	}
	if isThrown {
		fmt.Fprintf(&in.out, "%d %s throws %s %s\n", st.Number, st.Label, t.err.Class, Quote(t.err.Message))
	} else {
		fmt.Fprintf(&in.out, "%d %s = %s\n", st.Number, st.Label, in.dump(v))
	}
	for _, name := range outputs(st.Expr, phpcall.ByReference) {
		fmt.Fprintf(&in.out, "  $%s = %s\n", name, in.dump(in.vars[name]))
	}
	for _, e := range in.events {
		fmt.Fprintf(&in.out, "  %s\n", e)
	}
	if st.Timed {
		fmt.Fprintf(&in.out, "  elapsed %.3f\n", elapsed.Seconds())
	}
	return nil
}

func (in *interpreter) eval(x Expr) (phpcall.Value, error) {
	switch x := x.(type) {
	case Literal:
		return x.Value, nil
	case Constant:
		if v, ok := phpcall.Constant(x.Name); ok {
			return v, nil
		}
		return nil, fmt.Errorf("unknown constant %s", x.Name)
	case Variable:
		v, ok := in.vars[x.Name]
		if !ok {
			return nil, fmt.Errorf("undefined variable $%s", x.Name)
		}
		return v, nil
	case Assign:
		v, err := in.eval(x.X)
		if err == nil {
			in.vars[x.Name] = v
		}
		return v, err
	case Silence:
		var v phpcall.Value
		var err error
		in.rt.Silence(func() { v, err = in.eval(x.X) })
		return v, err
	case Array:
		return in.array(x)
	case Index:
		return in.index(x)
	case Minus:
		switch v, err := in.eval(x.X); v := v.(type) {
		case int64:
			return -v, err
		case float64:
			return -v, err
		default:
			return nil, fmt.Errorf("can't negate %s", in.dump(v))
		}
	case Or:
		a, b, err := in.two(x.X, x.Y)
		if err != nil {
			return nil, err
		}
		m, ok1 := a.(int64)
		n, ok2 := b.(int64)
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("| wants integers")
		}
		return m | n, nil
	case Join:
		a, b, err := in.two(x.X, x.Y)
		if err != nil {
			return nil, err
		}
		s, ok1 := a.(string)
		t, ok2 := b.(string)
		if !ok1 || !ok2 {
			return nil, fmt.Errorf(". wants strings")
		}
		return s + t, nil
	case Call:
		return in.call(x)
	}
	return nil, fmt.Errorf("can't run %T", x)
}

func (in *interpreter) two(x, y Expr) (a, b phpcall.Value, err error) {
	if a, err = in.eval(x); err == nil {
		b, err = in.eval(y)
	}
	return a, b, err
}

func (in *interpreter) array(x Array) (phpcall.Value, error) {
	a := &phpcall.Array{}
	for _, item := range x.Items {
		v, err := in.eval(item.Value)
		if err != nil {
			return nil, err
		}
		if item.Key == nil {
			a.Append(v)
			continue
		}
		k, err := in.eval(item.Key)
		if err != nil {
			return nil, err
		}
		a.Set(k, v)
	}
	return a, nil
}

// index reads an element. What isn't there is null, as in PHP, but the warning
// that PHP has for it isn't made: scripts shouldn't ask.
func (in *interpreter) index(x Index) (phpcall.Value, error) {
	a, k, err := in.two(x.X, x.Key)
	if err != nil {
		return nil, err
	}
	if array, ok := a.(*phpcall.Array); ok {
		if v, ok := array.Get(k); ok {
			return v, nil
		}
		in.events = append(in.events, "E_SCRIPT "+Quote(fmt.Sprintf("no element %s", in.dump(k))))
		return nil, nil
	}
	in.events = append(in.events, "E_SCRIPT "+Quote("index of "+in.dump(a)))
	return nil, nil
}

func (in *interpreter) call(x Call) (value phpcall.Value, err error) {
	defer catch(&err)
	args := make([]phpcall.Value, len(x.Args))
	for i, a := range x.Args {
		if v, ok := a.(Variable); ok && phpcall.ByReference(x.Name, i) {
			// A variable that doesn't exist yet is made by the reference.
			args[i] = in.vars[v.Name]
			in.vars[v.Name] = args[i]
			continue
		}
		v, err := in.eval(a)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	if helpers[x.Name] || recordedHelpers[x.Name] {
		return in.helper(x.Name, args)
	}
	if x.Name == "stream_filter_register" {
		return in.registerFilter(args)
	}
	if x.Name == "stream_wrapper_register" {
		return in.registerWrapper(args)
	}
	r := phpcall.Call(in.rt, x.Name, args)
	// In order: one variable may stand for several outputs.
	for i, a := range x.Args {
		name, isVariable := a.(Variable)
		if v, set := r.Out[i]; set && isVariable {
			in.vars[name.Name] = v
		}
	}
	if r.Thrown != nil {
		return nil, thrown{r.Thrown}
	}
	in.opens(r.Value)
	return r.Value, nil
}

// opens remembers a stream, or those of a pair, and listens to a context.
func (in *interpreter) opens(v phpcall.Value) {
	switch v := v.(type) {
	case *phpstream.Stream:
		in.opened = append(in.opened, v)
	case *phpstream.Context:
		in.listen(v)
	case *phpcall.Array:
		for _, item := range v.All() {
			in.opens(item)
		}
	}
}

// dump is the driver's dump. Certificates and Sockets are objects since PHP 8,
// and resources before.
func dump(v phpcall.Value, old bool) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return strconv.FormatFloat(v, 'f', 1, 64)
		}
		return strconv.FormatFloat(v, 'G', -1, 64)
	case string:
		return Quote(v)
	case *phpcall.Array:
		list := v.IsList()
		var items []string
		for k, item := range v.All() {
			text := dump(item, old)
			if !list {
				text = dump(k, old) + " => " + text
			}
			items = append(items, text)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case *phpstream.Stream, *phpstream.Context, *phpstream.StreamFilter:
		return "resource(" + phpstream.GetResourceType(v) + ")"
	case *x509.Certificate:
		if old {
			return "resource(OpenSSL X.509)"
		}
		return "OpenSSLCertificate"
	case *phpstream.Socket:
		if old {
			return "resource(Socket)"
		}
		return "Socket"
	case phpstream.UserWrapper:
		return phpvalue.ClassName(v)
	}
	return fmt.Sprintf("%T", v)
}
