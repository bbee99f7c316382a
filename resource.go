package phpstream

// IsResource tells whether v is an open stream, a context, or a filter that is
// in its stream.
//
//	PHP: is_resource(mixed $value): bool
//
// php-src: ext/standard/type.c.
func IsResource(v any) bool {
	switch v := v.(type) {
	case *Stream:
		return !v.gone()
	case *Context:
		return v != nil
	case *StreamFilter:
		return v != nil && v.stream != nil && !v.removed.Load()
	}
	return false
}

// GetResourceType answers "stream", "persistent stream", "stream-context", or
// "Unknown" for a closed stream; "" with a TypeError for anything else.
//
//	PHP: get_resource_type(resource $resource): string
//
// php-src: Zend/zend_builtin_functions.c.
func GetResourceType(v any) string {
	switch v := v.(type) {
	case *Stream:
		switch {
		case v == nil:
		case v.gone():
			return "Unknown"
		case v.persistent != nil:
			return "persistent stream"
		default:
			return "stream"
		}
	case *Context:
		if v != nil {
			return "stream-context"
		}
	case *StreamFilter:
		switch {
		case v == nil:
		case IsResource(v):
			return "stream filter"
		default:
			return "Unknown"
		}
	}
	c := defaultRuntime.call("get_resource_type")
	c.notResource(1, "resource")
	c.deliver()
	return ""
}

// GetResourceId answers the number of a stream or a context, as (int)$fp does;
// 0 with a TypeError for anything else.
//
//	PHP: get_resource_id(resource $resource): int
//
// php-src: Zend/zend_builtin_functions.c.
func GetResourceId(v any) int {
	switch v := v.(type) {
	case *Stream:
		if v != nil {
			return v.id
		}
	case *Context:
		if v != nil {
			return v.id
		}
	case *StreamFilter:
		if v != nil {
			return v.id
		}
	}
	c := defaultRuntime.call("get_resource_id")
	c.notResource(1, "resource")
	c.deliver()
	return 0
}
