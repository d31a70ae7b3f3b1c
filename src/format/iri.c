#include "format/iri.h"

#include <unicode/uidna.h>
#include "base/buf.h"

enum { HOST_MAX = 255 };

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

/* Where the host of a web address begins and how long it is; n is 0 where there is none. */
static struct slice host_of(struct slice iri, size_t *ret_at)
{
	size_t at = slice_find(iri, S("://")), n = 0;
	struct slice rest;

	if (at == SIZE_MAX || !(slice_eq_nocase(slice_head(iri, at), S("http")) ||
				slice_eq_nocase(slice_head(iri, at), S("https"))))
		return S("");
	*ret_at = at + 3;
	rest = slice_from(iri, at + 3);
	while (n < rest.n && !memchr("/?#:@", rest.p[n], 5))
		n++;
	return slice_head(rest, n);
}

/* Appends the ASCII form; false where it has none. */
static bool put_host(struct slice host, struct buf *out)
{
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode e = U_ZERO_ERROR;
	char ascii[HOST_MAX + 1];
	UIDNA *idna;
	int32_t n;

	if (host.n > HOST_MAX)
		return false;
	idna = uidna_openUTS46(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
				   UIDNA_NONTRANSITIONAL_TO_ASCII,
			       &e);
	if (U_FAILURE(e))
		return false;
	n = uidna_nameToASCII_UTF8(idna, (const char *)host.p, (int32_t)host.n, ascii,
				   (int32_t)sizeof ascii, &info, &e);
	uidna_close(idna);
	if (U_FAILURE(e) || info.errors || n <= 0 || n > HOST_MAX)
		return false;
	buf_put(out, ascii, (size_t)n);
	return true;
}

static void put_encoded(struct slice s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x80)
			buf_byte(out, s.p[i]);
		else
			buf_printf(out, "%%%02X", s.p[i]);
}

enum err iri_to_uri(struct arena *a, struct slice iri, struct slice *ret)
{
	struct slice host;
	size_t at = 0;
	AUTO_BUF out = {0};

	if (is_ascii(iri)) {
		*ret = iri;
		return OK;
	}
	buf_init(&out, 3 * iri.n + HOST_MAX + 1);
	host = host_of(iri, &at);
	put_encoded(slice_head(iri, at), &out);
	if (is_ascii(host) || !put_host(host, &out))
		put_encoded(host, &out);
	put_encoded(slice_from(iri, at + host.n), &out);
	TRY(buf_err(&out));
	*ret = arena_copy(a, buf_view(&out));
	return ret->p ? OK : ERR_MEMORY;
}
