//go:build phpbridge

// Which functions of PHP's the bridge answers, and who answers a call.

#include "module.h"

int ps_slot = -1;

ps_function ps_functions[] = {
	{"fsockopen", PS_OPENER},
	{"pfsockopen", PS_OPENER},
	{"stream_socket_client", PS_OPENER, .takes_context = 6},
	{"stream_socket_server", PS_OPENER, .takes_context = 5},
	{"stream_socket_pair", PS_OPENER},

	{"stream_socket_accept", PS_BY_FIRST, .captures = true},
	{"stream_socket_recvfrom", PS_BY_FIRST}, // past all buffers and filters
	{"stream_socket_sendto", PS_BY_FIRST, PS_WRITES},
	{"stream_socket_enable_crypto", PS_BY_FIRST, .captures = true},
	{"stream_socket_get_name", PS_BY_FIRST},
	{"stream_socket_shutdown", PS_BY_FIRST},
	{"fgets", PS_BY_FIRST, PS_READS},
	{"fgetc", PS_BY_FIRST, PS_READS},
	{"fread", PS_BY_FIRST, PS_READS},
	{"feof", PS_BY_FIRST, PS_READS},
	{"stream_get_contents", PS_BY_FIRST, PS_READS, .reads_on = true},
	{"stream_get_line", PS_BY_FIRST, PS_READS},
	{"fwrite", PS_BY_FIRST, PS_WRITES},
	{"fputs", PS_BY_FIRST, PS_WRITES},
	{"fflush", PS_BY_FIRST, PS_WRITES},
	{"fclose", PS_BY_FIRST, .closes = true},
	{"ftell", PS_BY_FIRST, PS_READS},
	{"fseek", PS_BY_FIRST, PS_READS},
	{"rewind", PS_BY_FIRST, PS_READS},
	{"stream_copy_to_stream", PS_BY_ANY},
	{"stream_get_meta_data", PS_BY_FIRST, .tells_unread = true},
	{"socket_get_status", PS_BY_FIRST, .tells_unread = true},
	{"stream_set_timeout", PS_BY_FIRST},
	{"socket_set_timeout", PS_BY_FIRST},
	{"stream_set_blocking", PS_BY_FIRST},
	{"socket_set_blocking", PS_BY_FIRST},
	{"stream_set_read_buffer", PS_BY_FIRST, .sets_buffering = true},
	{"stream_set_write_buffer", PS_BY_FIRST},
	{"set_file_buffer", PS_BY_FIRST},
	{"stream_set_chunk_size", PS_BY_FIRST, .sets_buffering = true},
	{"stream_is_local", PS_BY_FIRST},
	{"stream_select", PS_SELECT},

	{"socket_import_stream", PS_BY_FIRST},
	{"socket_set_option", PS_BY_SOCKET},
	{"socket_setopt", PS_BY_SOCKET},
	{"socket_get_option", PS_BY_SOCKET},
	{"socket_getopt", PS_BY_SOCKET},

	{"stream_context_create", PS_CONTEXTS},
	{"stream_context_set_option", PS_CONTEXTS},
	{"stream_context_set_options", PS_CONTEXTS},
	{"stream_context_get_options", PS_CONTEXTS},
	{"stream_context_set_params", PS_CONTEXTS},
	{"stream_context_get_params", PS_CONTEXTS},
	{"stream_context_get_default", PS_CONTEXTS},
	{"stream_context_set_default", PS_CONTEXTS},

	{"stream_get_transports", PS_ALWAYS},
	{"gethostbyname", PS_ALWAYS},
	{"gethostbynamel", PS_ALWAYS},
	{"gethostname", PS_ALWAYS},
	{"getmxrr", PS_ALWAYS},
	{"dns_get_mx", PS_ALWAYS},
	{"checkdnsrr", PS_ALWAYS},
	{"dns_check_record", PS_ALWAYS},
	{"dns_get_record", PS_ALWAYS},
	{"openssl_x509_parse", PS_ALWAYS},
	{"openssl_x509_fingerprint", PS_ALWAYS},
	{"socket_strerror", PS_ALWAYS},

	{"fopen", PS_COUNTED},
	{"file", PS_COUNTED},
	{"file_get_contents", PS_COUNTED},
	{"file_put_contents", PS_COUNTED},
	{"readfile", PS_COUNTED},
	{"copy", PS_COUNTED},
	{"fpassthru", PS_COUNTED},
	{"fstat", PS_COUNTED},
	{"fprintf", PS_COUNTED},
	{"vfprintf", PS_COUNTED},
	{"fputcsv", PS_COUNTED},
	{"fgetcsv", PS_COUNTED},
	{"fscanf", PS_COUNTED},
	{"stream_filter_append", PS_COUNTED},
	{"stream_filter_prepend", PS_COUNTED},
	{"stream_filter_remove", PS_COUNTED},

	{"pcntl_signal", PS_SIGNALS},
	{"set_time_limit", PS_SIGNALS},
	{"url", PS_URLS},
	{"path", PS_PATHS},
	{NULL},
};

// ps_install puts our handler in the place of PHP's. A function that this PHP
// doesn't have, or that is disabled, is passed over, and so is one that the
// library doesn't have in this PHP's profile. It is called again for those of
// extensions that were loaded after this one.
void ps_install(void) {
	if (ps_slot < 0)
		ps_slot = zend_get_resource_handle("phpstream");
	for (ps_function *f = ps_functions; f->name; f++) {
		zend_function *func = zend_hash_str_find_ptr(CG(function_table), f->name, strlen(f->name));
		bool ours = f->route != PS_COUNTED && f->route != PS_SIGNALS;
		if (!func || f->php || func->type != ZEND_INTERNAL_FUNCTION || (ours && !ps_has((char *)f->name)))
			continue;
		f->php = func->internal_function.handler;
		func->internal_function.reserved[ps_slot] = f;
		func->internal_function.handler = ps_handler;
	}
}

static bool has_own(zval *array) {
	zval *z;
	ZVAL_DEREF(array);
	if (Z_TYPE_P(array) != IS_ARRAY)
		return false;
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(array), z) {
		if (ps_own(z) || ps_was_own(z))
			return true;
	} ZEND_HASH_FOREACH_END();
	return false;
}

// php_goes_on tells whether PHP's handler must go on with a stream of ours: it
// has bytes of it, or a filter on it, or a callback that is to hear of each read.
static bool php_goes_on(const ps_function *f, php_stream *stream) {
	if (!stream)
		return false;
	if (f->bytes == PS_NO_BYTES && !f->closes)
		return false;
	if (f->reads_on && ps_has_callback(PHP_STREAM_CONTEXT(stream)))
		return true;
	return ps_is_filtered(stream) || (f->bytes == PS_READS && (stream->writepos > stream->readpos || stream->eof));
}

// is_whole tells whether a value is a stream of ours that PHP has no part in.
static bool is_whole(zval *z) {
	php_stream *stream = ps_own(z);
	if (!stream)
		return ps_was_own(z);
	return stream->writepos == stream->readpos && !ps_is_filtered(stream) && !ps_has_callback(PHP_STREAM_CONTEXT(stream));
}

static bool is_go(const ps_function *f, zend_execute_data *execute_data) {
	uint32_t argc = ZEND_NUM_ARGS();
	zval *first = argc > 0 ? ZEND_CALL_ARG(execute_data, 1) : NULL;
	zval *second = argc > 1 ? ZEND_CALL_ARG(execute_data, 2) : NULL;

	switch (f->route) {
	case PS_ALWAYS: // what may read files is PHP's where it mustn't read all
		return !(PG(open_basedir) && *PG(open_basedir) && strncmp(f->name, "openssl_", 8) == 0);
	case PS_OPENER:
		return true;
	case PS_BY_FIRST:
		return first && (ps_own(first) || ps_was_own(first)) && !php_goes_on(f, ps_own(first));
	case PS_BY_ANY: // both must be Go's: PHP copies between Go's and its own
		return first && second && is_whole(first) && is_whole(second);
	case PS_SELECT:
		for (uint32_t i = 1; i <= argc && i <= 3; i++) {
			if (has_own(ZEND_CALL_ARG(execute_data, i)))
				return true;
		}
		return false;
	case PS_BY_SOCKET: // a child that was forked off has the descriptor
		return first && ps_is_own_socket(first) && !ps_forked;
	case PS_CONTEXTS:
		if (!first || Z_TYPE_P(first) != IS_RESOURCE)
			return true;
		return Z_RES_TYPE_P(first) == php_le_stream_context() || ps_own(first) || ps_was_own(first);
	default:
		return false;
	}
}

static bool has_network(zval *z) {
	ZVAL_DEREF(z);
	if (Z_TYPE_P(z) == IS_ARRAY) {
		zval *item;
		ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(z), item) {
			ZVAL_DEREF(item);
			if (Z_TYPE_P(item) == IS_RESOURCE && has_network(item))
				return true;
		} ZEND_HASH_FOREACH_END();
		return false;
	}
	php_stream *stream = ps_any_stream(z);
	return stream && ps_is_network(stream);
}

// pass_on lets PHP answer, and finds out whether it used the network.
static void pass_on(ps_function *f, INTERNAL_FUNCTION_PARAMETERS) {
	bool network = f->route == PS_OPENER;
	for (uint32_t i = 1; i <= ZEND_NUM_ARGS() && i <= 4; i++) {
		zval *z = ZEND_CALL_ARG(execute_data, i);
		network = network || has_network(z);
	}
	f->by_php++;
	for (uint32_t i = 1; i <= ZEND_NUM_ARGS() && i <= 2 && !ps_forked; i++)
		ps_lend(ps_own(ZEND_CALL_ARG(execute_data, i)));
	f->php(INTERNAL_FUNCTION_PARAM_PASSTHRU);
	if (network || has_network(return_value))
		f->by_php_network++;
	if (f->route == PS_SIGNALS)
		ps_move_signal_handlers();
}

// adopt_arguments makes PHP's own of the call's streams, in a child.
static bool adopt_arguments(zend_execute_data *execute_data) {
	for (uint32_t i = 1; i <= ZEND_NUM_ARGS(); i++) {
		zval *z = ZEND_CALL_ARG(execute_data, i), *item;
		php_stream *stream = ps_own(z);
		if (stream && !ps_adopt(stream))
			return false;
		ZVAL_DEREF(z);
		if (Z_TYPE_P(z) != IS_ARRAY)
			continue;
		ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(z), item) {
			if ((stream = ps_own(item)) && !ps_adopt(stream))
				return false;
		} ZEND_HASH_FOREACH_END();
	}
	return true;
}

void ps_handler(INTERNAL_FUNCTION_PARAMETERS) {
	ps_function *f = EX(func)->internal_function.reserved[ps_slot];
	bool go = is_go(f, execute_data);

	if (go && !ps_forked) {
		f->by_go++;
		ps_answer_by_go(f, INTERNAL_FUNCTION_PARAM_PASSTHRU);
	} else if (f->route == PS_OPENER && ps_strict()) {
		f->by_php++;
		f->by_php_network++;
		zend_throw_error(NULL, "phpstream: %s() would open a network stream of PHP's own, in a forked process", f->name);
	} else if (ps_forked && !f->closes && !adopt_arguments(execute_data)) {
		zend_throw_error(NULL, "phpstream: %s() can't use a TLS stream of the process that was forked", f->name);
	} else {
		pass_on(f, INTERNAL_FUNCTION_PARAM_PASSTHRU);
	}
}
