#include "format/text.h"

#include <stdio.h>
#include "base/utf8.h"

#define ESC 0x1Bu
#define CSI 0x9Bu
/* A terminal string without its end takes no more than this much text with it. */
#define ESCAPE_MAX ((size_t)4096)

struct cleaner {
	struct job *job;
	size_t line;
	/* Line on which each kind was last reported, so that a line is one item. */
	size_t control, bidi, invisible, escape;
	bool other_ends, after_selector;
};

static void found(struct cleaner *c, size_t *last, const char *finding, uint32_t cp)
{
	char place[32], detail[32];

	if (*last == c->line)
		return;
	*last = c->line;
	snprintf(place, sizeof place, "L%zu", c->line);
	snprintf(detail, sizeof detail, "U+%04X", cp);
	report_add(c->job->report, ACT_REMOVED, finding, S(""), slice_str(place),
		   slice_str(detail));
}

/* Length of the control string that begins at s, after its introducer: to BEL or ESC \. */
static size_t string_length(struct slice s)
{
	for (size_t i = 0; i < s.n && i < ESCAPE_MAX && s.p[i] != '\n'; i++) {
		if (s.p[i] == 0x07)
			return i + 1;
		if (s.p[i] == ESC)
			return i + 1 < s.n && s.p[i + 1] == '\\' ? i + 2 : i;
	}
	return 0;
}

/* Length of a control sequence after its introducer (ECMA-48 5.4). */
static size_t sequence_length(struct slice s)
{
	size_t i = 0;

	while (i < s.n && i < ESCAPE_MAX && s.p[i] >= 0x20 && s.p[i] <= 0x3F)
		i++;
	return i < s.n && s.p[i] >= 0x40 && s.p[i] <= 0x7E ? i + 1 : i;
}

/* Length of the escape sequence at s, which begins with ESC; at least 1. */
static size_t escape_length(struct slice s)
{
	size_t i = 1;

	if (s.n < 2)
		return 1;
	if (s.p[1] == '[')
		return 2 + sequence_length(slice_from(s, 2));
	if (s.p[1] == ']' || s.p[1] == 'P' || s.p[1] == 'X' || s.p[1] == '^' || s.p[1] == '_')
		return 2 + string_length(slice_from(s, 2));
	while (i < s.n && s.p[i] >= 0x20 && s.p[i] <= 0x2F)
		i++;
	return i < s.n && s.p[i] >= 0x30 && s.p[i] <= 0x7E ? i + 1 : i;
}

/*
 * Looks at the code point that begins s (len bytes): how many bytes leave the text, 0 for none.
 * *ret_newline where a line end stands for it.
 */
static size_t judge(struct cleaner *c, struct slice s, uint32_t cp, size_t len, bool *ret_newline)
{
	*ret_newline = false;
	if (cp == '\t' || cp == '\n' || (cp >= 0x20 && cp < 0x7F))
		return 0;
	if (cp == '\r' || cp == 0x85 || cp == 0x2028 || cp == 0x2029) {
		c->other_ends = true;
		*ret_newline = true;
		return cp == '\r' && s.n > 1 && s.p[1] == '\n' ? 2 : len;
	}
	if (cp == ESC || cp == CSI) {
		found(c, &c->escape, "escape-sequence", cp);
		return cp == ESC ? escape_length(s) : len + sequence_length(slice_from(s, len));
	}
	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0)) {
		found(c, &c->control, "control-characters", cp);
		return len;
	}
	if (utf8_is_selector(cp) ? !c->after_selector : !utf8_is_invisible(cp))
		return 0;
	if (utf8_is_bidi(cp))
		found(c, &c->bidi, "bidi-control", cp);
	else
		found(c, &c->invisible, "invisible-characters", cp);
	return len;
}

/* In place: what is taken out only makes the text shorter. */
static void clean(struct cleaner *c, struct charset_text *t)
{
	uint8_t *to = t->p;

	c->line = 1;
	for (size_t i = 0; i < t->n;) {
		struct slice rest = slice_of(t->p + i, t->n - i);
		uint32_t cp = rest.p[0];
		size_t len = cp < 0x80 ? 1 : utf8_next(rest, &cp), gone;
		bool newline;

		BUG_IF(len == 0);
		gone = judge(c, rest, cp, len, &newline);
		c->after_selector = utf8_is_selector(cp);
		if (gone == 0) {
			memmove(to, rest.p, len);
			to += len;
			gone = len;
			newline = cp == '\n';
		} else if (newline) {
			*to++ = '\n';
		}
		c->line += newline;
		i += gone;
	}
	t->n = (size_t)(to - t->p);
}

enum err text_load(struct job *job, struct charset_text *ret)
{
	struct cleaner c = {.job = job};
	struct diag d = {0};
	enum err e = charset_decode(job->arena, job->in, ret, &d);

	if (e == ERR_SYNTAX)
		return format_hold(job, e, "bad-charset", S(""), d.offset, "%s", d.text);
	TRY(e);
	job->report->text_in += utf8_count(slice_of(ret->p, ret->n));
	clean(&c, ret);
	if (c.other_ends)
		report_add(job->report, ACT_CHANGED, "line-endings", S(""), S(""), S(""));
	return OK;
}

static const char *grammar_name(struct job *job, const char *grammar, enum charset cs)
{
	return cs == CS_UTF8 ? grammar
			     : arena_printf(job->arena, "%s%s", grammar, charset_suffix(cs));
}

/* True where a reader would take bytes of an older character set for the mark of Unicode. */
static bool looks_marked(struct slice out)
{
	return slice_starts(out, S("\xEF\xBB\xBF")) || slice_starts(out, S("\xFF\xFE")) ||
	       slice_starts(out, S("\xFE\xFF"));
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

enum err text_emit(struct job *job, enum charset came_in, struct slice utf8, const char *grammar)
{
	/* Within an archive a member is told by its name alone, so texts there are UTF-8. */
	bool same =
	    job->charset_out == CHARSET_SAME && job->method == METHOD_REBUILD && job->depth == 0;
	enum charset cs = same ? came_in : CS_UTF8;
	size_t offset = 0;
	enum err e;

	/* ASCII is the same in these sets, and reads as UTF-8 again. */
	if (cs != CS_UTF16LE && cs != CS_UTF16BE && is_ascii(utf8))
		cs = CS_UTF8;
	job->wrote = grammar_name(job, grammar, cs);
	if (!job->wrote)
		return ERR_MEMORY;
	if (cs == CS_UTF8 && strcmp(grammar, "txt") != 0)
		buf_str(job->out, "\xEF\xBB\xBF");
	e = charset_encode(job->out, cs, utf8, &offset);
	if (e == ERR_UNSUPPORTED)
		return format_hold(job, e, "bad-charset", S(""), offset,
				   "a character of the text cannot be written in %s",
				   charset_name(cs));
	TRY(e);
	if (cs != CS_UTF8 && cs != CS_UTF16LE && cs != CS_UTF16BE &&
	    looks_marked(buf_view(job->out)))
		return format_hold(job, ERR_UNSUPPORTED, "bad-charset", S(""), 0,
				   "the first characters in %s are the mark of Unicode",
				   charset_name(cs));
	if (cs != came_in)
		report_add(job->report, ACT_CHANGED, "charset-converted", S(""), S(""),
			   slice_str(charset_name(came_in)));
	job->report->text_out += utf8_count(utf8);
	return OK;
}

size_t text_head(struct slice in, uint8_t *to, size_t max)
{
	bool wide = slice_starts(in, S("\xFF\xFE")) || slice_starts(in, S("\xFE\xFF"));
	size_t step = wide ? 2 : 1, low = wide && in.p[0] == 0xFE ? 1 : 0, n = 0, i = 0;
	bool ascii = true; /* not within two-byte characters of ISO-2022-JP */

	if (wide)
		i = 2;
	else if (slice_starts(in, S("\xEF\xBB\xBF")))
		i = 3;
	for (; i + step <= in.n && n < max; i += step) {
		uint8_t c = in.p[i + (wide ? low : 0)];

		if (wide && in.p[i + 1 - low])
			c = '?';
		if (c == ESC && i + 2 < in.n && (in.p[i + 1] == '$' || in.p[i + 1] == '(')) {
			ascii = in.p[i + 1] == '(' && in.p[i + 2] != 'I';
			i += 2;
			continue;
		}
		if (n == 0 && (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'))
			continue;
		if (c >= 0x80 || !ascii)
			c = '?';
		to[n++] = c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
	}
	return n;
}

bool text_probe(const struct job *job)
{
	struct slice in = job->in, head = slice_head(in, 16384);
	size_t odd = 0;

	if (slice_starts(in, S("\xFF\xFE")) || slice_starts(in, S("\xFE\xFF")))
		return true;
	if (slice_find_byte(head, 0) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < head.n; i++) {
		uint8_t c = head.p[i];

		odd += (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != ESC) ||
		       c == 0x7F;
	}
	return odd <= 2 + head.n / 32;
}

bool text_name_ends(const struct job *job, const char *const *endings)
{
	for (; *endings; endings++) {
		struct slice end = slice_str(*endings);

		if (job->name.n >= end.n &&
		    slice_eq_nocase(slice_from(job->name, job->name.n - end.n), end))
			return true;
	}
	return false;
}

static enum err sanitize_text(struct job *job)
{
	struct charset_text t;

	TRY(text_load(job, &t));
	job->ext = "txt";
	return text_emit(job, t.charset, slice_of(t.p, t.n), "txt");
}

const struct format format_text = {
    .id = "text",
    .ext = "txt",
    .label_ja = "テキスト",
    .label_en = "Plain text",
    .probe = text_probe,
    .rebuild = sanitize_text,
    .text = sanitize_text,
    .hold = "unknown-type",
};
