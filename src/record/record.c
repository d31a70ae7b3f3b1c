/* record: prints entries in their one form, keeps what they commit to; see record.h. */
#include "record/record.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/hash.h"
#include "base/utf8.h"
#include "os/clock.h"
#include "store/governance.h"
#include "store/log.h"

#define FIELDS_MAX 40
#define SALT LOG_SALT

struct line {
	const char *key;
	struct slice value;
	bool secret;
	uint8_t salt[SALT];
};

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->key, ((const struct line *)b)->key);
}

static bool key_ok(struct slice k)
{
	if (k.n == 0 || k.n > 32)
		return false;
	for (size_t i = 0; i < k.n; i++)
		if (!(k.p[i] >= 'a' && k.p[i] <= 'z') && !(k.p[i] >= '0' && k.p[i] <= '9') &&
		    k.p[i] != '_')
			return false;
	return true;
}

/* In every byte of w: all bits of b. */
static uint64_t each(uint8_t b)
{
	return b * 0x0101010101010101u;
}

/* The high bit of some byte is set where w holds a control character. */
static uint64_t control(uint64_t w)
{
	uint64_t del = w ^ each(0x7f);

	return ((w - each(0x20)) & ~w) | ((del - each(0x01)) & ~del);
}

/* Text without control characters; eight bytes at a time, since verifying reads every value. */
static bool value_ok(struct slice v)
{
	uint64_t high = 0, bad = 0, w, tail = each(' ');
	size_t i = 0;

	for (; v.n - i >= 8; i += 8) {
		memcpy(&w, v.p + i, 8);
		high |= w;
		bad |= control(w);
	}
	for (; i < v.n; i++)
		tail = tail << 8 | v.p[i];
	high |= tail;
	bad |= control(tail);
	return !(bad & each(0x80)) && (!(high & each(0x80)) || utf8_first_bad(v) == SIZE_MAX);
}

static bool is_commitment(struct slice v)
{
	return v.n == 66 && v.p[0] == 'c' && v.p[1] == ':' && hex_ok(slice_from(v, 2));
}

static bool type_ok(struct slice t)
{
	if (t.n == 0 || t.n > 64)
		return false;
	for (size_t i = 0; i < t.n; i++)
		if (!(t.p[i] >= 'a' && t.p[i] <= 'z') && t.p[i] != '.' && t.p[i] != '-')
			return false;
	return true;
}

static enum err lines_of(struct store *s, const struct record_event *e, const char *at,
			 struct line *line, size_t *ret_n)
{
	size_t n = 0;

	BUG_IF(e->n + 4 > FIELDS_MAX);
	line[n++] = (struct line){.key = "actor", .value = e->actor, .secret = true};
	line[n++] = (struct line){.key = "at", .value = slice_str(at)};
	line[n++] = (struct line){.key = "city", .value = store_city(s)};
	line[n++] = (struct line){.key = "stream", .value = e->stream};
	for (size_t i = 0; i < e->n; i++)
		line[n++] = (struct line){.key = e->fields[i].key,
					  .value = e->fields[i].value,
					  .secret = e->fields[i].secret};
	qsort(line, n, sizeof *line, by_key);
	for (size_t i = 0; i < n; i++) {
		if (!key_ok(slice_str(line[i].key)) ||
		    (i > 0 && strcmp(line[i].key, line[i - 1].key) == 0))
			return ERR_USAGE;
		/* A clear value must not be taken for a commitment, nor break its line. */
		if (!line[i].secret && (!value_ok(line[i].value) || is_commitment(line[i].value)))
			return ERR_USAGE;
	}
	*ret_n = n;
	return OK;
}

static void print(const struct record_event *e, const struct line *line, size_t n, struct buf *out)
{
	buf_str(out, e->type);
	buf_slice(out, S(" v1\n"));
	for (size_t i = 0; i < n; i++) {
		buf_str(out, line[i].key);
		buf_byte(out, '=');
		if (line[i].secret) {
			char hex[65];

			hash_hex(hash_hmac(slice_of(line[i].salt, SALT), line[i].value), hex);
			buf_slice(out, S("c:"));
			buf_put(out, hex, 64);
		} else {
			buf_slice(out, line[i].value);
		}
		buf_byte(out, '\n');
	}
}

/* The statements that `rule` names, a blank between them. */
static enum err tally_rules(struct store *s, struct slice rules, uint64_t index, int64_t at_ms)
{
	while (rules.n) {
		size_t blank = slice_find_byte(rules, ' ');
		struct slice one = slice_head(rules, blank == SIZE_MAX ? rules.n : blank);

		TRY(store_tally_add(s, "rule", one, index, at_ms));
		rules = slice_from(rules, blank == SIZE_MAX ? rules.n : blank + 1);
	}
	return OK;
}

/* The summary that answers "how often, and when last" without reading the record. */
static enum err tally(struct store *s, const struct record_event *e, uint64_t index)
{
	TRY(store_tally_add(s, "type", slice_str(e->type), index, e->at_ms));
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->fields[i].key, RECORD_RULE) == 0)
			TRY(tally_rules(s, e->fields[i].value, index, e->at_ms));
	return OK;
}

bool record_names_rule(const struct record_entry *e, struct slice rule)
{
	struct slice rules = record_value(e, RECORD_RULE);

	while (rules.n) {
		size_t blank = slice_find_byte(rules, ' ');

		if (slice_eq(slice_head(rules, blank == SIZE_MAX ? rules.n : blank), rule))
			return true;
		rules = slice_from(rules, blank == SIZE_MAX ? rules.n : blank + 1);
	}
	return false;
}

static enum err put_values(struct store *s, uint64_t index, const struct line *line, size_t n)
{
	struct log_value v[FIELDS_MAX];
	size_t secret = 0;

	for (size_t i = 0; i < n; i++)
		if (line[i].secret)
			v[secret++] = (struct log_value){.key = slice_str(line[i].key),
							 .salt = slice_of(line[i].salt, SALT),
							 .value = line[i].value};
	return store_values_add(s, index, v, secret);
}

enum err record_append(struct store *s, const struct record_event *e, uint64_t *ret_index)
{
	struct line line[FIELDS_MAX];
	char at[CLOCK_ISO_SIZE];
	struct log_row row;
	uint64_t index;
	enum err got;
	AUTO_BUF text;
	size_t n;

	BUG_IF(!store_in_step(s));
	buf_init(&text, RECORD_ENTRY_MAX);
	if (!type_ok(slice_str(e->type)))
		return ERR_USAGE;
	clock_iso(e->at_ms * 1000, at);
	TRY(lines_of(s, e, at, line, &n));
	for (size_t i = 0; i < n; i++)
		if (line[i].secret)
			store_random(s, line[i].salt, SALT);
	print(e, line, n, &text);
	if (buf_err(&text) == ERR_MEMORY && text.n + 1024 > text.max)
		return ERR_LIMIT;
	TRY(buf_err(&text));
	TRY(store_log_size(s, &index));
	row = (struct log_row){.index = index, .stream = e->stream, .text = buf_view(&text)};
	TRY(store_log_add(s, &row));
	got = put_values(s, index, line, n);
	sodium_memzero(line, sizeof line);
	TRY(got);
	TRY(tally(s, e, index));
	if (ret_index)
		*ret_index = index;
	return OK;
}

enum err record_erase(struct store *s, struct slice stream, struct slice actor, int64_t at_ms,
		      uint64_t *ret_n)
{
	struct record_field count = {.key = "values"};
	struct record_event e = {.type = "record.erased",
				 .stream = stream,
				 .actor = actor,
				 .at_ms = at_ms,
				 .fields = &count,
				 .n = 1};
	char number[24];
	uint64_t n;

	TRY(store_values_erase(s, stream, &n));
	snprintf(number, sizeof number, "%llu", (unsigned long long)n);
	count.value = slice_str(number);
	TRY(record_append(s, &e, NULL));
	if (ret_n)
		*ret_n = n;
	return OK;
}

/* -- reading ------------------------------------------------------------------------------------
 */

static enum err bad(struct diag *d, struct slice text, struct slice at, const char *why)
{
	return diag_set(d, ERR_SYNTAX, (size_t)(at.p - text.p), "%s", why);
}

/* The next line without its line feed; false at the end or where the line feed is missing. */
static bool next_line(struct slice *rest, struct slice *ret)
{
	size_t n = slice_find_byte(*rest, '\n');

	if (n == SIZE_MAX)
		return false;
	*ret = slice_head(*rest, n);
	*rest = slice_from(*rest, n + 1);
	return true;
}

static enum err parse_head(struct slice text, struct slice line, struct record_entry *e,
			   struct diag *d)
{
	size_t blank = slice_find_byte(line, ' ');
	uint64_t version;

	if (blank == SIZE_MAX || !type_ok(slice_head(line, blank)))
		return bad(d, text, line, "the first line is not a type and a version");
	if (!slice_starts(slice_from(line, blank + 1), S("v")) ||
	    !slice_u64(slice_from(line, blank + 2), &version) || version != 1)
		return bad(d, text, line, "unknown version");
	e->type = slice_head(line, blank);
	e->version = (unsigned)version;
	return OK;
}

enum err record_parse(struct slice text, struct arena *a, struct record_entry *ret, struct diag *d)
{
	struct record_entry e = {.text = text};
	struct slice rest = text, line;
	struct record_pair *pairs = NULL;
	size_t cap = 0;
	int64_t us;

	if (text.n > RECORD_ENTRY_MAX)
		return ERR_LIMIT;
	if (!next_line(&rest, &line))
		return bad(d, text, text, "no first line");
	TRY(parse_head(text, line, &e, d));
	while (rest.n > 0) {
		size_t eq;
		struct record_pair p = {0};

		if (!next_line(&rest, &line))
			return bad(d, text, rest, "the last line does not end");
		eq = slice_find_byte(line, '=');
		if (eq == SIZE_MAX || !key_ok(slice_head(line, eq)))
			return bad(d, text, line, "not a key and a value");
		p.key = slice_head(line, eq);
		p.value = slice_from(line, eq + 1);
		p.secret = is_commitment(p.value);
		if (!value_ok(p.value))
			return bad(d, text, p.value, "a value that is no text");
		if (e.n > 0 && slice_cmp(pairs[e.n - 1].key, p.key) >= 0)
			return bad(d, text, line, "keys are not sorted or doubled");
		TRY(arena_grow(a, (void **)&pairs, e.n, &cap, sizeof *pairs));
		pairs[e.n++] = p;
	}
	e.pairs = pairs;
	e.stream = record_value(&e, "stream");
	if (e.stream.n == 0 || clock_iso_parse(record_value(&e, "at"), &us) != OK ||
	    record_value(&e, "city").n == 0 || record_value(&e, "actor").n == 0)
		return bad(d, text, text, "actor, at, city and stream must be there");
	e.at_ms = us / 1000;
	*ret = e;
	return OK;
}

struct slice record_value(const struct record_entry *e, const char *key)
{
	for (size_t i = 0; i < e->n; i++)
		if (slice_eq_str(e->pairs[i].key, key))
			return e->pairs[i].clear.p ? e->pairs[i].clear : e->pairs[i].value;
	return slice_of(NULL, 0);
}

/* Puts the clear values beside their commitments; one that does not fit its commitment is bad. */
static enum err reveal(struct store *s, struct arena *a, struct record_entry *e)
{
	struct log_value *v;
	size_t n, found = 0;

	TRY(store_values(s, e->index, a, &v, &n));
	for (size_t i = 0; i < e->n; i++) {
		struct record_pair *p = &e->pairs[i];
		char hex[65];

		p->erased = p->secret;
		for (size_t k = 0; p->secret && k < n; k++) {
			if (!slice_eq(v[k].key, p->key))
				continue;
			hash_hex(hash_hmac(v[k].salt, v[k].value), hex);
			if (!slice_eq_str(slice_from(p->value, 2), hex))
				return ERR_CRYPTO;
			p->clear = v[k].value;
			p->erased = false;
			found++;
		}
	}
	return found == n ? OK : ERR_CRYPTO;
}

static enum err entries_of(struct store *s, const struct log_row *rows, size_t n, struct arena *a,
			   struct record_entry **ret)
{
	struct record_entry *e = arena_array(a, n + 1, sizeof *e);

	if (!e)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++) {
		TRY(record_parse(rows[i].text, a, &e[i], NULL));
		e[i].index = rows[i].index;
		TRY(reveal(s, a, &e[i]));
	}
	*ret = e;
	return OK;
}

enum err record_of_stream(struct store *s, struct slice stream, struct arena *a,
			  struct record_entry **ret, size_t *ret_n)
{
	struct log_row *rows;
	size_t n;

	TRY(store_log_stream(s, stream, a, &rows, &n));
	TRY(entries_of(s, rows, n, a, ret));
	*ret_n = n;
	return OK;
}

enum err record_at(struct store *s, uint64_t index, struct arena *a, struct record_entry *ret)
{
	struct record_entry *e;
	struct log_row *rows;
	size_t n;

	TRY(store_log_range(s, index, 1, a, &rows, &n));
	if (n == 0 || rows[0].index != index)
		return ERR_NOT_FOUND;
	TRY(entries_of(s, rows, 1, a, &e));
	*ret = e[0];
	return OK;
}

void record_json(const struct record_entry *e, struct buf *out)
{
	buf_printf(out, "{\"index\":%llu,\"type\":", (unsigned long long)e->index);
	buf_json(out, e->type);
	buf_printf(out, ",\"version\":%u", e->version);
	for (size_t i = 0; i < e->n; i++) {
		const struct record_pair *p = &e->pairs[i];

		buf_byte(out, ',');
		buf_json(out, p->key);
		buf_byte(out, ':');
		if (p->erased)
			buf_str(out, "null");
		else
			buf_json(out, p->secret ? p->clear : p->value);
	}
	buf_byte(out, '}');
}
