//go:build phpbridge

// The extension: how it begins and ends, and what it says of itself.

#include "module.h"
#include <pthread.h>

char *ps_script; // what the process runs

static bool requested; // Go knows of the request

bool ps_strict(void) {
	const char *v = getenv("PHPSTREAM_BRIDGE_STRICT");
	return v && strcmp(v, "1") == 0;
}

// ps_configure tells Go what has changed in PHP's configuration.
void ps_configure(void) {
	static const char *const names[] = {"default_socket_timeout", "openssl.cafile", "openssl.capath", "user_agent", "from",
		"open_basedir", "memory_limit", "auto_detect_line_endings", NULL};
	static char *told[8];
	for (int i = 0; names[i]; i++) {
		const char *value = zend_ini_string((char *)names[i], strlen(names[i]), 0);
		value = value ? value : "";
		if (!requested || !told[i] || strcmp(told[i], value) != 0) {
			free(told[i]);
			told[i] = strdup(value);
			ps_ini((char *)names[i], told[i]);
		}
	}
	requested = true;
}

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_phpstream_engine, 0, 0, IS_STRING, 0)
ZEND_END_ARG_INFO()

// phpstream_engine(): string tells a script which engine answers. Plain PHP
// doesn't have it.
PHP_FUNCTION(phpstream_engine) {
	ZEND_PARSE_PARAMETERS_NONE();
	RETURN_STRING("phpstream");
}

static const zend_function_entry own_functions[] = {
	PHP_FE(phpstream_engine, arginfo_phpstream_engine)
	PHP_FE_END
};

// Go's threads stay with the parent.
static void in_child(void) {
	ps_forked = true;
	ps_forget_counts();
}

static PHP_MINIT_FUNCTION(phpstream) {
	pthread_atfork(ps_before_fork, NULL, in_child);
	ps_begin(PHP_MAJOR_VERSION, PHP_MINOR_VERSION);
	ps_install();
	ps_install_wrappers();
	return SUCCESS;
}

static PHP_MSHUTDOWN_FUNCTION(phpstream) {
	ps_write_log();
	return SUCCESS;
}

static PHP_RINIT_FUNCTION(phpstream) {
	if (ps_forked)
		return SUCCESS; // a worker that was forked off: PHP alone
	ps_begin(PHP_MAJOR_VERSION, PHP_MINOR_VERSION);
	requested = false;
	ps_install();
	if (SG(request_info).path_translated) {
		free(ps_script);
		ps_script = strdup(SG(request_info).path_translated);
	}
	ps_move_signal_handlers();
	return SUCCESS;
}

// The streams of a request are closed after RSHUTDOWN, so that Go ends it here.
static ZEND_MODULE_POST_ZEND_DEACTIVATE_D(phpstream) {
	if (!ps_forked)
		ps_end();
	ps_drop_persistent();
	ps_forget_closed();
	return SUCCESS;
}

static PHP_MINFO_FUNCTION(phpstream) {
	php_info_print_table_start();
	php_info_print_table_row(2, "phpstream", "answers PHP's network streams");
	php_info_print_table_end();
}

static zend_module_entry phpstream_module_entry = {
	STANDARD_MODULE_HEADER,
	"phpstream",
	own_functions,
	PHP_MINIT(phpstream),
	PHP_MSHUTDOWN(phpstream),
	PHP_RINIT(phpstream),
	NULL,
	PHP_MINFO(phpstream),
	"0.1",
	0,
	NULL,
	NULL,
	NULL,
	ZEND_MODULE_POST_ZEND_DEACTIVATE_N(phpstream),
	STANDARD_MODULE_PROPERTIES_EX
};

ZEND_GET_MODULE(phpstream)
