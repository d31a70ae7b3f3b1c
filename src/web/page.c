#include "web/templates.h"

#include "base/utf8.h"

void page_raw(struct page *pg, struct slice markup)
{
	buf_slice(pg->out, markup);
}

/* Length of a control byte, or of a code point that nobody sees, at the start of s; else 0. */
static size_t hiding(struct slice s)
{
	uint32_t cp;
	size_t n;

	if (s.p[0] < 0x20 && s.p[0] != '\n' && s.p[0] != '\t')
		return 1;
	if (s.p[0] < 0x80)
		return 0;
	n = utf8_next(s, &cp);
	return n > 0 && utf8_is_invisible(cp) ? n : 0;
}

void page_put_slice(struct page *pg, struct slice s)
{
	static const struct {
		uint8_t c;
		const char *as;
	} escapes[] = {
	    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

	for (size_t i = 0, from = 0; s.n > 0 && i <= s.n; i++) {
		const char *as = NULL;

		for (size_t k = 0; i < s.n && k < ARRAY_LEN(escapes); k++)
			if (s.p[i] == escapes[k].c)
				as = escapes[k].as;
		/* What hides or reorders text would let a file name pretend to be another one. */
		size_t hides = i < s.n ? hiding(slice_from(s, i)) : 0;

		if (hides)
			as = "\xEF\xBF\xBD";
		if (!as && i < s.n)
			continue;
		buf_slice(pg->out, slice_of(s.p + from, i - from));
		if (as)
			buf_str(pg->out, as);
		from = i + (hides ? hides : 1);
		i = from - 1;
	}
}

void page_put_str(struct page *pg, const char *s)
{
	page_put_slice(pg, slice_str(s ? s : ""));
}

void page_put_u64(struct page *pg, uint64_t v)
{
	buf_printf(pg->out, "%llu", (unsigned long long)v);
}

void page_put_i64(struct page *pg, int64_t v)
{
	buf_printf(pg->out, "%lld", (long long)v);
}

/* Everything but unreserved characters and the slash (RFC 3986 2.3). */
void page_put_url_slice(struct page *pg, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c && strchr("-._~/", c)))
			buf_byte(pg->out, c);
		else
			buf_printf(pg->out, "%%%02X", c);
	}
}

const char *text_by_key(struct page *pg, const char *key)
{
	for (size_t i = 0; i < TXT_COUNT; i++)
		if (strcmp(text_table[i].key, key) == 0)
			return pg->ja ? text_table[i].ja : text_table[i].en;
	return NULL;
}
