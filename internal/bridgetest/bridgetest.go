// Package bridgetest runs PHP programs on PHP's own streams and on the bridge,
// and holds that they come to the same. Its programs are what a PHP script can
// do around a stream: handlers that throw, exit in the middle of a call, signals,
// forks, filters. Only tests use it.
package bridgetest
