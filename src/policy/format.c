/*
 * The canonical layout. A statement that fits stands on one line; of one that does not, every part
 * (when, obliges, clause, ...) stands on a line of its own, indented by four, cut at commas and at
 * `and` and `or` where it is still too long. One blank stands between words, none inside addresses
 * and before commas, one blank line at most between statements. Comments keep their place: before a
 * statement in the first column, inside it indented, behind a line where they stood behind one.
 */
#include "policy/format.h"

#include "base/utf8.h"
#include "policy/chars.h"
#include "policy/lex.h"

#define COLUMNS 100
#define INDENT "    "

/* One word of a statement as it is written, or a comment. */
struct piece {
	struct slice text;
	bool comment, own_line; /* a comment that stands alone on its line */
	bool part;              /* begins a part */
	bool glued;             /* no blank before it */
};

struct layout {
	struct arena *arena;
	struct piece *piece;
	size_t n, cap;
	struct buf *out;
};

static const char *const part_words[] = {
    "basis", "standard", "adopted",  "version",  "effective", "default", "networks", "levels",
    "from",  "without",  "only",     "when",     "obliges",   "clause",  "article",  "until",
    "for",   "every",    "evidence", "attested", "to",        "公開",    "庁内",     "非公開"};

static bool is_part(struct slice s)
{
	for (size_t i = 0; i < ARRAY_LEN(part_words); i++)
		if (slice_eq_str(s, part_words[i]))
			return true;
	return false;
}

static unsigned width(struct slice s)
{
	unsigned w = 0;
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < s.n && (n = utf8_next(slice_from(s, i), &cp)); i += n)
		w += policy_width(cp);
	return w;
}

static enum err add(struct layout *l, struct piece p)
{
	void *items = l->piece;

	TRY(arena_grow(l->arena, &items, l->n, &l->cap, sizeof p));
	l->piece = items;
	l->piece[l->n++] = p;
	return OK;
}

/*
 * The comments of the gap in front of a token. Before a statement (first) a blank line between
 * them is an empty piece; *ret_blank says whether one follows the last.
 */
static enum err add_comments(struct layout *l, struct slice gap, bool first, bool *ret_blank)
{
	unsigned ends = 0;
	bool blank = false;

	for (size_t i = 0; i < gap.n; i++) {
		size_t from = i;

		if (gap.p[i] == '\n') {
			ends++;
			blank = blank || ends > 1;
		}
		if (gap.p[i] != '#')
			continue;
		while (i < gap.n && gap.p[i] != '\n')
			i++;
		struct slice text = slice_trim(slice_of(gap.p + from, i - from));

		/* An empty piece is a blank line between comments. */
		if (first && blank && ends > 0)
			TRY(add(l, (struct piece){.comment = true, .own_line = true}));
		TRY(add(l, (struct piece){
			       .text = text, .comment = true, .own_line = first || ends > 0}));
		blank = false;
		ends = 0;
		i--; /* the line end counts */
	}
	*ret_blank = blank || ends > 1;
	return OK;
}

/* ── a statement ─────────────────────────────────────────────────────────── */

static void put_plain(struct layout *l, const struct piece *p, bool blank)
{
	if (blank && !p->glued)
		buf_byte(l->out, ' ');
	buf_slice(l->out, p->text);
}

static unsigned row_width(const struct piece *p, size_t n)
{
	unsigned w = 0;

	for (size_t i = 0; i < n; i++)
		w += width(p[i].text) + (i && !p[i].glued);
	return w;
}

static bool any_comment(const struct piece *p, size_t n, bool but_last)
{
	for (size_t i = 0; i + (but_last ? 1 : 0) < n; i++)
		if (p[i].comment)
			return true;
	return n > 0 && but_last && p[n - 1].comment && p[n - 1].own_line;
}

/* May a line be cut behind this word? */
static bool cut_behind(struct slice s)
{
	return slice_eq_str(s, ",") || slice_eq_str(s, "and") || slice_eq_str(s, "or");
}

/* Words up to the next place where a line may be cut. */
static size_t run_length(const struct piece *p, size_t n)
{
	size_t i = 1;

	while (i < n && !p[0].comment && !p[i].comment && !p[i].part && !cut_behind(p[i - 1].text))
		i++;
	return i;
}

static void put_broken(struct layout *l, const struct piece *p, size_t n)
{
	unsigned column = 0;
	bool fresh = true; /* nothing stands on this line yet */

	for (size_t i = 0; i < n;) {
		size_t k = run_length(p + i, n - i);
		unsigned w = row_width(p + i, k);
		bool cut = i > 0 && !fresh &&
			   (p[i].part || (p[i].comment && p[i].own_line) ||
			    (!p[i].glued && !p[i].comment && column + 1 + w > COLUMNS));

		if (cut) {
			buf_byte(l->out, '\n');
			fresh = true;
		}
		if (fresh && i > 0) {
			buf_str(l->out, INDENT);
			column = 4;
		}
		for (size_t j = 0; j < k; j++)
			put_plain(l, &p[i + j], j > 0 || !fresh);
		column += w + !fresh;
		fresh = false;
		if (p[i].comment) {
			buf_byte(l->out, '\n');
			fresh = true;
		}
		i += k;
	}
	if (!fresh)
		buf_byte(l->out, '\n');
}

static void put_statement(struct layout *l)
{
	const struct piece *p = l->piece;
	size_t words = l->n;

	if (words && p[words - 1].comment && !p[words - 1].own_line)
		words--;
	if (any_comment(p, words, false) || row_width(p, words) > COLUMNS) {
		put_broken(l, p, l->n);
		return;
	}
	for (size_t i = 0; i < l->n; i++) {
		put_plain(l, &p[i], i > 0);
		if (i + 1 == words && words < l->n)
			buf_byte(l->out, ' ');
	}
	buf_byte(l->out, '\n');
}

/* ── the text ────────────────────────────────────────────────────────────── */

static bool is_sign(const struct token *t, const char *sign)
{
	return t->kind == TOK_SIGN && slice_eq_str(t->text, sign);
}

/* The token as written: strings with their quotes, addresses and clauses in one piece. */
static struct slice written(struct lexer *lx, struct token *t)
{
	size_t from = t->at.offset, end = lx->at;

	/* What touches without a blank and is no comma, bracket or comparison is one piece. */
	if (t->kind == TOK_WORD)
		while (end < lx->text.n && memchr("./:", lx->text.p[end], 3) &&
		       end + 1 < lx->text.n && !memchr(" \t\r\n#\"", lx->text.p[end + 1], 6)) {
			policy_lex_raw(lx, t);
			end = lx->at;
		}
	return slice_of(lx->text.p + from, end - from);
}

static bool clause_word(const struct layout *l)
{
	return l->n > 0 && (slice_eq_str(l->piece[l->n - 1].text, "clause") ||
			    slice_eq_str(l->piece[l->n - 1].text, "article"));
}

static enum err add_token(struct layout *l, struct lexer *lx, struct token *t)
{
	struct piece p = {.part = t->kind == TOK_WORD && l->n > 0 && is_part(t->text) &&
				  !slice_eq_str(l->piece[l->n - 1].text, "only")};

	if (l->n > 0 && t->kind == TOK_WORD && clause_word(l))
		policy_lex_raw(lx, t);
	p.text = written(lx, t);
	p.glued = is_sign(t, ",") || is_sign(t, ")") ||
		  (l->n > 0 && slice_eq_str(l->piece[l->n - 1].text, "("));
	return add(l, p);
}

static const struct {
	const char *word;
	enum policy_visibility visibility;
} seen_words[] = {{"庁内", POLICY_INTERNAL}, {"非公開", POLICY_SECRET}};

static bool may_read(const struct layout *l, enum policy_visibility audience)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < ARRAY_LEN(seen_words); k++)
			if (!l->piece[i].comment &&
			    slice_eq_str(l->piece[i].text, seen_words[k].word) &&
			    seen_words[k].visibility > audience)
				return false;
	return true;
}

/* What stands before a statement; no blank line begins the text. */
static void put_leading(struct layout *l, bool keep, bool *wrote)
{
	for (size_t i = 0; i < l->n && keep; i++) {
		if (!l->piece[i].text.n && !*wrote)
			continue;
		buf_slice(l->out, l->piece[i].text);
		buf_byte(l->out, '\n');
		*wrote = true;
	}
	l->n = 0;
}

struct reader_of {
	struct lexer lx;
	struct token t;
	size_t before; /* end of the token before t */
};

static struct slice gap_of(const struct reader_of *r)
{
	return slice_from(slice_head(r->lx.text, r->t.at.offset), r->before);
}

/* Where the comments of a gap before a new statement stop belonging to the one before. */
static size_t tail_end(struct slice gap)
{
	size_t eol = slice_find_byte(gap, '\n');

	return eol == SIZE_MAX ? gap.n : eol;
}

static enum err advance(struct reader_of *r)
{
	r->before = r->lx.at;
	return policy_lex_next(&r->lx, &r->t);
}

/* One statement and the comment behind its last line; the reader then stands at the next one. */
static enum err statement(struct layout *l, struct reader_of *r, struct slice *ret_gap)
{
	bool blank;
	size_t tail;

	TRY(add_token(l, &r->lx, &r->t));
	TRY(advance(r));
	while (!r->t.starts) {
		TRY(add_comments(l, gap_of(r), false, &blank));
		TRY(add_token(l, &r->lx, &r->t));
		TRY(advance(r));
	}
	*ret_gap = gap_of(r);
	tail = tail_end(*ret_gap);
	TRY(add_comments(l, slice_head(*ret_gap, tail), false, &blank));
	*ret_gap = slice_from(*ret_gap, tail);
	return OK;
}

static void drop_comments(struct layout *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++)
		if (!l->piece[i].comment)
			l->piece[kept++] = l->piece[i];
	l->n = kept;
}

enum err policy_format(struct slice text, enum policy_visibility audience, struct buf *out,
		       struct diag *d)
{
	AUTO_ARENA a = arena_new(256u << 20);
	struct layout l = {.arena = a, .out = out};
	bool all = audience == POLICY_SECRET, blank, wrote = false;
	struct reader_of r = {.before = 0};
	struct slice gap;

	if (!a)
		return ERR_MEMORY;
	TRY(policy_lex_start(&r.lx, text, d));
	r.before = r.lx.at;
	TRY(policy_lex_next(&r.lx, &r.t));
	gap = gap_of(&r);
	for (;;) {
		if (!r.t.starts)
			return policy_fault(d, ERR_SYNTAX, text, r.t.at.offset,
					    "the first statement must begin in the first column");
		TRY(add_comments(&l, gap, true, &blank));
		put_leading(&l, all, &wrote);
		if (r.t.kind == TOK_END)
			return buf_err(out);
		if (blank && wrote)
			buf_byte(out, '\n');
		TRY(statement(&l, &r, &gap));
		if (!all)
			drop_comments(&l);
		if (may_read(&l, audience)) {
			put_statement(&l);
			wrote = true;
		}
		l.n = 0;
	}
}
