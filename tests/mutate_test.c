/*
 * 10,000 outputs that carry what may not pass: each sample is sanitised, one thing is planted into
 * the output so that its container stays as our writers print it, or a bit of it is turned over,
 * and the recogniser has to refuse every single one. What changed nothing (the same members with
 * the same bytes) is not counted.
 *
 * Pixels and free text are content: another picture or another letter is another good output, so
 * bits are not turned over in JPEG data and in plain text.
 */
#include "base/test.h"
#include "format/job_test.h"
#include "mutate_package.h"
#include "verify/verify.h"

/* ---- one sanitised sample ---- */

struct sample {
	struct arena *arena;
	struct slice out;
	const char *grammar;
	struct package package; /* of a ZIP */
	bool zip;
};

static struct slice read_sample(struct arena *a, const char *name)
{
	const char *root = getenv("SEKISHO_SOURCE");
	char path[4096];
	AUTO_BUF all;
	FILE *f;
	int c;

	buf_init(&all, 1 << 24);
	snprintf(path, sizeof(path), "%s/samples/%s", root ? root : ".", name);
	f = fopen(path, "rb");
	if (!f)
		printf("# cannot read %s\n", path);
	while (f && (c = getc(f)) != EOF)
		buf_byte(&all, (uint8_t)c);
	if (f)
		fclose(f);
	return arena_copy(a, buf_view(&all));
}

static enum err verdict(const char *grammar, struct slice out, struct diag *d)
{
	struct limits limits = limits_default();
	AUTO_ARENA a = arena_new(1 << 28);

	return verify_output(slice_str(grammar), out, &limits, a, d);
}

static void sample_init(struct sample *s, struct arena *a, const char *name)
{
	AUTO_JOB b;
	struct diag d = {0};

	job_box_init(&b, read_sample(a, name), name);
	REQUIRE(format_sanitize(&b.job) == OK);
	*s = (struct sample){
	    .arena = a, .out = arena_copy(a, buf_view(&b.out)), .grammar = b.job.wrote};
	if (verdict(s->grammar, s->out, &d) != OK)
		printf("# %s: %s %s\n", name, d.part, d.text);
	REQUIRE(verdict(s->grammar, s->out, NULL) == OK);
	s->zip = package_open(s->out, a, &s->package);
}

/* ---- mutators over bytes ---- */

struct bytes {
	const char *name;
	/* Returns the changed output, or an empty slice. */
	struct slice (*mutate)(struct package *p, struct slice out);
};

static struct slice flip(struct package *p, struct slice out)
{
	uint8_t bit = (uint8_t)(1u << mutate_random(p, 8));
	size_t at = (size_t)mutate_random(p, out.n);
	struct slice copy = mutate_splice(p, out, at, 0, S(""));
	uint8_t changed = (uint8_t)(copy.p[at] ^ bit);

	return mutate_splice(p, copy, at, 1, slice_of(&changed, 1));
}

static struct slice frame(struct package *p, struct slice out)
{
	static const char *const texts[] = {
	    "x", "\n", "PK\x05\x06", "<script>", "\xef\xbb\xbf", "MZ", "%PDF-1.7\n"};
	struct slice text = slice_str(texts[mutate_random(p, ARRAY_LEN(texts))]);

	switch (mutate_random(p, 3)) {
	case 0:
		return mutate_splice(p, out, 0, 0, text);
	case 1:
		return mutate_splice(p, out, out.n, 0, text);
	}
	return slice_head(out, out.n - 1 - (size_t)mutate_random(p, out.n / 2));
}

/* A chunk with a right checksum between two others. */
static struct slice png_chunk(struct package *p, struct slice out)
{
	/* tEXt "a\0b", iTXt-like names and an animation, each with its CRC */
	static const uint8_t text[] = {0,   0, 0,   3,    't',  'E',  'X', 't',
				       'a', 0, 'b', 0x2c, 0x05, 0x92, 0x2a};
	static const uint8_t other[][12] = {
	    {0, 0, 0, 0, 'e', 'X', 'I', 'f', 0x00, 0x00, 0x00, 0x00},
	    {0, 0, 0, 0, 'a', 'c', 'T', 'L', 0x00, 0x00, 0x00, 0x00},
	    {0, 0, 0, 0, 'I', 'D', 'A', 'T', 0x35, 0xaf, 0x06, 0x1e},
	    {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82},
	};
	size_t at = 8, n, stop = 1 + (size_t)mutate_random(p, 3), pick;

	for (size_t i = 0; i < stop && at + 12 < out.n; i++) {
		n = (size_t)out.p[at] << 24 | (size_t)out.p[at + 1] << 16 |
		    (size_t)out.p[at + 2] << 8 | out.p[at + 3];
		at += n + 12;
	}
	pick = (size_t)mutate_random(p, ARRAY_LEN(other) + 1);
	return mutate_splice(p, out, at < out.n ? at : 8, 0,
			     pick == ARRAY_LEN(other) ? slice_of(text, sizeof(text))
						      : slice_of(other[pick], sizeof(other[pick])));
}

/* A block between head and first frame, or before the end. */
static struct slice gif_block(struct package *p, struct slice out)
{
	static const char *const blocks[] = {"!\xFE\4text",     "!\xFF\x0BXMP DataXMP\1x",
					     "!\xF9\4\1\1\1\1", ";",
					     "!\1\1x",          "!\xFF\x0BNETSCAPE2.0\3\1\1\1"};
	struct slice s = slice_str(blocks[mutate_random(p, ARRAY_LEN(blocks))]);
	AUTO_BUF block;

	buf_init(&block, 64);
	buf_slice(&block, s);
	if (s.n > 1)
		buf_byte(&block, 0);
	return mutate_splice(p, out, mutate_random(p, 2) ? 13 + 19 : out.n - 1, 0,
			     arena_copy(p->arena, buf_view(&block)));
}

/* A byte of a directory or its values is another. */
static struct slice tiff_byte(struct package *p, struct slice out)
{
	uint8_t other[1];
	/* Any of header and first directory but the resolutions, of which others are as good. */
	size_t at = (size_t)mutate_random(p, 8 + 2 + 12 * 12 + 4);

	other[0] = (uint8_t)(out.p[at] + 1 + mutate_random(p, 255));
	return mutate_splice(p, out, at, 1, slice_of(other, 1));
}

static struct slice jpeg_segment(struct package *p, struct slice out)
{
	static const char *const segments[] = {
	    "\xff\xe1\x01\x08XExif", "\xff\xfe\x01\x03x", "\xff\xe2\x01\x06ICC_",
	    "\xff\xed\x01\x04Ph",    "\xff\xd8",          "\xff\xdd\x01\x04\x01\x01"};
	struct slice s = slice_str(segments[mutate_random(p, ARRAY_LEN(segments))]);

	return mutate_splice(p, out, mutate_random(p, 2) ? 2 : out.n - 2, 0, s);
}

static struct slice text_bytes(struct package *p, struct slice out)
{
	static const char *const texts[] = {"\x01", "\x1b[2J",  "\xff",        "\xed\xa0\x80",
					    "\x7f", "\xc2\x85", "\xe2\x80\xae"};

	return mutate_splice(p, out, (size_t)mutate_random(p, out.n), 0,
			     slice_str(texts[mutate_random(p, ARRAY_LEN(texts))]));
}

/* A line of its own in front, so that it is not inside another cell. */
static struct slice csv_formula(struct package *p, struct slice out)
{
	static const char *const cells[] = {
	    "=1+1", "+cmd|x!A0", "@SUM(A1)",      "-cmd|x!A0", "\"=1\"",       "\t=1",
	    " =1",  "x,=1,y",    "\xef\xbc\x9dx", "\"a\"\"=1", "=HYPERLINK(1)"};
	const char *cell = cells[mutate_random(p, ARRAY_LEN(cells))];

	return mutate_splice(p, out, 0, 0, slice_str(arena_printf(p->arena, "%s\r\n", cell)));
}

static const struct bytes zip_bytes[] = {{"bit turned over", flip}, {"frame", frame}};
static const struct bytes png_bytes[] = {
    {"bit turned over", flip}, {"frame", frame}, {"chunk", png_chunk}};
static const struct bytes gif_bytes[] = {{"frame", frame}, {"block", gif_block}};
static const struct bytes tiff_bytes_of[] = {{"frame", frame}, {"byte", tiff_byte}};
static const struct bytes jpeg_bytes[] = {{"frame", frame}, {"segment", jpeg_segment}};
static const struct bytes csv_bytes[] = {{"bytes no text has", text_bytes},
					 {"formula", csv_formula}};
static const struct bytes txt_bytes[] = {{"bytes no text has", text_bytes}};

/* ---- the cases ---- */

static unsigned refused_in_all;

static void judge(const struct sample *s, struct slice out, const char *mutator, unsigned number)
{
	enum err e = verdict(s->grammar, out, NULL);

	if (e != OK) {
		refused_in_all++;
		return;
	}
	printf("# accepted: %s number %u of %s\n", mutator, number, s->grammar);
	CHECK(e != OK);
}

/* True where the members of both are the same: then nothing was planted. */
static bool same_content(const struct sample *s, struct slice out)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct package other;

	if (slice_eq(s->out, out))
		return true;
	return s->zip && package_open(out, a, &other) && package_same(&s->package, &other);
}

static bool mutate_members(const struct sample *s, unsigned number)
{
	bool archive = strcmp(s->grammar, "zip") == 0;
	/* Of four numbers the last is for the bytes: each mutator has its turn all the same. */
	unsigned turn = number / 4 * 3 + number % 4;
	const struct mutator *m = archive ? &archive_mutators[turn % archive_mutators_n]
					  : &package_mutators[turn % package_mutators_n];
	AUTO_ARENA a = arena_new(1 << 26);
	struct package p = s->package;
	AUTO_BUF out;

	buf_init(&out, 1 << 26);
	p.arena = a;
	p.cap = p.n;
	p.random = (number + 1) * 0x9e3779b97f4a7c15ull;
	p.members = arena_array(a, p.n, sizeof(*p.members));
	REQUIRE(p.members);
	memcpy(p.members, s->package.members, p.n * sizeof(*p.members));
	if (!m->mutate(&p) || package_same(&p, &s->package))
		return false;
	REQUIRE(package_print(&p, &out));
	judge(s, buf_view(&out), m->name, number);
	return true;
}

static bool mutate_bytes(const struct sample *s, const struct bytes *m, unsigned number)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct package p = {.arena = a, .random = (number + 1) * 0x9e3779b97f4a7c15ull};
	struct slice out;

	out = m->mutate(&p, s->out);
	if (out.n == 0 || same_content(s, out))
		return false;
	judge(s, out, m->name, number);
	return true;
}

/* `want` mutations of one sample: `members` of four over its members, the rest over its bytes. */
static void mutate_sample(const char *name, unsigned want, unsigned members,
			  const struct bytes *rows, size_t n)
{
	AUTO_ARENA a = arena_new(1 << 28);
	unsigned done = 0, before = refused_in_all;
	struct sample s;

	sample_init(&s, a, name);
	for (unsigned i = 0; done < want; i++) {
		REQUIRE(i < want * 40);
		if (s.zip && i % 4 < members)
			done += mutate_members(&s, i);
		else
			done += mutate_bytes(&s, &rows[i / 4 % n], i);
	}
	printf("# %s: %u of %u refused\n", name, refused_in_all - before, done);
}

#define SAMPLE(fn, name, want, members, rows) \
	static void fn(void) \
	{ \
		mutate_sample(name, want, members, rows, ARRAY_LEN(rows)); \
	}

SAMPLE(word_document, "申請書.docx", 2000, 3, zip_bytes)
SAMPLE(workbook, "予算.xlsm", 2000, 3, zip_bytes)
SAMPLE(slides, "説明会.pptx", 2000, 3, zip_bytes)
SAMPLE(drawn_document, "図表.docx", 400, 3, zip_bytes)
SAMPLE(drawn_workbook, "図表.xlsx", 400, 3, zip_bytes)
SAMPLE(drawn_slides, "図表.pptx", 400, 3, zip_bytes)
SAMPLE(picture_png, "図面.png", 400, 0, png_bytes)
SAMPLE(picture_jpeg, "写真.jpg", 500, 0, jpeg_bytes)
SAMPLE(table_csv, "名簿.csv", 500, 0, csv_bytes)
SAMPLE(text, "お知らせ.txt", 400, 0, txt_bytes)
SAMPLE(animation, "避難経路.gif", 300, 0, gif_bytes)
SAMPLE(fax, "受信ファクス.tif", 300, 0, tiff_bytes_of)
SAMPLE(archive, "一式.zip", 400, 3, zip_bytes)

static void ten_thousand_in_all(void)
{
	printf("# %u mutated outputs refused\n", refused_in_all);
	CHECK(refused_in_all == 10000);
}

TESTS(CASE(word_document), CASE(workbook), CASE(slides), CASE(drawn_document), CASE(drawn_workbook),
      CASE(drawn_slides), CASE(picture_png), CASE(picture_jpeg), CASE(table_csv), CASE(text),
      CASE(animation), CASE(fax), CASE(archive), CASE(ten_thousand_in_all))
