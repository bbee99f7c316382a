//go:build phpbridge

// From PHP's values to the row of plain ones that Go reads.

#include "module.h"

void ps_put(ps_row *row, int kind, int64_t n, const char *p, int flags) {
	if (row->count == row->room) {
		row->room = row->room ? 2 * row->room : 16;
		row->values = safe_erealloc(row->values, row->room, sizeof(ps_value), 0);
	}
	row->values[row->count++] = (ps_value){.kind = kind, .flags = flags, .n = n, .p = p};
}

void ps_free_row(ps_row *row) {
	for (size_t i = 0; i < row->kept_count; i++)
		zval_ptr_dtor(&row->kept[i]);
	if (row->kept)
		efree(row->kept);
	if (row->objects)
		efree(row->objects);
	if (row->values)
		efree(row->values);
}

// keep holds a value that was made for the call, or that must outlive what the
// call does, until the row is freed.
static zval *keep(ps_row *row, zval *z) {
	if (row->kept_count == row->kept_room) {
		row->kept_room = row->kept_room ? 2 * row->kept_room : 4;
		row->kept = safe_erealloc(row->kept, row->kept_room, sizeof(zval), 0);
	}
	ZVAL_COPY_VALUE(&row->kept[row->kept_count], z);
	return &row->kept[row->kept_count++];
}

static void put_string(ps_row *row, zend_string *s) { ps_put(row, PS_STRING, ZSTR_LEN(s), ZSTR_VAL(s), 0); }

// put_object leaves an object, or a resource that is an option's value, in PHP:
// Go gets a number of it.
static void put_object(ps_row *row, zval *z, const char *class_name) {
	zval copy;
	if (row->object_count == row->object_room) {
		row->object_room = row->object_room ? 2 * row->object_room : 4;
		row->objects = safe_erealloc(row->objects, row->object_room, sizeof(zval), 0);
	}
	ZVAL_COPY(&copy, z);
	keep(row, &copy);
	ZVAL_COPY_VALUE(&row->objects[row->object_count], z);
	ps_put(row, PS_OBJECT, row->object_count++, class_name, 0);
}

// put_text_of puts the string that an object turns into behind it, where it can be
// one.
static void put_text_of(ps_row *row, zval *object) {
	size_t at = row->count - 1;
	zval text;
	if (!Z_OBJCE_P(object)->__tostring || Z_OBJ_HANDLER_P(object, cast_object)(Z_OBJ_P(object), &text, IS_STRING) != SUCCESS)
		return;
	row->values[at].flags |= PS_HAS_TEXT;
	put_string(row, Z_STR_P(keep(row, &text)));
}

static void put_array(ps_row *row, HashTable *array, void (*put)(ps_row *, zval *)) {
	zend_ulong index;
	zend_string *key;
	zval *z;
	size_t at = row->count;

	if (GC_IS_RECURSIVE(array)) {
		ps_put(row, PS_ARRAY, 0, NULL, 0); // it contains itself
		return;
	}
	ps_put(row, PS_ARRAY, zend_hash_num_elements(array), NULL, 0);
	GC_TRY_PROTECT_RECURSION(array);
	int64_t n = 0;
	ZEND_HASH_FOREACH_KEY_VAL_IND(array, index, key, z) {
		size_t before = row->count;
		if (key)
			put_string(row, key);
		else
			ps_put(row, PS_INT, (int64_t)index, NULL, 0);
		size_t value = row->count;
		put(row, z);
		if (row->count == value)
			row->count = before; // there is nothing to put
		else
			n++;
	} ZEND_HASH_FOREACH_END();
	GC_TRY_UNPROTECT_RECURSION(array);
	row->values[at].n = n;
}

// put_plain puts what is the same wherever it stands, and tells whether it is.
static bool put_plain(ps_row *row, zval *z) {
	switch (Z_TYPE_P(z)) {
	case IS_UNDEF:
		ps_put(row, PS_UNSET, 0, NULL, 0);
		return true;
	case IS_NULL:
		ps_put(row, PS_NULL, 0, NULL, 0);
		return true;
	case IS_FALSE:
	case IS_TRUE:
		ps_put(row, Z_TYPE_P(z) == IS_TRUE ? PS_TRUE : PS_FALSE, 0, NULL, 0);
		return true;
	case IS_LONG:
		ps_put(row, PS_INT, Z_LVAL_P(z), NULL, 0);
		return true;
	case IS_DOUBLE: {
		int64_t bits;
		memcpy(&bits, &Z_DVAL_P(z), sizeof bits);
		ps_put(row, PS_FLOAT, bits, NULL, 0);
		return true;
	}
	case IS_STRING:
		put_string(row, Z_STR_P(z));
		return true;
	default:
		return false;
	}
}

static void put_ssl_option(ps_row *row, zval *z) {
	ps_put_value(row, z);
	ZVAL_DEREF(z);
	if (Z_TYPE_P(z) == IS_OBJECT)
		put_text_of(row, z);
}

// ps_put_value puts the value of an option: objects and resources are handed
// back as they are.
void ps_put_value(ps_row *row, zval *z) {
	ZVAL_DEREF(z);
	if (put_plain(row, z))
		return;
	if (Z_TYPE_P(z) == IS_ARRAY)
		put_array(row, Z_ARRVAL_P(z), row->ssl && Z_ARRVAL_P(z) == row->ssl ? put_ssl_option : ps_put_value);
	else if (Z_TYPE_P(z) == IS_OBJECT)
		put_object(row, z, ZSTR_VAL(Z_OBJCE_P(z)->name));
	else
		put_object(row, z, "resource");
}

bool ps_has_callback(php_stream_context *context) {
	return context && context->notifier && Z_TYPE(context->notifier->ptr) != IS_UNDEF;
}

// put_with_context puts a value that has a context's options, and its callback,
// behind it.
static void put_with_context(ps_row *row, int kind, int64_t n, php_stream_context *context) {
	bool callback = ps_has_callback(context);
	zval *ssl = row->as_text ? zend_hash_str_find_deref(Z_ARRVAL(context->options), ZEND_STRL("ssl")) : NULL;
	ps_put(row, kind, n, NULL, PS_HAS_OPTIONS | (callback ? PS_HAS_CALLBACK : 0));
	row->ssl = ssl && Z_TYPE_P(ssl) == IS_ARRAY ? Z_ARRVAL_P(ssl) : NULL;
	ps_put_value(row, &context->options);
	if (callback)
		put_object(row, &context->notifier->ptr, "callback");
}

void ps_put_context(ps_row *row, php_stream_context *context) { put_with_context(row, PS_CONTEXT, 0, context); }

static void put_resource(ps_row *row, zval *z) {
	php_stream *stream = ps_own(z);
	if (stream) {
		if (row->with_options && stream->ctx && stream->ctx->ptr)
			put_with_context(row, PS_STREAM, ps_number(stream), PHP_STREAM_CONTEXT(stream));
		else
			ps_put(row, PS_STREAM, ps_number(stream), NULL, 0);
	} else if (ps_was_own(z)) {
		ps_put(row, PS_CLOSED, 0, NULL, 0);
	} else if (Z_RES_TYPE_P(z) == php_le_stream_context() && Z_RES_P(z)->ptr) {
		ps_put_context(row, Z_RES_P(z)->ptr);
	} else {
		ps_put(row, PS_FOREIGN, Z_RES_HANDLE_P(z), NULL, 0);
	}
}

// put_certificate puts an OpenSSLCertificate as PEM, which PHP's own function
// writes.
static bool put_certificate(ps_row *row, zval *z) {
	zval function, pem, result, arguments[2];
	bool ok;

	ZVAL_STRING(&function, "openssl_x509_export");
	ZVAL_NEW_EMPTY_REF(&pem);
	ZVAL_NULL(Z_REFVAL(pem));
	ZVAL_COPY_VALUE(&arguments[0], z);
	ZVAL_COPY_VALUE(&arguments[1], &pem);
	ok = call_user_function(NULL, NULL, &function, &result, 2, arguments) == SUCCESS && Z_TYPE(result) == IS_TRUE;
	if (ok) {
		zend_string *text = Z_STR_P(Z_REFVAL(pem));
		ps_put(row, PS_CERTIFICATE, ZSTR_LEN(text), ZSTR_VAL(text), 0);
		keep(row, &pem);
	} else {
		zval_ptr_dtor(&pem);
	}
	zval_ptr_dtor(&function);
	return ok;
}

// as_text turns an object into a string where the parameter takes one, as PHP's
// parsing of parameters does. A __toString that throws leaves the exception.
static bool as_text(ps_row *row, zval *z, uint32_t position, zend_execute_data *execute_data) {
	zend_function *func = EX(func);
	uint32_t types;
	zval text;

	if (position > func->common.num_args || ZEND_ARG_USES_STRICT_TYPES())
		return false;
	types = ZEND_TYPE_FULL_MASK(func->common.arg_info[position - 1].type);
	if (!(types & MAY_BE_STRING) || (types & MAY_BE_OBJECT))
		return false;
	if (Z_OBJ_HANDLER_P(z, cast_object)(Z_OBJ_P(z), &text, IS_STRING) != SUCCESS)
		return false;
	put_string(row, Z_STR_P(keep(row, &text)));
	return true;
}

// ps_put_argument puts the argument of a call; positions are counted from 1.
void ps_put_argument(ps_row *row, zval *z, uint32_t position, zend_execute_data *execute_data) {
	ZVAL_DEREF(z);
	if (put_plain(row, z))
		return;
	switch (Z_TYPE_P(z)) {
	case IS_ARRAY:
		put_array(row, Z_ARRVAL_P(z), ps_put_value);
		return;
	case IS_RESOURCE:
		put_resource(row, z);
		return;
	case IS_OBJECT:
		if (ps_is_own_socket(z)) {
			ps_put(row, PS_SOCKET, Z_OBJ_HANDLE_P(z), NULL, 0);
			return;
		}
		if (strcmp(ZSTR_VAL(Z_OBJCE_P(z)->name), "OpenSSLCertificate") == 0 && put_certificate(row, z))
			return;
		if (EG(exception) || as_text(row, z, position, execute_data) || EG(exception))
			return;
		put_object(row, z, ZSTR_VAL(Z_OBJCE_P(z)->name));
		return;
	default:
		ps_put(row, PS_NULL, 0, NULL, 0);
	}
}

// why_unselectable is what PHP says of a stream that it can't wait for.
static const char *why_unselectable(ps_row *row, php_stream *stream) {
	zval why;
	if (php_stream_is_filtered(stream))
		return "Cannot cast a filtered stream on this system";
	ZVAL_STR(&why, zend_strpprintf(0, "Cannot represent a stream of type %s as a select()able descriptor", stream->ops->label));
	return Z_STRVAL_P(keep(row, &why));
}

// put_waiting puts an entry of stream_select's arrays. A stream of PHP's is its
// descriptor.
static void put_waiting(ps_row *row, zval *z) {
	php_stream *stream;
	php_socket_t fd = -1;

	ZVAL_DEREF(z);
	if (Z_TYPE_P(z) != IS_RESOURCE) {
		ps_put_value(row, z);
		return;
	}
	stream = ps_own(z);
	if (ps_was_own(z) || (stream && stream->writepos == stream->readpos && !ps_is_filtered(stream))) {
		put_resource(row, z);
		return;
	}
	stream = ps_any_stream(z);
	if (!stream) {
		ps_put(row, PS_FOREIGN, Z_RES_HANDLE_P(z), NULL, 0);
		return;
	}
	int flags = stream->writepos > stream->readpos ? PS_IS_BUFFERED : 0;
	if (php_stream_cast(stream, PHP_STREAM_AS_FD_FOR_SELECT | PHP_STREAM_CAST_INTERNAL, (void *)&fd, 0) == SUCCESS && fd != -1)
		ps_put(row, PS_DESCRIPTOR, fd, NULL, flags);
	else
		ps_put(row, PS_UNSELECTABLE, 0, why_unselectable(row, stream), flags);
}

// ps_put_selectable puts one of stream_select's arrays.
void ps_put_selectable(ps_row *row, zval *array) {
	ZVAL_DEREF(array);
	if (Z_TYPE_P(array) == IS_ARRAY)
		put_array(row, Z_ARRVAL_P(array), put_waiting);
	else if (Z_TYPE_P(array) == IS_RESOURCE)
		put_resource(row, array);
	else
		ps_put_value(row, array);
}
