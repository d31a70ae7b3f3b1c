/* phrase: the parts of a clause that oblige somebody. */
#include "clauses/internal.h"

#include "base/utf8.h"

/* How a sentence ends that says what is to be done. */
static const char *const duties[] = {"する",   "講じる", "講ずる", "防ぐ",   "ならない",
				     "定める", "図る",   "行う",   "努める", "設ける",
				     "置く",   "受ける", "得る",   "求める", "限る"};
/* And how one ends that only says how things are. */
static const char *const facts[] = {"目的とする",   "者とする", "とおりとする", "該当する",
				    "から施行する", "をいう",   "規定する",     "適用する"};
/* Behind these a part has not begun: 「～においては、」「～として、」. */
static const char *const topics[] = {"は",     "として", "とし",     "なお",   "また", "ため",
				     "ために", "踏まえ", "基づき",   "応じて", "際し", "対し",
				     "関し",   "当たり", "定期的に", "ただし"};
/* Behind these a part ends and the next one begins. */
static const char *const joints[] = {"上で", "とともに", "により", "ほか", "し",   "定め", "講じ",
				     "持ち", "行い",     "図り",   "設け", "努め", "防ぎ", "得て"};

static bool ends_in(struct slice s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_ends(s, slice_str(words[i])))
			return true;
	return false;
}
#define ENDS(s, words) ends_in(s, words, ARRAY_LEN(words))

struct finder {
	struct arena *a;
	struct clause_span *spans;
	size_t n, cap;
	uint32_t par;
	struct slice text; /* the paragraph */
};

static enum err add(struct finder *f, size_t from, size_t to)
{
	struct slice s = slice_of(f->text.p + from, to - from);

	while (slice_starts(s, S(" ")))
		s = slice_from(s, 1);
	if (!s.n)
		return OK;
	TRY(arena_grow(f->a, (void **)&f->spans, f->n, &f->cap, sizeof *f->spans));
	from = (size_t)(s.p - f->text.p);
	f->spans[f->n++] = (struct clause_span){.par = f->par, .from = from, .to = to};
	return OK;
}

/* 「AやB等により」: where B begins, or 0. */
static size_t second_of_two(struct slice part)
{
	size_t at = slice_find(part, S("や"));

	return slice_ends(part, S("等により")) && at != SIZE_MAX && at > 3 ? at + 3 : 0;
}

static enum err add_part(struct finder *f, size_t from, size_t to)
{
	struct slice part = slice_of(f->text.p + from, to - from);
	size_t second = second_of_two(part);

	if (second) {
		TRY(add(f, from, from + second - 3));
		from += second;
	}
	return add(f, from, to);
}

static int depth_by(uint32_t cp)
{
	if (cp == '(' || cp == 0xFF08 || cp == 0x300C || cp == 0x300E)
		return 1;
	return cp == ')' || cp == 0xFF09 || cp == 0x300D || cp == 0x300F ? -1 : 0;
}

/* One sentence, from..to without its full stop. */
static enum err sentence(struct finder *f, size_t from, size_t to)
{
	struct slice all = slice_of(f->text.p + from, to - from);
	size_t start = from, begin = from, n;
	int depth = 0;

	if (!ENDS(all, duties) || ENDS(all, facts))
		return OK;
	for (size_t i = from; i < to; i += n) {
		struct slice piece = slice_of(f->text.p + begin, i - begin);
		uint32_t cp = 0;

		n = utf8_next(slice_of(f->text.p + i, to - i), &cp);
		if (n == 0)
			break;
		depth += depth_by(cp);
		if (depth > 0 || (cp != 0x3001 && cp != ',' && cp != 0xFF0C))
			continue;
		if (ENDS(piece, topics)) {
			if (begin == start)
				start = i + n;
		} else if (ENDS(piece, joints)) {
			TRY(add_part(f, start, i));
			start = i + n;
		}
		begin = i + n;
	}
	return add_part(f, start, to);
}

static enum err paragraph(struct finder *f)
{
	size_t from = 0, n;
	int depth = 0;

	for (size_t i = 0; i < f->text.n; i += n) {
		uint32_t cp = 0;

		n = utf8_next(slice_from(f->text, i), &cp);
		if (n == 0)
			break;
		depth += depth_by(cp);
		if (depth > 0 || cp != 0x3002)
			continue;
		TRY(sentence(f, from, i));
		from = i + n;
		depth = 0;
	}
	return OK;
}

enum err clauses_phrases(struct arena *a, const struct clause *n, struct clause_span **ret,
			 uint32_t *ret_n)
{
	struct finder f = {.a = a};

	if (n->kind == CLAUSE_NUMBERED && !n->definition)
		for (f.par = 0; f.par < n->n_pars; f.par++) {
			f.text = n->pars[f.par];
			TRY(paragraph(&f));
		}
	*ret = f.spans;
	*ret_n = (uint32_t)f.n;
	return OK;
}
