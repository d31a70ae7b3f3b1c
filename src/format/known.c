#include "format/known.h"

#include <uchar.h>
#include "format/text.h"

#define HEAD_MAX ((size_t)4096)

/* What the tests of the table look at. */
struct known {
	const struct job *job;
	struct slice in;
};

static bool found_at(const struct known *k, size_t offset, struct slice want)
{
	return slice_starts(slice_from(k->in, offset), want);
}
/* The literal may hold NUL bytes. */
#define at(k, offset, lit) found_at(k, offset, S(lit))

static bool named(const struct known *k, const char *ending)
{
	const char *const endings[] = {ending, NULL};

	return text_name_ends(k->job, endings);
}

static bool binary(const struct known *k)
{
	return !text_probe(k->job);
}

/* The first member of a ZIP: its name, and, where stored, its data right behind. */
static bool zip_says(const struct known *k, const char *name_and_data)
{
	return at(k, 0, "PK\3\4") && found_at(k, 30, slice_str(name_and_data));
}

static bool cfb(const struct known *k)
{
	return at(k, 0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
}

/* A directory entry of that name: 64 bytes of UTF-16LE, then its length with the NUL in bytes. */
static bool cfb_has(const struct known *k, const char16_t *name)
{
	struct slice s = k->in, entry;
	uint8_t want[64] = {0};
	size_t n = 0;

	if (!cfb(k))
		return false;
	for (; name[n]; n++) {
		want[2 * n] = (uint8_t)name[n];
		want[2 * n + 1] = (uint8_t)(name[n] >> 8);
	}
	/* Entries are 128 bytes long and lie in sectors of 512 bytes or more. */
	for (size_t i = 512; i + 128 <= s.n; i += 128) {
		entry = slice_of(s.p + i, 128);
		if (memcmp(entry.p, want, 2 * n + 2) == 0 && entry.p[64] == 2 * n + 2 &&
		    entry.p[65] == 0)
			return true;
	}
	return false;
}

/* A root entry with a class id that begins with that number. */
static bool cfb_clsid(const struct known *k, uint32_t first)
{
	static const uint8_t root[] = "R\0o\0o\0t\0 \0E\0n\0t\0r\0y\0";
	struct slice s = k->in;

	if (!cfb(k))
		return false;
	for (size_t i = 512; i + 128 <= s.n; i += 128)
		if (memcmp(s.p + i, root, sizeof root) == 0)
			return s.p[i + 80] == (uint8_t)first &&
			       s.p[i + 81] == (uint8_t)(first >> 8) &&
			       s.p[i + 82] == (uint8_t)(first >> 16) && s.p[i + 83] == first >> 24;
	return false;
}

/*
 * The beginning of the input as a text in lower case, in ASCII. Whether it is a text at all is
 * asked last, because that costs the most.
 */
static struct slice beginning(const struct known *k, uint8_t *to, size_t max)
{
	return slice_of(to, text_head(slice_head(k->in, 2 * HEAD_MAX), to, max));
}

static bool head(const struct known *k, const char *what)
{
	uint8_t first[64];

	return slice_starts(beginning(k, first, sizeof first), slice_str(what)) &&
	       text_probe(k->job);
}

/* A tag, and not only a word that begins like it. */
static bool tag(const struct known *k, const char *what)
{
	uint8_t first[64];
	struct slice s = beginning(k, first, sizeof first), name = slice_str(what);
	uint8_t after = s.n > name.n ? s.p[name.n] : 0;

	return slice_starts(s, name) && (after == '>' || after == '/' || after <= ' ') &&
	       text_probe(k->job);
}

static bool markup(const struct known *k)
{
	return head(k, "<");
}

static bool mentions(const struct known *k, const char *what)
{
	uint8_t first[HEAD_MAX];

	return slice_find(beginning(k, first, sizeof first), slice_str(what)) != SIZE_MAX &&
	       text_probe(k->job);
}

#define KNOWN_DEFINE(name, id_, finding, ja, en, test) \
	static bool probe_##name(const struct job *job) \
	{ \
		const struct known all = {job, job->in}, *k = &all; \
\
		return test; \
	} \
	const struct format format_known_##name = { \
	    .id = id_, \
	    .label_ja = ja, \
	    .label_en = en, \
	    .probe = probe_##name, \
	    .hold = finding, \
	};

KNOWN_IN_ZIP(KNOWN_DEFINE)
KNOWN_BINARY(KNOWN_DEFINE)
KNOWN_IN_TEXT(KNOWN_DEFINE)
