#include "format/zip.h"

#include <libdeflate.h>
#include "base/test.h"
#include "format/job_test.h"
#include "format/member_name.h"
#include "format/zip_read.h"
#include "format/zip_write.h"

/* An archive as both headers of each member tell it, so that either can lie. */
struct header {
	const char *name;
	uint16_t flags, method;
	uint32_t crc, packed, size;
	struct slice extra;
};

struct member {
	struct header local, central;
	struct slice data, behind; /* behind: descriptor or gap */
	uint16_t made_by;
	uint32_t attributes, at_delta;
};

static struct member plain(const char *name, const char *text)
{
	struct slice s = slice_str(text);
	uint32_t crc = libdeflate_crc32(0, s.p, s.n);
	struct header h = {
	    .name = name, .crc = crc, .packed = (uint32_t)s.n, .size = (uint32_t)s.n};

	return (struct member){.local = h, .central = h, .data = s, .made_by = 20};
}

static void put_header(struct buf *b, const struct header *h, size_t comment)
{
	buf_u16le(b, h->flags);
	buf_u16le(b, h->method);
	buf_u32le(b, 0x21u << 16);
	buf_u32le(b, h->crc);
	buf_u32le(b, h->packed);
	buf_u32le(b, h->size);
	buf_u16le(b, (uint16_t)strlen(h->name));
	buf_u16le(b, (uint16_t)h->extra.n);
	if (comment == 1)
		buf_u16le(b, 0);
}

static void put_end(struct buf *b, size_t n, size_t dir_at, size_t dir_size)
{
	buf_str(b, "PK\5\6");
	buf_u32le(b, 0);
	buf_u16le(b, (uint16_t)n);
	buf_u16le(b, (uint16_t)n);
	buf_u32le(b, (uint32_t)dir_size);
	buf_u32le(b, (uint32_t)dir_at);
	buf_u16le(b, 0);
}

static void archive(struct buf *b, const struct member *m, size_t n)
{
	size_t at[8], dir_at;

	REQUIRE(n <= ARRAY_LEN(at));
	for (size_t i = 0; i < n; i++) {
		at[i] = b->n;
		buf_str(b, "PK\3\4");
		buf_u16le(b, 20);
		put_header(b, &m[i].local, 0);
		buf_str(b, m[i].local.name);
		buf_slice(b, m[i].local.extra);
		buf_slice(b, m[i].data);
		buf_slice(b, m[i].behind);
	}
	dir_at = b->n;
	for (size_t i = 0; i < n; i++) {
		buf_str(b, "PK\1\2");
		buf_u16le(b, m[i].made_by);
		buf_u16le(b, 20);
		put_header(b, &m[i].central, 1);
		buf_u32le(b, 0);
		buf_u32le(b, m[i].attributes);
		buf_u32le(b, (uint32_t)at[i] + m[i].at_delta);
		buf_str(b, m[i].central.name);
		buf_slice(b, m[i].central.extra);
	}
	put_end(b, n, dir_at, b->n - dir_at);
	REQUIRE(buf_err(b) == OK);
}

/* Opens the bytes; checks the error and, where one is expected, its finding. */
static void expect(struct slice in, enum err want, const char *finding)
{
	AUTO_JOB box;
	struct zip z = {0};
	enum err e;

	job_box_init(&box, in, "a.zip");
	e = zip_open(&box.job, &z);
	if (e != want)
		printf("# got %s (%s), want %s\n", err_str(e), box.diag.text, err_str(want));
	CHECK(e == want);
	if (finding && !report_has(&box.report, finding))
		printf("# got %s, want %s\n", box.report.n ? box.report.items[0].finding : "none",
		       finding);
	CHECK(!finding || report_has(&box.report, finding));
	if (e == OK)
		zip_close(&z);
}

static void expect_members(const struct member *m, size_t n, enum err want, const char *finding)
{
	AUTO_BUF b;

	buf_init(&b, 1 << 20);
	archive(&b, m, n);
	expect(buf_view(&b), want, finding);
}

static void plain_archives_open(void)
{
	struct member m[] = {plain("a.txt", "hello"), plain("b/c.txt", ""), plain("b/", "")};

	expect_members(m, 3, OK, NULL);
	expect_members(m, 0, OK, NULL);
}

static void descriptors_are_compared(void)
{
	struct member m = plain("a.txt", "hello");
	AUTO_BUF d;

	buf_init(&d, 64);
	m.local.flags = m.central.flags = 8;
	m.local.crc = m.local.packed = m.local.size = 0;
	buf_u32le(&d, 0x08074b50);
	buf_u32le(&d, m.central.crc);
	buf_u32le(&d, 5);
	buf_u32le(&d, 5);
	m.behind = buf_view(&d);
	expect_members(&m, 1, OK, NULL);
	m.behind = slice_from(buf_view(&d), 4);
	expect_members(&m, 1, OK, NULL);
	d.p[8]++;
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	m.behind = S("");
	expect_members(&m, 1, ERR_SYNTAX, "zip-gap");
}

static void headers_that_disagree_are_refused(void)
{
	struct member good = plain("a.txt", "hello"), m = good;

	m.local.name = "b.txt";
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	m = good, m.local.crc++;
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	m = good, m.local.size--;
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	m = good, m.local.method = 8;
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	m = good, m.central.size++;
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	m = good, m.at_delta = 1;
	expect_members(&m, 1, ERR_SYNTAX, "leading-data");
}

static void gaps_and_overlaps_are_refused(void)
{
	struct member m[2] = {plain("a.txt", "hello"), plain("b.txt", "hello")};
	struct member same[2];

	m[0].behind = S("x");
	expect_members(m, 2, ERR_SYNTAX, "zip-gap");
	m[0].behind = S("");
	m[1].behind = S("PK\3\4");
	expect_members(m, 2, ERR_SYNTAX, "zip-gap");
	memcpy(same, m, sizeof m);
	same[1].behind = S("");
	same[1].at_delta = (uint32_t)-40;
	same[1].local.name = same[1].central.name = "a.txt";
	expect_members(same, 2, ERR_SYNTAX, NULL);
	m[1].behind = S("");
	m[0].local.packed = m[0].local.size = m[0].central.packed = m[0].central.size = 60;
	expect_members(m, 2, ERR_SYNTAX, "zip-overlap");
}

static void prefix_trailing_and_comment_are_refused(void)
{
	struct member m = plain("a.txt", "hello");
	AUTO_BUF b;
	AUTO_BUF two;

	buf_init(&b, 4096);
	buf_init(&two, 8192);
	archive(&b, &m, 1);
	buf_str(&two, "MZ");
	buf_slice(&two, buf_view(&b));
	expect(buf_view(&two), ERR_SYNTAX, "zip-gap");
	two.n = 0;
	buf_slice(&two, buf_view(&b));
	buf_byte(&two, 0);
	expect(buf_view(&two), ERR_SYNTAX, "zip-directory");
	two.n--;
	two.p[two.n - 2] = 1; /* a comment of one byte that is not there */
	expect(buf_view(&two), ERR_SYNTAX, NULL);
	two.n = 0;
	buf_slice(&two, buf_view(&b));
	buf_slice(&two, buf_view(&b)); /* two archives, two directories */
	expect(buf_view(&two), ERR_SYNTAX, NULL);
	for (size_t n = 0; n < b.n; n++)
		expect(slice_head(buf_view(&b), n), ERR_SYNTAX, NULL);
}

static void names_are_checked(void)
{
	static const char *const bad[] = {"../a",     "a/../b", "/etc/passwd", "C:\\a", "\\\\h\\s",
					  "a\\..\\b", "..",     "c:a",         ""};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct member m = plain(bad[i], "x");

		expect_members(&m, 1, ERR_SYNTAX, "zip-name");
	}
	struct member two[2] = {plain("Word/A.xml", "x"), plain("word/a.XML", "x")};

	expect_members(two, 2, ERR_SYNTAX, "zip-duplicate");
	static const char *const equal[][2] = {
	    {"\u304C.txt", "\u304B\u3099.txt"},
	    {"\u30AC", "\uFF76\uFF9E"},
	    {"ab.txt", "\uFF21\uFF42.txt"},
	    {"a.txt", "a.txt. "},
	    {"stra\u00DFe", "STRASSE"},
	    {"d/a", "d./A"},
	    {"a1", "a\u2460"},
	    {"a", "a\u200B"},
	};
	for (size_t i = 0; i < ARRAY_LEN(equal); i++) {
		two[0] = plain(equal[i][0], "x");
		two[1] = plain(equal[i][1], "x");
		expect_members(two, 2, ERR_SYNTAX, "zip-duplicate");
	}
	two[0] = plain("a", "x");
	two[1] = plain("a/b", "x");
	expect_members(two, 2, ERR_SYNTAX, "zip-duplicate");
	two[1] = plain("a", "x");
	expect_members(two, 2, ERR_SYNTAX, "zip-duplicate");
}

static void flags_methods_and_links_are_refused(void)
{
	struct member good = plain("a.txt", "hello"), m = good;

	m.local.flags = m.central.flags = 1;
	expect_members(&m, 1, ERR_UNSUPPORTED, "encrypted");
	m = good, m.local.extra = m.central.extra = S("\x01\x99\x01\x00x");
	expect_members(&m, 1, ERR_UNSUPPORTED, "encrypted");
	m = good, m.local.method = m.central.method = 12;
	expect_members(&m, 1, ERR_UNSUPPORTED, "zip-method");
	m = good, m.made_by = 3 << 8 | 20, m.attributes = 0120777u << 16;
	expect_members(&m, 1, ERR_UNSUPPORTED, "zip-symlink");
	m = good, m.central.extra = S("\x75\x70\x0a\x00\x01\x00\x00\x00\x00"
				      "b.txt");
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
}

static void zip64_must_agree(void)
{
	struct member m = plain("a.txt", "hello");
	AUTO_BUF b;
	size_t dir_at, dir_size;

	/* Sizes in the ZIP64 field of both headers. */
	m.local.extra = m.central.extra = S("\x01\x00\x10\x00\x05\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0");
	m.local.packed = m.local.size = m.central.packed = m.central.size = UINT32_MAX;
	expect_members(&m, 1, OK, NULL);
	m.local.extra = S("\x01\x00\x10\x00\x06\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0");
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	m.local.extra = S("\x01\x00\x08\x00\x05\0\0\0\0\0\0\0");
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	/* A field that repeats what the header says anyway, and ones that say something else. */
	m = plain("a.txt", "hello");
	m.local.extra = m.central.extra = S("\x01\x00\x10\x00\x05\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0");
	expect_members(&m, 1, OK, NULL);
	m.local.extra = S("\x01\x00\x10\x00\x05\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0");
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	m.local.extra = S("");
	m.central.extra = S("\x01\x00\x08\x00\x06\0\0\0\0\0\0\0");
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	m.central.extra =
	    S("\x01\x00\x18\x00\x05\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0");
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	m.central.extra =
	    S("\x01\x00\x1C\x00\x05\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	expect_members(&m, 1, OK, NULL);
	m.central.extra = S("\x01\x00\x04\x00\0\0\0\x01");
	expect_members(&m, 1, ERR_SYNTAX, "zip-disagree");
	/* An end record that defers to a ZIP64 one which is not there. */
	m = plain("a.txt", "hello");
	buf_init(&b, 4096);
	archive(&b, &m, 1);
	dir_at = 30 + 5 + 5;
	dir_size = b.n - 22 - dir_at;
	b.n -= 22;
	put_end(&b, 0xFFFF, dir_at, dir_size);
	expect(buf_view(&b), ERR_SYNTAX, "zip-disagree");
}

static void lies_about_content_are_found(void)
{
	AUTO_JOB box;
	AUTO_BUF b;
	AUTO_BUF scratch;
	struct member m = plain("a.txt", "hello");
	struct zip z;
	struct slice got;

	buf_init(&b, 4096);
	buf_init(&scratch, 4096);
	m.local.crc = m.central.crc = 1;
	archive(&b, &m, 1);
	job_box_init(&box, buf_view(&b), "a.zip");
	REQUIRE(zip_open(&box.job, &z) == OK);
	CHECK(zip_read(&z, &z.members[0], &scratch, &got, &box.diag) == ERR_SYNTAX);
	z.members[0].method = 8;
	CHECK(zip_read(&z, &z.members[0], &scratch, &got, &box.diag) == ERR_SYNTAX);
	z.members[0].size = 1ull << 40;
	CHECK(zip_read(&z, &z.members[0], &scratch, &got, &box.diag) == ERR_LIMIT);
	box.budget.inflated_left = 4;
	z.members[0].size = 5;
	CHECK(zip_read(&z, &z.members[0], &scratch, &got, &box.diag) == ERR_LIMIT);
	zip_close(&z);
}

static void cp932_names_become_utf8(void)
{
	/* 名簿.csv in CP932; its second byte of 簿 is fine, 表 would end in a backslash. */
	struct member m = plain("\x96\xBC\x95\xEB\x95\x5C.csv", "x");
	AUTO_JOB box;
	AUTO_BUF b;
	struct zip z;

	buf_init(&b, 4096);
	archive(&b, &m, 1);
	job_box_init(&box, buf_view(&b), "a.zip");
	REQUIRE(zip_open(&box.job, &z) == OK);
	CHECK_STR(z.members[0].name, "名簿表.csv");
	zip_close(&z);
}

static void written_archives_are_read_back(void)
{
	AUTO_JOB box;
	AUTO_ARENA a = arena_new(1 << 20);
	AUTO_BUF out;
	AUTO_BUF scratch;
	AUTO_ZIP_WRITER w;
	struct zip z;
	struct slice got, many = arena_copy(a, slice_of((uint8_t[5000]){0}, 5000));

	buf_init(&out, 1 << 20);
	buf_init(&scratch, 1 << 20);
	REQUIRE(zip_writer_init(&w, a, 1 << 20) == OK);
	w.place = 1;
	REQUIRE(zip_add(&w, S("予算/b.txt"), many) == OK);
	REQUIRE(zip_add_stored(&w, S("c.png"), S("xyz")) == OK);
	w.place = 0;
	REQUIRE(zip_add(&w, S("a.txt"), S("")) == OK);
	REQUIRE(zip_finish(&w, &out) == OK);
	CHECK(out.n < 500);
	job_box_init(&box, buf_view(&out), "a.zip");
	REQUIRE(zip_open(&box.job, &z) == OK);
	REQUIRE(z.n == 3);
	CHECK_STR(z.members[0].name, "a.txt");
	CHECK_STR(z.members[1].name, "予算/b.txt");
	REQUIRE(zip_read(&z, &z.members[1], &scratch, &got, &box.diag) == OK);
	CHECK(slice_eq(got, many));
	REQUIRE(zip_read(&z, zip_find(&z, S("c.png")), &scratch, &got, &box.diag) == OK);
	CHECK_STR(got, "xyz");
	zip_close(&z);
}

static void names_are_cleaned(void)
{
	static const char *const cases[][2] = {
	    {"a.txt", "a.txt"},
	    {"報告書\xE2\x80\xAEtxt.exe", "報告書txt_exe.txt"},
	    {"invoice.pdf.exe", "invoice_pdf_exe.txt"},
	    {"CON", "_CON.txt"},
	    {"sub/aux.txt", "sub/_aux.txt"},
	    {"a. . ", "a.txt"},
	    {"dir.app\\x.log", "dir_app/x_log.txt"},
	    {"A.TXT", "A (2).txt"},
	    {"\uFF21.txt", "\uFF21 (3).txt"},
	    {"\u304B\u3099.txt", "\u304C.txt"},
	    {"\u304B\u200D\u3099.txt", "\u304C (2).txt"},
	    {"COM\u00B9", "_COM\u00B9.txt"},
	    {"lpt\u00B2.txt", "_lpt\u00B2.txt"},
	    {"\uFF23\uFF2F\uFF2E.txt", "_\uFF23\uFF2F\uFF2E.txt"},
	    {"conin$.txt", "_conin$.txt"},
	    {"com10.txt", "com10.txt"},
	    {"x\u3000.txt", "x.txt"},
	    {" ", "_.txt"},
	    {"a<b>:c|.txt", "a_b__c_.txt"},
	    {"ver1.2.txt", "ver1.2.txt"},
	};
	static const struct format text = {.id = "txt", .ext = "txt"};
	AUTO_ARENA a = arena_new(1 << 20);
	struct member_names names;
	struct slice got;

	member_names_init(&names, a);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (i == 5)
			member_names_init(&names, a);
		REQUIRE(member_name(&names, slice_str(cases[i][0]), &text, "txt", &got) == OK);
		CHECK_STR(got, cases[i][1]);
	}
}

static struct slice picture(struct arena *a)
{
	/* A PNG of one grey pixel. */
	static const uint8_t png[] = {
	    0x89, 'P',  'N',  'G',  '\r', '\n', 0x1A, '\n', 0,    0,    0,    13,   'I',  'H',
	    'D',  'R',  0,    0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,
	    0,    0x3A, 0x7E, 0x9B, 0x55, 0,    0,    0,    0x0A, 'I',  'D',  'A',  'T',  0x78,
	    0x9C, 0x63, 0x68, 0,    0,    0,    0x82, 0,    0x81, 0x77, 0xCD, 0x72, 0xB6, 0,
	    0,    0,    0,    'I',  'E',  'N',  'D',  0xAE, 0x42, 0x60, 0x82};

	return arena_copy(a, slice_of(png, sizeof png));
}

static void a_bad_member_costs_only_itself(void)
{
	AUTO_JOB box;
	AUTO_JOB again;
	AUTO_ARENA a = arena_new(1 << 20);
	AUTO_BUF in;
	AUTO_BUF scratch;
	AUTO_ZIP_WRITER w;
	struct zip z;
	struct slice got;

	buf_init(&in, 1 << 20);
	buf_init(&scratch, 1 << 20);
	REQUIRE(zip_writer_init(&w, a, 1 << 20) == OK);
	REQUIRE(zip_add(&w, S("pixel.png"), picture(a)) == OK);
	REQUIRE(zip_add(&w, S("tool.exe"), S("MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF")) == OK);
	REQUIRE(zip_finish(&w, &in) == OK);
	job_box_init(&box, buf_view(&in), "a.zip");
	REQUIRE(format_sanitize(&box.job) == OK);
	CHECK(report_has(&box.report, "archive-member-held"));
	job_box_init(&again, buf_view(&box.out), "a.zip");
	REQUIRE(zip_open(&again.job, &z) == OK);
	REQUIRE(z.n == 2);
	CHECK_STR(z.members[0].name, "pixel.png");
	CHECK_STR(z.members[1].name, "tool_exe.held.txt");
	REQUIRE(zip_read(&z, &z.members[1], &scratch, &got, &box.diag) == OK);
	CHECK(slice_find(got, S("保留")) != SIZE_MAX);
	zip_close(&z);
}

static void an_archive_without_a_file_is_held(void)
{
	struct member folder = plain("x/", "");

	for (size_t n = 0; n < 2; n++) {
		AUTO_BUF b;
		AUTO_JOB box;

		buf_init(&b, 1 << 16);
		archive(&b, &folder, n);
		job_box_init(&box, buf_view(&b), "a.zip");
		CHECK(format_sanitize(&box.job) == ERR_UNSUPPORTED);
		CHECK(report_has(&box.report, "zip-empty"));
	}
}

static void nesting_ends_at_its_limit(void)
{
	AUTO_ARENA a = arena_new(1 << 20);
	struct slice in = picture(a);

	for (int depth = 1; depth <= 6; depth++) {
		AUTO_JOB box;
		AUTO_BUF out;
		AUTO_ZIP_WRITER w;

		buf_init(&out, 1 << 20);
		REQUIRE(zip_writer_init(&w, a, 1 << 20) == OK);
		REQUIRE(zip_add(&w, S("x"), in) == OK);
		REQUIRE(zip_finish(&w, &out) == OK);
		in = arena_copy(a, buf_view(&out));
		job_box_init(&box, in, "a.zip");
		CHECK((format_sanitize(&box.job) == OK) == (depth <= 4));
		CHECK((depth > 4) == report_has(&box.report, "zip-nesting"));
	}
}

TESTS(CASE(plain_archives_open), CASE(descriptors_are_compared),
      CASE(headers_that_disagree_are_refused), CASE(gaps_and_overlaps_are_refused),
      CASE(prefix_trailing_and_comment_are_refused), CASE(names_are_checked),
      CASE(flags_methods_and_links_are_refused), CASE(zip64_must_agree),
      CASE(lies_about_content_are_found), CASE(cp932_names_become_utf8),
      CASE(written_archives_are_read_back), CASE(names_are_cleaned),
      CASE(a_bad_member_costs_only_itself), CASE(an_archive_without_a_file_is_held),
      CASE(nesting_ends_at_its_limit))
