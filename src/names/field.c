#include "names/field.h"

#include "base/err.h"
#include "base/utf8.h"

static bool is_alpha(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* ---- links ---- */

/* Printable ASCII without what could end or hide an address; others must be percent-encoded. */
static bool link_bytes_ok(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f || strchr("\"<>\\^`{|}", s.p[i]))
			return false;
	return true;
}

static bool starts_nocase(struct slice s, const char *prefix)
{
	struct slice p = slice_str(prefix);

	return s.n >= p.n && slice_eq_nocase(slice_head(s, p.n), p);
}

/* Letters, digits, dots, hyphens, an optional port; or an IPv6 address in brackets. */
static bool host_ok(struct slice s)
{
	size_t at = 0, digits = 0;

	if (s.n > 0 && s.p[0] == '[') {
		for (at = 1; at < s.n && s.p[at] != ']'; at++)
			if (!is_digit(s.p[at]) && !strchr("abcdefABCDEF:.", s.p[at]))
				return false;
		if (at < 3 || at >= s.n)
			return false;
		at++;
	} else {
		while (at < s.n &&
		       (is_alpha(s.p[at]) || is_digit(s.p[at]) || strchr("-._", s.p[at])))
			at++;
		if (at == 0 || at > 253 || s.p[0] == '.' || s.p[0] == '-')
			return false;
	}
	if (at == s.n)
		return true;
	if (s.p[at++] != ':')
		return false;
	while (at + digits < s.n && is_digit(s.p[at + digits]))
		digits++;
	return at + digits == s.n && digits <= 5;
}

static bool web_ok(struct slice rest)
{
	size_t n = 0;

	while (n < rest.n && !strchr("/?#", rest.p[n]))
		n++;
	return host_ok(slice_head(rest, n));
}

/* An encoded control character, as in "%0d%0a": a line of one's own in the mail's header. */
static bool has_encoded_control(struct slice s)
{
	for (size_t i = 0; i + 2 < s.n; i++)
		if (s.p[i] == '%' && ((s.p[i + 1] == '0' || s.p[i + 1] == '1') ||
				      (s.p[i + 1] == '7' && (s.p[i + 2] | 0x20) == 'f')))
			return true;
	return false;
}

/* RFC 6068; line breaks may stand in the body only (section 5). */
static bool mail_ok(struct slice rest)
{
	size_t query = slice_find_byte(rest, '?');
	struct slice to = query == SIZE_MAX ? rest : slice_head(rest, query);
	struct slice q = query == SIZE_MAX ? (struct slice){NULL, 0} : slice_from(rest, query + 1);
	static const char *const params[] = {"subject=", "cc=", "bcc=", "body="};

	if (to.n == 0 || slice_find_byte(to, '@') == SIZE_MAX || has_encoded_control(to) ||
	    slice_find_byte(to, '/') != SIZE_MAX || slice_find_byte(to, ':') != SIZE_MAX)
		return false;
	while (q.n > 0) {
		size_t n = slice_find_byte(q, '&');
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(params); i++)
			known |= starts_nocase(q, params[i]);
		if (!known || (!starts_nocase(q, "body=") &&
			       has_encoded_control(slice_head(q, n == SIZE_MAX ? q.n : n))))
			return false;
		q = n == SIZE_MAX ? (struct slice){NULL, 0} : slice_from(q, n + 1);
	}
	return true;
}

bool names_link_ok(struct slice uri)
{
	if (uri.n > 2048 || !link_bytes_ok(uri))
		return false;
	if (starts_nocase(uri, "http://"))
		return web_ok(slice_from(uri, 7));
	if (starts_nocase(uri, "https://"))
		return web_ok(slice_from(uri, 8));
	if (starts_nocase(uri, "mailto:"))
		return mail_ok(slice_from(uri, 7));
	return false;
}

/* ---- fields ---- */

/*
 * Codes whose result comes from the document itself, the clock or nothing. Not on it: what loads or
 * runs (DDE, DDEAUTO, INCLUDE*, IMPORT, LINK, EMBED, DATABASE, RD, MACROBUTTON, GOTOBUTTON, ADDIN,
 * CONTROL, HTMLCONTROL, PRINT, PRIVATE, BARCODE, AUTOTEXT*, GLOSSARY, MERGE*), what assembles
 * instructions (QUOTE, IF, SET, ASK, FILLIN, COMPARE, NEXT*, SKIPIF, =), and what tells about the
 * machine or the author (FILENAME, TEMPLATE, USER*, DOCVARIABLE, INFO, AUTHOR, LASTSAVEDBY ...).
 */
static const char *const codes[] = {
    "ADVANCE",    "AUTONUM", "AUTONUMLGL",   "AUTONUMOUT", "BIDIOUTLINE",  "CITATION",
    "CREATEDATE", "DATE",    "EDITTIME",     "EQ",         "FORMCHECKBOX", "FORMDROPDOWN",
    "FORMTEXT",   "INDEX",   "LISTNUM",      "NOTEREF",    "NUMCHARS",     "NUMPAGES",
    "NUMWORDS",   "PAGE",    "PAGEREF",      "PRINTDATE",  "REF",          "REVNUM",
    "SAVEDATE",   "SECTION", "SECTIONPAGES", "SEQ",        "STYLEREF",     "SYMBOL",
    "TA",         "TC",      "TIME",         "TITLE",      "SUBJECT",      "TOA",
    "TOC",        "XE",      "BIBLIOGRAPHY",
};

/*
 * One word of an instruction: quoted (quotes off), or up to the next blank. False at the end or
 * where a quote is not closed (sets *bad).
 */
static bool next_word(struct slice *rest, struct slice *ret, bool *bad)
{
	struct slice s = *rest;
	size_t n = 0;

	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\n' || s.p[0] == '\r'))
		s = slice_from(s, 1);
	if (s.n == 0)
		return false;
	if (s.p[0] == '"') {
		n = slice_find_byte(slice_from(s, 1), '"');
		if (n == SIZE_MAX) {
			*bad = true;
			return false;
		}
		*ret = slice_head(slice_from(s, 1), n);
		*rest = slice_from(s, n + 2);
		return true;
	}
	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t' && s.p[n] != '\n' && s.p[n] != '\r' &&
	       s.p[n] != '"')
		n++;
	*ret = slice_head(s, n);
	*rest = slice_from(s, n);
	return true;
}

/* No braces (nested fields), no path or scheme marks outside switches. */
static bool argument_ok(struct slice w)
{
	for (size_t i = 0; i < w.n; i++)
		if (w.p[i] == '{' || w.p[i] == '}' || w.p[i] < 0x20 || w.p[i] == 0x7f)
			return false;
	return slice_find(w, S("\\\\")) == SIZE_MAX && slice_find(w, S("://")) == SIZE_MAX;
}

static bool arguments_ok(struct slice rest)
{
	struct slice w;
	bool bad = false;

	while (next_word(&rest, &w, &bad))
		if (!argument_ok(w))
			return false;
	return !bad;
}

/*
 * HYPERLINK ["address"] [\l "anchor"] [\o "tip"] [\t "frame"] [\n] [\h]. One address at most; it
 * must be a good link; without one there must be an anchor.
 */
static bool hyperlink_ok(struct slice rest)
{
	struct slice w, value;
	bool bad = false, address = false, anchor = false;

	while (next_word(&rest, &w, &bad)) {
		if (w.n == 2 && w.p[0] == '\\' && strchr("lotLOT", w.p[1])) {
			if (!next_word(&rest, &value, &bad) || !argument_ok(value))
				return false;
			anchor |= w.p[1] == 'l' || w.p[1] == 'L';
		} else if (w.n == 2 && w.p[0] == '\\' && strchr("nhNH", w.p[1])) {
			continue;
		} else if (address || !names_link_ok(w)) {
			return false;
		} else {
			address = true;
		}
	}
	return !bad && (address || anchor);
}

bool names_field_ok(struct slice instr)
{
	struct slice rest = instr, code;
	bool bad = false;

	if (instr.n > 8192 || utf8_first_bad(instr) != SIZE_MAX)
		return false;
	if (!next_word(&rest, &code, &bad))
		return false;
	if (slice_eq_nocase(code, S("HYPERLINK")))
		return hyperlink_ok(rest);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (slice_eq_nocase(code, slice_str(codes[i])))
			return arguments_ok(rest);
	return false;
}

bool names_in_instruction(struct slice local)
{
	static const char *const names[] = {
	    "r",
	    "rPr",
	    "instrText",
	    "delInstrText",
	    "fldChar",
	    "lastRenderedPageBreak",
	    "ins",
	    "del",
	    "moveFrom",
	    "moveTo",
	    "bookmarkStart",
	    "bookmarkEnd",
	    "commentRangeStart",
	    "commentRangeEnd",
	    "permStart",
	    "permEnd",
	    "moveFromRangeStart",
	    "moveFromRangeEnd",
	    "moveToRangeStart",
	    "moveToRangeEnd",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_eq_str(local, names[i]))
			return true;
	return false;
}
