/*
 * The main part of a Word document: any bytes are packed as word/document.xml and sanitised. What
 * comes out is the same when it is sanitised again.
 */
#include "base/fuzz.h"
#include "format/job_test.h"
#include "format/package_make.h"

static const struct made_part fixed[] = {
    {"[Content_Types].xml",
     "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
     "<Default Extension='rels' "
     "ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
     "<Default Extension='png' ContentType='image/png'/>"
     "<Override PartName='/word/document.xml' "
     "ContentType='application/vnd.openxmlformats-officedocument.wordprocessingml.document."
     "main+xml'/></Types>"},
    {"_rels/.rels",
     "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
     "<Relationship Id='a' Type='http://schemas.openxmlformats.org/officeDocument/2006/"
     "relationships/officeDocument' Target='word/document.xml'/></Relationships>"},
    {"word/_rels/document.xml.rels",
     "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
     "<Relationship Id='p' Type='http://schemas.openxmlformats.org/officeDocument/2006/"
     "relationships/image' Target='media/a.png'/>"
     "<Relationship Id='h' Type='http://schemas.openxmlformats.org/officeDocument/2006/"
     "relationships/hyperlink' Target='https://example.jp/' TargetMode='External'/>"
     "</Relationships>"},
    {"word/media/a.png", "no picture"},
};

static enum err pass(struct job_box *box, struct slice in)
{
	job_box_init(box, in, "a.docx");
	return format_sanitize(&box->job);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	AUTO_BUF package;
	AUTO_JOB first = {0};
	AUTO_JOB second = {0};

	buf_init(&package, 64u << 20);
	package_make(&package, fixed, ARRAY_LEN(fixed), "word/document.xml", slice_of(p, n));
	if (pass(&first, buf_view(&package)) != OK)
		return 0;
	BUG_IF(pass(&second, buf_view(&first.out)) != OK);
	BUG_IF(!slice_eq(buf_view(&first.out), buf_view(&second.out)));
	return 0;
}
