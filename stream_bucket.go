package phpstream

import (
	"slices"

	"github.com/phpstream-go/phpstream/internal/filter"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// BucketBrigade is PHP's bucket brigade: the pieces of data that a [UserFilter]
// is given, and those that it gives on.
type BucketBrigade struct{ list []linked }

// linked is a bucket, and what it held when it was put there.
type linked struct {
	bucket *StreamBucket
	data   string
}

// StreamBucket is one piece of data on its way through a [UserFilter]: PHP's
// bucket object. Its data may be changed; Datalen stays how long it was.
type StreamBucket struct {
	Data    string
	Datalen int
}

func newBucket(data string) *StreamBucket { return &StreamBucket{Data: data, Datalen: len(data)} }

func newBrigade(pieces filter.Brigade) *BucketBrigade {
	b := new(BucketBrigade)
	for _, p := range pieces {
		b.add(newBucket(string(p)))
	}
	return b
}

func (b *BucketBrigade) pieces() (pieces filter.Brigade) {
	for _, l := range b.list {
		pieces = append(pieces, []byte(l.data))
	}
	return pieces
}

func (b *BucketBrigade) add(bucket *StreamBucket) {
	b.list = append(b.list, linked{bucket, bucket.Data})
}

// StreamBucketMakeWriteable takes the first bucket out of a brigade; nil where
// there is none.
//
//	PHP: stream_bucket_make_writeable(resource $brigade): ?StreamBucket
//
// php-src: ext/standard/user_filters.c.
func StreamBucketMakeWriteable(brigade *BucketBrigade) *StreamBucket {
	if brigade == nil {
		c := defaultRuntime.call("stream_bucket_make_writeable")
		c.notResource(1, "brigade")
		c.deliver()
		return nil
	}
	if len(brigade.list) == 0 {
		return nil
	}
	first := brigade.list[0]
	brigade.list = brigade.list[1:]
	return first.bucket
}

// StreamBucketAppend puts a bucket, with the data that it has now, at the end of
// a brigade.
//
//	PHP: stream_bucket_append(resource $brigade, StreamBucket $bucket): void
//
// php-src: ext/standard/user_filters.c.
func StreamBucketAppend(brigade *BucketBrigade, bucket *StreamBucket) {
	if brigade.takes("stream_bucket_append", bucket) {
		brigade.leave(bucket)
		brigade.add(bucket)
	}
}

// StreamBucketPrepend puts a bucket, with the data that it has now, at the
// beginning of a brigade.
//
//	PHP: stream_bucket_prepend(resource $brigade, StreamBucket $bucket): void
//
// php-src: ext/standard/user_filters.c.
func StreamBucketPrepend(brigade *BucketBrigade, bucket *StreamBucket) {
	if brigade.takes("stream_bucket_prepend", bucket) {
		brigade.leave(bucket)
		brigade.list = slices.Insert(brigade.list, 0, linked{bucket, bucket.Data})
	}
}

// StreamBucketNew makes a bucket. The stream is a filter's own.
//
//	PHP: stream_bucket_new(resource $stream, string $buffer): StreamBucket
//
// php-src: ext/standard/user_filters.c.
func StreamBucketNew(stream *Stream, buffer string) *StreamBucket {
	if _, ok := stream.begin("stream_bucket_new"); !ok {
		return nil
	}
	return newBucket(buffer)
}

// takes complains where brigade or bucket are nothing.
func (b *BucketBrigade) takes(function string, bucket *StreamBucket) bool {
	if b != nil && bucket != nil {
		return true
	}
	c := defaultRuntime.call(function)
	if b == nil {
		c.notResource(1, "brigade")
	} else {
		c.complain(phpfacts.NoBucket)
	}
	c.deliver()
	return false
}

// leave takes a bucket that is in the brigade out: it can't be there twice.
func (b *BucketBrigade) leave(bucket *StreamBucket) {
	b.list = slices.DeleteFunc(b.list, func(l linked) bool { return l.bucket == bucket })
}
