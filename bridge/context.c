//go:build phpbridge

// PHP keeps the contexts. What Go has found good of a call is done to PHP's,
// too.

#include "module.h"

php_stream_context *ps_context(zval *z) {
	php_stream *stream;
	ZVAL_DEREF(z);
	if (Z_TYPE_P(z) != IS_RESOURCE)
		return NULL;
	if (Z_RES_TYPE_P(z) == php_le_stream_context())
		return Z_RES_P(z)->ptr;
	stream = ps_own(z);
	if (!stream)
		return NULL;
	if (!stream->ctx)
		stream->ctx = php_stream_context_alloc()->res;
	return PHP_STREAM_CONTEXT(stream);
}

// ps_context_for_client is the context of a stream_socket_client: the argument,
// or the default one where there is none; NULL for an argument that is no
// context.
php_stream_context *ps_context_for_client(zval *z) {
	if (z && Z_TYPE_P(z) != IS_NULL && Z_TYPE_P(z) != IS_UNDEF)
		return Z_TYPE_P(z) == IS_RESOURCE && Z_RES_TYPE_P(z) == php_le_stream_context() ? Z_RES_P(z)->ptr : NULL;
	if (!FG(default_context))
		FG(default_context) = php_stream_context_alloc();
	return FG(default_context);
}

// ps_read_cafile reads a cafile that only a wrapper of PHP's opens, an archive's or
// a program's own, before Go asks for it.
void ps_read_cafile(php_stream_context *context) {
	zval *file = context ? php_stream_context_get_option(context, "ssl", "cafile") : NULL;
	php_stream_wrapper *wrapper;
	php_stream *stream;
	zend_string *data;

	if (!file || Z_TYPE_P(file) != IS_STRING || !strstr(Z_STRVAL_P(file), "://"))
		return;
	wrapper = php_stream_locate_url_wrapper(Z_STRVAL_P(file), NULL, 0);
	if (!wrapper || wrapper->is_url || wrapper == &php_plain_files_wrapper)
		return;
	stream = php_stream_open_wrapper(Z_STRVAL_P(file), "rb", 0, NULL);
	if (!stream)
		return;
	data = php_stream_copy_to_mem(stream, PHP_STREAM_COPY_ALL, 0);
	php_stream_close(stream);
	if (data) {
		ps_foreign(Z_STRVAL_P(file), ZSTR_VAL(data), ZSTR_LEN(data));
		zend_string_release(data);
	}
}

// ps_set_captured sets the options that Go has: v is their number. It answers what
// comes behind them.
const ps_value *ps_set_captured(php_stream_context *context, const ps_value *v, const ps_row *row) {
	for (int64_t count = v++->n; count > 0; count--) {
		const ps_value *name = v;
		zval value;
		v = ps_take(&value, v + 1, row);
		if (context)
			php_stream_context_set_option(context, "ssl", name->p, &value);
		zval_ptr_dtor(&value);
	}
	return v;
}

// set_options sets options up to the first entry of a wrong form, as PHP does.
static void set_options(php_stream_context *context, HashTable *options) {
	zend_string *wrapper, *name;
	zval *values, *value;
	ZEND_HASH_FOREACH_STR_KEY_VAL(options, wrapper, values) {
		ZVAL_DEREF(values);
		if (!wrapper || Z_TYPE_P(values) != IS_ARRAY)
			return;
		ZEND_HASH_FOREACH_STR_KEY_VAL(Z_ARRVAL_P(values), name, value) {
			if (name)
				php_stream_context_set_option(context, ZSTR_VAL(wrapper), ZSTR_VAL(name), value);
		} ZEND_HASH_FOREACH_END();
	} ZEND_HASH_FOREACH_END();
}

// ps_mirror_thrown does what PHP has done of a call by the time it throws.
void ps_mirror_thrown(const ps_function *f, zend_execute_data *execute_data) {
	uint32_t at = strstr(f->name, "_default") ? 1 : strstr(f->name, "_set_option") ? 2 : 0;
	php_stream_context *context;
	zval *options;

	if (at == 0 || ZEND_NUM_ARGS() < at)
		return;
	options = ZEND_CALL_ARG(execute_data, at);
	context = at == 1 ? ps_context_for_client(NULL) : ps_context(ZEND_CALL_ARG(execute_data, 1));
	if (context && Z_TYPE_P(options) == IS_ARRAY)
		set_options(context, Z_ARRVAL_P(options));
}

// ps_mirror does to PHP's context what a function of contexts did to Go's. What
// makes a context, or takes parameters, is PHP's handler's to do; its answer is
// the resource.
void ps_mirror(const ps_function *f, INTERNAL_FUNCTION_PARAMETERS) {
	zval *first = ZEND_NUM_ARGS() > 0 ? ZEND_CALL_ARG(execute_data, 1) : NULL;
	bool sets = strncmp(f->name, "stream_context_set_option", strlen("stream_context_set_option")) == 0;
	php_stream_context *context;
	zval stand_in, kept;

	if (strcmp(f->name, "stream_context_create") == 0 || strstr(f->name, "_default")) {
		zval_ptr_dtor(return_value);
		ZVAL_NULL(return_value);
		f->php(INTERNAL_FUNCTION_PARAM_PASSTHRU);
		return;
	}
	if (strstr(f->name, "_get_") || !first || !(context = ps_context(first)))
		return;
	if (sets) {
		zval *second = ZEND_CALL_ARG(execute_data, 2);
		if (Z_TYPE_P(second) == IS_ARRAY) {
			set_options(context, Z_ARRVAL_P(second));
		} else {
			zend_string *wrapper = zval_get_string(second), *name = zval_get_string(ZEND_CALL_ARG(execute_data, 3));
			php_stream_context_set_option(context, ZSTR_VAL(wrapper), ZSTR_VAL(name), ZEND_CALL_ARG(execute_data, 4));
			zend_string_release(wrapper);
			zend_string_release(name);
		}
		return;
	}
	// stream_context_set_params: PHP's doesn't know our streams.
	zval ignored;
	ZVAL_NULL(&ignored);
	ZVAL_RES(&stand_in, context->res);
	ZVAL_COPY_VALUE(&kept, first);
	ZVAL_COPY_VALUE(first, &stand_in);
	f->php(execute_data, &ignored);
	ZVAL_COPY_VALUE(first, &kept);
	zval_ptr_dtor(&ignored);
}
