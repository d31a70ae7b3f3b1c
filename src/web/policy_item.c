/* policy_item: a board in words, clause by clause. */
#include "web/internal.h"

#include <stdio.h>
#include "base/calendar.h"

/* The text with {0} replaced. */
static struct slice fill(struct page *pg, enum text key, struct slice value)
{
	const char *t = page_say(pg, key), *at = strstr(t, "{0}");
	AUTO_BUF b;

	buf_init(&b, 65536);
	buf_slice(&b, at ? slice_of(t, (size_t)(at - t)) : slice_str(t));
	if (at) {
		buf_slice(&b, value);
		buf_str(&b, at + 3);
	}
	return page_kept(pg, &b);
}

/* R8.11.24: what a date stamp shows. */
static struct slice stamp_day(struct page *pg, int64_t ms)
{
	AUTO_BUF b;

	buf_init(&b, 64);
	date_put_short(&b, jst_from_unix(ms / 1000).date);
	return page_kept(pg, &b);
}

static const char *force_class(enum board_force f)
{
	static const char *const names[] = {[BOARD_NONE] = "none",
					    [BOARD_ATTESTED] = "attested",
					    [BOARD_EVIDENCED] = "evidenced",
					    [BOARD_ENFORCED] = "enforced"};

	return names[f];
}

static const char *light_class(const struct board_proof *p)
{
	static const char *const names[] = {[LIGHT_NONE] = "off",
					    [LIGHT_LOST] = "lost",
					    [LIGHT_LATE] = "late",
					    [LIGHT_FADED] = "faded",
					    [LIGHT_FRESH] = "fresh"};

	return p && p->force != BOARD_NONE ? names[p->light] : "off";
}

static const char *force_words(struct page *pg, const struct board_proof *p)
{
	switch (p ? p->force : BOARD_NONE) {
	case BOARD_ENFORCED:
		return page_say(pg, TXT_policy_force_enforced);
	case BOARD_EVIDENCED:
		return page_say(pg, TXT_policy_force_evidenced);
	case BOARD_ATTESTED:
		return page_say(pg, TXT_policy_force_attested);
	case BOARD_NONE:
		break;
	}
	if (p && p->statement->force == POLICY_NAMES)
		return page_say(pg, TXT_policy_force_names);
	return page_say(pg, TXT_policy_force_none);
}

static struct slice words(struct page *pg, const struct board_proof *p)
{
	struct slice day, light = {0};

	if (!p || p->force == BOARD_NONE)
		return slice_str(force_words(pg, p));
	day = p->has_last ? day_text(pg, p->last_ms) : (struct slice){0};
	switch (p->light) {
	case LIGHT_FRESH:
	case LIGHT_FADED:
		light = fill(pg, TXT_policy_light_fresh, day);
		break;
	case LIGHT_LATE:
		light = fill(pg, TXT_policy_light_late, day);
		break;
	case LIGHT_LOST:
		light = slice_str(page_say(pg, TXT_policy_light_lost));
		break;
	case LIGHT_NONE:
		light = slice_str(page_say(pg, TXT_policy_light_off));
		break;
	}
	return slice_str(arena_printf(pg->arena, pg->ja ? "%s・%.*s" : "%s, %.*s",
				      force_words(pg, p), (int)light.n, (const char *)light.p));
}

static struct slice sentence(struct page *pg, const struct board_proof *p)
{
	struct slice day = p && p->has_last ? when_text(pg, p->last_ms) : (struct slice){0};
	bool on = p && p->light >= LIGHT_FADED;

	if (!p)
		return slice_str(page_say(pg, TXT_policy_say_none));
	if (p->force == BOARD_NONE)
		return slice_str(page_say(pg, p->statement->force == POLICY_NAMES
						  ? TXT_policy_say_names
						  : TXT_policy_say_stated));
	if (p->light == LIGHT_LOST)
		return slice_str(page_say(pg, TXT_policy_say_lost));
	if (p->force == BOARD_ENFORCED)
		return !on       ? slice_str(page_say(pg, TXT_policy_say_enforced_off))
		       : p->kind ? fill(pg, TXT_policy_say_enforced, number_text(pg, p->count))
		       : p->statement->force == POLICY_PROVED
			   ? slice_str(page_say(pg, TXT_policy_say_proved))
			   : slice_str(page_say(pg, TXT_policy_say_in_force));
	if (on)
		return fill(pg,
			    p->force == BOARD_EVIDENCED ? TXT_policy_say_evidenced
							: TXT_policy_say_attested,
			    day);
	if (p->light == LIGHT_LATE)
		return fill(pg, TXT_policy_say_late, day);
	return slice_str(page_say(pg, TXT_policy_say_off));
}

static enum err mark_add(struct page *pg, struct policy_item *it, unsigned number,
			 struct slice excerpt, const struct board_proof *p,
			 enum policy_visibility audience)
{
	struct policy_mark m = {.number = number,
				.force = force_class(p ? p->force : BOARD_NONE),
				.light = light_class(p),
				.words = words(pg, p),
				.excerpt = excerpt,
				.sentence = sentence(pg, p),
				.proof = p};

	if (p)
		m.statement = statement_text(pg, pg->policy, p->statement, audience);
	if (p && p->kind)
		m.query = slice_str(arena_printf(pg->arena, "%s = %.*s", p->kind, (int)p->name.n,
						 (const char *)p->name.p));
	if (p && p->by_article)
		m.article = p->statement->clause;
	if (p && p->force != BOARD_NONE && p->has_last)
		m.stamp = stamp_day(pg, p->last_ms);
	TRY(arena_grow(pg->arena, (void **)&it->marks, it->n_marks, &it->cap_marks, sizeof m));
	it->marks[it->n_marks++] = m;
	return OK;
}

static enum err piece_add(struct page *pg, struct policy_par *par, struct slice text,
			  unsigned number, const char *force)
{
	if (text.n == 0)
		return OK;
	TRY(arena_grow(pg->arena, (void **)&par->pieces, par->n, &par->cap, sizeof *par->pieces));
	par->pieces[par->n++] = (struct policy_piece){text, number, force};
	return OK;
}

/* Paragraph `at` in pieces: what obliges, and what stands between. */
static enum err cut(struct page *pg, struct policy_item *it, const struct board_clause *c,
		    uint32_t at, unsigned first)
{
	struct slice text = c->text->pars[at];
	size_t from = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct board_phrase *ph = &c->phrases[i];

		if (ph->span.par != at)
			continue;
		TRY(piece_add(pg, &it->pars[at], slice_of(text.p + from, ph->span.from - from), 0,
			      NULL));
		TRY(piece_add(pg, &it->pars[at], clauses_span_text(c->text, ph->span),
			      first + (unsigned)i, force_class(ph->force)));
		from = ph->span.to;
	}
	return piece_add(pg, &it->pars[at], slice_from(text, from), 0, NULL);
}

static enum err item(struct page *pg, const struct board_clause *c, enum policy_visibility audience,
		     unsigned *number, struct policy_item *it)
{
	unsigned first = *number;

	*it = (struct policy_item){
	    .clause = c->text, .level = c->text->depth, .n_pars = c->text->n_pars};
	it->pars = arena_array(pg->arena, it->n_pars, sizeof *it->pars);
	if (!it->pars)
		return ERR_MEMORY;
	for (size_t i = 0; i < c->n; i++)
		TRY(mark_add(pg, it, (*number)++, clauses_span_text(c->text, c->phrases[i].span),
			     c->phrases[i].best ? c->phrases[i].best
			     : c->phrases[i].n  ? c->phrases[i].proofs[0]
						: NULL,
			     audience));
	for (size_t i = 0; i < c->whole_n; i++)
		TRY(mark_add(pg, it, (*number)++, (struct slice){0}, c->whole[i], audience));
	for (uint32_t i = 0; i < it->n_pars; i++)
		TRY(cut(pg, it, c, i, first));
	return OK;
}

/* What the policy says that this article works out. */
static enum err works_out(struct page *pg, struct policy_item *it, enum policy_visibility audience)
{
	const struct policy_above *all;
	size_t n = policy_above(pg->policy, it->clause->id, &all);

	it->above = arena_array(pg->arena, n, sizeof *it->above);
	if (!it->above)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++)
		/* What is said of an article above is said there. */
		if (slice_eq(all[i].article, it->clause->id) && all[i].visibility <= audience)
			it->above[it->n_above++] = &all[i];
	return OK;
}

enum err policy_items(struct page *pg, const struct board *b, enum policy_visibility audience,
		      struct policy_view *v)
{
	unsigned number = 1;

	v->n_items = b->clauses->n;
	v->items = arena_array(pg->arena, v->n_items, sizeof *v->items);
	if (!v->items)
		return ERR_MEMORY;
	for (uint32_t i = 0; i < b->clauses->n; i++)
		TRY(item(pg, &b->clause[i], audience, &number, &v->items[i]));
	for (size_t i = 0; i < v->n_items && v->works_out; i++)
		TRY(works_out(pg, &v->items[i], audience));
	v->heartbeat = b->running
			   ? fill(pg, TXT_policy_running, when_text(pg, b->heartbeat.last_ms))
			   : slice_str(page_say(pg, TXT_policy_not_running));
	return OK;
}
