//go:build phpbridge

// What our wrappers do with a URL's path: deleting, renaming, making and removing
// folders, and what there is to know of a file.

#include "module.h"

// asked is one thing that Go does for a wrapper.
typedef struct {
	php_stream_context *context;
	ps_row row;
	ps_answer answer;
} asked;

// end has PHP hear of what happened, and keeps what Go has captured.
static void end(asked *a) {
	int64_t job = ps_keep();
	ps_heed(&a->answer, &a->row, NULL, 0, a->context);
	ps_done(job);
	ps_free_row(&a->row);
}

// change has Go do what a function of PHP's does to a path.
static int change(const char *function, const char *url, const char *to, int mode, bool recursive, php_stream_context *context) {
	asked a = {context};
	int ok;

	if (!ps_put_url_context(&a.row, context))
		return 0;
	ok = ps_change_path((char *)function, (char *)url, (char *)to, mode, recursive, a.row.values, a.row.count, &a.answer);
	end(&a);
	return ok;
}

// IN_CHILD leaves an operation to PHP, in a process that was forked off.
#define IN_CHILD(operation, url, failed, ...) \
	const php_stream_wrapper_ops *php; \
	if (!ps_count_url(PS_PATHS, wrapper, url, &php)) \
		return failed; \
	if (php) \
		return php->operation(wrapper, url, __VA_ARGS__)

static int delete_file(php_stream_wrapper *wrapper, const char *url, int options, php_stream_context *context) {
	IN_CHILD(unlink, url, 0, options, context);
	return change("unlink", url, "", 0, false, context);
}

static int rename_file(php_stream_wrapper *wrapper, const char *from, const char *to, int options, php_stream_context *context) {
	IN_CHILD(rename, from, 0, to, options, context);
	return change("rename", from, to, 0, false, context);
}

static int make_folder(php_stream_wrapper *wrapper, const char *url, int mode, int options, php_stream_context *context) {
	IN_CHILD(stream_mkdir, url, 0, mode, options, context);
	return change("mkdir", url, "", mode, (options & PHP_STREAM_MKDIR_RECURSIVE) != 0, context);
}

static int remove_folder(php_stream_wrapper *wrapper, const char *url, int options, php_stream_context *context) {
	IN_CHILD(stream_rmdir, url, 0, options, context);
	return change("rmdir", url, "", 0, false, context);
}

static int stat_url(php_stream_wrapper *wrapper, const char *url, int flags, php_stream_statbuf *to, php_stream_context *context) {
	IN_CHILD(url_stat, url, -1, flags, to, context);
	asked a = {context};
	ps_stat s;
	int ok;

	if (!ps_put_url_context(&a.row, context))
		return -1;
	ok = ps_stat_url((char *)url, a.row.values, a.row.count, &s, &a.answer);
	end(&a);
	if (!ok)
		return -1;
	to->sb = (zend_stat_t){
		.st_dev = s.dev, .st_ino = s.ino, .st_mode = s.mode, .st_nlink = s.nlink, .st_uid = s.uid, .st_gid = s.gid,
		.st_rdev = s.rdev, .st_size = s.size, .st_blksize = s.blksize, .st_blocks = s.blocks,
	};
	to->sb.st_atime = s.atime;
	to->sb.st_mtime = s.mtime;
	to->sb.st_ctime = s.ctime;
	return 0;
}

// ps_take_paths puts ours in the places of the operations that a wrapper has.
void ps_take_paths(php_stream_wrapper_ops *operations) {
#define TAKE(operation, ours) \
	if (operations->operation) \
		operations->operation = ours
	TAKE(unlink, delete_file);
	TAKE(rename, rename_file);
	TAKE(stream_mkdir, make_folder);
	TAKE(stream_rmdir, remove_folder);
	TAKE(url_stat, stat_url);
	TAKE(dir_opener, ps_open_folder);
#undef TAKE
}
