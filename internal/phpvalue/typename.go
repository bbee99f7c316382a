package phpvalue

import (
	"reflect"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// typeNames holds what PHP calls a value in "..., int given", by version.
var typeNames = map[phpfacts.Version][]string{
	phpfacts.PHP5:  {isNull: "null", isBool: "boolean", isInt: "integer", isFloat: "double", isString: "string", isArray: "array", isObject: "object"},
	phpfacts.PHP74: {isNull: "null", isBool: "bool", isInt: "int", isFloat: "float", isString: "string", isArray: "array", isObject: "object"},
	phpfacts.PHP82: {isNull: "null", isBool: "bool", isInt: "int", isFloat: "float", isString: "string", isArray: "array"},
	phpfacts.PHP84: {isNull: "null", isInt: "int", isFloat: "float", isString: "string", isArray: "array"},
}

// TypeName returns what PHP of that version calls v's type in its messages:
// "bool", "int", "float", "string", "array", "null". From 8.3 a bool goes by
// its value, "true" or "false"; from 8.0 an object goes by its class, which
// here is the name of the Go type.
//
// php-src: Zend/zend_API.c, zend_zval_type_name and zend_zval_value_name.
func TypeName(v any, version phpfacts.Version) string {
	p := read(v)
	names, ok := typeNames[version]
	if !ok {
		names = typeNames[phpfacts.PHP84]
	}
	if int(p.kind) < len(names) && names[p.kind] != "" {
		return names[p.kind]
	}
	switch {
	case p.kind == isBool && p.truth:
		return "true"
	case p.kind == isBool:
		return "false"
	}
	return ClassName(v)
}

// ClassName is what PHP calls the class of an object: here the name of the Go
// type, "Closure" for a function, and "object" for what has no name. An object of
// PHP's own says itself.
func ClassName(v any) string {
	if o, ok := v.(interface{ ClassName() string }); ok {
		return o.ClassName()
	}
	class := read(v).object
	for class != nil && class.Name() == "" && class.Kind() == reflect.Pointer {
		class = class.Elem()
	}
	switch {
	case class != nil && class.Name() != "":
		return class.Name()
	case class != nil && class.Kind() == reflect.Func:
		return "Closure"
	}
	return "object"
}
