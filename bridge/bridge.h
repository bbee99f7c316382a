//go:build phpbridge

// What passes between C and Go: plain values in memory of C's, and nothing of
// PHP's.

#ifndef PHPSTREAM_BRIDGE_H
#define PHPSTREAM_BRIDGE_H

#include <stddef.h>
#include <stdint.h>

enum {
	PS_UNSET,       // a parameter that was left out
	PS_NULL,
	PS_FALSE,
	PS_TRUE,
	PS_INT,         // n
	PS_FLOAT,       // the bits in n
	PS_STRING,      // n bytes at p
	PS_ARRAY,       // n pairs of key and value follow
	PS_STREAM,      // one of Go's, by its number n; with PS_HAS_OPTIONS an array follows.
	                // From Go p is its type
	PS_CLOSED,      // one that was Go's
	PS_SOCKET,      // the Socket of one of Go's: PHP's object with the handle n
	PS_FOREIGN,     // some other resource, by its handle n
	PS_DESCRIPTOR,  // a stream of PHP's in stream_select: the descriptor n
	PS_UNSELECTABLE, // one that can't be waited for: p says why
	PS_CONTEXT,     // PS_HAS_OPTIONS, as with streams
	PS_CERTIFICATE, // n bytes of PEM at p
	PS_OBJECT,      // any other object: the call's n-th, p is its class
	PS_NOTIFICATION, // in an event's first place: the code n, the severity in the flags
	PS_THROWN,      // and in the same place: an exception, whose class is p
};

// Flags of a value.
enum {
	PS_HAS_OPTIONS = 1,  // the array of the context's options follows
	PS_HAS_CALLBACK = 2, // behind them its notification, an object
	PS_IS_BUFFERED = 4,  // of a descriptor: PHP has some of its data
	PS_IS_PERSISTENT = 8, // of a stream of Go's
	PS_HAS_TEXT = 16, // of an object: the string that it turns into follows
	PS_IS_BARE = 32, // of an event: no function's name is put before its text
};

typedef struct {
	int32_t kind;
	int32_t flags;
	int64_t n;
	const char *p;
} ps_value;

enum { PS_EVENT = 5 };

// What there is to know of a file.
typedef struct {
	int64_t dev, ino, mode, nlink, uid, gid, rdev, size, atime, mtime, ctime, blksize, blocks;
} ps_stat;

// An answer of Go's is a row of values, valid until the next call of Go, unless
// ps_keep keeps it:
//
//	int     1: the function hasn't worked yet, ps_resume makes it
//	int     how many events follow, each PS_EVENT values: an int (level) and a
//	        string; the other three are a notification's message code, bytes
//	        transferred and bytes in all
//
// and where the function has worked:
//
//	int     how many exceptions follow, the first one first, each a string (class)
//	        and a string
//	int     how many outputs follow, each an int (position) and a value
//	int     how many options follow that Go has set, each a string and a value
//	value   the result
typedef struct {
	ps_value *values;
	size_t count;
} ps_answer;

#endif
