package phpvalue

import "reflect"

// A pointer to one of PHP's own kinds of values is a reference: PHP reads
// through it. A pointer to a struct is an object, and stays.
//
// maxReferences ends what would go in a circle: Go has types that point to
// themselves.
const maxReferences = 8

// deref reads through references and interfaces. A nil one is the zero Value.
func deref(r reflect.Value) reflect.Value {
	for range maxReferences {
		switch {
		case r.Kind() != reflect.Pointer && r.Kind() != reflect.Interface:
			return r
		case r.IsNil():
			return reflect.Value{}
		case r.Kind() == reflect.Pointer && r.Type().Elem().Kind() == reflect.Struct:
			return r
		}
		r = r.Elem()
	}
	return r
}

// Copy returns a value that is nobody else's: maps and slices, which are arrays
// in PHP, are copied with all that is in them, and references are read through.
// An array that contains itself is null where it does.
func Copy(v any) any {
	r := copied(reflect.ValueOf(v), map[visit]bool{})
	if !r.IsValid() {
		return nil
	}
	return r.Interface()
}

// visit is a map or slice that is being copied.
type visit struct {
	at     uintptr
	length int
	typ    reflect.Type
}

func copied(r reflect.Value, under map[visit]bool) reflect.Value {
	r = deref(r)
	if r.Kind() != reflect.Map && r.Kind() != reflect.Slice || r.IsNil() {
		return r
	}
	here := visit{r.Pointer(), r.Len(), r.Type()}
	if under[here] {
		return reflect.Value{}
	}
	under[here] = true
	defer delete(under, here)
	t := r.Type()
	if t.Elem().Kind() == reflect.Pointer && t.Elem().Elem().Kind() != reflect.Struct {
		t = withAny(t)
	}
	if t.Kind() == reflect.Map {
		to := reflect.MakeMapWithSize(t, r.Len())
		for key, value := range r.Seq2() {
			to.SetMapIndex(key, element(value, t.Elem(), under))
		}
		return to
	}
	to := reflect.MakeSlice(t, r.Len(), r.Len())
	for i := range r.Len() {
		to.Index(i).Set(element(r.Index(i), t.Elem(), under))
	}
	return to
}

// withAny is the type of a map or slice that holds values instead of references
// to them.
func withAny(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Map {
		return reflect.MapOf(t.Key(), reflect.TypeFor[any]())
	}
	return reflect.TypeFor[[]any]()
}

// element copies an element of an array whose elements have a type.
func element(r reflect.Value, t reflect.Type, under map[visit]bool) reflect.Value {
	to := copied(r, under)
	switch {
	case !to.IsValid():
		return reflect.Zero(t)
	case !to.Type().AssignableTo(t):
		return r // what it refers to isn't what the array may hold
	}
	return to
}
