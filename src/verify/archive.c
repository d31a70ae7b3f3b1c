#include "verify/archive.h"

#include <libdeflate.h>
#include "base/reader.h"
#include "verify/name.h"
#include "verify/unfold.h"

enum {
	VERSION = 20,
	FLAG_UTF8 = 1 << 11,
	DATE = 0x0021,
	STORED = 0,
	DEFLATED = 8,
	COMMON_SIZE = 26,
	MEMBERS_MAX = 65534,
	RATIO_FREE_BYTES = 1 << 20, /* smaller members may have any ratio */
};

/* ---- names ---- */

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

/*
 * The set of names, folded; a folder is in it with a final slash. Open addressing, cap is a power
 * of two and more than twice the number of entries.
 */
struct name_set {
	struct slice *slots;
	size_t n, cap;
	struct arena *arena;
};

static size_t set_slot(const struct name_set *set, struct slice key)
{
	uint32_t h = 2166136261u;
	size_t at;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ key.p[i]) * 16777619u;
	at = h & (set->cap - 1);
	while (set->slots[at].p && !slice_eq(set->slots[at], key))
		at = (at + 1) & (set->cap - 1);
	return at;
}

static bool set_has(const struct name_set *set, struct slice key)
{
	return set->cap && set->slots[set_slot(set, key)].p;
}

static enum err set_add(struct name_set *set, struct slice key)
{
	struct name_set wide = *set;

	if (2 * set->n >= set->cap) {
		wide.cap = set->cap ? 2 * set->cap : 64;
		wide.slots = arena_array(set->arena, wide.cap, sizeof *wide.slots);
		if (!wide.slots)
			return ERR_MEMORY;
		for (size_t i = 0; i < set->cap; i++)
			if (set->slots[i].p)
				wide.slots[set_slot(&wide, set->slots[i])] = set->slots[i];
		*set = wide;
	}
	set->slots[set_slot(set, key)] = key;
	set->n++;
	return OK;
}

/* Adds the name and its folders; ERR_SYNTAX in *ret_why where it collides. */
static enum err set_name(struct name_set *set, struct slice name, bool *ret_clash)
{
	struct slice key, folder;
	const uint8_t *folded;

	/* With a final slash: the name as a folder. */
	TRY(name_key(set->arena, name, &folder));
	folded = folder.p;
	key = slice_head(folder, folder.n - 1);
	*ret_clash = set_has(set, key) || set_has(set, folder);
	if (*ret_clash)
		return OK;
	TRY(set_add(set, key));
	for (size_t i = 0; i < key.n; i++) {
		if (folded[i] != '/')
			continue;
		if (set_has(set, slice_head(key, i))) {
			*ret_clash = true;
			return OK;
		}
		if (!set_has(set, slice_head(key, i + 1)))
			TRY(set_add(set, slice_head(key, i + 1)));
	}
	return OK;
}

/* ---- layout ---- */

/* The fields that local header and directory have in common; the reader stands before them. */
static enum err read_common(struct verify *v, struct reader *r, struct archive_member *m,
			    uint32_t *ret_packed, uint16_t *ret_name_n)
{
	size_t at = r->at;
	uint16_t version = reader_u16le(r), flags = reader_u16le(r), method = reader_u16le(r),
		 time = reader_u16le(r), date = reader_u16le(r), name_n, extra_n;

	m->crc = reader_u32le(r);
	*ret_packed = reader_u32le(r);
	m->size = reader_u32le(r);
	name_n = reader_u16le(r);
	extra_n = reader_u16le(r);
	if (!reader_ok(r))
		return verify_bad(v, at, "the header of a member is cut off");
	if (version != VERSION || time != 0 || date != DATE || extra_n != 0)
		return verify_bad(v, at, "a member's version, time or extra field is not ours");
	if (flags != 0 && flags != FLAG_UTF8)
		return verify_bad(v, at, "a member has flags 0x%04x", flags);
	if (method == DEFLATED ? *ret_packed >= m->size
			       : method != STORED || *ret_packed != m->size)
		return verify_bad(v, at, "method %u with %u bytes of %u is not ours", method,
				  *ret_packed, m->size);
	m->deflated = method == DEFLATED;
	*ret_name_n = name_n;
	return OK;
}

static enum err read_local(struct verify *v, struct reader *r, struct archive_member *m)
{
	uint32_t packed = 0;
	uint16_t name_n = 0;
	uint16_t flags = 0;

	m->at = r->at;
	if (!slice_eq(reader_take(r, 4), S("PK\3\4")))
		return verify_bad(v, m->at, "no member begins here");
	if (r->at + 4 <= r->in.n)
		flags = (uint16_t)(r->in.p[r->at + 2] | r->in.p[r->at + 3] << 8);
	TRY(read_common(v, r, m, &packed, &name_n));
	m->name = reader_take(r, name_n);
	m->data = reader_take(r, packed);
	if (!reader_ok(r))
		return verify_bad(v, m->at, "a member is cut off");
	if (!name_ok(v->arena, m->name))
		return verify_bad(v, m->at, "a member's name is not in the permitted form");
	if ((flags == 0) != is_ascii(m->name))
		return verify_bad(v, m->at, "a member's UTF-8 flag does not fit its name");
	return OK;
}

static enum err read_members(struct verify *v, struct reader *r, struct archive *a)
{
	struct name_set set = {.arena = v->arena};
	bool clash = false;

	while (r->in.n - r->at >= 4 && memcmp(r->in.p + r->at, "PK\3\4", 4) == 0) {
		struct archive_member m = {0};

		if (v->members_left == 0)
			return diag_set(v->d, ERR_LIMIT, r->at, "limit members");
		v->members_left--;
		if (a->n == MEMBERS_MAX)
			return verify_bad(v, r->at, "more members than a plain archive can hold");
		TRY(read_local(v, r, &m));
		TRY(set_name(&set, m.name, &clash));
		if (clash)
			return verify_bad(v, m.at, "a name stands twice or is a folder as well");
		TRY(arena_grow(v->arena, (void **)&a->members, a->n, &a->cap, sizeof m));
		a->members[a->n++] = m;
	}
	return a->n ? OK : verify_bad(v, 0, "the archive has no member");
}

/* A directory entry repeats the local header byte for byte; everything else of it is zero. */
static enum err read_entry(struct verify *v, struct reader *r, const struct archive_member *m)
{
	static const uint8_t zero[10];
	size_t at = r->at;
	struct slice common = {r->in.p + m->at + 4, COMMON_SIZE};

	if (!slice_eq(reader_take(r, 4), S("PK\1\2")) || reader_u16le(r) != VERSION ||
	    !slice_eq(reader_take(r, COMMON_SIZE), common) ||
	    !slice_eq(reader_take(r, 10), slice_of(zero, 10)) || reader_u32le(r) != m->at ||
	    !slice_eq(reader_take(r, m->name.n), m->name))
		return verify_bad(v, at, "the directory does not repeat its member");
	return OK;
}

static enum err read_end(struct verify *v, struct reader *r, size_t n, size_t directory)
{
	size_t at = r->at;

	if (!slice_eq(reader_take(r, 4), S("PK\5\6")) || reader_u32le(r) != 0 ||
	    reader_u16le(r) != n || reader_u16le(r) != n || reader_u32le(r) != at - directory ||
	    reader_u32le(r) != directory || reader_u16le(r) != 0 || !reader_done(r))
		return verify_bad(v, at, "the end record is not ours or not the end");
	return OK;
}

enum err archive_open(struct verify *v, struct slice out, struct archive *ret)
{
	struct reader r = reader_of(out);
	struct archive a = {0};
	size_t directory;

	if (out.n > UINT32_MAX)
		return diag_set(v->d, ERR_LIMIT, 0, "larger than a plain archive can be");
	TRY(read_members(v, &r, &a));
	directory = r.at;
	for (size_t i = 0; i < a.n; i++)
		TRY(read_entry(v, &r, &a.members[i]));
	TRY(read_end(v, &r, a.n, directory));
	*ret = a;
	return OK;
}

/* ---- content ---- */

enum err archive_read(struct verify *v, const struct archive_member *m, struct buf *scratch,
		      struct slice *ret)
{
	struct slice data = m->data;
	uint8_t *to;

	if (m->size > v->inflated_left)
		return diag_set(v->d, ERR_LIMIT, m->at, "limit inflated_bytes");
	v->inflated_left -= m->size;
	if (m->deflated) {
		if (m->size > RATIO_FREE_BYTES && m->size / v->limits->ratio > m->data.n)
			return diag_set(v->d, ERR_LIMIT, m->at, "limit ratio");
		scratch->n = 0;
		to = buf_reserve(scratch, m->size);
		if (!to)
			return ERR_MEMORY;
		TRY(verify_unfold(v, m->at, m->data, to, m->size));
		buf_commit(scratch, m->size);
		data = buf_view(scratch);
	}
	if (libdeflate_crc32(0, data.p, data.n) != m->crc)
		return verify_bad(v, m->at, "a member's checksum is wrong");
	*ret = data;
	return OK;
}
