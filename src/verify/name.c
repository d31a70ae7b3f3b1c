#include "verify/name.h"

#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include "base/utf8.h"

enum { NAME_MAX_BYTES = 1024, COMPONENT_MAX_BYTES = 255 };

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

/* UTF-16 from the arena; *ret_n units. NULL where there is no room. */
static UChar *widen(struct arena *arena, struct slice s, int32_t *ret_n)
{
	UChar *ret = arena_array(arena, s.n + 1, sizeof *ret);
	UErrorCode code = U_ZERO_ERROR;

	if (ret)
		u_strFromUTF8(ret, (int32_t)s.n + 1, ret_n, (const char *)s.p, (int32_t)s.n, &code);
	return U_SUCCESS(code) ? ret : NULL;
}

static bool is_composed(struct arena *arena, struct slice s)
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t n = 0;
	const UChar *wide;

	if (is_ascii(s))
		return true;
	wide = widen(arena, s, &n);
	return wide && unorm2_isNormalized(unorm2_getNFCInstance(&code), wide, n, &code) &&
	       U_SUCCESS(code);
}

/* For ASCII the form is lower case, and no table of ICU is needed. */
static enum err ascii_key(struct arena *arena, struct slice name, struct slice *ret)
{
	uint8_t *to = arena_alloc(arena, name.n + 1);

	if (!to)
		return ERR_MEMORY;
	for (size_t i = 0; i < name.n; i++)
		to[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] | 0x20 : name.p[i];
	to[name.n] = '/';
	*ret = slice_of(to, name.n + 1);
	return OK;
}

void verify_warm_up(void)
{
	UErrorCode code = U_ZERO_ERROR;

	(void)unorm2_getNFCInstance(&code);
	(void)unorm2_getNFKCCasefoldInstance(&code);
}

static enum err wide_key(struct arena *arena, struct slice name, struct slice *ret)
{
	UErrorCode code = U_ZERO_ERROR;
	const UNormalizer2 *form = unorm2_getNFKCCasefoldInstance(&code);
	/* The longest normal form of one UTF-16 unit has 18; three bytes each. */
	int32_t n = 0, bytes = 0, max = (int32_t)name.n * 18 + 2;
	UChar *wide = widen(arena, name, &n), *folded = arena_array(arena, (size_t)max, 2);
	uint8_t *to = arena_array(arena, (size_t)max, 3);

	if (!wide || !folded || !to)
		return ERR_MEMORY;
	n = unorm2_normalize(form, wide, n, folded, max - 1, &code);
	u_strToUTF8((char *)to, max * 3 - 1, &bytes, folded, n, &code);
	if (U_FAILURE(code))
		return ERR_MEMORY;
	to[bytes] = '/';
	*ret = slice_of(to, (size_t)bytes + 1);
	return OK;
}

enum err name_key(struct arena *arena, struct slice name, struct slice *ret)
{
	return is_ascii(name) ? ascii_key(arena, name, ret) : wide_key(arena, name, ret);
}

/* The device names of Windows, with any extension and in any width. */
static bool is_device(struct arena *arena, struct slice s)
{
	static const char *const plain[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
	struct slice key, stem;

	if (name_key(arena, s, &key) != OK)
		return true;
	stem = slice_head(key, slice_find_byte(key, '.'));
	if (slice_ends(stem, S("/")))
		stem.n--;
	stem = slice_trim(stem);
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (slice_eq_str(stem, plain[i]))
			return true;
	return stem.n == 4 && stem.p[3] >= '0' && stem.p[3] <= '9' &&
	       (slice_starts(stem, S("com")) || slice_starts(stem, S("lpt")));
}

static bool component_ok(struct arena *arena, struct slice s)
{
	static const char *const no_end[] = {" ", ".", "\u3000", "\uFF0E"};
	uint32_t cp;

	if (s.n == 0 || s.n > COMPONENT_MAX_BYTES || s.p[0] == ' ')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(no_end); i++)
		if (slice_ends(s, slice_str(no_end[i])))
			return false;
	for (size_t i = 0, n; i < s.n; i += n) {
		n = utf8_next(slice_from(s, i), &cp);
		if (n == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 ||
		    cp == 0x2029 || utf8_is_invisible(cp) ||
		    (cp < 0x80 && strchr("<>:\"|?*\\", (int)cp)))
			return false;
	}
	return is_composed(arena, s) && !is_device(arena, s);
}

bool name_ok(struct arena *arena, struct slice s)
{
	if (s.n > NAME_MAX_BYTES)
		return false;
	for (;;) {
		size_t n = slice_find_byte(s, '/');

		if (n == SIZE_MAX)
			return component_ok(arena, s);
		if (!component_ok(arena, slice_head(s, n)))
			return false;
		s = slice_from(s, n + 1);
	}
}
