/*
 * Outputs of the sanitisers into which something forbidden is put afterwards: ten thousand of them,
 * and the recogniser refuses every one. Each mutation keeps the archive, the declarations and the
 * content types right, so that only what was put in can be the reason.
 */
#include <dirent.h>
#include <sys/stat.h>
#include "base/test.h"
#include "format/job_test.h"
#include "format/zip_read.h"
#include "verify/package_test.h"

enum { WANTED = 10000, MEMBERS_MAX = 200, INPUT_MAX = 300 * 1000 };

/* An output, unpacked. */
struct output {
	struct arena *arena;
	const char *grammar;
	struct file files[MEMBERS_MAX];
	size_t n;
};

struct tally {
	unsigned outputs, tried, passed;
	uint32_t random;
};

static uint32_t next(struct tally *t, size_t below)
{
	t->random = t->random * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(t->random >> 8) * below >> 24);
}

static struct slice copy(struct arena *a, struct slice s)
{
	struct slice r = arena_copy(a, s);

	REQUIRE(r.p != NULL);
	return r;
}

/* ---- what is put in ---- */

/* A forbidden element of the tables, or one of a namespace that is never printed. */
static void forbidden_element(struct tally *t, char ret[256])
{
	static const char *const foreign[] = {
	    "<v:imagedata src=\"http://a/\"/>",
	    "<o:OLEObject ProgID=\"Package\"/>",
	    "<mc:AlternateContent/>",
	    "<w14:checkbox/>",
	    "<x14:slicer/>",
	    "<script/>",
	    "<a:xyz/>",
	    "<w:xyz/>",
	};
	size_t n;
	const struct names_element *table = names_element_table(&n), *e;

	if (next(t, 10) == 0) {
		snprintf(ret, 256, "%s", foreign[next(t, ARRAY_LEN(foreign))]);
		return;
	}
	do
		e = &table[next(t, n)];
	while (e->disp == NAMES_KEEP);
	snprintf(ret, 256, "<%s:%s/>", names_ns(e->ns)->prefix, e->name);
}

static void forbidden_attribute(struct tally *t, char ret[256])
{
	static const char *const attrs[] = {
	    " r:link=\"rId1\"",
	    " r:pict=\"rId1\"",
	    " onload=\"x\"",
	    " xml:base=\"http://a/\"",
	    " mc:Ignorable=\"w14\"",
	    " w14:paraId=\"1\"",
	    " macro=\"x\"",
	    " w:rsidR=\"00000000\"",
	    " o:href=\"http://a/\"",
	    " xmlns:v=\"urn:schemas-microsoft-com:vml\"",
	    " vbProcedure=\"1\"",
	    " r:id=\"rId99999\"",
	    " action=\"ppaction://macro?name=x\"",
	    " w:tgtFrame=\"x\"",
	};

	snprintf(ret, 256, "%s", attrs[next(t, ARRAY_LEN(attrs))]);
}

/* ---- where ---- */

/* Offset of the element behind the declaration. */
static size_t body_of(struct slice xml)
{
	return slice_find_byte(xml, '\n') + 1;
}

/* A place behind a tag and in front of another, or SIZE_MAX. */
static size_t random_gap(struct tally *t, struct slice xml)
{
	size_t from = body_of(xml), start = from + next(t, xml.n - from);

	for (size_t i = start; i + 1 < xml.n; i++)
		if (xml.p[i] == '>' && xml.p[i + 1] == '<')
			return i + 1;
	return SIZE_MAX;
}

/* The end of a start tag's name, or SIZE_MAX. */
static size_t random_tag(struct tally *t, struct slice xml)
{
	size_t from = body_of(xml), start = from + next(t, xml.n - from);

	for (size_t i = start; i + 1 < xml.n; i++)
		if (xml.p[i] == '<' && xml.p[i + 1] != '/') {
			while (i < xml.n && !strchr(" />", xml.p[i]))
				i++;
			return i;
		}
	return SIZE_MAX;
}

/* Prints xml with `insert` at `at`, and the declarations that it then needs. */
static void print_changed(struct slice xml, size_t at, const char *insert, struct buf *out)
{
	AUTO_BUF body;
	size_t from = body_of(xml), name_end = from, root_end;

	while (!strchr(" />", xml.p[name_end]))
		name_end++;
	/* the root's declarations stand directly behind its name */
	for (root_end = name_end; slice_starts(slice_from(xml, root_end), S(" xmlns"));) {
		root_end += slice_find_byte(slice_from(xml, root_end), '"') + 1;
		root_end += slice_find_byte(slice_from(xml, root_end), '"') + 1;
	}
	if (at == name_end)
		at = root_end;
	REQUIRE(at >= root_end);
	buf_init(&body, xml.n + 1000);
	buf_put(&body, xml.p + from, name_end - from);
	buf_put(&body, xml.p + root_end, at - root_end);
	buf_str(&body, insert);
	buf_slice(&body, slice_from(xml, at));
	part_print(buf_view(&body), out);
}

static bool is_part(const struct file *f)
{
	return strstr(f->name, ".xml") && !strstr(f->name, ".rels") && f->name[0] != '[';
}

/* ---- the mutations ---- */

static bool change_part(struct tally *t, struct output *o, struct buf *data)
{
	size_t k = next(t, o->n), at;
	char insert[256];
	struct file *f = &o->files[k];

	if (!is_part(f))
		return false;
	if (next(t, 2)) {
		forbidden_element(t, insert);
		at = random_gap(t, f->data);
	} else {
		forbidden_attribute(t, insert);
		at = random_tag(t, f->data);
	}
	if (at == SIZE_MAX)
		return false;
	print_changed(f->data, at, insert, data);
	f->data = buf_view(data);
	return true;
}

static bool replace(struct file *f, const char *from, const char *to, struct buf *data)
{
	size_t at = slice_find(f->data, slice_str(from));

	if (at == SIZE_MAX)
		return false;
	buf_put(data, f->data.p, at);
	buf_str(data, to);
	buf_slice(data, slice_from(f->data, at + strlen(from)));
	f->data = buf_view(data);
	return true;
}

/* A relationship, field, formula or type turned into one that may not be. */
static bool change_meaning(struct tally *t, struct output *o, struct buf *data)
{
	static const char *const swaps[][3] = {
	    {".rels", "relationships/image\"", "relationships/oleObject\""},
	    {".rels", "relationships/theme\"", "relationships/vbaProject\""},
	    {".rels", "relationships/styles\"", "relationships/attachedTemplate\""},
	    {".rels", "relationships/slide\"", "relationships/package\""},
	    {".rels", "relationships/worksheet\"", "relationships/externalLink\""},
	    {".rels", "Target=\"/", "TargetMode=\"External\" Target=\"/"},
	    {".rels", "Target=\"/", "Target=\"file:///"},
	    {".rels", "Target=\"http", "Target=\"javascript:http"},
	    {".rels", "Target=\"/word/", "Target=\"/word/../word/"},
	    {".rels", "</Relationships>",
	     "<Relationship Id=\"rId999\" Type=\"" RELS
	     "aFChunk\" Target=\"/a.htm\"/></Relationships>"},
	    {"[Content", ".main+xml", ".macroEnabled.main+xml"},
	    {"[Content", "</Types>",
	     "<Override PartName=\"/a.bin\" "
	     "ContentType=\"application/vnd.ms-office.vbaProject\"/></Types>"},
	    {"document.xml", "PAGE", "DDE"},
	    {"document.xml", "HYPERLINK", "INCLUDETEXT"},
	    {"document.xml", "</w:body>",
	     "<w:p><w:fldSimple w:instr=\"DDEAUTO a b\"/></w:p></w:body>"},
	    {"sheet", "<x:f>", "<x:f>WEBSERVICE(&quot;http://a/&quot;)+"},
	    {"sheet", "<x:f>", "<x:f>cmd|'/c calc'!A0+"},
	    {"sheet", "<x:f>", "<x:f>'[1]S'!A1+"},
	    {"sheet", "<x:f>", "<x:f>CALL(1)+"},
	    {"workbook.xml", "<x:definedName name=\"", "<x:definedName name=\"Auto_Open"},
	    {".xml", "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
	     "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<!DOCTYPE a>"},
	    {".xml", "r:embed=\"", "r:link=\"rId1\" r:embed=\""},
	};
	size_t s = next(t, ARRAY_LEN(swaps)), k = next(t, o->n);

	return strstr(o->files[k].name, swaps[s][0]) &&
	       replace(&o->files[k], swaps[s][1], swaps[s][2], data);
}

/* One member more, with its content type right where it is an XML part. */
static bool add_member(struct tally *t, struct output *o, struct buf *data)
{
	static const char *const names[] = {
	    "word/vbaProject.bin",
	    "xl/vbaProject.bin",
	    "ppt/vbaProject.bin",
	    "xl/macrosheets/sheet1.xml",
	    "word/embeddings/oleObject1.bin",
	    "word/activeX/activeX1.xml",
	    "customUI/customUI.xml",
	    "customXml/item1.xml",
	    "docProps/core.xml",
	    "xl/externalLinks/externalLink1.xml",
	    "word/media/image9999.emf",
	    "xl/connections.xml",
	    "word/header99999.xml",
	    "_rels/x.rels",
	    "a.exe",
	};

	if (o->n == MEMBERS_MAX)
		return false;
	buf_str(data, "x");
	o->files[o->n++] = (struct file){names[next(t, ARRAY_LEN(names))], buf_view(data)};
	return true;
}

/* One mutation of a copy of `whole`; false where it did not apply. */
static bool mutate(struct tally *t, const struct output *whole)
{
	struct output o = *whole;
	struct diag d = {0};
	enum err e;
	bool applied;
	uint32_t kind = next(t, 20);
	AUTO_BUF data;
	AUTO_BUF out;

	buf_init(&data, 1 << 26);
	buf_init(&out, 1 << 26);
	if (kind == 0)
		applied = add_member(t, &o, &data);
	else if (kind < 5)
		applied = change_meaning(t, &o, &data);
	else
		applied = change_part(t, &o, &data);
	if (!applied)
		return false;
	archive_print(o.files, o.n, false, &out);
	e = verify_as(o.grammar, buf_view(&out), &d);
	t->tried++;
	if (e == OK) {
		t->passed++;
		printf("# accepted, kind %u\n", kind);
	}
	return true;
}

/* ---- outputs ---- */

static bool unpack(struct job_box *box, struct output *o)
{
	AUTO_BUF scratch;
	AUTO_ZIP z = {0};
	struct slice data;

	buf_init(&scratch, SIZE_MAX / 2);
	box->job.in = buf_view(&box->out);
	if (zip_open(&box->job, &z) != OK || z.n > MEMBERS_MAX)
		return false;
	o->n = 0;
	for (size_t i = 0; i < z.n; i++) {
		REQUIRE(zip_read(&z, &z.members[i], &scratch, &data, NULL) == OK);
		o->files[o->n].name = (const char *)copy(o->arena, z.members[i].name).p;
		o->files[o->n++].data = copy(o->arena, data);
	}
	return true;
}

/* The control: the same way through the printer with nothing put in is accepted. */
static void check_control(const struct output *whole)
{
	struct output o = *whole;
	AUTO_BUF out;

	buf_init(&out, 1 << 26);
	for (size_t i = 0; i < o.n; i++) {
		AUTO_BUF data;

		buf_init(&data, 1 << 26);
		if (!is_part(&o.files[i]))
			continue;
		print_changed(o.files[i].data, o.files[i].data.n, "", &data);
		o.files[i].data = copy(o.arena, buf_view(&data));
		CHECK(slice_eq(o.files[i].data, whole->files[i].data));
	}
	archive_print(o.files, o.n, false, &out);
	CHECK(verify_as(o.grammar, buf_view(&out), NULL) == OK);
}

static void mutate_file(struct tally *t, const char *path, unsigned rounds)
{
	AUTO_ARENA arena = arena_new(1u << 30);
	AUTO_JOB box = {0};
	struct output o = {.arena = arena};
	struct stat st;
	FILE *f;
	uint8_t *p;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > INPUT_MAX)
		return;
	f = fopen(path, "rb");
	p = arena_alloc(arena, (size_t)st.st_size + 1);
	REQUIRE(f && p && fread(p, 1, (size_t)st.st_size, f) == (size_t)st.st_size);
	fclose(f);
	job_box_init(&box, slice_of(p, (size_t)st.st_size), strrchr(path, '/') + 1);
	if (format_sanitize(&box.job) != OK || !names_family(slice_str(box.job.wrote)))
		return;
	o.grammar = box.job.wrote;
	if (!unpack(&box, &o))
		return;
	REQUIRE(verify_as(o.grammar, buf_view(&box.out), NULL) == OK);
	check_control(&o);
	t->outputs++;
	for (unsigned k = 0; k < rounds; k++)
		while (!mutate(t, &o))
			;
}

static void mutate_folder(struct tally *t, const char *dir, unsigned rounds)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[4096];

	if (!d)
		SKIP_CASE("the folder is not there");
	while ((e = readdir(d))) {
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.')
			mutate_file(t, path, rounds);
	}
	closedir(d);
}

static void nothing_forbidden_passes(void)
{
	struct tally t = {.random = 20261124};
	char dir[4096];

	for (unsigned round = 0; t.tried < WANTED && round < 20; round++) {
		snprintf(dir, sizeof dir, "%s/../shared/corpus/office-mixed",
			 getenv("SEKISHO_SOURCE"));
		mutate_folder(&t, dir, 100);
		snprintf(dir, sizeof dir, "%s/../shared/corpus/office-active",
			 getenv("SEKISHO_SOURCE"));
		mutate_folder(&t, dir, 100);
	}
	printf("# %u mutations of %u outputs, %u accepted\n", t.tried, t.outputs, t.passed);
	CHECK(t.passed == 0);
	CHECK(t.tried >= WANTED);
}

TESTS(CASE(nothing_forbidden_passes))
