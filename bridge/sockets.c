//go:build phpbridge

// Socket objects of streams of ours. PHP's own extension makes them; their
// options are asked of Go.

#include "module.h"

#if __has_include("ext/sockets/php_sockets.h")
#undef HAVE_SOCKETS
#define HAVE_SOCKETS 1 // which a PHP doesn't say whose extension is a file of its own
#include "ext/sockets/php_sockets.h"
#endif

#ifdef PHP_SOCKETS_API

// ps_is_own_socket tells whether a value is a Socket that was made of a stream of
// ours, closed or not. Go knows it by its handle.
bool ps_is_own_socket(zval *z) {
	ZVAL_DEREF(z);
	if (Z_TYPE_P(z) != IS_OBJECT || strcmp(ZSTR_VAL(Z_OBJCE_P(z)->name), "Socket") != 0)
		return false;
	zval *stream = &Z_SOCKET_P(z)->zstream;
	return Z_TYPE_P(stream) == IS_RESOURCE && (ps_own(stream) || ps_was_own(stream));
}

// ps_keep_socket_error gives PHP the errno of a call that failed.
void ps_keep_socket_error(zval *z, int error) {
	zend_module_entry *sockets = zend_hash_str_find_ptr(&module_registry, ZEND_STRL("sockets"));
	if (error == 0)
		return;
	if (ps_is_own_socket(z))
		Z_SOCKET_P(z)->error = error;
	if (sockets && sockets->globals_ptr)
		((zend_sockets_globals *)sockets->globals_ptr)->last_error = error;
}

#else

bool ps_is_own_socket(zval *z) { return false; }
void ps_keep_socket_error(zval *z, int error) {}

#endif
