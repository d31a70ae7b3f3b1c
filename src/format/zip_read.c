#include "format/zip_read.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <unicode/ucnv.h>
#include "base/reader.h"
#include "base/utf8.h"
#include "format/member_name.h"

enum {
	SIG_LOCAL = 0x04034b50,
	SIG_CENTRAL = 0x02014b50,
	SIG_END = 0x06054b50,
	SIG_END64 = 0x06064b50,
	SIG_LOCATOR64 = 0x07064b50,
	SIG_DESCRIPTOR = 0x08074b50,
};
enum { END_SIZE = 22, END64_SIZE = 56, LOCATOR64_SIZE = 20, CENTRAL_SIZE = 46 };
enum {
	FLAG_ENCRYPTED = 1 << 0,
	FLAG_DEFLATE_LEVEL = 3 << 1,
	FLAG_DESCRIPTOR = 1 << 3,
	FLAG_UTF8 = 1 << 11,
	FLAGS_KNOWN = FLAG_DEFLATE_LEVEL | FLAG_DESCRIPTOR | FLAG_UTF8,
};
enum { EXTRA_ZIP64 = 0x0001, EXTRA_UNICODE_PATH = 0x7075, EXTRA_AES = 0x9901 };
#define RATIO_FREE (1ull << 20) /* members up to this size may have any ratio */
#define NAME_MAX_BYTES 1024

/* One entry as one of its two headers tells it. */
struct entry {
	uint16_t flags, method;
	uint32_t crc;
	uint64_t packed, size, at;
	struct slice name, extra;
	bool is64;
};

/* Reading state: the job and where the directory begins. */
struct zreader {
	struct job *job;
	struct slice in;
	uint64_t entries, dir_at, dir_size;
	bool end64;
};

bool zip_probe(struct slice in)
{
	struct reader r = reader_of(in);
	uint32_t sig = reader_u32le(&r);

	return reader_ok(&r) && (sig == SIG_LOCAL || (sig == SIG_END && in.n == END_SIZE));
}

static enum err lie(const struct zreader *z, const char *finding, struct slice name, size_t at,
		    const char *what)
{
	return format_hold(z->job, ERR_SYNTAX, finding, name, at, "%s", what);
}

static enum err unsupported(const struct zreader *z, const char *finding, struct slice name,
			    const char *what)
{
	return format_hold(z->job, ERR_UNSUPPORTED, finding, name, 0, "%s", what);
}

/* The ZIP64 end record and its locator stand right before the end record. */
static enum err read_end64(struct zreader *z, struct reader end, uint64_t *ret_dir_end)
{
	struct reader r = reader_of(z->in);
	uint64_t at, n, total, size, dir, self = end.at - LOCATOR64_SIZE;

	if (end.at < LOCATOR64_SIZE + END64_SIZE)
		return lie(z, "zip-disagree", S(""), end.at, "the ZIP64 end record is missing");
	reader_seek(&r, end.at - LOCATOR64_SIZE);
	if (reader_u32le(&r) != SIG_LOCATOR64)
		return lie(z, "zip-disagree", S(""), end.at, "the ZIP64 end record is missing");
	if (reader_u32le(&r) != 0)
		return unsupported(z, "zip-split", S(""), "the archive is split into volumes");
	at = reader_u64le(&r);
	if (reader_u32le(&r) != 1 || at > self || self - at != END64_SIZE)
		return lie(z, "zip-disagree", S(""), self,
			   "the ZIP64 locator does not point to its record");
	reader_seek(&r, at);
	if (reader_u32le(&r) != SIG_END64 || reader_u64le(&r) != END64_SIZE - 12)
		return lie(z, "zip-disagree", S(""), at, "the ZIP64 end record is damaged");
	reader_take(&r, 4);
	if (reader_u32le(&r) != 0 || reader_u32le(&r) != 0)
		return unsupported(z, "zip-split", S(""), "the archive is split into volumes");
	n = reader_u64le(&r);
	total = reader_u64le(&r);
	size = reader_u64le(&r);
	dir = reader_u64le(&r);
	if (n != total || (z->entries != 0xFFFF && z->entries != n) ||
	    (z->dir_size != UINT32_MAX && z->dir_size != size) ||
	    (z->dir_at != UINT32_MAX && z->dir_at != dir))
		return lie(z, "zip-disagree", S(""), at, "ZIP64 and 32-bit end records disagree");
	z->entries = n;
	z->dir_size = size;
	z->dir_at = dir;
	z->end64 = true;
	*ret_dir_end = at;
	return OK;
}

static enum err read_end(struct zreader *z)
{
	struct reader r = reader_of(z->in), end;
	uint64_t dir_end, here;

	if (z->in.n < END_SIZE)
		return lie(z, "malformed", S(""), 0, "the end record is missing");
	reader_seek(&r, z->in.n - END_SIZE);
	end = r;
	if (reader_u32le(&r) != SIG_END)
		return format_hold(z->job, ERR_SYNTAX, "zip-directory", S(""), end.at,
				   "the end record is not at the end, or has a comment");
	if (reader_u16le(&r) != 0 || reader_u16le(&r) != 0)
		return unsupported(z, "zip-split", S(""), "the archive is split into volumes");
	here = reader_u16le(&r);
	z->entries = reader_u16le(&r);
	z->dir_size = reader_u32le(&r);
	z->dir_at = reader_u32le(&r);
	if (here != z->entries || reader_u16le(&r) != 0)
		return lie(z, "zip-disagree", S(""), end.at, "the end record contradicts itself");
	dir_end = end.at;
	if (z->entries == 0xFFFF || z->dir_size == UINT32_MAX || z->dir_at == UINT32_MAX)
		TRY(read_end64(z, end, &dir_end));
	if (z->dir_at > dir_end || dir_end - z->dir_at != z->dir_size)
		return lie(z, "zip-gap", S(""), end.at,
			   "the central directory does not end where its end record begins");
	return OK;
}

/*
 * A ZIP64 field: values for those of size, packed and offset that the header defers to it, in this
 * order. Some writers print all of them always; then each must be the one that the header has.
 */
static enum err read_zip64(const struct zreader *z, struct entry *e, struct slice field,
			   bool want_at)
{
	struct reader f = reader_of(field), full = reader_of(field);
	const uint64_t *values[] = {&e->size, &e->packed, &e->at};
	bool same = field.n <= 28;

	if (e->size == UINT32_MAX)
		e->size = reader_u64le(&f);
	if (e->packed == UINT32_MAX)
		e->packed = reader_u64le(&f);
	if (want_at && e->at == UINT32_MAX)
		e->at = reader_u64le(&f);
	if (!reader_ok(&f))
		return lie(z, "zip-disagree", e->name, 0, "the ZIP64 field is too short");
	if (reader_done(&f))
		return OK;
	for (size_t i = 0; i < ARRAY_LEN(values) && reader_left(&full) >= 8; i++)
		same &= reader_u64le(&full) == *values[i];
	if (reader_left(&full))
		same &= reader_u32le(&full) == 0; /* the disk */
	return same && reader_done(&full)
		   ? OK
		   : lie(z, "zip-disagree", e->name, 0,
			 "the ZIP64 field contradicts the header it stands in");
}

/*
 * Walks the extra fields: takes ZIP64 values where the 32-bit ones say so, refuses what would
 * change the meaning of the entry, ignores the rest.
 */
static enum err read_extra(const struct zreader *z, struct entry *e, bool want_at)
{
	struct reader r = reader_of(e->extra);

	while (reader_left(&r) >= 4) {
		uint16_t id = reader_u16le(&r);
		struct slice field = reader_take(&r, reader_u16le(&r));

		if (id == EXTRA_AES)
			return unsupported(z, "encrypted", e->name, "the member is encrypted");
		if (id == EXTRA_UNICODE_PATH &&
		    (field.n < 5 || !slice_eq(slice_from(field, 5), e->name)))
			return lie(z, "zip-disagree", e->name, 0, "the member has a second name");
		if (id != EXTRA_ZIP64)
			continue;
		if (e->is64)
			return lie(z, "zip-disagree", e->name, 0, "two ZIP64 fields");
		e->is64 = true;
		TRY(read_zip64(z, e, field, want_at));
	}
	if (!reader_ok(&r))
		return lie(z, "malformed", e->name, 0, "an extra field passes its end");
	return OK;
}

/* Some old writers leave a mode of 0; any other must say plain file or folder. */
static bool is_plain_mode(uint16_t made_by, uint32_t attributes)
{
	uint32_t type = attributes >> 16 & 0170000u;

	if (made_by >> 8 != 3 && made_by >> 8 != 19)
		return true;
	return type == 0 || type == 0100000u || type == 0040000u;
}

static enum err read_central(const struct zreader *z, struct reader *r, struct entry *ret)
{
	size_t at = r->at, name_n, extra_n, comment_n;
	uint16_t made_by, disk;
	uint32_t attributes;
	struct entry e = {0};

	if (reader_u32le(r) != SIG_CENTRAL)
		return lie(z, "malformed", S(""), at, "a central directory entry is damaged");
	made_by = reader_u16le(r);
	reader_u16le(r); /* version needed */
	e.flags = reader_u16le(r);
	e.method = reader_u16le(r);
	reader_u32le(r); /* time and date */
	e.crc = reader_u32le(r);
	e.packed = reader_u32le(r);
	e.size = reader_u32le(r);
	name_n = reader_u16le(r);
	extra_n = reader_u16le(r);
	comment_n = reader_u16le(r);
	disk = reader_u16le(r);
	reader_u16le(r); /* internal attributes */
	attributes = reader_u32le(r);
	e.at = reader_u32le(r);
	e.name = reader_take(r, name_n);
	e.extra = reader_take(r, extra_n);
	reader_take(r, comment_n);
	if (!reader_ok(r))
		return lie(z, "malformed", S(""), at, "the central directory is cut off");
	if (disk != 0)
		return unsupported(z, "zip-split", e.name, "the archive is split into volumes");
	if (!is_plain_mode(made_by, attributes))
		return unsupported(z, "zip-symlink", e.name, "the member is a link or device");
	TRY(read_extra(z, &e, true));
	*ret = e;
	return OK;
}

static enum err check_entry(const struct zreader *z, const struct entry *e)
{
	if (e->flags & FLAG_ENCRYPTED)
		return unsupported(z, "encrypted", e->name, "the member is encrypted");
	if (e->flags & ~FLAGS_KNOWN)
		return unsupported(z, "malformed", e->name, "the member has unknown flags");
	if (e->method != 0 && e->method != 8)
		return unsupported(z, "zip-method", e->name,
				   "the member is compressed by a method other than deflate");
	if (e->method == 0 && e->packed != e->size)
		return lie(z, "zip-disagree", e->name, 0, "a stored member has two sizes");
	return OK;
}

/*
 * The data descriptor between a member's data and the next thing: with or without signature, with
 * sizes of 4 or 8 bytes; it must fill the space exactly and repeat the directory.
 */
static enum err check_descriptor(const struct zreader *z, const struct entry *e, struct slice d)
{
	struct reader r = reader_of(d);
	uint64_t packed, size;
	bool wide = d.n == 24 || d.n == 20;
	uint32_t crc;

	if (d.n != 12 && d.n != 16 && d.n != 20 && d.n != 24)
		return lie(z, "zip-gap", e->name, 0, "there is a gap behind the member");
	if ((d.n == 16 || d.n == 24) && reader_u32le(&r) != SIG_DESCRIPTOR)
		return lie(z, "zip-gap", e->name, 0, "there is a gap behind the member");
	crc = reader_u32le(&r);
	packed = wide ? reader_u64le(&r) : reader_u32le(&r);
	size = wide ? reader_u64le(&r) : reader_u32le(&r);
	if (crc != e->crc || packed != e->packed || size != e->size)
		return lie(z, "zip-disagree", e->name, 0,
			   "the data descriptor contradicts the directory");
	return OK;
}

/* Reads the local header of e and compares it; ret_data are the compressed bytes. */
static enum err read_local(const struct zreader *z, const struct entry *e, uint64_t end,
			   struct slice *ret_data)
{
	struct reader r = reader_of(z->in);
	struct entry l = {.at = e->at};
	size_t name_n, extra_n;
	bool later;

	reader_seek(&r, e->at);
	if (reader_u32le(&r) != SIG_LOCAL)
		return lie(z, "zip-disagree", e->name, e->at,
			   "there is no local header where the directory says");
	reader_u16le(&r);
	l.flags = reader_u16le(&r);
	l.method = reader_u16le(&r);
	reader_u32le(&r);
	l.crc = reader_u32le(&r);
	l.packed = reader_u32le(&r);
	l.size = reader_u32le(&r);
	name_n = reader_u16le(&r);
	extra_n = reader_u16le(&r);
	l.name = reader_take(&r, name_n);
	l.extra = reader_take(&r, extra_n);
	if (!reader_ok(&r) || r.at > end || e->packed > end - r.at)
		return lie(z, "zip-overlap", e->name, e->at, "the member overlaps what follows it");
	TRY(read_extra(z, &l, false));
	if (!slice_eq(l.name, e->name))
		return lie(z, "zip-disagree", e->name, e->at,
			   "local header and directory give two names");
	if ((l.flags ^ e->flags) & ~FLAG_DEFLATE_LEVEL || l.method != e->method)
		return lie(z, "zip-disagree", e->name, e->at,
			   "local header and directory give two kinds");
	later = l.flags & FLAG_DESCRIPTOR;
	if ((l.crc != e->crc && !(later && l.crc == 0)) ||
	    (l.packed != e->packed && !(later && l.packed == 0)) ||
	    (l.size != e->size && !(later && l.size == 0)))
		return lie(z, "zip-disagree", e->name, e->at,
			   "local header and directory give two sizes");
	*ret_data = reader_take(&r, e->packed);
	if (later)
		return check_descriptor(z, e, slice_of(z->in.p + r.at, end - r.at));
	if (r.at != end)
		return lie(z, "zip-gap", e->name, r.at, "there is a gap behind the member");
	return OK;
}

/* True for a path that leaves its folder: absolute, with a drive, or through "..". */
static bool is_outside(struct slice name)
{
	size_t from = 0;

	if (name.p[0] == '/' || name.p[0] == '\\' || (name.n > 1 && name.p[1] == ':'))
		return true;
	for (size_t i = 0; i <= name.n; i++) {
		if (i < name.n && name.p[i] != '/' && name.p[i] != '\\')
			continue;
		if (i - from == 2 && name.p[from] == '.' && name.p[from + 1] == '.')
			return true;
		from = i + 1;
	}
	return false;
}

/* UTF-8 where the flag or the bytes say so, else CP932; a name that is neither is refused. */
static enum err decode_name(const struct zreader *z, const struct entry *e, struct slice *ret)
{
	UErrorCode code = U_ZERO_ERROR;
	UConverter *cp932;
	int32_t n = 0;
	char out[NAME_MAX_BYTES * 3];

	if (e->name.n == 0 || e->name.n > NAME_MAX_BYTES || slice_find_byte(e->name, 0) != SIZE_MAX)
		return lie(z, "zip-name", e->name, e->at,
			   "the member's name is empty, too long or has a NUL");
	if (utf8_first_bad(e->name) == SIZE_MAX) {
		*ret = e->name;
		return OK;
	}
	if (e->flags & FLAG_UTF8)
		return lie(z, "zip-name", e->name, e->at,
			   "the member's name is not the UTF-8 it claims");
	cp932 = ucnv_open("windows-31j", &code);
	if (U_SUCCESS(code))
		ucnv_setToUCallBack(cp932, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &code);
	if (U_SUCCESS(code))
		n = ucnv_toAlgorithmic(UCNV_UTF8, cp932, out, sizeof out, (const char *)e->name.p,
				       (int32_t)e->name.n, &code);
	ucnv_close(cp932);
	if (U_FAILURE(code) || n <= 0)
		return lie(z, "zip-name", e->name, e->at,
			   "the member's name is neither UTF-8 nor CP932");
	*ret = arena_copy(z->job->arena, slice_of(out, (size_t)n));
	return ret->p ? OK : ERR_MEMORY;
}

/* --- order and names ------------------------------------------------------------------------ */

struct ordered {
	uint64_t at;
	size_t i;
};

static int by_offset(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

struct folded {
	struct slice key, name;
};

static int by_key(const void *a, const void *b)
{
	const struct folded *x = a, *y = b;

	return slice_cmp(x->key, y->key);
}

/* A component without the blanks and dots at its end that Windows does not see. */
static size_t end_of_component(const struct buf *b, size_t from)
{
	size_t n = b->n;

	while (n > from && (b->p[n - 1] == ' ' || b->p[n - 1] == '.'))
		n--;
	return n;
}

/*
 * The name as the most careless of file systems sees it: NFKC and without case, '\\' as '/',
 * without blanks and dots at the ends of its components and without the final '/'.
 */
static enum err fold_name(struct arena *a, struct slice name, struct slice *ret)
{
	AUTO_BUF flat, b;
	size_t from = 0;

	buf_init(&flat, NAME_MAX_BYTES * 256);
	buf_init(&b, NAME_MAX_BYTES * 256);
	TRY(name_fold(name, &flat));
	while (flat.n && (flat.p[flat.n - 1] == '/' || flat.p[flat.n - 1] == '\\'))
		flat.n--;
	for (size_t i = 0; i < flat.n; i++) {
		bool slash = flat.p[i] == '/' || flat.p[i] == '\\';

		if (slash)
			b.n = end_of_component(&b, from);
		buf_byte(&b, slash ? '/' : flat.p[i]);
		if (slash)
			from = b.n;
	}
	b.n = end_of_component(&b, from);
	TRY(buf_err(&b));
	*ret = arena_copy(a, buf_view(&b));
	return ret->p ? OK : ERR_MEMORY;
}

/* The file (not folder) among the sorted names whose key is exactly `key`. */
static const struct folded *file_named(const struct folded *f, size_t n, struct slice key)
{
	struct folded want = {.key = key};
	const struct folded *at = bsearch(&want, f, n, sizeof *f, by_key);

	return at && at->name.p[at->name.n - 1] != '/' ? at : NULL;
}

static enum err check_duplicates(const struct zreader *z, const struct zip *zip)
{
	struct folded *f = arena_array(z->job->arena, zip->n, sizeof *f);

	if (!f)
		return ERR_MEMORY;
	for (size_t i = 0; i < zip->n; i++) {
		f[i].name = zip->members[i].name;
		TRY(fold_name(z->job->arena, f[i].name, &f[i].key));
	}
	qsort(f, zip->n, sizeof *f, by_key);
	for (size_t i = 1; i < zip->n; i++)
		if (slice_eq(f[i - 1].key, f[i].key))
			return lie(z, "zip-duplicate", f[i].name, 0,
				   "two members have the same name");
	for (size_t i = 0; i < zip->n; i++)
		for (size_t at = 0; at < f[i].key.n; at++)
			if (f[i].key.p[at] == '/' &&
			    file_named(f, zip->n, slice_head(f[i].key, at)))
				return lie(z, "zip-duplicate", f[i].name, 0,
					   "a file is the folder of another");
	return OK;
}

static enum err read_members(struct zreader *z, struct zip *ret)
{
	struct reader r = reader_of(slice_head(z->in, z->dir_at + z->dir_size));
	struct arena *a = z->job->arena;
	size_t n = z->entries;
	struct entry *e = arena_array(a, n, sizeof *e);
	struct ordered *o = arena_array(a, n, sizeof *o);
	uint64_t want = 0;

	ret->members = arena_array(a, n, sizeof *ret->members);
	if (!e || !o || !ret->members)
		return ERR_MEMORY;
	ret->n = n;
	reader_seek(&r, z->dir_at);
	for (size_t i = 0; i < n; i++) {
		struct zip_member *m = &ret->members[i];

		TRY(read_central(z, &r, &e[i]));
		TRY(check_entry(z, &e[i]));
		TRY(decode_name(z, &e[i], &m->name));
		if (is_outside(m->name))
			return lie(z, "zip-name", m->name, e[i].at,
				   "the member's name leaves the archive");
		*m = (struct zip_member){.raw = e[i].name,
					 .name = m->name,
					 .size = e[i].size,
					 .crc = e[i].crc,
					 .method = e[i].method};
		m->dir = m->name.p[m->name.n - 1] == '/';
		if (m->dir && m->size)
			return lie(z, "zip-disagree", m->name, 0, "a folder has content");
		o[i] = (struct ordered){e[i].at, i};
	}
	if (!reader_done(&r))
		return lie(z, "zip-gap", S(""), r.at,
			   "the central directory holds more than its entries");
	qsort(o, n, sizeof *o, by_offset);
	for (size_t i = 0; i < n; i++) {
		uint64_t end = i + 1 < n ? o[i + 1].at : z->dir_at;

		if (o[i].at != want || end < o[i].at || end > z->dir_at)
			return format_hold(z->job, ERR_SYNTAX, i ? "zip-overlap" : "leading-data",
					   e[o[i].i].name, o[i].at,
					   "members overlap, or something stands before them");
		TRY(read_local(z, &e[o[i].i], end, &ret->members[o[i].i].data));
		want = end;
	}
	return n || z->dir_at == 0
		   ? OK
		   : lie(z, "leading-data", S(""), 0, "something stands before the directory");
}

enum err zip_open(struct job *job, struct zip *ret)
{
	struct zreader z = {.job = job, .in = job->in};
	struct zip zip = {.job = job};

	TRY(read_end(&z));
	if (z.entries > job->budget->members_left)
		return format_hold(job, ERR_LIMIT, "limit", S(""), 0,
				   "the archive has more members than the limit allows");
	if (z.entries > z.dir_size / CENTRAL_SIZE)
		return lie(&z, "malformed", S(""), z.dir_at,
			   "the directory is too short for its entries");
	job->budget->members_left -= (uint32_t)z.entries;
	TRY(read_members(&z, &zip));
	TRY(check_duplicates(&z, &zip));
	zip.inflate = libdeflate_alloc_decompressor();
	if (!zip.inflate)
		return ERR_MEMORY;
	*ret = zip;
	return OK;
}

void zip_close(struct zip *z)
{
	libdeflate_free_decompressor(z->inflate);
	z->inflate = NULL;
}

enum err zip_read(const struct zip *z, const struct zip_member *m, struct buf *scratch,
		  struct slice *ret, struct diag *d)
{
	struct budget *b = z->job->budget;
	size_t used = 0, made = 0;
	struct slice out = m->data;
	uint8_t *to;

	if (m->size > RATIO_FREE && m->size / z->job->limits->ratio > m->data.n)
		return diag_set(d, ERR_LIMIT, 0, "ratio: %llu bytes are packed into %zu",
				(unsigned long long)m->size, m->data.n);
	if (m->size > b->inflated_left)
		return diag_set(d, ERR_LIMIT, 0, "inflated_bytes: the archive unpacks to too much");
	b->inflated_left -= m->size;
	if (m->method == 8) {
		scratch->n = 0;
		to = buf_reserve(scratch, m->size ? m->size : 1);
		if (!to)
			return diag_set(d, buf_err(scratch), 0, "memory_bytes: no room to unpack");
		if (libdeflate_deflate_decompress_ex(z->inflate, m->data.p, m->data.n, to, m->size,
						     &used, &made) != LIBDEFLATE_SUCCESS ||
		    used != m->data.n || made != m->size)
			return diag_set(d, ERR_SYNTAX, 0, "the packed data are damaged");
		buf_commit(scratch, made);
		out = buf_view(scratch);
	}
	if (libdeflate_crc32(0, out.p, out.n) != m->crc)
		return diag_set(d, ERR_SYNTAX, 0, "the checksum does not match");
	*ret = out;
	return OK;
}

const struct zip_member *zip_find(const struct zip *z, struct slice name)
{
	for (size_t i = 0; i < z->n; i++)
		if (slice_eq(z->members[i].name, name))
			return &z->members[i];
	return NULL;
}
