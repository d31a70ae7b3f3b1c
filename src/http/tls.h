/*
 * tls: a self-signed certificate, so that a new installation never speaks plaintext.
 */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include "base/buf.h"

/*
 * A new ECDSA P-256 key and a certificate for it as PEM. names: NULL-terminated DNS names or IP
 * addresses, the first is also the common name. Valid from `now` (seconds since 1970) for `days`.
 * ERR_USAGE where names is empty, ERR_CRYPTO where the library fails, ERR_MEMORY.
 */
enum err tls_self_signed(const char *const *names, int64_t now, unsigned days, struct buf *ret_cert,
			 struct buf *ret_key) NODISCARD;

/* SHA-256 of the first certificate in a PEM file, as people compare it: "AB:CD:...". */
enum err tls_fingerprint(struct slice cert_pem, char ret[96]) NODISCARD;

#endif
