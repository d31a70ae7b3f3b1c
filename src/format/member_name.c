#include "format/member_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include "base/filename.h"
#include "base/utf8.h"

#define FOLDED_MAX(n) ((n)*54 + 64) /* bytes that name_fold may ask for */

void member_names_init(struct member_names *m, struct arena *arena)
{
	*m = (struct member_names){.arena = arena};
}

/* One of ICU's normal forms of valid UTF-8, appended. ICU has its tables in memory. */
static enum err normalise(const UNormalizer2 *form, UErrorCode code, struct slice s,
			  struct buf *out)
{
	AUTO_BUF from, to;
	size_t max = s.n * 18 + 16; /* UTF-16 units; no code point has more in any normal form */
	int32_t n = 0, bytes = 0;
	UChar *wide, *normal;
	uint8_t *put;

	buf_init(&from, (s.n + 1) * sizeof(UChar));
	buf_init(&to, max * sizeof(UChar));
	wide = (UChar *)(void *)buf_reserve(&from, (s.n + 1) * sizeof(UChar));
	normal = (UChar *)(void *)buf_reserve(&to, max * sizeof(UChar));
	put = buf_reserve(out, max * 3);
	if (!wide || !normal || !put)
		return ERR_MEMORY;
	u_strFromUTF8(wide, (int32_t)s.n + 1, &n, (const char *)s.p, (int32_t)s.n, &code);
	n = unorm2_normalize(form, wide, n, normal, (int32_t)max, &code);
	u_strToUTF8((char *)put, (int32_t)max * 3, &bytes, normal, n, &code);
	if (U_FAILURE(code))
		return ERR_MEMORY;
	buf_commit(out, (size_t)bytes);
	return OK;
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

enum err name_fold(struct slice name, struct buf *out)
{
	UErrorCode code = U_ZERO_ERROR;

	if (!is_ascii(name))
		return normalise(unorm2_getNFKCCasefoldInstance(&code), code, name, out);
	for (size_t i = 0; i < name.n; i++)
		buf_byte(out, name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] | 0x20 : name.p[i]);
	return buf_err(out);
}

static bool is_dropped(uint32_t cp)
{
	int8_t type = u_charType((UChar32)cp);

	return utf8_is_invisible(cp) || type == U_CONTROL_CHAR || type == U_FORMAT_CHAR ||
	       type == U_LINE_SEPARATOR || type == U_PARAGRAPH_SEPARATOR || type == U_UNASSIGNED ||
	       type == U_PRIVATE_USE_CHAR;
}

/* Without what only the tables of characters know as unseen or unassigned. */
static void seen(struct slice s, struct buf *ret)
{
	uint32_t cp = 0;

	while (s.n) {
		size_t len = utf8_next(s, &cp);

		if (len && !is_dropped(cp))
			utf8_put(ret, cp);
		s = slice_from(s, len ? len : 1);
	}
}

static enum err put_component(struct slice s, bool folder, struct buf *ret)
{
	AUTO_BUF raw, b;
	UErrorCode code = U_ZERO_ERROR;
	size_t from = ret->n;

	buf_init(&raw, s.n + 1);
	buf_init(&b, FOLDED_MAX(s.n * 4));
	seen(s, &raw);
	if (raw.n == 0)
		return OK;
	TRY(buf_err(&raw));
	TRY(normalise(unorm2_getNFCInstance(&code), code, buf_view(&raw), &b));
	if (folder)
		filename_put_folder(ret, buf_view(&b));
	else
		filename_put(ret, buf_view(&b));
	if (ret->n > from)
		buf_byte(ret, '/');
	return buf_err(ret);
}

/* The old extension says nothing new where it names the type that was read or written. */
static bool is_own_extension(struct slice old, const struct format *type, const char *ext)
{
	static const char *const same[][2] = {
	    {"jpeg", "jpg"},  {"jpe", "jpg"},   {"jfif", "jpg"},  {"docm", "docx"},
	    {"dotx", "docx"}, {"dotm", "docx"}, {"xlsm", "xlsx"}, {"xltx", "xlsx"},
	    {"xltm", "xlsx"}, {"pptm", "pptx"}, {"potx", "pptx"}, {"potm", "pptx"},
	    {"ppsx", "pptx"}, {"ppsm", "pptx"},
	};

	if (slice_eq_nocase(old, slice_str(ext)) ||
	    (type && slice_eq_nocase(old, slice_str(type->ext))))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (slice_eq_nocase(old, slice_str(same[i][0])) &&
		    (strcmp(same[i][1], ext) == 0 || (type && strcmp(same[i][1], type->ext) == 0)))
			return true;
	return false;
}

/* The last component: its own extension off, further ones made part of the name. */
static void fix_extension(struct buf *path, const struct format *type, const char *ext)
{
	size_t slash = slice_rfind(buf_view(path), S("/"));
	size_t from = slash == SIZE_MAX ? 0 : slash + 1, at;
	struct slice last = slice_from(buf_view(path), from);
	bool held;

	at = filename_extension(last);
	if (type && at != SIZE_MAX && is_own_extension(slice_from(last, at + 1), type, ext)) {
		path->n = from + at;
		last = slice_from(buf_view(path), from);
	}
	/* The note for a held member is named twice the same way. */
	held = type && slice_ends(last, S(".held")) && strcmp(ext, "txt") == 0;
	if (held)
		path->n -= 5;
	filename_one_extension(path, from);
	if (held)
		buf_str(path, ".held");
}

static size_t key_slot(const struct member_names *m, struct slice key)
{
	uint32_t h = 2166136261u;
	size_t at;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ key.p[i]) * 16777619u;
	for (at = h & (m->cap - 1); m->keys[at].p && !slice_eq(m->keys[at], key);)
		at = (at + 1) & (m->cap - 1);
	return at;
}

static enum err grow(struct member_names *m)
{
	struct member_names wide = *m;

	if (m->n * 2 < m->cap)
		return OK;
	wide.cap = m->cap ? m->cap * 2 : 64;
	wide.keys = arena_array(m->arena, wide.cap, sizeof *wide.keys);
	if (!wide.keys)
		return ERR_MEMORY;
	for (size_t i = 0; i < m->cap; i++)
		if (m->keys[i].p)
			wide.keys[key_slot(&wide, m->keys[i])] = m->keys[i];
	*m = wide;
	return OK;
}

/* Remembers the name without case and width; false in *ret_new where it was there already. */
static enum err remember(struct member_names *m, struct slice name, bool *ret_new)
{
	AUTO_BUF b;
	struct slice key;
	size_t at;

	buf_init(&b, FOLDED_MAX(name.n));
	TRY(grow(m));
	TRY(name_fold(name, &b));
	at = key_slot(m, buf_view(&b));
	*ret_new = m->keys[at].p == NULL;
	if (!*ret_new)
		return OK;
	key = arena_copy(m->arena, buf_view(&b));
	if (!key.p)
		return ERR_MEMORY;
	m->keys[at] = key;
	m->n++;
	return OK;
}

enum err member_name(struct member_names *m, struct slice name, const struct format *type,
		     const char *ext, struct slice *ret)
{
	AUTO_BUF path;
	size_t from = 0, base;
	bool fresh = false;

	buf_init(&path, name.n * 4 + 64);
	for (size_t i = 0; i <= name.n; i++)
		if (i == name.n || name.p[i] == '/' || name.p[i] == '\\') {
			TRY(put_component(slice_of(name.p + from, i - from), i < name.n, &path));
			from = i + 1;
		}
	if (path.n == 0)
		buf_str(&path, "_/");
	TRY(buf_err(&path));
	path.n--;
	fix_extension(&path, type, ext);
	base = path.n;
	/* After a few tries the count of names given is a number that is most likely free. */
	for (size_t k = 1; !fresh; k = k == 50 ? k + m->n : k + 1) {
		path.n = base;
		if (k > 1)
			buf_printf(&path, " (%zu)", k);
		buf_printf(&path, ".%s", ext);
		TRY(buf_err(&path));
		TRY(remember(m, buf_view(&path), &fresh));
	}
	*ret = arena_copy(m->arena, buf_view(&path));
	return ret->p ? OK : ERR_MEMORY;
}
