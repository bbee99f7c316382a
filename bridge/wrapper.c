//go:build phpbridge

// URLs: in the places of PHP's wrappers of the network's schemes stand ours.

#include "module.h"
#include "ext/standard/basic_functions.h"

static const char *const schemes[] = {"http", "https", "ftp", "ftps"};
enum { SCHEMES = sizeof schemes / sizeof schemes[0] };

static php_stream_wrapper wrappers[SCHEMES];
static php_stream_wrapper_ops operations[SCHEMES];
static const php_stream_wrapper *php_wrappers[SCHEMES];

// count_url counts what is asked of a wrapper of ours. Who answers it is Go, or,
// where it isn't NULL, these operations of PHP's: there is no Go in a process that
// was forked off. In strict mode that is an error, and the answer is not ok.
bool ps_count_url(ps_route asked, php_stream_wrapper *wrapper, const char *url, const php_stream_wrapper_ops **php) {
	ps_function *f = ps_functions;
	while (f->route != asked)
		f++;
	*php = NULL;
	if (!ps_forked) {
		f->by_go++;
		return true;
	}
	f->by_php++;
	f->by_php_network++;
	if (ps_strict()) {
		zend_throw_error(NULL, "phpstream: PHP would go to %s by its own means, in a forked process", url);
		return false;
	}
	*php = php_wrappers[wrapper - wrappers]->wops;
	return true;
}

// ps_notify has the callback of a context hear of something.
void ps_notify(php_stream_context *context, const ps_value *event) {
	int code = (int)event->n;
	bool has_text = event[1].n > 0 || code == PHP_STREAM_NOTIFY_MIME_TYPE_IS || code == PHP_STREAM_NOTIFY_FAILURE ||
		code == PHP_STREAM_NOTIFY_REDIRECTED || code == PHP_STREAM_NOTIFY_AUTH_RESULT;

	if (!context || !context->notifier)
		return;
	if (code == PHP_STREAM_NOTIFY_PROGRESS) { // which PHP's own code counts on from
		context->notifier->mask |= PHP_STREAM_NOTIFIER_PROGRESS;
		context->notifier->progress = event[3].n;
		context->notifier->progress_max = event[4].n;
	}
	php_stream_notification_notify(context, code, event->flags, has_text ? (char *)event[1].p : NULL,
		(int)event[2].n, event[3].n, event[4].n, NULL);
}

// ps_put_url_context puts the context for a URL, and how far its callback has
// counted. Go gets to know what it needs of PHP. It answers false, and frees the row,
// where an option has thrown as it was to be a text.
bool ps_put_url_context(ps_row *row, php_stream_context *context) {
	row->as_text = true;
	ps_configure();
	ps_read_cafile(context);
	if (!context) {
		zval none;
		ZVAL_EMPTY_ARRAY(&none);
		ps_put(row, PS_CONTEXT, 0, NULL, PS_HAS_OPTIONS);
		ps_put_value(row, &none);
		return true;
	}
	ps_put_context(row, context);
	if (EG(exception)) {
		ps_free_row(row);
		return false;
	}
	if (context->notifier && (context->notifier->mask & PHP_STREAM_NOTIFIER_PROGRESS)) {
		ps_put(row, PS_INT, context->notifier->progress, NULL, 0);
		ps_put(row, PS_INT, context->notifier->progress_max, NULL, 0);
	}
	return true;
}

// keep_headers leaves the header lines where programs look for them.
static void keep_headers(zval *lines) {
#if PHP_VERSION_ID >= 80400
	zval_ptr_dtor(&BG(last_http_headers));
	ZVAL_COPY(&BG(last_http_headers), lines);
#endif
#if PHP_VERSION_ID < 80500
	Z_TRY_ADDREF_P(lines);
	if (zend_set_local_var_str(ZEND_STRL("http_response_header"), lines, 0) == FAILURE)
		zval_ptr_dtor(lines);
#endif
}

// ps_heed does what Go's answer says, but for what stands behind the options, which
// it answers.
const ps_value *ps_heed(const ps_answer *answer, const ps_row *row, php_stream_wrapper *wrapper, int options, php_stream_context *context) {
	const ps_value *v = answer->values + 1;
	int64_t count = v->n;

	ps_raise(NULL, context, v + 1, count);
	v += 1 + PS_EVENT * count;
	count = v++->n;
	for (; count > 0; count--, v++)
		php_stream_wrapper_log_error(wrapper, options, "%s", v->p);
	return ps_set_captured(context, v, row);
}

// finish does what Go's answer to an opening says.
static php_stream *finish(const ps_answer *answer, const ps_row *row, php_stream_wrapper *wrapper, const char *mode, int options, php_stream_context *context) {
	php_stream *stream = NULL;
	zval lines;
	const ps_value *v = ps_take(&lines, ps_heed(answer, row, wrapper, options, context), row);

	if (v->kind == PS_STREAM) {
		stream = ps_stream(v);
		snprintf(stream->mode, sizeof stream->mode, "%s", mode);
		stream->eof = ps_ended(ps_number(stream));
		if (context)
			php_stream_context_set(stream, context);
		ZVAL_COPY(&stream->wrapperdata, &lines);
	}
	if (Z_TYPE(lines) == IS_ARRAY)
		keep_headers(&lines);
	zval_ptr_dtor(&lines);
	return stream;
}

static php_stream *open_url(php_stream_wrapper *wrapper, const char *path, const char *mode, int options, zend_string **opened_path, php_stream_context *context STREAMS_DC) {
	const php_stream_wrapper_ops *php;
	ps_row row = {0};
	ps_answer answer = {0};
	php_stream *stream;
	int64_t job;

	if (!ps_count_url(PS_URLS, wrapper, path, &php))
		return NULL;
	if (php)
		return php->stream_opener(wrapper, path, mode, options, opened_path, context STREAMS_REL_CC);
#if PHP_VERSION_ID >= 80400
	zval_ptr_dtor(&BG(last_http_headers));
	ZVAL_UNDEF(&BG(last_http_headers));
#endif
	if (!ps_put_url_context(&row, context))
		return NULL;
	ps_open_url((char *)path, (char *)mode, (options & STREAM_ONLY_GET_HEADERS) != 0, row.values, row.count, &answer);
	job = ps_keep(); // callbacks and handlers may call Go
	for (; answer.values[0].n == 1; ps_resume_url(job, &answer))
		ps_raise(NULL, context, answer.values + 2, answer.values[1].n);
	stream = finish(&answer, &row, wrapper, mode, options, context);
	ps_done(job);
	ps_free_row(&row);
	return stream;
}

// place puts our wrapper in the place of PHP's for a scheme, the same one for
// schemes that share PHP's: rename wants that of both names.
static void place(HashTable *all, int i) {
	php_wrappers[i] = zend_hash_str_find_ptr(all, schemes[i], strlen(schemes[i]));
	if (!php_wrappers[i])
		return;
	int ours = 0;
	while (php_wrappers[ours] != php_wrappers[i])
		ours++;
	if (ours == i) {
		operations[i] = *php_wrappers[i]->wops;
		operations[i].stream_opener = open_url;
		ps_take_paths(&operations[i]);
		wrappers[i] = *php_wrappers[i];
		wrappers[i].wops = &operations[i];
	}
	zend_hash_str_update_ptr(all, schemes[i], strlen(schemes[i]), &wrappers[ours]);
}

void ps_install_wrappers(void) {
	HashTable *all = php_stream_get_url_stream_wrappers_hash_global();
	for (int i = 0; i < SCHEMES; i++)
		place(all, i);
}
