/* version: see version.h. */
#include "governance/version.h"

#include <stdio.h>
#include "base/calendar.h"
#include "record/record.h"

static struct slice raw(const struct hash *h)
{
	return slice_of(h->b, sizeof h->b);
}

enum err version_of_texts(struct arena *a, const struct policy_texts *t, struct version *ret,
			  struct diag *d)
{
	struct version v = {.texts = *t};

	TRY(policy_load_texts(a, t->text, t->basis, t->standard, &v.policy, d));
	v.hash = policy_hash(v.policy);
	*ret = v;
	return OK;
}

/* What a row holds; its texts must be the ones that its key names. */
static enum err load(struct arena *a, const struct store_version *row, struct version *ret)
{
	struct version v;
	struct diag d;

	if (version_of_texts(a, &row->texts, &v, &d) != OK)
		return arena_failed(a) ? ERR_MEMORY : ERR_CRYPTO;
	if (!slice_eq(raw(&v.hash), row->hash))
		return ERR_CRYPTO;
	v.change = row->change;
	*ret = v;
	return OK;
}

enum err version_load(struct store *s, struct hash h, struct arena *a, struct version *ret)
{
	struct store_version row;

	TRY(store_version_get(s, raw(&h), a, &row));
	return load(a, &row, ret);
}

enum err version_of_epoch(struct store *s, uint64_t n, struct arena *a, struct hash *ret)
{
	struct store_epoch *all;
	size_t count;

	TRY(store_epochs(s, a, &all, &count));
	for (size_t i = 0; i < count; i++)
		if ((n == 0 || all[i].n == n) && all[i].hash.n == sizeof ret->b) {
			memcpy(ret->b, all[i].hash.p, sizeof ret->b);
			return OK;
		}
	return ERR_NOT_FOUND;
}

enum err version_in_force(struct store *s, struct arena *a, uint64_t *ret_epoch,
			  struct version *ret)
{
	uint64_t epoch;
	struct hash h;

	TRY(store_epoch(s, &epoch));
	if (epoch == 0)
		return ERR_NOT_FOUND;
	TRY(version_of_epoch(s, epoch, a, &h));
	TRY(version_load(s, h, a, ret));
	*ret_epoch = epoch;
	return OK;
}

enum err version_last(struct store *s, struct arena *a, struct version *ret)
{
	struct store_version row;

	TRY(store_version_last(s, a, &row));
	return load(a, &row, ret);
}

enum err version_keep(struct store *s, const struct version *v, int64_t change, int64_t now_ms)
{
	const struct store_version row = {.hash = raw(&v->hash),
					  .number = policy_version(v->policy),
					  .effective = policy_effective(v->policy),
					  .change = change,
					  .added_ms = now_ms,
					  .texts = v->texts};

	return store_version_add(s, &row);
}

enum err version_switch(struct store *s, const struct version *before, const struct version *v,
			enum version_way way, struct slice actor, int64_t now_ms)
{
	static const char *const ways[] = {"first", "decided", "emergency"};
	char hash[65], was[65] = "", epoch[24], number[24], change[24];
	struct store_epoch e = {.hash = raw(&v->hash), .at_ms = now_ms};

	TRY(store_epoch(s, &e.n));
	e.n++;
	TRY(store_epoch_add(s, &e));
	hash_hex(v->hash, hash);
	if (before)
		hash_hex(before->hash, was);
	snprintf(epoch, sizeof epoch, "%llu", (unsigned long long)e.n);
	snprintf(number, sizeof number, "%llu", (unsigned long long)policy_version(v->policy));
	snprintf(change, sizeof change, "%lld", (long long)v->change);
	const struct record_field fields[] = {
	    {.key = "before", .value = slice_str(was)},
	    {.key = "change", .value = slice_str(v->change ? change : "none")},
	    {.key = "epoch", .value = slice_str(epoch)},
	    {.key = "policy", .value = slice_str(hash)},
	    {.key = "policy_version", .value = slice_str(number)},
	    {.key = "way", .value = slice_str(ways[way])},
	};

	return record_append(s,
			     &(struct record_event){.type = "policy.switched",
						    .stream = S("policy"),
						    .actor = actor,
						    .at_ms = now_ms,
						    .fields = fields,
						    .n = ARRAY_LEN(fields)},
			     NULL);
}
