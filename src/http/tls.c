#include "http/tls.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>

static void key_free(gnutls_x509_privkey_t *k)
{
	if (*k)
		gnutls_x509_privkey_deinit(*k);
}

static void crt_free(gnutls_x509_crt_t *c)
{
	if (*c)
		gnutls_x509_crt_deinit(*c);
}

#define AUTO_KEY __attribute__((cleanup(key_free))) gnutls_x509_privkey_t
#define AUTO_CRT __attribute__((cleanup(crt_free))) gnutls_x509_crt_t

/* GnuTLS answers negative numbers; which one does not help the caller. */
#define TLS_TRY(call) \
	do { \
		if ((call) < 0) \
			return ERR_CRYPTO; \
	} while (0)

static enum err add_names(gnutls_x509_crt_t crt, const char *const *names)
{
	for (; *names; names++) {
		uint8_t ip[16];

		if (inet_pton(AF_INET, *names, ip) == 1)
			TLS_TRY(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, ip,
								     4, GNUTLS_FSAN_APPEND));
		else if (inet_pton(AF_INET6, *names, ip) == 1)
			TLS_TRY(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, ip,
								     16, GNUTLS_FSAN_APPEND));
		else
			TLS_TRY(gnutls_x509_crt_set_subject_alt_name(
			    crt, GNUTLS_SAN_DNSNAME, *names, (unsigned)strlen(*names),
			    GNUTLS_FSAN_APPEND));
	}
	return OK;
}

static enum err fill(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *const *names,
		     int64_t now, unsigned days)
{
	uint8_t serial[16];

	TLS_TRY(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial));
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and never shorter */
	TLS_TRY(gnutls_x509_crt_set_version(crt, 3));
	TLS_TRY(gnutls_x509_crt_set_serial(crt, serial, sizeof serial));
	TLS_TRY(gnutls_x509_crt_set_activation_time(crt, (time_t)now));
	TLS_TRY(gnutls_x509_crt_set_expiration_time(crt, (time_t)(now + (int64_t)days * 86400)));
	TLS_TRY(gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, names[0],
					      (unsigned)strlen(names[0])));
	TRY(add_names(crt, names));
	TLS_TRY(gnutls_x509_crt_set_basic_constraints(crt, 0, -1));
	TLS_TRY(gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE));
	TLS_TRY(gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0));
	TLS_TRY(gnutls_x509_crt_set_key(crt, key));
	TLS_TRY(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0));
	return OK;
}

static enum err take(gnutls_datum_t *d, struct buf *ret)
{
	buf_put(ret, d->data, d->size);
	gnutls_memset(d->data, 0, d->size);
	gnutls_free(d->data);
	return buf_err(ret);
}

enum err tls_self_signed(const char *const *names, int64_t now, unsigned days, struct buf *ret_cert,
			 struct buf *ret_key)
{
	AUTO_KEY key = NULL;
	AUTO_CRT crt = NULL;
	gnutls_datum_t pem = {0};

	if (!names[0])
		return ERR_USAGE;
	TLS_TRY(gnutls_x509_privkey_init(&key));
	TLS_TRY(gnutls_x509_crt_init(&crt));
	TLS_TRY(gnutls_x509_privkey_generate2(
	    key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0, NULL, 0));
	TRY(fill(crt, key, names, now, days));
	TLS_TRY(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem));
	TRY(take(&pem, ret_cert));
	TLS_TRY(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
						  &pem));
	return take(&pem, ret_key);
}

enum err tls_fingerprint(struct slice cert_pem, char ret[96])
{
	AUTO_CRT crt = NULL;
	gnutls_datum_t pem = {(unsigned char *)(uintptr_t)cert_pem.p, (unsigned)cert_pem.n};
	uint8_t print[32];
	size_t n = sizeof print;

	TLS_TRY(gnutls_x509_crt_init(&crt));
	TLS_TRY(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM));
	TLS_TRY(gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, print, &n));
	for (size_t i = 0; i < n; i++)
		snprintf(ret + 3 * i, 4, i + 1 < n ? "%02X:" : "%02X", print[i]);
	return OK;
}
