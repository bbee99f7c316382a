//go:build phpbridge

// PHP's headers, and what differs between the versions of its API. PHP 8.1 to
// 8.5 are meant; 8.2 and 8.4 are tested.

#ifndef PHPSTREAM_COMPAT_H
#define PHPSTREAM_COMPAT_H

#include "php.h"
#include "php_ini.h"
#include "php_streams.h"
#include "ext/standard/streamsfuncs.h"
#include "ext/standard/file.h"
#include "ext/standard/info.h"
#include "zend_extensions.h"
#include "SAPI.h"
#include "zend_exceptions.h"
#include "zend_interfaces.h"

#if PHP_VERSION_ID < 80100 || PHP_VERSION_ID >= 80600
#error "the bridge is made for PHP 8.1 to 8.5"
#endif

#ifdef ZTS
#error "the bridge is made for PHP without thread safety"
#endif

// PHP 8.3 shares arguments' names among the tables of a class; nothing else of
// what the bridge uses has changed its form so far.

#endif
