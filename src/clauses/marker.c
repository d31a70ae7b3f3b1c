/* marker: numbers at the start of a line; see marker.h. */
#include "clauses/marker.h"

#include <stdio.h>
#include "base/err.h"
#include "base/utf8.h"

static const char kana[] =
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨ"
    "ラリルレロワヲン";
static const char digits_ja[] = "一二三四五六七八九十";

size_t clauses_next(struct slice s, uint32_t *ret_cp)
{
	uint32_t cp;
	size_t n = utf8_next(s, &cp);

	if (n == 0)
		return 0;
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		cp -= 0xFEE0;
	*ret_cp = cp == 0x3000 || cp == 0xA0 || (cp >= '\t' && cp <= '\r' && cp != '\n') ? ' ' : cp;
	return n;
}

struct slice clauses_trim(struct slice s)
{
	struct slice last = {s.p, 0};
	uint32_t cp;
	size_t n;

	while ((n = clauses_next(s, &cp)) && cp == ' ')
		s = slice_from(s, n);
	last.p = s.p;
	for (struct slice at = s; (n = clauses_next(at, &cp)); at = slice_from(at, n))
		if (cp != ' ')
			last.n = (size_t)(at.p + n - s.p);
	return last;
}

bool clauses_is_wide(uint32_t cp)
{
	return (cp >= 0x2E80 && cp <= 0x9FFF) || (cp >= 0xF900 && cp <= 0xFAFF) ||
	       (cp >= 0xFF01 && cp <= 0xFF9F) || (cp >= 0x20000 && cp <= 0x3FFFF);
}

static bool take(struct slice *s, uint32_t want)
{
	uint32_t cp;
	size_t n = clauses_next(*s, &cp);

	if (n == 0 || cp != want)
		return false;
	*s = slice_from(*s, n);
	return true;
}

static bool take_text(struct slice *s, const char *text)
{
	if (!slice_starts(*s, slice_str(text)))
		return false;
	*s = slice_from(*s, strlen(text));
	return true;
}

static bool take_blanks(struct slice *s)
{
	bool any = false;

	while (take(s, ' '))
		any = true;
	return any;
}

/* The place of cp in a row of characters, from 1; 0: none. */
static unsigned place_in(const char *row, uint32_t cp)
{
	struct slice s = slice_str(row);
	uint32_t at;
	size_t n;

	for (unsigned i = 1; (n = utf8_next(s, &at)); i++, s = slice_from(s, n))
		if (at == cp)
			return i;
	return 0;
}

/* At most four digits of either width. */
static bool take_number(struct slice *s, unsigned *ret)
{
	unsigned v = 0, count = 0;
	uint32_t cp;
	size_t n;

	while ((n = clauses_next(*s, &cp)) && cp >= '0' && cp <= '9') {
		if (++count > 4)
			return false;
		v = v * 10 + (unsigned)(cp - '0');
		*s = slice_from(*s, n);
	}
	*ret = v;
	return count > 0 && v > 0;
}

/* 一 to 九十九. */
static bool take_kanji(struct slice *s, unsigned *ret)
{
	unsigned tens = 0, ones = 0, v;
	bool ten = false, any = false;
	uint32_t cp;
	size_t n;

	while ((n = utf8_next(*s, &cp)) && (v = place_in(digits_ja, cp)) > 0) {
		if (v == 10 && ten)
			return false;
		if (v == 10) {
			tens = any ? ones : 1;
			ones = 0;
			ten = true;
		} else if (ones) {
			return false;
		} else {
			ones = v;
		}
		any = true;
		*s = slice_from(*s, n);
	}
	*ret = tens * 10 + ones;
	return any;
}

static bool any_number(struct slice *s, unsigned *ret)
{
	return take_number(s, ret) || take_kanji(s, ret);
}

/* 第3条の2, 第2章, 第1節: followed by a blank, a bracket or the end. */
static bool ordinal(struct slice s, struct marker *m)
{
	static const struct {
		const char *word;
		enum marker_style style;
	} words[] = {{"章", MARK_CHAPTER}, {"節", MARK_SECTION}, {"条", MARK_ARTICLE}};
	uint32_t cp = 0;

	if (!take_text(&s, "第"))
		return false;
	take_blanks(&s);
	if (!any_number(&s, &m->n))
		return false;
	take_blanks(&s);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!take_text(&s, words[i].word))
			continue;
		if (take_text(&s, "の") && !any_number(&s, &m->branch))
			return false;
		/* "第3条の規定により" is a sentence. */
		if (clauses_next(s, &cp) && cp != ' ' && cp != '(')
			return false;
		m->style = words[i].style;
		snprintf(m->id, sizeof m->id, m->branch ? "第%u%sの%u" : "第%u%s", m->n,
			 words[i].word, m->branch);
		m->rest = s;
		return true;
	}
	return false;
}

/* "1 題名", "1. 題名", "1、題名", "1.2.3 題名". */
static bool number(struct slice s, struct marker *m)
{
	uint32_t cp = 0;
	int at = 0;

	if (!take_number(&s, &m->part[0]))
		return false;
	while (m->dots + 1 < MARKER_DOTS) {
		struct slice t = s;

		if (!(take(&t, '.') || take(&t, 0x30FB)) || !take_number(&t, &m->part[m->dots + 1]))
			break;
		m->dots++;
		s = t;
	}
	bool sign = take(&s, '.') || take(&s, 0x3001) || take(&s, 0xFF0E);

	if (!clauses_next(s, &cp) || (cp != ' ' && !(sign && !(cp >= '0' && cp <= '9'))))
		return false;
	if (clauses_trim(s).n == 0)
		return false;
	m->style = m->dots ? MARK_DOTTED : MARK_NUMBER;
	m->n = m->part[m->dots];
	for (unsigned i = 0; i <= m->dots; i++)
		at += snprintf(m->id + at, sizeof m->id - (size_t)at, i ? ".%u" : "%u", m->part[i]);
	m->rest = s;
	return true;
}

/* (1), (ア), (a), in brackets of either width. */
static bool bracketed(struct slice s, struct marker *m)
{
	uint32_t cp = 0;
	size_t n;

	if (!take(&s, '('))
		return false;
	take_blanks(&s);
	n = clauses_next(s, &cp);
	if (n && cp >= 'a' && cp <= 'z') {
		m->style = MARK_PAREN_ALPHA;
		m->n = (unsigned)(cp - 'a') + 1;
		snprintf(m->id, sizeof m->id, "(%c)", (char)cp);
		s = slice_from(s, n);
	} else if (n && place_in(kana, cp)) {
		m->style = MARK_PAREN_KANA;
		m->n = place_in(kana, cp);
		snprintf(m->id, sizeof m->id, "(%.3s)", (const char *)s.p);
		s = slice_from(s, n);
	} else if (take_number(&s, &m->n)) {
		m->style = MARK_PAREN;
		snprintf(m->id, sizeof m->id, "(%u)", m->n);
	} else {
		return false;
	}
	take_blanks(&s);
	if (!take(&s, ')'))
		return false;
	m->rest = s;
	return true;
}

/* ①, ⑴, and what stands bare before a blank: ア, 一, a. */
static bool single(struct slice s, struct marker *m)
{
	struct slice t = s;
	uint32_t cp = 0;
	size_t n = clauses_next(s, &cp);

	if (n == 0)
		return false;
	m->rest = slice_from(s, n);
	if (cp >= 0x2460 && cp <= 0x2473) {
		m->style = MARK_CIRCLE;
		m->n = (unsigned)(cp - 0x2460) + 1;
		snprintf(m->id, sizeof m->id, "%.3s", (const char *)s.p);
		return true;
	}
	if (cp >= 0x2474 && cp <= 0x2487) {
		m->style = MARK_PAREN;
		m->n = (unsigned)(cp - 0x2474) + 1;
		snprintf(m->id, sizeof m->id, "(%u)", m->n);
		return true;
	}
	if ((m->n = place_in(kana, cp)) > 0) {
		m->style = MARK_KANA;
		snprintf(m->id, sizeof m->id, "%.3s", (const char *)s.p);
	} else if (cp >= 'a' && cp <= 'z') {
		m->style = MARK_ALPHA;
		m->n = (unsigned)(cp - 'a') + 1;
		snprintf(m->id, sizeof m->id, "%c", (char)cp);
	} else if (take_kanji(&t, &m->n)) {
		m->style = MARK_KANJI;
		snprintf(m->id, sizeof m->id, "%.*s", (int)(t.p - s.p), (const char *)s.p);
		m->rest = t;
	} else {
		return false;
	}
	t = m->rest;
	return take_blanks(&t) && t.n > 0;
}

static bool supplement(struct slice s, struct marker *m)
{
	uint32_t cp;

	if (!take_text(&s, "附"))
		return false;
	take_blanks(&s);
	if (!take_text(&s, "則") || (clauses_next(s, &cp) && cp != ' ' && cp != '(' && cp != '\r'))
		return false;
	m->style = MARK_SUPPLEMENT;
	m->rest = s;
	return true;
}

static bool annex(struct slice s, struct marker *m)
{
	static const char *const words[] = {"別表", "別記", "様式"};
	uint32_t cp;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!take_text(&s, words[i]))
			continue;
		m->n = 1;
		snprintf(m->id, sizeof m->id, "%s", words[i]);
		if (take_text(&s, "第")) {
			take_blanks(&s);
			if (!any_number(&s, &m->n))
				return false;
			take_text(&s, "号");
			snprintf(m->id, sizeof m->id, "%s第%u", words[i], m->n);
		}
		if (clauses_next(s, &cp) && cp != ' ' && cp != '(' && cp != '\r')
			return false;
		m->style = MARK_ANNEX;
		m->rest = s;
		return true;
	}
	return false;
}

bool clauses_marker(struct slice line, struct marker *ret)
{
	bool (*const kinds[])(struct slice, struct marker *) = {supplement, annex,     ordinal,
								number,     bracketed, single};
	struct slice s = line;
	bool listed = false;

	take_blanks(&s);
	if (take_text(&s, "- ")) {
		take_blanks(&s);
		listed = true;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct marker m = {0};

		if (!kinds[i](s, &m))
			continue;
		m.number = slice_of(s.p, (size_t)(m.rest.p - s.p));
		take_blanks(&m.rest);
		if (listed && m.style == MARK_NUMBER)
			m.style = MARK_LISTED;
		*ret = m;
		return true;
	}
	return false;
}

static bool dash(struct slice *s)
{
	static const uint32_t dashes[] = {'-',    0x2010, 0x2011, 0x2013,
					  0x2014, 0x2212, 0x2015, 0x30FC};

	for (size_t i = 0; i < ARRAY_LEN(dashes); i++)
		if (take(s, dashes[i]))
			return true;
	return false;
}

bool clauses_is_furniture(struct slice line)
{
	struct slice s = clauses_trim(line);
	bool dashed, feed = slice_find_byte(line, '\f') != SIZE_MAX;
	unsigned n;

	if (s.n == 0)
		return feed;
	dashed = dash(&s);
	take_blanks(&s);
	if (take_text(&s, "ページ") || take_text(&s, "Page") || take_text(&s, "P."))
		dashed = true;
	take_blanks(&s);
	if (!take_number(&s, &n))
		return false;
	take_blanks(&s);
	if (dash(&s) || take_text(&s, "ページ") || take_text(&s, "頁"))
		dashed = true;
	if (take(&s, '/') && take_number(&s, &n))
		dashed = true;
	return s.n == 0 && (dashed || feed);
}
