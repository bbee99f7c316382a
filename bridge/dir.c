//go:build phpbridge

// Directories of FTP servers: a stream of PHP's that asks Go for its entries.

#include "module.h"

typedef struct {
	int64_t number;
	zend_resource *context; // NULL for none
} folder;

static php_stream_context *context_of(const folder *f) { return f->context ? f->context->ptr : NULL; }

static ssize_t folder_read(php_stream *stream, char *to, size_t size) {
	const folder *f = stream->abstract;
	php_stream_dirent *entry = (php_stream_dirent *)to;
	ps_answer answer = {0};
	int there;

	if (size != sizeof *entry)
		return -1; // somebody who takes it for a file
	if (ps_forked) {
		zend_throw_error(NULL, "phpstream: a directory of the process that was forked can't be listed");
		return -1;
	}
	*entry = (php_stream_dirent){0};
	there = ps_next_entry(f->number, entry->d_name, sizeof entry->d_name, &answer);
	ps_hear(context_of(f), &answer);
	return there ? (ssize_t)size : -1;
}

static int folder_close(php_stream *stream, int close_handle) {
	folder *f = stream->abstract;
	ps_answer answer = {0};

	if (!ps_forked) {
		ps_close(f->number, &answer);
		ps_hear(context_of(f), &answer);
	}
	if (f->context)
		zend_list_delete(f->context);
	efree(f);
	return 0;
}

static const php_stream_ops folder_ops = {NULL, folder_read, folder_close, NULL, "ftpdir", NULL, NULL, NULL, NULL};

php_stream *ps_open_folder(php_stream_wrapper *wrapper, const char *url, const char *mode, int options, zend_string **opened_path, php_stream_context *context STREAMS_DC) {
	const php_stream_wrapper_ops *php;
	ps_row row = {0};
	ps_answer answer = {0};
	const ps_value *opened;
	php_stream *stream = NULL;
	int64_t job;
	int error;

	if (!ps_count_url(PS_PATHS, wrapper, url, &php))
		return NULL;
	if (php)
		return php->dir_opener(wrapper, url, mode, options, opened_path, context STREAMS_REL_CC);
	if (!ps_put_url_context(&row, context))
		return NULL;
	error = ps_open_dir((char *)url, row.values, row.count, &answer);
	job = ps_keep(); // callbacks and handlers may call Go
	opened = ps_heed(&answer, &row, wrapper, options, context);
	if (opened->kind == PS_STREAM) {
		folder *f = emalloc(sizeof *f);
		*f = (folder){opened->n, context ? context->res : NULL};
		if (context)
			GC_ADDREF(context->res);
		stream = php_stream_alloc(&folder_ops, f, NULL, mode);
	}
	ps_done(job);
	ps_free_row(&row);
	if (!stream)
		errno = error; // of which scandir speaks
	return stream;
}
