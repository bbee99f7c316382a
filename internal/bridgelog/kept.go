package bridgelog

import "slices"

// A Kept is some functions of the library that stay PHP's own behind the
// bridge, and why.
type Kept struct {
	Functions []string
	Why       string
}

// KeptByPHP are all of them. The manual shows them.
var KeptByPHP = []Kept{
	{[]string{"fopen", "file", "file_get_contents", "file_put_contents", "readfile", "copy", "get_headers"},
		"They open files, too. A URL of `http`, `https`, `ftp` or `ftps` comes to PHP's wrapper of that scheme, in whose place is the library's; the log counts it as `url`."},
	{[]string{"stat", "filesize", "file_exists", "is_file", "is_dir", "unlink", "rename", "mkdir", "rmdir", "opendir", "scandir"},
		"They work on files, too. A path on an FTP server comes to that wrapper, and Go answers; the log counts it as `path`."},
	{[]string{"readdir", "rewinddir", "closedir"},
		"A directory is a stream of PHP's; that of an FTP server reads its entries from Go."},
	{[]string{"stream_resolve_include_path"},
		"It looks for files."},
	{[]string{"fpassthru", "fstat", "flock", "ftruncate"},
		"PHP calls the operations of the stream, and those of a stream of the network are Go's."},
	{[]string{"stream_filter_append", "stream_filter_prepend", "stream_filter_remove", "stream_filter_register", "stream_get_filters",
		"stream_bucket_make_writeable", "stream_bucket_append", "stream_bucket_prepend", "stream_bucket_new"},
		"Filters may be PHP's objects, which Go never calls. PHP's own work on what Go reads and writes."},
	{[]string{"stream_get_wrappers", "stream_wrapper_register", "stream_wrapper_unregister", "stream_wrapper_restore"},
		"The list of wrappers is PHP's, and a program's own are PHP's objects."},
	{[]string{"http_get_last_response_headers", "http_clear_last_response_headers"},
		"The library's wrapper hands the header lines to PHP, which keeps them."},
	{[]string{"socket_export_stream", "socket_last_error", "socket_clear_error"},
		"A `Socket` is an object of PHP's that keeps its stream and its last error; what Go finds is put there."},
	{[]string{"is_resource", "get_resource_type", "get_resource_id"},
		"A stream of the bridge is a resource of PHP's."},
	{[]string{"set_error_handler", "restore_error_handler", "error_get_last", "error_clear_last", "error_reporting"},
		"Go's warnings are raised by PHP, so its handlers hear of them and it knows the last."},
	{[]string{"ini_get", "ini_set"},
		"The settings are PHP's; Go is told those that it needs."},
}

// IsKeptByPHP tells whether a function stays PHP's own.
func IsKeptByPHP(name string) bool {
	return slices.ContainsFunc(KeptByPHP, func(k Kept) bool { return slices.Contains(k.Functions, name) })
}
