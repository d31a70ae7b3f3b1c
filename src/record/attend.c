/* attend: entries about witnesses, written on a change and read back; see attend.h. */
#include "record/attend.h"
#include <stdio.h>
#include "record/record.h"

#define STREAM "witness"

/* -- reading ---------------------------------------------------------------------------------- */

static void follow(struct attend *w, const struct record_entry *e)
{
	if (slice_eq_str(e->type, "witness.named")) {
		*w = (struct attend){.key = record_value(e, "key"), .good_ms = e->at_ms};
	} else if (slice_eq_str(e->type, "witness.cosigned")) {
		*w = (struct attend){.key = w->key, .good_ms = e->at_ms, .cosigned = true};
	} else if (slice_eq_str(e->type, "witness.refused")) {
		w->alarm_ms = w->alarm_ms ? w->alarm_ms : e->at_ms;
		w->why = record_value(e, "why");
	} else if (slice_eq_str(e->type, "witness.silent")) {
		w->alarm_ms = w->alarm_ms ? w->alarm_ms : e->at_ms;
		w->silent = true;
	}
}

enum err attend_read(struct store *s, const char *name, struct arena *a, struct attend *ret)
{
	const char *stream = arena_printf(a, STREAM "/%s", name);
	struct record_entry *entries;
	struct attend w = {0};
	size_t n;

	if (!stream)
		return ERR_MEMORY;
	TRY(record_of_stream(s, slice_str(stream), a, &entries, &n));
	for (size_t i = 0; i < n; i++)
		follow(&w, &entries[i]);
	*ret = w;
	return OK;
}

enum err attend_read_all(struct store *s, struct arena *a, bool *ret_too_few)
{
	struct record_entry *entries;
	size_t n;

	TRY(record_of_stream(s, S(STREAM), a, &entries, &n));
	*ret_too_few = n > 0 && slice_eq_str(entries[n - 1].type, "witness.too-few");
	return OK;
}

/* -- writing ---------------------------------------------------------------------------------- */

static enum err put(struct store *s, struct record_event *e, const char *name, int64_t now_ms)
{
	char stream[64];
	enum err got;

	snprintf(stream, sizeof stream, STREAM "%s%s", name ? "/" : "", name ? name : "");
	e->stream = slice_str(stream);
	e->actor = S("system");
	e->at_ms = now_ms;
	TRY(store_begin(s));
	got = record_append(s, e, NULL);
	if (got == OK)
		return store_commit(s);
	store_rollback(s);
	return got;
}

static enum err put_one(struct store *s, const char *type, const char *name, const char *key,
			const char *value, int64_t now_ms)
{
	const struct record_field f = {.key = key, .value = slice_str(value)};

	return put(s, &(struct record_event){.type = type, .fields = &f, .n = 1}, name, now_ms);
}

static enum err put_number(struct store *s, const char *type, const char *name, const char *key,
			   uint64_t value, int64_t now_ms)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	return put_one(s, type, name, key, text, now_ms);
}

enum err attend_named(struct store *s, const char *name, const char *key, int64_t now_ms)
{
	return put_one(s, "witness.named", name, "key", key, now_ms);
}

enum err attend_cosigned(struct store *s, const char *name, uint64_t size, int64_t now_ms)
{
	return put_number(s, "witness.cosigned", name, "size", size, now_ms);
}

enum err attend_refused(struct store *s, const char *name, const char *why, int64_t now_ms)
{
	return put_one(s, "witness.refused", name, "why", why, now_ms);
}

enum err attend_silent(struct store *s, const char *name, uint64_t last, int64_t now_ms)
{
	return put_number(s, "witness.silent", name, "last", last, now_ms);
}

enum err attend_count(struct store *s, unsigned fresh, unsigned required, int64_t now_ms)
{
	char have[16], want[16];

	snprintf(have, sizeof have, "%u", fresh);
	snprintf(want, sizeof want, "%u", required);
	const struct record_field fields[] = {{.key = "fresh", .value = slice_str(have)},
					      {.key = "required", .value = slice_str(want)}};

	return put(
	    s,
	    &(struct record_event){.type = fresh < required ? "witness.too-few" : "witness.enough",
				   .fields = fields,
				   .n = ARRAY_LEN(fields)},
	    NULL, now_ms);
}
