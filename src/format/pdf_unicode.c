/*
 * ToUnicode (ISO 32000-1, 9.10.3): which characters a code of a font stands for, for search and
 * copy. The CMap is read for its ranges only and printed anew as a list of single codes.
 */
#include <stdlib.h>
#include "base/utf8.h"
#include "format/pdf.h"
#include "format/pdf_lex.h"

#define CODES 65536u
#define VALUE_MAX 32u /* bytes of UTF-16 one code may stand for: ligatures, names of eras */

struct mapping {
	uint8_t n; /* 0: the code stands for nothing */
	uint8_t value[VALUE_MAX];
};

struct unicode {
	struct mapping *map;
	struct pdf_lexer l;
	bool wide; /* codes of two bytes */
};

static bool code_of(struct slice s, uint32_t *ret)
{
	*ret = s.n == 1 ? s.p[0] : s.n == 2 ? (uint32_t)(s.p[0] << 8 | s.p[1]) : 0;
	return s.n == 1 || s.n == 2;
}

/* Whole characters, none of which hides or controls. */
static bool is_text(struct slice s)
{
	if (s.n == 0 || s.n % 2 || s.n > VALUE_MAX)
		return false;
	for (size_t i = 0; i < s.n; i += 2) {
		uint32_t c = (uint32_t)(s.p[i] << 8 | s.p[i + 1]);

		if (c >= 0xD800 && c < 0xDC00 && i + 3 < s.n && (s.p[i + 2] & 0xFC) == 0xDC) {
			c = 0x10000 + ((c - 0xD800) << 10) +
			    ((uint32_t)(s.p[i + 2] << 8 | s.p[i + 3]) - 0xDC00);
			i += 2;
		}
		if (c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0xD800 && c < 0xE000) ||
		    utf8_is_invisible(c))
			return false;
	}
	return true;
}

static void set(struct unicode *u, uint32_t code, struct slice value, uint32_t plus)
{
	struct mapping m = {.n = (uint8_t)value.n};
	uint32_t last;

	if (!is_text(value) || code >= CODES)
		return;
	memcpy(m.value, value.p, value.n);
	last = (uint32_t)(m.value[m.n - 2] << 8 | m.value[m.n - 1]) + plus;
	m.value[m.n - 2] = (uint8_t)(last >> 8);
	m.value[m.n - 1] = (uint8_t)last;
	if (is_text(slice_of(m.value, m.n)))
		u->map[code] = m;
}

/* Reads a code; false at the end of the block. */
static bool read_code(struct unicode *u, uint32_t *ret)
{
	if (pdf_next(&u->l) != PDF_TOKEN_STRING || !code_of(u->l.text, ret))
		return false;
	u->wide |= u->l.text.n == 2;
	return true;
}

static void read_chars(struct unicode *u)
{
	uint32_t code;

	while (read_code(u, &code) && pdf_next(&u->l) == PDF_TOKEN_STRING)
		set(u, code, u->l.text, 0);
}

static void read_ranges(struct unicode *u)
{
	uint32_t from, to;

	while (read_code(u, &from) && read_code(u, &to)) {
		enum pdf_token t = pdf_next(&u->l);

		if (t == PDF_TOKEN_STRING) {
			for (uint32_t c = from; c <= to && c < CODES; c++)
				set(u, c, u->l.text, c - from);
			continue;
		}
		if (t != PDF_TOKEN_ARRAY)
			return;
		for (uint32_t c = from; (t = pdf_next(&u->l)) == PDF_TOKEN_STRING; c++)
			if (c <= to)
				set(u, c, u->l.text, 0);
		if (t != PDF_TOKEN_ARRAY_END)
			return;
	}
}

/* Prints nothing where no code stands for anything. */
static void print(const struct unicode *u, struct buf *out)
{
	size_t left = 0;

	for (uint32_t c = 0; c < CODES; c++)
		left += u->map[c].n > 0;
	if (!left)
		return;

	buf_printf(out,
		   "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
		   "/CMapName /Sekisho-UCS def\n/CMapType 2 def\n1 begincodespacerange\n%s\n"
		   "endcodespacerange\n",
		   u->wide ? "<0000> <FFFF>" : "<00> <FF>");
	for (uint32_t c = 0, k = 0; c < CODES && left; c++) {
		if (!u->map[c].n)
			continue;
		if (k % 100 == 0)
			buf_printf(out, "%zu beginbfchar\n", left < 100 ? left : (size_t)100);
		buf_printf(out, u->wide ? "<%04X> " : "<%02X> ", c);
		pdf_put_string(out, slice_of(u->map[c].value, u->map[c].n));
		buf_byte(out, '\n');
		k++;
		left--;
		if (k % 100 == 0 || !left)
			buf_str(out, "endbfchar\n");
	}
	buf_str(out, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
}

enum err pdf_unicode(struct pdf *p, struct slice in, struct slice *ret)
{
	AUTO_ARENA arena = arena_new(CODES * sizeof(struct mapping) + (1 << 16));
	AUTO_BUF scratch, out;
	struct unicode u = {.map = arena ? arena_array(arena, CODES, sizeof *u.map) : NULL};
	enum pdf_token t;

	buf_init(&scratch, 1 << 20);
	buf_init(&out, 16 << 20);
	if (!u.map)
		return ERR_MEMORY;
	u.l = (struct pdf_lexer){.in = in, .scratch = &scratch};
	while ((t = pdf_next(&u.l)) != PDF_TOKEN_END && t != PDF_TOKEN_BAD) {
		if (t == PDF_TOKEN_WORD && slice_eq(u.l.text, S("beginbfchar")))
			read_chars(&u);
		else if (t == PDF_TOKEN_WORD && slice_eq(u.l.text, S("beginbfrange")))
			read_ranges(&u);
	}
	print(&u, &out);
	TRY(buf_err(&out));
	*ret = arena_copy(p->job->arena, buf_view(&out));
	return ret->p ? OK : ERR_MEMORY;
}
