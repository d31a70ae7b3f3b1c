/*
 * What libqpdf asks of GnuTLS, for the worker that is linked statically: nothing. The ciphers of
 * PDF are old, encrypted documents are held, and so no TLS library is in the process of a document.
 * Each function fails, and libqpdf refuses the document.
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

int gnutls_hash_init(gnutls_hash_hd_t *dig, gnutls_digest_algorithm_t algorithm)
{
	(void)dig;
	(void)algorithm;
	return GNUTLS_E_UNIMPLEMENTED_FEATURE;
}

int gnutls_hash(gnutls_hash_hd_t handle, const void *ptext, size_t ptext_len)
{
	(void)handle;
	(void)ptext;
	(void)ptext_len;
	return GNUTLS_E_UNIMPLEMENTED_FEATURE;
}

void gnutls_hash_deinit(gnutls_hash_hd_t handle, void *digest)
{
	(void)handle;
	(void)digest;
}

int gnutls_cipher_init(gnutls_cipher_hd_t *handle, gnutls_cipher_algorithm_t cipher,
		       const gnutls_datum_t *key, const gnutls_datum_t *iv)
{
	(void)handle;
	(void)cipher;
	(void)key;
	(void)iv;
	return GNUTLS_E_UNIMPLEMENTED_FEATURE;
}

size_t gnutls_cipher_get_key_size(gnutls_cipher_algorithm_t algorithm)
{
	(void)algorithm;
	return 0;
}

int gnutls_cipher_encrypt2(gnutls_cipher_hd_t handle, const void *ptext, size_t ptext_len,
			   void *ctext, size_t ctext_len)
{
	(void)handle;
	(void)ptext;
	(void)ptext_len;
	(void)ctext;
	(void)ctext_len;
	return GNUTLS_E_UNIMPLEMENTED_FEATURE;
}

int gnutls_cipher_decrypt2(gnutls_cipher_hd_t handle, const void *ctext, size_t ctext_len,
			   void *ptext, size_t ptext_len)
{
	return gnutls_cipher_encrypt2(handle, ctext, ctext_len, ptext, ptext_len);
}

void gnutls_cipher_deinit(gnutls_cipher_hd_t handle)
{
	(void)handle;
}

int gnutls_rnd(gnutls_rnd_level_t level, void *data, size_t len)
{
	(void)level;
	(void)data;
	(void)len;
	return GNUTLS_E_UNIMPLEMENTED_FEATURE;
}

const char *gnutls_strerror(int error)
{
	(void)error;
	return "no ciphers";
}
