//go:build phpbridge

// A call that Go answers.

#include "module.h"

// throw throws an exception, whose previous is what has been thrown already. Of an
// argument PHP complains only where nothing has.
static void throw(const ps_value *class, const ps_value *message) {
	if (EG(exception) && strstr(message->p, "(): Argument #"))
		return;
	zend_string *name = zend_string_init(class->p, class->n, 0);
	zend_class_entry *ce = zend_lookup_class(name);
	zend_throw_error(ce, "%s", message->p);
	zend_string_release(name);
}

// ps_raise raises events: each an int and a string. Texts that begin with the
// function's name are raised as the function's own, so that PHP writes the name,
// with a link to the manual where html_errors asks for it. Without a function
// all but the bare ones are. The callback of a context hears of notifications.
void ps_raise(const ps_function *f, php_stream_context *context, const ps_value *events, int64_t count) {
	for (const ps_value *e = events; e < events + PS_EVENT * count; e += PS_EVENT) {
		int level = (int)e->n;
		const char *text = e[1].p;
		size_t prefix = f ? strlen(f->name) : 0;

		if (e->kind == PS_NOTIFICATION)
			ps_notify(context, e);
		else if (e->kind == PS_THROWN)
			throw(e, e + 1);
		else if (!f && !(e->flags & PS_IS_BARE))
			php_error_docref(NULL, level, "%s", text);
		else if (f && strncmp(text, f->name, prefix) == 0 && strncmp(text + prefix, "(): ", 4) == 0)
			php_error_docref(NULL, level, "%s", text + prefix + 4);
		else
			zend_error(level, "%s", text);
	}
}

// keep_selected leaves of an array the entries whose keys Go has answered, as
// they were.
static void keep_selected(zval *to, zval *from, const ps_value *v) {
	const ps_value *key = v + 1;
	array_init_size(to, (uint32_t)v->n);
	for (int64_t i = 0; i < v->n; i++, key += 2) {
		zval *item = key->kind == PS_INT
			? zend_hash_index_find(Z_ARRVAL_P(from), key->n)
			: zend_hash_str_find(Z_ARRVAL_P(from), key->p, key->n);
		if (!item)
			continue;
		Z_TRY_ADDREF_P(item);
		if (key->kind == PS_INT)
			zend_hash_index_update(Z_ARRVAL_P(to), key->n, item);
		else
			zend_hash_str_update(Z_ARRVAL_P(to), key->p, key->n, item);
	}
}

// set_output gives a by-reference parameter its value, and answers what comes
// behind it.
static const ps_value *set_output(const ps_function *f, zval *argument, const ps_value *v, const ps_row *row) {
	zval value;
	const ps_value *next;

	if (f->route == PS_SELECT && v->kind == PS_ARRAY) {
		zval *from = argument;
		ZVAL_DEREF(from);
		if (Z_TYPE_P(from) == IS_ARRAY)
			keep_selected(&value, from, v);
		else
			ZVAL_EMPTY_ARRAY(&value);
		next = v + 1 + 2 * v->n;
	} else {
		next = ps_take(&value, v, row);
	}
	if (argument && Z_ISREF_P(argument)) {
		ZEND_TRY_ASSIGN_REF_TMP(argument, &value);
	} else {
		zval_ptr_dtor(&value);
	}
	return next;
}

// count_lost counts the resource that PHP makes, and gives up, where opening
// fails: all but the first steps come after it.
static void count_lost(const ps_function *f, const ps_answer *answer) {
	int64_t events = answer->values[1].n;
	const char *last = events > 0 ? answer->values[2 + PS_EVENT * (events - 1) + 1].p : "";
	bool lost = f->route == PS_OPENER && strcmp(f->name, "stream_socket_pair") != 0 && !strstr(last, "Unable to find the socket transport");

	// An accepted stream is one before its handshake fails.
	if (strcmp(f->name, "stream_socket_accept") == 0)
		lost = events > 1 && strstr(answer->values[2 + PS_EVENT * (events - 2) + 1].p, "Failed to enable crypto");
	if (lost)
		EG(regular_list).nNextFreeElement++;
}

// dress gives a stream that was opened what PHP keeps of it.
static void dress(const ps_function *f, php_stream *stream, php_stream_context *context, zend_execute_data *execute_data) {
	zval *path = ZEND_CALL_ARG(execute_data, 1);
	if (stream->orig_path)
		return; // a persistent one, which has all
	if (f->route == PS_OPENER && Z_TYPE_P(path) == IS_STRING)
		stream->orig_path = pestrdup(Z_STRVAL_P(path), stream->is_persistent);
	if (context)
		php_stream_context_set(stream, context);
}

// add_buffered counts what PHP has buffered of a stream as unread, too, and what
// a filter has broken as its end.
static void add_buffered(HashTable *meta, php_stream *stream) {
	zval *unread = zend_hash_str_find(meta, ZEND_STRL("unread_bytes"));
	zval *eof = zend_hash_str_find(meta, ZEND_STRL("eof"));
	if (!unread || !eof || !stream)
		return;
	Z_LVAL_P(unread) += stream->writepos - stream->readpos;
	if (stream->eof)
		ZVAL_TRUE(eof);
}

// keep_buffering has PHP buffer a stream as Go was told to.
static void keep_buffering(const ps_function *f, php_stream *stream, zval *given, zval *answer) {
	zend_long size = zval_get_long(given);
	if (!stream || Z_TYPE_P(answer) != IS_LONG)
		return;
	if (strcmp(f->name, "stream_set_chunk_size") == 0)
		stream->chunk_size = size;
	else if (size == 0)
		stream->flags |= PHP_STREAM_FLAG_NO_BUFFER;
	else
		stream->flags &= ~PHP_STREAM_FLAG_NO_BUFFER;
}

// listener is the context whose callback hears of what a call reads.
static php_stream_context *listener(zend_execute_data *execute_data) {
	php_stream *stream = ZEND_NUM_ARGS() > 0 ? ps_own(ZEND_CALL_ARG(execute_data, 1)) : NULL;
	return stream ? PHP_STREAM_CONTEXT(stream) : NULL;
}

// finish does what Go's answer says.
static void finish(const ps_function *f, const ps_answer *answer, ps_row *row, int64_t *job, php_stream_context *context, INTERNAL_FUNCTION_PARAMETERS) {
	const ps_value *v = answer->values + 1;
	const ps_value *thrown;
	int64_t count = v->n, thrown_count;
	php_stream *stream;

	if (count > 0 && !*job)
		*job = ps_keep();
	ps_raise(f, listener(execute_data), v + 1, count);
	v += 1 + PS_EVENT * count;
	thrown_count = v->n;
	thrown = v + 1;
	v += 1 + 2 * thrown_count;
	count = v++->n;
	if (count > 0 && !*job)
		*job = ps_keep(); // what an output was before may have a destructor
	for (int64_t i = 0; i < count; i++) {
		uint32_t position = (uint32_t)v->n;
		zval *argument = position < ZEND_NUM_ARGS() ? ZEND_CALL_ARG(execute_data, position + 1) : NULL;
		v = set_output(f, argument, v + 1, row);
	}
	if (v->n > 0 && !*job)
		*job = ps_keep(); // and so may an option
	v = ps_set_captured(context, v, row);
	if (thrown_count > 0) {
		if (f->route == PS_CONTEXTS && strncmp(thrown[1].p, "Options should", 14) == 0)
			ps_mirror_thrown(f, execute_data);
		if (f->route == PS_CONTEXTS && EG(exception))
			return; // a handler's: PHP looks at nothing more
		for (; thrown_count > 0; thrown_count--, thrown += 2)
			throw(&thrown[0], &thrown[1]);
		return;
	}
	if (v->kind == PS_SOCKET) {
		f->php(INTERNAL_FUNCTION_PARAM_PASSTHRU); // which makes the object
		if (ps_is_own_socket(return_value))
			ps_name_socket(Z_OBJ_HANDLE_P(return_value));
		return;
	}
	if (f->route == PS_OPENER)
		ps_drop_dead();
	if (v->kind == PS_FALSE)
		count_lost(f, answer);
	ps_take(return_value, v, row);
	if (v->kind == PS_STREAM) {
		dress(f, ps_own(return_value), context, execute_data);
		return;
	}
	if (f->tells_unread && Z_TYPE_P(return_value) == IS_ARRAY)
		add_buffered(Z_ARRVAL_P(return_value), ps_own(ZEND_CALL_ARG(execute_data, 1)));
	if (f->sets_buffering && ZEND_NUM_ARGS() > 1)
		keep_buffering(f, ps_own(ZEND_CALL_ARG(execute_data, 1)), ZEND_CALL_ARG(execute_data, 2), return_value);
	if (f->route == PS_CONTEXTS && !EG(exception))
		ps_mirror(f, INTERNAL_FUNCTION_PARAM_PASSTHRU);
	else if (f->closes && Z_TYPE_P(return_value) == IS_TRUE && (stream = ps_own(ZEND_CALL_ARG(execute_data, 1))))
		php_stream_free(stream, PHP_STREAM_FREE_KEEP_RSRC | (stream->is_persistent ? PHP_STREAM_FREE_CLOSE_PERSISTENT : PHP_STREAM_FREE_CLOSE));
}

// may_fit tells whether an argument may be of its parameter's type. One without
// a type takes a resource.
static bool may_fit(zval *z, uint32_t position, zend_function *func) {
	uint32_t types, type;
	ZVAL_DEREF(z);
	if (position > func->common.num_args)
		return true;
	if (!ZEND_TYPE_IS_SET(func->common.arg_info[position - 1].type))
		return Z_TYPE_P(z) == IS_RESOURCE || ARG_SHOULD_BE_SENT_BY_REF(func, position);
	if (Z_TYPE_P(z) < IS_ARRAY)
		return true;
	types = ZEND_TYPE_FULL_MASK(func->common.arg_info[position - 1].type);
	type = Z_TYPE_P(z) == IS_OBJECT ? MAY_BE_OBJECT | MAY_BE_STRING : 1u << Z_TYPE_P(z);
	return (types & type) != 0;
}

// put_arguments writes the call's arguments down. It answers how many they are,
// -1 where one of them threw.
static int put_arguments(const ps_function *f, ps_row *row, php_stream_context *context, zend_execute_data *execute_data) {
	uint32_t argc = ZEND_NUM_ARGS();
	// PHP makes no text of arguments that are too many, or behind one that doesn't fit.
	bool fits = argc >= EX(func)->common.required_num_args && argc <= EX(func)->common.num_args;

	for (uint32_t i = 1; i <= argc; i++) {
		zval *z = ZEND_CALL_ARG(execute_data, i);
		if (f->route == PS_SELECT && i <= 3)
			ps_put_selectable(row, z);
		else if (f->takes_context == i && context)
			ps_put_context(row, context);
		else
			ps_put_argument(row, z, fits ? i : UINT32_MAX, execute_data);
		if (EG(exception))
			return -1;
		fits = fits && may_fit(z, i, EX(func));
	}
	// The default context is PHP's to have.
	if (context && argc > 0 && argc < f->takes_context) {
		for (; argc + 1 < f->takes_context; argc++)
			ps_put(row, PS_UNSET, 0, NULL, 0);
		ps_put_context(row, context);
		argc++;
	}
	return (int)argc;
}

void ps_answer_by_go(ps_function *f, INTERNAL_FUNCTION_PARAMETERS) {
	// Contexts and handshakes alone have a use for the options.
	ps_row row = {.with_options = f->captures || f->route == PS_CONTEXTS, .as_text = f->captures || f->route == PS_OPENER};
	ps_answer answer = {0};
	php_stream_context *context = NULL;
	php_stream *stream;
	uint32_t argc = ZEND_NUM_ARGS();
	int given;

	if (f->captures || f->route == PS_OPENER)
		ps_configure();
	if (f->route == PS_CONTEXTS && argc > 0)
		ps_context(ZEND_CALL_ARG(execute_data, 1)); // a stream gets one here that has none
	if (f->takes_context && argc > 0)
		context = ps_context_for_client(argc >= f->takes_context ? ZEND_CALL_ARG(execute_data, f->takes_context) : NULL);
	else if (f->captures && (stream = ps_own(ZEND_CALL_ARG(execute_data, 1))))
		context = PHP_STREAM_CONTEXT(stream);
	if (context)
		GC_ADDREF(context->res); // an error handler may let go of it
	if (f->captures || f->route == PS_OPENER)
		ps_read_cafile(context);

	for (uint32_t i = 1; i <= argc && i <= 2 && f->route >= PS_BY_FIRST && f->route <= PS_BY_ANY; i++)
		ps_take_back(ps_own(ZEND_CALL_ARG(execute_data, i)));

	given = put_arguments(f, &row, context, execute_data);
	if (given >= 0) {
		int64_t job = 0; // where PHP's handlers run in between, and may call Go
		bool goes_on = true;
		ps_call((char *)f->name, row.values, row.count, given, ZEND_ARG_USES_STRICT_TYPES(), &answer);
		if (answer.values[0].n == 1) {
			job = ps_keep();
			ps_raise(f, NULL, answer.values + 2, answer.values[1].n);
			goes_on = !EG(exception);
			if (goes_on)
				ps_resume(job, &answer);
		}
		if (argc > 0)
			ps_keep_socket_error(ZEND_CALL_ARG(execute_data, 1), ps_socket_error());
		if (goes_on)
			finish(f, &answer, &row, &job, context, INTERNAL_FUNCTION_PARAM_PASSTHRU);
		if (job)
			ps_done(job);
	}
	ps_free_row(&row);
	if (context)
		zend_list_delete(context->res);
}
