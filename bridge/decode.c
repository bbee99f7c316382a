//go:build phpbridge

// From Go's row of values to PHP's.

#include "module.h"

// read_certificate makes an OpenSSLCertificate, by PHP's own function.
static void read_certificate(zval *to, const ps_value *v) {
	zval function, pem;
	ZVAL_STRING(&function, "openssl_x509_read");
	ZVAL_STRINGL(&pem, v->p, v->n);
	if (call_user_function(NULL, NULL, &function, to, 1, &pem) != SUCCESS)
		ZVAL_FALSE(to);
	zval_ptr_dtor(&function);
	zval_ptr_dtor(&pem);
}

// ps_take makes the value that begins at v, and answers what comes behind it.
// Objects are those that the call's arguments had.
const ps_value *ps_take(zval *to, const ps_value *v, const ps_row *row) {
	const ps_value *next = v + 1;

	switch (v->kind) {
	case PS_FALSE:
		ZVAL_FALSE(to);
		break;
	case PS_TRUE:
		ZVAL_TRUE(to);
		break;
	case PS_INT:
		ZVAL_LONG(to, v->n);
		break;
	case PS_FLOAT: {
		double d;
		memcpy(&d, &v->n, sizeof d);
		ZVAL_DOUBLE(to, d);
		break;
	}
	case PS_STRING:
		if (v->n == 0)
			ZVAL_EMPTY_STRING(to);
		else if (v->n == 1)
			ZVAL_CHAR(to, (zend_uchar)v->p[0]);
		else
			ZVAL_STRINGL(to, v->p, v->n);
		break;
	case PS_ARRAY:
		if (v->n == 0) {
			ZVAL_EMPTY_ARRAY(to);
			break;
		}
		array_init_size(to, (uint32_t)v->n);
		for (int64_t i = 0; i < v->n; i++) {
			const ps_value *key = next;
			zval item;
			next = ps_take(&item, next + 1, row);
			if (key->kind == PS_INT)
				zend_hash_index_update(Z_ARRVAL_P(to), key->n, &item);
			else
				zend_hash_str_update(Z_ARRVAL_P(to), key->p, key->n, &item);
		}
		break;
	case PS_CERTIFICATE:
		read_certificate(to, v);
		break;
	case PS_STREAM:
		ps_open(to, v);
		break;
	case PS_OBJECT:
		if (row && (size_t)v->n < row->object_count)
			ZVAL_COPY(to, &row->objects[v->n]);
		else
			ZVAL_NULL(to);
		break;
	default:
		ZVAL_NULL(to);
	}
	return next;
}
