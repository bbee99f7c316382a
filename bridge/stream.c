//go:build phpbridge

// A stream of Go's as a php_stream: what PHP's own functions do on it goes
// through these operations.

#include "module.h"
#include "main/php_network.h"
#include <sys/socket.h>
#include <unistd.h>

static ps_own_stream *own(php_stream *stream) { return stream->abstract; }

// A child that was forked off goes on by PHP's own operations.
#define IN_CHILD(stream, operation, failed, ...) \
	if (ps_forked) \
		return ps_adopt(stream) ? (stream)->ops->operation(__VA_ARGS__) : (failed)

int64_t ps_number(php_stream *stream) { return own(stream)->number; }

bool ps_is_filtered(php_stream *stream) { return stream->readfilters.head || stream->writefilters.head; }

// ps_hear has PHP hear what there is to say of a stream, if there is anything.
void ps_hear(php_stream_context *context, const ps_answer *answer) {
	int64_t job;
	if (answer->count == 0 || answer->values[1].n == 0)
		return;
	job = ps_keep();
	ps_raise(NULL, context, answer->values + 2, answer->values[1].n);
	ps_done(job);
}

static ssize_t own_write(php_stream *stream, const char *from, size_t size) {
	IN_CHILD(stream, write, -1, stream, from, size);
	ps_answer answer = {0};
	ssize_t n = ps_write(ps_number(stream), (char *)from, size, &answer);
	ps_hear(PHP_STREAM_CONTEXT(stream), &answer);
	return n;
}

static ssize_t own_read(php_stream *stream, char *to, size_t size) {
	IN_CHILD(stream, read, -1, stream, to, size);
	int eof = 0, at_once = 0;
	ps_answer answer = {0};
	ssize_t n;

	// Where a filter that is removed has made PHP's buffer grow, PHP before 8.4
	// forgets by how much: there is room for a chunk.
	if (size > PTRDIFF_MAX)
		size = stream->chunk_size;
	// A callback hears of each chunk.
	if (size > stream->chunk_size && ps_has_callback(PHP_STREAM_CONTEXT(stream)))
		size = stream->chunk_size;

#if PHP_VERSION_ID >= 80400
	at_once = stream->has_buffered_data;
#endif
	n = ps_read(ps_number(stream), to, size, at_once, &eof, &answer);
	if (eof)
		stream->eof = 1;
	ps_hear(PHP_STREAM_CONTEXT(stream), &answer);
	return n;
}

// The numbers of resources that were ours: a closed one is a resource without a
// type. PHP doesn't use a number twice in a request.
static HashTable closed;
static bool closed_ready;

// close_in_go closes Go's part, and has PHP hear what there is to say of it.
static void close_in_go(php_stream *stream) {
	ps_answer answer = {0};
	ps_close(ps_number(stream), &answer);
	ps_hear(PHP_STREAM_CONTEXT(stream), &answer);
}

static int own_close(php_stream *stream, int close_handle) {
	if (!closed_ready) {
		zend_hash_init(&closed, 8, NULL, NULL, 1);
		closed_ready = true;
	}
	if (stream->res)
		zend_hash_index_add_empty_element(&closed, stream->res->handle);
	if (!ps_forked)
		close_in_go(stream);
	else if (own(stream)->fd >= 0)
		close(own(stream)->fd);
	pefree(stream->abstract, stream->is_persistent);
	return 0;
}

void ps_forget_closed(void) {
	if (closed_ready)
		zend_hash_clean(&closed);
}

bool ps_was_own(zval *z) {
	ZVAL_DEREF(z);
	return Z_TYPE_P(z) == IS_RESOURCE && Z_RES_TYPE_P(z) == -1 && closed_ready &&
		zend_hash_index_exists(&closed, Z_RES_HANDLE_P(z));
}

static int own_flush(php_stream *stream) { return 0; } // nothing is held back

static int own_cast(php_stream *stream, int castas, void **ret) {
	IN_CHILD(stream, cast, FAILURE, stream, castas, ret);
	int fd;
	if (castas != PHP_STREAM_AS_FD && castas != PHP_STREAM_AS_FD_FOR_SELECT && castas != PHP_STREAM_AS_SOCKETD)
		return FAILURE;
	fd = ps_descriptor(ps_number(stream));
	if (fd < 0)
		return FAILURE;
	if (ret)
		*(php_socket_t *)ret = fd;
	return SUCCESS;
}

static int own_stat(php_stream *stream, php_stream_statbuf *ssb) {
	IN_CHILD(stream, stat, -1, stream, ssb);
	int fd = ps_descriptor(ps_number(stream));
	return fd < 0 ? -1 : zend_fstat(fd, &ssb->sb);
}

// by_socket is a transfer with flags or an address: the socket's own business.
static int by_socket(int fd, php_stream_xport_param *p) {
	int flags = (p->inputs.flags & STREAM_OOB) ? MSG_OOB : 0;
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	ssize_t n;

	if (p->op == STREAM_XPORT_OP_SEND)
		return (int)sendto(fd, p->inputs.buf, p->inputs.buflen, flags, p->inputs.addr, p->inputs.addr ? p->inputs.addrlen : 0);
	if (p->inputs.flags & STREAM_PEEK)
		flags |= MSG_PEEK;
	n = recvfrom(fd, p->inputs.buf, p->inputs.buflen, flags, (struct sockaddr *)&address, &length);
	if (n >= 0 && p->want_addr)
		php_network_populate_name_from_sockaddr((struct sockaddr *)&address, length,
			p->want_textaddr ? &p->outputs.textaddr : NULL, &p->outputs.addr, &p->outputs.addrlen);
	return (int)n;
}

// transfer is stream_socket_sendto and stream_socket_recvfrom. What isn't plain
// reading and writing can be done as long as the socket's bytes are the
// program's own.
static int transfer(php_stream *stream, php_stream_xport_param *p) {
	int64_t number = ps_number(stream);

	if (p->want_addr || p->inputs.addr || p->inputs.flags)
		p->outputs.returncode = ps_bare(number) ? by_socket(ps_descriptor(number), p) : -1;
	else if (p->op == STREAM_XPORT_OP_SEND)
		p->outputs.returncode = (int)own_write(stream, p->inputs.buf, p->inputs.buflen);
	else
		p->outputs.returncode = (int)own_read(stream, p->inputs.buf, p->inputs.buflen);
	return PHP_STREAM_OPTION_RETURN_OK;
}

static int own_set_option(php_stream *stream, int option, int value, void *param) {
	IN_CHILD(stream, set_option, PHP_STREAM_OPTION_RETURN_ERR, stream, option, value, param);
	int64_t number = ps_number(stream);
	switch (option) {
	case PHP_STREAM_OPTION_CHECK_LIVENESS:
		return ps_alive(number) ? PHP_STREAM_OPTION_RETURN_OK : PHP_STREAM_OPTION_RETURN_ERR;
	case PHP_STREAM_OPTION_BLOCKING:
		return ps_blocking(number, value);
	case PHP_STREAM_OPTION_READ_TIMEOUT: {
		const struct timeval *t = param;
		ps_timeout(number, t->tv_sec, t->tv_usec);
		return PHP_STREAM_OPTION_RETURN_OK;
	}
	case PHP_STREAM_OPTION_XPORT_API: {
		php_stream_xport_param *p = param;
		if (p->op == STREAM_XPORT_OP_SEND || p->op == STREAM_XPORT_OP_RECV)
			return transfer(stream, p);
		return PHP_STREAM_OPTION_RETURN_NOTIMPL;
	}
	default:
		return PHP_STREAM_OPTION_RETURN_NOTIMPL;
	}
}

// ps_lend gives a stream to PHP, with its position and with what Go has
// buffered: PHP may seek in that, and have filters go over it.
void ps_lend(php_stream *stream) {
	int64_t unread = 0;
	if (!stream || own(stream)->lent)
		return;
	own(stream)->lent = true;
	stream->position = ps_position(ps_number(stream), &unread);
	if (unread == 0)
		return;
	stream->readpos = stream->writepos = 0;
	if (stream->readbuflen < (size_t)unread) {
		stream->readbuf = perealloc(stream->readbuf, unread, stream->is_persistent);
		stream->readbuflen = unread;
	}
	while (stream->writepos < unread) {
		ssize_t n = own_read(stream, (char *)stream->readbuf + stream->writepos, unread - stream->writepos);
		if (n <= 0)
			break;
		stream->writepos += n;
	}
}

// ps_take_back has Go go on with a stream.
void ps_take_back(php_stream *stream) {
	if (!stream || !own(stream)->lent)
		return;
	own(stream)->lent = false;
	ps_set_position(ps_number(stream), stream->position);
}

// PHP names a stream's type by its operations.
static const char *const labels[] = {"tcp_socket/ssl", "udp_socket", "unix_socket", "udg_socket", "generic_socket"};
enum { LABELS = sizeof labels / sizeof labels[0] };
static php_stream_ops own_ops[LABELS];

static bool are_own(const php_stream_ops *ops) { return ops >= own_ops && ops < own_ops + LABELS; }

php_stream *ps_own(zval *z) {
	php_stream *stream;
	ZVAL_DEREF(z);
	if (Z_TYPE_P(z) != IS_RESOURCE || (Z_RES_TYPE_P(z) != php_file_le_stream() && Z_RES_TYPE_P(z) != php_file_le_pstream()))
		return NULL;
	stream = Z_RES_P(z)->ptr;
	return stream && are_own(stream->ops) ? stream : NULL;
}

// ps_any_stream is the stream that a value is, PHP's or ours, or NULL.
php_stream *ps_any_stream(zval *z) {
	ZVAL_DEREF(z);
	return zend_fetch_resource2_ex(z, NULL, php_file_le_stream(), php_file_le_pstream());
}

static const php_stream_ops *ops_of(const char *label) {
	for (int i = 0; i < LABELS; i++) {
		if (!own_ops[i].label)
			own_ops[i] = (php_stream_ops){own_write, own_read, own_close, own_flush, labels[i], NULL, own_cast, own_stat, own_set_option};
		if (strcmp(labels[i], label) == 0)
			return &own_ops[i];
	}
	return own_ops;
}

static bool opened_persistent; // there may be one in PHP's list

// ps_stream makes a php_stream of what Go has opened. A persistent one may have
// been opened before, in this request or another.
php_stream *ps_stream(const ps_value *v) {
	php_stream *stream = NULL;
	char id[32] = "";

	if (v->flags & PS_IS_PERSISTENT)
		snprintf(id, sizeof id, "phpstream__%" PRId64, v->n);
	opened_persistent = opened_persistent || *id;
	if (!*id || php_stream_from_persistent_id(id, &stream) != PHP_STREAM_PERSISTENT_SUCCESS) {
		ps_own_stream *new = pecalloc(1, sizeof *new, *id != 0);
		new->number = v->n;
		stream = php_stream_alloc(ops_of(v->p), new, *id ? id : NULL, "r+");
		stream->flags |= PHP_STREAM_FLAG_NO_SEEK | PHP_STREAM_FLAG_AVOID_BLOCKING;
	}
	return stream;
}

void ps_open(zval *to, const ps_value *v) {
	php_stream *stream = ps_stream(v);
	php_stream_to_zval(stream, to);
}

// each_persistent does something to each persistent stream of ours.
static void each_persistent(void (*f)(php_stream *)) {
	zend_resource *resource;
	if (!opened_persistent)
		return;
	ZEND_HASH_FOREACH_PTR(&EG(persistent_list), resource) {
		if (resource->type == php_file_le_pstream() && are_own(((php_stream *)resource->ptr)->ops))
			f(resource->ptr);
	} ZEND_HASH_FOREACH_END();
}

static void drop(php_stream *stream) { php_stream_pclose(stream); }

static void drop_if_dead(php_stream *stream) {
	if (!ps_is_closed(ps_number(stream)))
		return;
	if (stream->res)
		GC_ADDREF(stream->res); // closing takes one, and the program has its own
	drop(stream);
}

// ps_drop_dead closes the persistent streams that Go has found dead as it looked
// for one to hand out again.
void ps_drop_dead(void) { each_persistent(drop_if_dead); }

// ps_drop_persistent ends what PHP has of persistent streams in a request. Go
// keeps the sockets.
void ps_drop_persistent(void) {
	each_persistent(drop);
	opened_persistent = false;
}

bool ps_is_network(php_stream *stream) {
	static const char *const types[] = {"tcp_socket", "udp_socket", "unix_socket", "udg_socket", "generic_socket", NULL};
	if (are_own(stream->ops))
		return false;
	for (const char *const *type = types; *type; type++) {
		if (strncmp(stream->ops->label, *type, strlen(*type)) == 0)
			return true;
	}
	return false;
}
