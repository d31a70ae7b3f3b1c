/*
 * HYPERLINK instructions as people's files have them (addresses in Japanese, typographic quotation
 * marks, backslashes before characters), printed in the one form that outputs have.
 */
#include "format/docx_parts.h"
#include "format/iri.h"
#include "names/field.h"

struct link {
	struct slice address, anchor, tip;
	bool drawn; /* \h */
};

/* The length of a quotation mark at the start of s: '"', U+201C, U+201D; 0 where there is none. */
static size_t quote(struct slice s)
{
	if (slice_starts(s, S("\"")))
		return 1;
	return slice_starts(s, S("\xe2\x80\x9c")) || slice_starts(s, S("\xe2\x80\x9d")) ? 3 : 0;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One word without its quotation marks and escapes, into `word`; false at the end or where it does
 * not close. */
static bool next_word(struct slice *rest, struct buf *word, bool *ret_quoted)
{
	struct slice s = *rest;
	size_t n;

	word->n = 0;
	while (s.n && is_blank(s.p[0]))
		s = slice_from(s, 1);
	n = quote(s);
	*ret_quoted = n > 0;
	if (!s.n)
		return false;
	for (s = slice_from(s, n); s.n; s = slice_from(s, 1)) {
		if (*ret_quoted ? quote(s) > 0 : is_blank(s.p[0]))
			break;
		if (*ret_quoted && s.p[0] == '\\' && s.n > 1 && strchr("\\\"", s.p[1]))
			s = slice_from(s, 1);
		buf_byte(word, s.p[0]);
	}
	if (*ret_quoted && !s.n)
		return false;
	*rest = slice_from(s, *ret_quoted ? quote(s) : 0);
	return true;
}

/* Takes one switch and what belongs to it; false where it is none of a link's. */
static bool take_switch(struct link *l, uint8_t letter, struct slice *rest, struct buf *word,
			struct arena *a)
{
	struct slice unused, *to = &unused;
	bool quoted;

	letter |= 0x20;
	if (letter == 'h' || letter == 'n') {
		l->drawn |= letter == 'h';
		return true;
	}
	if (letter != 'l' && letter != 'o' && letter != 't')
		return false;
	if (letter != 't')
		to = letter == 'l' ? &l->anchor : &l->tip;
	if (!next_word(rest, word, &quoted))
		return false;
	*to = arena_copy(a, buf_view(word));
	return true;
}

static bool parse(struct slice rest, struct link *l, struct buf *word, struct arena *a)
{
	bool quoted;

	if (!next_word(&rest, word, &quoted) || !slice_eq_nocase(buf_view(word), S("HYPERLINK")))
		return false;
	while (next_word(&rest, word, &quoted)) {
		if (!quoted && word->n == 2 && word->p[0] == '\\') {
			if (!take_switch(l, word->p[1], &rest, word, a))
				return false;
		} else if (l->address.n) {
			return false;
		} else {
			l->address = arena_copy(a, buf_view(word));
		}
	}
	return slice_trim(rest).n == 0;
}

static void put(struct buf *out, const char *before, struct slice s)
{
	if (!s.n)
		return;
	buf_str(out, before);
	buf_byte(out, '"');
	buf_slice(out, s);
	buf_byte(out, '"');
}

enum err docx_link(struct arena *a, struct slice instr, struct slice *ret)
{
	struct link l = {0};
	AUTO_BUF word;
	AUTO_BUF out;

	*ret = (struct slice){0};
	buf_init(&word, instr.n + 1);
	buf_init(&out, 4 * instr.n + 512);
	if (!parse(instr, &l, &word, a))
		return buf_err(&word);
	if (l.address.n && l.address.p[0] == '#' && !l.anchor.n) {
		l.anchor = slice_from(l.address, 1);
		l.address = S("");
	}
	TRY(iri_to_uri(a, l.address, &l.address));
	buf_str(&out, " HYPERLINK");
	put(&out, " ", l.address);
	put(&out, " \\l ", l.anchor);
	put(&out, " \\o ", l.tip);
	buf_str(&out, l.drawn ? " \\h " : " ");
	TRY(buf_err(&out));
	if (!names_field_ok(buf_view(&out)))
		return OK;
	*ret = arena_copy(a, buf_view(&out));
	return ret->p ? OK : ERR_MEMORY;
}
