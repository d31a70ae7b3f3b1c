/* A fault with its source line and a caret, on a terminal whose kanji are two columns wide. */
#include "base/utf8.h"
#include "policy/chars.h"
#include "policy/internal.h"

#define LINE_MAX_COLUMNS 100 /* longer lines are cut to the surroundings of the fault: */
#define BEFORE 56            /* columns before it */
#define BEHIND 36            /* and from it on */

/* One code point of a line as it is printed, and its columns. */
struct cell {
	struct slice text;
	size_t n; /* bytes in the line */
	unsigned width;
};

static struct cell cell_at(struct slice line, size_t at)
{
	uint32_t cp = 0;
	size_t n = utf8_next(slice_from(line, at), &cp);

	if (!n)
		return (struct cell){S("?"), 1, 1};
	if (cp == '\t')
		return (struct cell){S(" "), 1, 1};
	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || utf8_is_invisible(cp))
		return (struct cell){S("?"), n, 1};
	return (struct cell){slice_head(slice_from(line, at), n), n, policy_width(cp)};
}

/* The last code point that begins before `at`. */
static size_t step_back(struct slice line, size_t at)
{
	at--;
	while (at > 0 && (line.p[at] & 0xC0) == 0x80)
		at--;
	return at;
}

static struct slice line_of(struct slice text, size_t offset, size_t *ret_at)
{
	size_t from = offset, to = offset;

	while (from > 0 && text.p[from - 1] != '\n')
		from--;
	while (to < text.n && text.p[to] != '\n')
		to++;
	while (to > from && text.p[to - 1] == '\r')
		to--;
	*ret_at = offset - from < to - from ? offset - from : to - from;
	return slice_of(text.p + from, to - from);
}

/* Whether the whole line fits on a terminal. */
static bool fits(struct slice line)
{
	size_t columns = 0;

	for (size_t at = 0; at < line.n && columns <= LINE_MAX_COLUMNS;) {
		struct cell c = cell_at(line, at);

		columns += c.width;
		at += c.n;
	}
	return columns <= LINE_MAX_COLUMNS;
}

/* diag.text without a code point that its fixed size has cut. */
static struct slice whole(const char *text)
{
	struct slice s = slice_str(text);
	size_t bad = utf8_first_bad(s);

	return bad == SIZE_MAX ? s : slice_head(s, bad);
}

void policy_print_diag(const char *file, struct slice text, const struct diag *d, struct buf *out)
{
	size_t offset = d->offset < text.n ? d->offset : text.n, at, from;
	struct slice line = line_of(text, offset, &at);
	unsigned columns = 0, caret;
	bool all = fits(line);
	struct cell c;

	buf_printf(out, "%s:%u:%u: ", file, d->line, d->column);
	buf_slice(out, whole(d->text));
	buf_str(out, "\n  ");
	for (from = at; from > 0 && (all || columns < BEFORE); columns += cell_at(line, from).width)
		from = step_back(line, from);
	caret = columns;
	if (from > 0) {
		buf_str(out, "...");
		caret += 3;
	}
	for (columns = 0; from < line.n; from += c.n) {
		c = cell_at(line, from);
		if (!all && from >= at && (columns += c.width) > BEHIND)
			break;
		buf_slice(out, c.text);
	}
	buf_printf(out, "%s\n  %*s^\n", from < line.n ? "..." : "", (int)caret, "");
}
