/* texts: versions of the policy's texts; see texts.h. */
#include "governance/texts.h"

#include "base/hash.h"
#include "record/record.h"

static const struct {
	const char *word, *ja, *en;
} trees[TEXT_TREES] = {
    [TEXT_BASIC] = {"basic", "基本方針", "Basic policy"},
    [TEXT_STANDARD] = {"standard", "対策基準", "Standard"},
    [TEXT_PROCEDURE] = {"procedure", "実施手順", "Procedures"},
};

const char *text_tree_word(enum text_tree t)
{
	return trees[t].word;
}

const char *text_tree_label(enum text_tree t, bool ja)
{
	return ja ? trees[t].ja : trees[t].en;
}

enum err text_tree_of(struct slice word, enum text_tree *ret)
{
	for (unsigned i = 0; i < TEXT_TREES; i++)
		if (slice_eq_str(word, trees[i].word) || slice_eq_str(word, trees[i].ja)) {
			*ret = (enum text_tree)i;
			return OK;
		}
	return ERR_NOT_FOUND;
}

/* One adoption on its way. */
struct adopting {
	struct store *s;
	struct arena *a;
	const struct text_adoption *ad;
	struct clauses clauses;
	struct store_text *old;
	size_t old_n;
	struct text_adopted r;
};

static bool adopted_by(const struct store_text *t, struct slice organ)
{
	for (size_t i = 0; i < t->organs_n; i++)
		if (slice_eq(t->organs[i], organ))
			return true;
	return false;
}

static bool shares_organ(const struct adopting *x, const struct store_text *t)
{
	for (size_t i = 0; i < x->ad->organs_n; i++)
		if (adopted_by(t, x->ad->organs[i]))
			return true;
	return false;
}

static const struct store_text *version_of(const struct adopting *x, int32_t day)
{
	for (size_t i = x->old_n; i-- > 0;)
		if (x->old[i].effective == day && shares_organ(x, &x->old[i]))
			return &x->old[i];
	return NULL;
}

static struct slice organs_text(const struct adopting *x)
{
	AUTO_BUF b;

	buf_init(&b, 8192);
	for (size_t i = 0; i < x->ad->organs_n; i++) {
		buf_str(&b, i ? "、" : "");
		buf_slice(&b, x->ad->organs[i]);
	}
	return arena_copy(x->a, buf_view(&b));
}

static enum err entry(const struct adopting *x, int64_t id, int32_t day, bool on_file)
{
	char hex[65] = "";

	if (on_file)
		hash_hex(hash_of(x->ad->source), hex);
	const struct record_field fields[] = {
	    {.key = "tree", .value = slice_str(trees[x->ad->tree].word)},
	    {.key = "organs", .value = organs_text(x)},
	    {.key = "decided", .value = date_iso_text(x->a, x->ad->decided)},
	    {.key = "effective", .value = date_iso_text(x->a, day)},
	    {.key = "visibility", .value = x->ad->is_public ? S("public") : S("secret")},
	    {.key = "text", .value = slice_str(on_file ? hex : "none"), .secret = on_file},
	};
	char *stream = arena_printf(x->a, "policy/%s/%lld", trees[x->ad->tree].word, (long long)id);

	if (!stream || arena_failed(x->a))
		return ERR_MEMORY;
	return record_append(x->s,
			     &(struct record_event){.type = "policy.adopted",
						    .stream = slice_str(stream),
						    .actor = x->ad->actor,
						    .at_ms = x->ad->now_ms,
						    .fields = fields,
						    .n = ARRAY_LEN(fields)},
			     NULL);
}

static enum err add_version(struct adopting *x, int32_t day, bool on_file)
{
	struct store_text t = {.tree = slice_str(trees[x->ad->tree].word),
			       .title = x->clauses.title,
			       .text = on_file ? x->ad->source : (struct slice){0},
			       .is_public = x->ad->is_public,
			       .decided = on_file ? x->ad->decided : 0,
			       .effective = day,
			       .created_ms = x->ad->now_ms};
	int64_t id;

	TRY(store_text_add(x->s, &t, &id));
	for (size_t i = 0; i < x->ad->organs_n; i++)
		TRY(store_text_adopted(x->s, id, x->ad->organs[i]));
	TRY(entry(x, id, day, on_file));
	x->r.versions++;
	if (on_file)
		x->r.id = id;
	return OK;
}

/* The versions that the text's own supplements name and nobody registered. */
static enum err add_earlier(struct adopting *x)
{
	for (uint32_t i = 0; i < x->clauses.n; i++) {
		const struct clause *n = &x->clauses.nodes[i];

		if (n->dated && n->effective < x->r.effective && !version_of(x, n->effective))
			TRY(add_version(x, n->effective, false));
	}
	return OK;
}

static enum err add_text(struct adopting *x, struct diag *d)
{
	const struct store_text *same = version_of(x, x->r.effective);

	if (same && same->on_file)
		return diag_set(d, ERR_CONFLICT, 0,
				"the version in force from that day has its text already");
	if (same) {
		TRY(store_text_fill(x->s, same->id, x->clauses.title, x->ad->source));
		x->r.id = same->id;
		return entry(x, same->id, x->r.effective, true);
	}
	for (size_t i = 0; i < x->old_n; i++)
		if (x->old[i].effective > x->r.effective && shares_organ(x, &x->old[i]))
			return diag_set(
			    d, ERR_CONFLICT, 0,
			    "a later version is registered; its supplements do not name "
			    "this day");
	return add_version(x, x->r.effective, true);
}

static enum err usable(const struct text_adoption *ad, struct diag *d)
{
	if (ad->organs_n == 0 || ad->organs_n > TEXTS_ORGANS_MAX)
		return diag_set(d, ERR_USAGE, 0, "name the organs that adopt it, at most %d",
				TEXTS_ORGANS_MAX);
	if (ad->source.n == 0)
		return diag_set(d, ERR_USAGE, 0, "the text is empty");
	for (size_t i = 0; i < ad->organs_n; i++) {
		if (ad->organs[i].n == 0 || ad->organs[i].n > 128 ||
		    slice_find_byte(ad->organs[i], '\n') != SIZE_MAX)
			return diag_set(d, ERR_USAGE, 0, "an organ is a name of at most 128 bytes");
		for (size_t k = 0; k < i; k++)
			if (slice_eq(ad->organs[i], ad->organs[k]))
				return diag_set(d, ERR_USAGE, 0, "an organ is named twice");
	}
	return OK;
}

enum err text_adopt(struct store *s, struct arena *a, const struct text_adoption *ad,
		    struct text_adopted *ret, struct diag *d)
{
	struct adopting x = {.s = s, .a = a, .ad = ad, .r = {.effective = ad->effective}};

	TRY(usable(ad, d));
	TRY(clauses_read(a, ad->source, &x.clauses, d));
	if (!x.r.effective && !clauses_effective(&x.clauses, &x.r.effective))
		return diag_set(d, ERR_USAGE, 0,
				"no supplement (附則) names a day; say from when it is in force");
	TRY(store_texts(s, slice_str(trees[ad->tree].word), a, &x.old, &x.old_n));
	TRY(add_earlier(&x));
	TRY(add_text(&x, d));
	x.r.clauses = x.clauses;
	*ret = x.r;
	return OK;
}

enum err text_versions(struct store *s, enum text_tree tree, struct arena *a,
		       struct store_text **ret, size_t *ret_n)
{
	return store_texts(s, slice_str(trees[tree].word), a, ret, ret_n);
}

int32_t text_until(const struct store_text *versions, size_t n, size_t i)
{
	for (size_t k = i + 1; k < n; k++)
		for (size_t o = 0; o < versions[i].organs_n; o++)
			if (adopted_by(&versions[k], versions[i].organs[o]))
				return versions[k].effective - 1;
	return 0;
}

enum err text_as_of(struct store *s, enum text_tree tree, struct slice organ, int32_t day,
		    struct arena *a, struct store_text *ret)
{
	struct store_text *all;
	size_t n;

	TRY(text_versions(s, tree, a, &all, &n));
	for (size_t i = n; i-- > 0;)
		if (all[i].effective <= day && (organ.n == 0 || adopted_by(&all[i], organ)))
			return store_text_get(s, all[i].id, a, ret);
	return ERR_NOT_FOUND;
}
