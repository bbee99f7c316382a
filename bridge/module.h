//go:build phpbridge

// What the C files of the bridge have in common.

#ifndef PHPSTREAM_MODULE_H
#define PHPSTREAM_MODULE_H

#include "compat.h"
#include "bridge.h"

// Who may answer a function.
typedef enum {
	PS_COUNTED,  // PHP alone: a function that the library doesn't have
	PS_OPENER,   // Go opens network streams
	PS_BY_FIRST, // Go where the first argument is a stream of ours
	PS_BY_ANY,   // Go where one of the first two is
	PS_SELECT,   // Go where one of the arrays has such a stream
	PS_BY_SOCKET, // Go where the first argument is the Socket of a stream of ours
	PS_CONTEXTS, // Go for contexts and for our streams
	PS_ALWAYS,   // Go
	PS_SIGNALS,  // PHP; it sets up handlers of signals
	PS_URLS,     // not a function, but the opener of URLs
	PS_PATHS,    // and what is done with their paths
} ps_route;

// What a function does with the bytes of a stream of ours.
typedef enum { PS_NO_BYTES, PS_READS, PS_WRITES } ps_bytes;

typedef struct {
	const char *name;
	ps_route route;
	ps_bytes bytes;
	uint32_t takes_context; // the position of a context that PHP has a default for
	bool captures;          // a handshake, which sets options
	bool reads_on;          // as long as anything comes
	bool closes;
	bool tells_unread; // unread_bytes
	bool sets_buffering; // what PHP's code does with the stream, too
	zif_handler php; // PHP's own handler
	uint64_t by_go, by_php, by_php_network;
} ps_function;

// functions.c
extern ps_function ps_functions[];
extern int ps_slot; // of zend_function's reserved: the ps_function
void ps_install(void);
void ps_handler(INTERNAL_FUNCTION_PARAMETERS);

// call.c
void ps_answer_by_go(ps_function *f, INTERNAL_FUNCTION_PARAMETERS);
void ps_raise(const ps_function *f, php_stream_context *context, const ps_value *events, int64_t count);

// wrapper.c
void ps_install_wrappers(void);
bool ps_count_url(ps_route asked, php_stream_wrapper *wrapper, const char *url, const php_stream_wrapper_ops **php);
void ps_notify(php_stream_context *context, const ps_value *event);

// dir.c
php_stream *ps_open_folder(php_stream_wrapper *wrapper, const char *url, const char *mode, int options, zend_string **opened_path, php_stream_context *context STREAMS_DC);

// paths.c
void ps_take_paths(php_stream_wrapper_ops *operations);

// What a stream of ours has for its abstract.
typedef struct {
	int64_t number; // Go's
	bool lent;      // PHP works on it, and keeps its position
	// For a child that is forked off:
	int in_clear; // there is no TLS on it
	int fd, blocks;
	int64_t seconds, microseconds;
} ps_own_stream;

// fork.c
extern bool ps_forked; // this process is a child of the one that Go lives in
void ps_before_fork(void);
bool ps_adopt(php_stream *stream);

// stream.c
php_stream *ps_own(zval *z);           // the stream of ours that a value is, or NULL
php_stream *ps_any_stream(zval *z);
bool ps_was_own(zval *z);              // whether it is one that has been closed
int64_t ps_number(php_stream *stream); // Go's number of it
php_stream *ps_stream(const ps_value *v);
void ps_open(zval *to, const ps_value *v);
void ps_hear(php_stream_context *context, const ps_answer *answer);
void ps_lend(php_stream *stream);
void ps_take_back(php_stream *stream);
bool ps_is_filtered(php_stream *stream);
bool ps_is_network(php_stream *stream); // whether PHP's stream is a socket
void ps_forget_closed(void);
void ps_drop_dead(void);
void ps_drop_persistent(void);

// sockets.c
bool ps_is_own_socket(zval *z);
void ps_keep_socket_error(zval *z, int error);

// encode.c
typedef struct {
	ps_value *values;
	size_t count, room;
	zval *objects; // those of PHP's that Go has only a number of
	size_t object_count, object_room;
	zval *kept; // what has been made for the call
	size_t kept_count, kept_room;
	bool with_options; // streams take their contexts' options along
	bool as_text; // a handshake may read ssl options as text
	HashTable *ssl;
} ps_row;

void ps_put(ps_row *row, int kind, int64_t n, const char *p, int flags);
void ps_put_value(ps_row *row, zval *z);
void ps_put_argument(ps_row *row, zval *z, uint32_t position, zend_execute_data *execute_data);
void ps_put_context(ps_row *row, php_stream_context *context);
bool ps_has_callback(php_stream_context *context);
void ps_put_selectable(ps_row *row, zval *array);
void ps_free_row(ps_row *row);

// wrapper.c
bool ps_put_url_context(ps_row *row, php_stream_context *context);
const ps_value *ps_heed(const ps_answer *answer, const ps_row *row, php_stream_wrapper *wrapper, int options, php_stream_context *context);

// decode.c
const ps_value *ps_take(zval *to, const ps_value *v, const ps_row *row);

// context.c
php_stream_context *ps_context(zval *z);            // of a stream or a context, or NULL
php_stream_context *ps_context_for_client(zval *z); // as stream_socket_client finds it
void ps_read_cafile(php_stream_context *context); // where only PHP can
const ps_value *ps_set_captured(php_stream_context *context, const ps_value *v, const ps_row *row);
void ps_mirror_thrown(const ps_function *f, zend_execute_data *execute_data);
void ps_mirror(const ps_function *f, INTERNAL_FUNCTION_PARAMETERS);

// signals.c
void ps_move_signal_handlers(void);

// log.c
void ps_write_log(void);
void ps_forget_counts(void);

// module.c
extern char *ps_script;  // NULL where there is none
bool ps_strict(void);
void ps_configure(void);

// export.go
void ps_begin(int major, int minor);
void ps_end(void);
int ps_has(char *name);
void ps_ini(char *name, char *value);
void ps_foreign(char *url, char *data, size_t size);
void ps_call(char *name, ps_value *args, size_t count, int argc, int strict, ps_answer *answer);
int64_t ps_keep(void);
void ps_resume(int64_t job, ps_answer *answer);
void ps_done(int64_t job);
int ps_socket_error(void);
void ps_name_socket(int64_t handle);

// stream.go
void ps_close(int64_t number, ps_answer *answer);
ssize_t ps_read(int64_t number, char *to, size_t size, int at_once, int *eof, ps_answer *answer);
int ps_ended(int64_t number);
ssize_t ps_write(int64_t number, char *from, size_t size, ps_answer *answer);
int ps_alive(int64_t number);
int ps_is_closed(int64_t number);
int ps_blocking(int64_t number, int on);
void ps_timeout(int64_t number, int64_t seconds, int64_t microseconds);
int ps_bare(int64_t number);
int64_t ps_position(int64_t number, int64_t *unread);
void ps_set_position(int64_t number, int64_t position);
int ps_descriptor(int64_t number);
int ps_state(int64_t number, int *fd, int *blocks, int64_t *seconds, int64_t *microseconds);

// opening.go
void ps_open_url(char *url, char *mode, int headers_only, ps_value *context, size_t count, ps_answer *answer);
void ps_resume_url(int64_t job, ps_answer *answer);

// wrapper.go
int ps_open_dir(char *url, ps_value *context, size_t count, ps_answer *answer);
int ps_next_entry(int64_t number, char *to, size_t size, ps_answer *answer);
int ps_change_path(char *function, char *url, char *to, int mode, int recursive, ps_value *context, size_t count, ps_answer *answer);
int ps_stat_url(char *url, ps_value *context, size_t count, ps_stat *to, ps_answer *answer);

#endif
