package phpcall

import (
	"github.com/phpstream-go/phpstream"
)

// function is a row of the table.
type function struct {
	Function
	nullable74 []bool
	run        func(c *call) Value
	failed74   Value                        // what PHP 7.4 answers when the arguments don't fit
	raw        bool                         // run looks at the arguments itself
	since      func(phpstream.Profile) bool // nil: in every version
}

// row is a function that answers false in PHP 7.4 when its arguments don't
// fit, nullRow one that answers null.
func row(signature string, run func(c *call) Value) function {
	f, nullable := parse(signature)
	return function{Function: f, nullable74: nullable, run: run, failed74: false}
}

func nullRow(signature string, run func(c *call) Value) function {
	f := row(signature, run)
	f.failed74 = nil
	return f
}

func (f function) rawArguments() function {
	f.raw = true
	return f
}

func (f function) inProfiles(since func(phpstream.Profile) bool) function {
	f.since = since
	return f
}

var table []function

// index finds a row by its name in lower case, as PHP does.
var index = map[string]*function{}

func init() {
	table = []function{
		row("fsockopen(string $hostname, int $port = -1, &$error_code = null, &$error_message = null, ?float $timeout = null)", fsockopen),
		row("pfsockopen(string $hostname, int $port = -1, &$error_code = null, &$error_message = null, ?float $timeout = null)", fsockopen),
		row("stream_socket_client(string $address, &$error_code = null, &$error_message = null, ?float $timeout = null, int $flags = STREAM_CLIENT_CONNECT, ?resource $context = null)", streamSocketClient),
		row("stream_socket_server(string $address, &$error_code = null, &$error_message = null, int $flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, ?resource $context = null)", streamSocketServer),
		row("stream_socket_accept(resource $socket, ?float $timeout = null, &$peer_name = null)", streamSocketAccept),
		row("stream_socket_pair(int $domain, int $type, int $protocol)", streamSocketPair),
		row("stream_socket_sendto(resource $socket, string $data, int $flags = 0, string $address = \"\")", streamSocketSendto),
		row("stream_socket_recvfrom(resource $socket, int $length, int $flags = 0, &$address = null)", streamSocketRecvfrom),
		row("stream_socket_enable_crypto(resource $stream, bool $enable, ?!int $crypto_method = null, ?resource $session_stream = null)", enableCrypto),
		row("stream_socket_get_name(resource $socket, bool $remote)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return textOrFalse(phpstream.StreamSocketGetName(fp, c.bool(1)))
		})),
		row("stream_socket_shutdown(resource $stream, int $mode)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return phpstream.StreamSocketShutdown(fp, phpstream.ShutdownMode(c.int(1)))
		})),

		row("fopen(string $filename, string $mode, bool $use_include_path = false, ?!resource $context = null)", fopen),
		nullRow("file_get_contents(string $filename, bool $use_include_path = false, ?!resource $context = null, int $offset = 0, ?int $length = null)", fileGetContents),
		nullRow("file_put_contents(string $filename, $data, int $flags = 0, ?!resource $context = null)", orNoPath(filePutContents)),
		nullRow("file(string $filename, int $flags = 0, ?!resource $context = null)", orNoPath(fileLines)),
		nullRow("copy(string $from, string $to, ?!resource $context = null)", orNoPath(copyFile, 1)),
		nullRow("readfile(string $filename, bool $use_include_path = false, ?!resource $context = null)", readFile),
		row("fpassthru(resource $stream)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return c.size(phpstream.Fpassthru(fp))
		})),
		nullRow("stat(string $filename)", onPath(func(c *call, path string) Value {
			stat, ok := c.rt.Stat(path)
			return statArray(stat, ok)
		})),
		nullRow("filesize(string $filename)", onPath(func(c *call, path string) Value { return intOrFalse(c.rt.Filesize(path)) })),
		nullRow("file_exists(string $filename)", onPath(func(c *call, path string) Value { return c.rt.FileExists(path) })),
		nullRow("is_file(string $filename)", onPath(func(c *call, path string) Value { return c.rt.IsFile(path) })),
		nullRow("is_dir(string $filename)", onPath(func(c *call, path string) Value { return c.rt.IsDir(path) })),
		row("unlink(string $filename, ?!resource $context = null)", withContext(1, func(c *call, opts ...phpstream.OpenOption) Value {
			return c.rt.Unlink(c.text(0), opts...)
		})),
		row("rename(string $from, string $to, ?!resource $context = null)", withContext(2, func(c *call, opts ...phpstream.OpenOption) Value {
			return c.rt.Rename(c.text(0), c.text(1), opts...)
		})),
		row("mkdir(string $directory, int $permissions = 511, bool $recursive = false, ?!resource $context = null)", makeDirectory),
		row("rmdir(string $directory, ?!resource $context = null)", withContext(1, func(c *call, opts ...phpstream.OpenOption) Value {
			return c.rt.Rmdir(c.text(0), opts...)
		})),
		nullRow("opendir(string $directory, ?resource $context = null)", orNoPath(openDirectory)),
		nullRow("readdir(?resource $dir_handle = null)", withDirectory(func(c *call, dir ...*phpstream.Stream) Value {
			return textOrFalse(c.rt.Readdir(dir...))
		})),
		nullRow("rewinddir(?resource $dir_handle = null)", withDirectory(func(c *call, dir ...*phpstream.Stream) Value {
			c.rt.Rewinddir(dir...)
			return c.nothingOrFalse()
		})),
		nullRow("closedir(?resource $dir_handle = null)", withDirectory(func(c *call, dir ...*phpstream.Stream) Value {
			c.rt.Closedir(dir...)
			return c.nothingOrFalse()
		})),
		nullRow("scandir(string $directory, int $sorting_order = SCANDIR_SORT_ASCENDING, ?resource $context = null)", orNoPath(scanDirectory)),
		nullRow("flock(resource $stream, int $operation, &$would_block = null)", withStream(func(c *call, fp *phpstream.Stream) Value {
			locked, would := phpstream.Flock(fp, phpstream.FileFlag(c.int(1)))
			if phpstream.IsResource(fp) && c.int(1)&3 != 0 { // PHP minds the operation first
				c.out[2] = int64(0)
				if would {
					c.out[2] = int64(1)
				}
			}
			return locked
		})),
		row("ftruncate(resource $stream, int $size)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return phpstream.Ftruncate(fp, c.int(1))
		})),
		row("fstat(resource $stream)", withStream(func(c *call, fp *phpstream.Stream) Value {
			stat, ok := phpstream.Fstat(fp)
			return statArray(stat, ok)
		})),
		row("fseek(resource $stream, int $offset, int $whence = SEEK_SET)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return c.size(phpstream.Fseek(fp, c.int(1), phpstream.SeekWhence(c.int(2))))
		})),
		row("rewind(resource $stream)", withStream(func(c *call, fp *phpstream.Stream) Value { return phpstream.Rewind(fp) })),

		row("fgets(resource $stream, ?int $length = null)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return textOrFalse(phpstream.Fgets(fp, c.ints(1)...))
		})),
		row("fgetc(resource $stream)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return textOrFalse(phpstream.Fgetc(fp))
		})),
		row("fread(resource $stream, int $length)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return textOrFalse(phpstream.Fread(fp, c.int(1)))
		})),
		row("fwrite(resource $stream, string $data, ?int $length = null)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return intOrFalse(phpstream.Fwrite(fp, c.text(1), c.ints(2)...))
		})),
		row("fputs(resource $stream, string $data, ?int $length = null)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return intOrFalse(phpstream.Fputs(fp, c.text(1), c.ints(2)...))
		})),
		row("fflush(resource $stream)", withStream(func(c *call, fp *phpstream.Stream) Value { return phpstream.Fflush(fp) })),
		row("fclose(resource $stream)", withStream(func(c *call, fp *phpstream.Stream) Value { return phpstream.Fclose(fp) })),
		row("feof(resource $stream)", withStream(func(c *call, fp *phpstream.Stream) Value { return phpstream.Feof(fp) })),
		row("ftell(resource $stream)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return intOrFalse(phpstream.Ftell(fp))
		})),
		row("stream_get_contents(resource $stream, ?int $length = null, int $offset = -1)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return textOrFalse(phpstream.StreamGetContents(fp, c.lengthOffset(1, -1, -1)...))
		})),
		row("stream_get_line(resource $stream, int $length, string $ending = \"\")", withStream(func(c *call, fp *phpstream.Stream) Value {
			return textOrFalse(phpstream.StreamGetLine(fp, c.int(1), c.text(2)))
		})),
		row("stream_copy_to_stream(resource $from, resource $to, ?int $length = null, int $offset = 0)", copyToStream),

		nullRow("stream_get_meta_data(resource $stream)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return c.meta(phpstream.StreamGetMetaData(fp))
		})),
		nullRow("socket_get_status(resource $stream)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return c.meta(phpstream.SocketGetStatus(fp))
		})),
		nullRow("stream_set_timeout(resource $stream, int $seconds, int $microseconds = 0)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return phpstream.StreamSetTimeout(fp, c.int(1), c.ints(2)...)
		})),
		nullRow("socket_set_timeout(resource $stream, int $seconds, int $microseconds = 0)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return phpstream.SocketSetTimeout(fp, c.int(1), c.ints(2)...)
		})),
		nullRow("stream_set_blocking(resource $stream, bool $enable)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return phpstream.StreamSetBlocking(fp, c.bool(1))
		})),
		nullRow("socket_set_blocking(resource $stream, bool $enable)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return phpstream.SocketSetBlocking(fp, c.bool(1))
		})),
		row("stream_set_read_buffer(resource $stream, int $size)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return c.size(phpstream.StreamSetReadBuffer(fp, c.int(1)))
		})),
		row("stream_set_write_buffer(resource $stream, int $size)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return c.size(phpstream.StreamSetWriteBuffer(fp, c.int(1)))
		})),
		row("stream_set_chunk_size(resource $stream, int $size)", withStream(func(c *call, fp *phpstream.Stream) Value {
			return c.size(phpstream.StreamSetChunkSize(fp, c.int(1)))
		})),
		nullRow("stream_select(?!array &$read, ?!array &$write, ?!array &$except, ?!int $seconds, ?int $microseconds = null)", streamSelect),
		row("stream_is_local($stream)", streamIsLocal),
		nullRow("stream_get_transports()", func(c *call) Value { return phpValue(c.rt.StreamGetTransports()) }),

		nullRow("stream_get_wrappers()", func(c *call) Value { return phpValue(c.rt.StreamGetWrappers()) }),
		row("stream_wrapper_unregister(string $protocol)", func(c *call) Value { return c.rt.StreamWrapperUnregister(c.text(0)) }),
		row("stream_wrapper_restore(string $protocol)", func(c *call) Value { return c.rt.StreamWrapperRestore(c.text(0)) }),

		row("stream_filter_append(resource $stream, string $filter_name, int $mode = 0, $params = UNKNOWN)", streamFilter(phpstream.StreamFilterAppend)),
		row("stream_filter_prepend(resource $stream, string $filter_name, int $mode = 0, $params = UNKNOWN)", streamFilter(phpstream.StreamFilterPrepend)),
		row("stream_filter_remove(resource $stream_filter)", filterRemove),
		nullRow("stream_get_filters()", func(c *call) Value { return phpValue(c.rt.StreamGetFilters()) }),

		row("stream_context_create(?!array $options = null, ?!array $params = null)", contextCreate),
		row("stream_context_set_option(resource $context, array|string $wrapper_or_options, ?string $option_name = null, $value = UNKNOWN)", contextSetOption).rawArguments(),
		row("stream_context_set_options(resource $context, array $options)", contextSetOptions).inProfiles(func(p phpstream.Profile) bool { return p == phpstream.PHP84 }),
		row("stream_context_get_options(resource $stream_or_context)", contextGetOptions),
		row("stream_context_set_params(resource $context, array $params)", contextSetParams),
		row("stream_context_get_params(resource $context)", contextGetParams),
		row("stream_context_get_default(?array $options = null)", contextGetDefault),
		nullRow("stream_context_set_default(array $options)", contextGetDefault),

		nullRow("ini_get(string $option)", func(c *call) Value { return textOrFalse(c.rt.IniGet(c.text(0))) }),
		nullRow("ini_set(string $option, ?!string|int|float|bool $value)", iniSet),
		nullRow("stream_resolve_include_path(string $filename)", onPath(func(c *call, path string) Value {
			return textOrFalse(c.rt.StreamResolveIncludePath(path))
		})),
		nullRow("get_headers(string $url, bool $associative = false, ?!resource $context = null)", orNoPath(getHeaders)),
		nullRow("http_get_last_response_headers()", func(c *call) Value {
			lines, ok := c.rt.HttpGetLastResponseHeaders()
			if !ok {
				return nil
			}
			return phpValue(lines)
		}).inProfiles(func(p phpstream.Profile) bool { return p == phpstream.PHP84 }),
		nullRow("http_clear_last_response_headers()", func(c *call) Value { c.rt.HttpClearLastResponseHeaders(); return nil }).
			inProfiles(func(p phpstream.Profile) bool { return p == phpstream.PHP84 }),
		nullRow("error_get_last()", errorGetLast),
		nullRow("error_clear_last()", func(c *call) Value { c.rt.ErrorClearLast(); return nil }),
		nullRow("error_reporting(?!int $error_level = null)", errorReporting),
		nullRow("restore_error_handler()", func(c *call) Value { return c.rt.RestoreErrorHandler() }),
		row("is_resource($value)", func(c *call) Value {
			_, was := c.resource74(c.args[0])
			return was || isResource(c.args[0]) && phpstream.IsResource(c.args[0])
		}),
		nullRow("get_resource_type(resource $resource)", func(c *call) Value {
			if kind, was := c.resource74(c.args[0]); was {
				return kind
			}
			return phpstream.GetResourceType(c.args[0])
		}),
		nullRow("get_resource_id(resource $resource)", func(c *call) Value { return int64(phpstream.GetResourceId(c.args[0])) }).
			inProfiles(func(p phpstream.Profile) bool { return p == phpstream.PHP84 || p == phpstream.PHP82 }),

		nullRow("socket_import_stream(resource $stream)", socketImportStream),
		nullRow("socket_export_stream(Socket $socket)", withSocket(func(c *call, k *phpstream.Socket) Value {
			return streamOrFalse(phpstream.SocketExportStream(k))
		})),
		nullRow("socket_set_option(Socket $socket, int $level, int $option, $value)", withSocket(socketSetOption)),
		nullRow("socket_setopt(Socket $socket, int $level, int $option, $value)", withSocket(socketSetOption)),
		nullRow("socket_get_option(Socket $socket, int $level, int $option)", withSocket(socketGetOption)),
		nullRow("socket_getopt(Socket $socket, int $level, int $option)", withSocket(socketGetOption)),
		nullRow("socket_last_error(?Socket $socket = null)", withAnySocket(func(c *call, k ...*phpstream.Socket) Value {
			return int64(c.rt.SocketLastError(k...))
		})),
		nullRow("socket_clear_error(?Socket $socket = null)", withAnySocket(func(c *call, k ...*phpstream.Socket) Value {
			c.rt.SocketClearError(k...)
			return nil
		})),
		nullRow("socket_strerror(int $error_code)", func(c *call) Value { return c.rt.SocketStrerror(c.int(0)) }),

		nullRow("gethostbyname(string $hostname)", func(c *call) Value { return c.rt.Gethostbyname(c.text(0)) }),
		nullRow("gethostbynamel(string $hostname)", gethostbynamel),
		nullRow("gethostname()", func(c *call) Value { return textOrFalse(c.rt.Gethostname()) }),
		nullRow("getmxrr(string $hostname, &$hosts, &$weights = null)", getmxrr),
		nullRow("dns_get_mx(string $hostname, &$hosts, &$weights = null)", getmxrr),
		nullRow("checkdnsrr(string $hostname, string $type = \"MX\")", checkdnsrr),
		nullRow("dns_check_record(string $hostname, string $type = \"MX\")", checkdnsrr),
		nullRow("dns_get_record(string $hostname, int $type = DNS_ANY, &$authoritative_name_servers = null, &$additional_records = null, bool $raw = false)", dnsGetRecord),
		nullRow("openssl_x509_parse(OpenSSLCertificate|string $certificate, bool $short_names = true)", x509Parse),
		nullRow("openssl_x509_fingerprint(OpenSSLCertificate|string $certificate, string $digest_algo = \"sha1\", bool $binary = false)", x509Fingerprint),
	}
	for i := range table {
		index[table[i].Name] = &table[i]
	}
}
