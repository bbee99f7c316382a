//go:build phpbridge

// PHPSTREAM_BRIDGE_LOG: what each process asked of whom, a line of JSON.

#include "module.h"
#include "zend_smart_str.h"
#include <fcntl.h>
#include <unistd.h>

// append_json adds a text in quotes. Bytes that aren't ASCII stand as they are.
static void append_json(smart_str *to, const char *s) {
	smart_str_appendc(to, '"');
	for (; *s; s++) {
		unsigned char c = *s;
		if (c == '"' || c == '\\') {
			smart_str_appendc(to, '\\');
			smart_str_appendc(to, c);
		} else if (c < 0x20) {
			smart_str_append_printf(to, "\\u%04x", c);
		} else {
			smart_str_appendc(to, c);
		}
	}
	smart_str_appendc(to, '"');
}

static void append_counts(smart_str *to, const char *name, size_t offset) {
	bool first = true;
	smart_str_append_printf(to, ",\"%s\":{", name);
	for (ps_function *f = ps_functions; f->name; f++) {
		uint64_t n = *(uint64_t *)((char *)f + offset);
		if (n == 0)
			continue;
		smart_str_append_printf(to, "%s\"%s\":%" PRIu64, first ? "" : ",", f->name, n);
		first = false;
	}
	smart_str_appendc(to, '}');
}

// ps_forget_counts is for a forked child, whose parent has counted.
void ps_forget_counts(void) {
	for (ps_function *f = ps_functions; f->name; f++)
		f->by_go = f->by_php = f->by_php_network = 0;
}

// ps_write_log writes the line in one piece, so that processes that end at once
// don't mix theirs.
void ps_write_log(void) {
	const char *file = getenv("PHPSTREAM_BRIDGE_LOG");
	smart_str line = {0};
	int fd;

	if (!file || !*file)
		return;
	smart_str_append_printf(&line, "{\"pid\":%d,\"script\":", (int)getpid());
	append_json(&line, ps_script ? ps_script : "");
	append_counts(&line, "go", offsetof(ps_function, by_go));
	append_counts(&line, "php", offsetof(ps_function, by_php));
	append_counts(&line, "php_network", offsetof(ps_function, by_php_network));
	smart_str_appends(&line, "}\n");
	smart_str_0(&line);
	fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0) {
		if (write(fd, ZSTR_VAL(line.s), ZSTR_LEN(line.s)) < 0)
			fprintf(stderr, "phpstream: can't write %s\n", file);
		close(fd);
	} else {
		fprintf(stderr, "phpstream: can't open %s\n", file);
	}
	smart_str_free(&line);
}
