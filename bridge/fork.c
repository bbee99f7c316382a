//go:build phpbridge

// A child that was forked off has no Go: its threads stay with the parent. What
// the child does with a stream of ours goes on in PHP, on the same socket; only
// TLS can't be taken along.

#include "module.h"
#include "main/php_network.h"

bool ps_forked;

// ps_before_fork writes down what a child has to know of each stream.
void ps_before_fork(void) {
	zend_resource *resource;

	if (ps_forked)
		return;
	ZEND_HASH_FOREACH_PTR(&EG(regular_list), resource) {
		zval z;
		php_stream *stream;
		ZVAL_RES(&z, resource);
		if (!resource || !(stream = ps_own(&z)))
			continue;
		ps_own_stream *own = stream->abstract;
		int64_t unread = 0;
		ps_position(own->number, &unread);
		if (unread > 0)
			ps_lend(stream); // PHP's memory is the child's, too
		own->in_clear = ps_state(own->number, &own->fd, &own->blocks, &own->seconds, &own->microseconds);
	} ZEND_HASH_FOREACH_END();
}

static int nothing(php_stream *stream, int close_handle) { return 0; }
static const php_stream_ops empty_ops = {.close = nothing, .label = "nothing"};

// transport is the name of one whose streams PHP treats as this one. A server's
// is the one that it has accept by.
static const char *transport(php_stream *stream) {
	static char name[32];
	const char *label = stream->ops->label, *end;

	if (strcmp(label, "udp_socket") == 0)
		return "udp://127.0.0.1:1";
	if (strcmp(label, "unix_socket") == 0)
		return "unix:///";
	if (strcmp(label, "udg_socket") == 0)
		return "udg:///";
	end = stream->orig_path && (stream->flags & PHP_STREAM_FLAG_NO_IO) ? strstr(stream->orig_path, "://") : NULL;
	if (!end || end - stream->orig_path > 20)
		return "tcp://127.0.0.1:1";
	snprintf(name, sizeof name, "%.*s127.0.0.1:1", (int)(end - stream->orig_path) + 3, stream->orig_path);
	return name;
}

// ps_adopt makes a stream of ours one of PHP's own, in a child. It answers
// whether that can be.
bool ps_adopt(php_stream *stream) {
	ps_own_stream *own = stream->abstract;
	zend_long next = EG(regular_list).nNextFreeElement;
	php_stream *made;
	php_netstream_data_t *socket;

	if (!own->in_clear || own->fd < 0 || stream->is_persistent)
		return false;
	if (strcmp(stream->ops->label, "generic_socket") == 0) {
		made = php_stream_sock_open_from_socket(-1, NULL);
	} else {
		const char *name = transport(stream);
		made = php_stream_xport_create(name, strlen(name), 0, STREAM_XPORT_CLIENT, NULL, NULL, NULL, NULL, NULL);
	}
	if (!made)
		return false;
	socket = made->abstract;
	socket->socket = own->fd;
	socket->is_blocked = own->blocks;
	socket->timeout.tv_sec = own->seconds;
	socket->timeout.tv_usec = own->microseconds;
	stream->ops = made->ops;
	stream->abstract = socket;
	made->ops = &empty_ops;
	made->abstract = NULL;
	php_stream_close(made);
	EG(regular_list).nNextFreeElement = next;
	efree(own);
	return true;
}
