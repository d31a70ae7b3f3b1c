#include "format/known.h"

#include "base/test.h"
#include "format/job_test.h"

#define ROW(s) \
	{ \
		(const uint8_t *)("" s), sizeof(s) - 1 \
	}

static void kinds_are_known_by_their_first_bytes(void)
{
	static const struct {
		struct slice in;
		const char *name, *id;
	} rows[] = {
	    {ROW("%PDF-1.7\n"), "a.docx", "pdf"},
	    {ROW("junk\n%PDF-1.4\n"), "a.txt", "pdf"},
	    {ROW("MZ\x90\0\3\0\0\0"), "a.jpg", "exe"},
	    {ROW("\x7F"
		 "ELF\2\1\1\0"),
	     "", "elf"},
	    {ROW("L\0\0\0\1\x14\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46"), "a.pdf.lnk", "lnk"},
	    {ROW("\0\0\0\x18"
		 "ftypheic\0\0\0\0"),
	     "", "heif"},
	    {ROW("\0\0\0\x18"
		 "ftypisom\0\0\0\0"),
	     "", "mp4"},
	    {ROW("7z\xBC\xAF\x27\x1C\0\4"), "", "7z"},
	    {ROW("Rar!\x1A\7\1\0"), "", "rar"},
	    {ROW("\x21\x2E-lh5-\x10\0\0\0\0"), "", "lzh"},
	    {ROW("JwwData.\1\2\0\0"), "", "jww"},
	    {ROW("AC1027\0\0\0\0\0"), "", "dwg"},
	    {ROW("  0\r\nSECTION\r\n  2\r\nHEADER\r\n"), "", "dxf"},
	    {ROW("ISO-10303-21;\r\nHEADER;\r\n"), "a.p21", "sxf"},
	    {ROW("\x60\0\1\2\3"), "a.xdw", "docuworks"},
	    {ROW("{\\rtf1\\ansi}"), "a.doc", "rtf"},
	    {ROW("ID;PWXL;N;E\nC;Y1;X1;K\"a\"\nE\n"), "a.csv", "sylk"},
	    {ROW("WEB\r\n1\r\nhttp://example.com\r\n"), "a.txt", "iqy"},
	    {ROW("TABLE\r\n0,1\r\n\"\"\r\n"), "a.csv", "dif"},
	    {ROW("\xEF\xBB\xBF \r\n<!DOCTYPE HTML><p>x"), "a.txt", "html"},
	    {ROW("\xFF\xFE<\0s\0c\0r\0i\0p\0t\0>\0"), "a.txt", "html"},
	    {ROW("<a href=x>"), "a.csv", "html"},
	    {ROW("<?xml version=\"1.0\"?><svg xmlns=\"x\"/>"), "a.png", "svg"},
	    {ROW("<?xml version=\"1.0\"?><x/>"), "", "xml"},
	    {ROW("#!/bin/sh\n"), "a.txt", "script"},
	    {ROW("@ECHO OFF\r\n"), "a.txt", "script"},
	    {ROW("Windows Registry Editor Version 5.00\r\n"), "", "registry"},
	    {ROW("[InternetShortcut]\r\nURL=file://x\r\n"), "", "url"},
	    {ROW("Received: from x\r\n"), "a.txt", "mail"},
	    {ROW("From: a\r\nSubject: b\r\nMIME-Version: 1.0\r\n\r\n"), "a.txt", "mail"},
	    {ROW("PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x27\0\0\0\x27\0\0\0\x8\0\0\0"
		 "mimetypeapplication/vnd.oasis.opendocument.text"),
	     "", "odf"},
	    /* and these are plain */
	    {ROW("Hello <p> world\n"), "", "text"},
	    {ROW("<田中> こんにちは\n"), "", "text"},
	    {ROW("<plain> words\n"), "", "text"},
	    {ROW("MZ is a pair of letters\n"), "", "text"},
	    {ROW("ID,name\n1,x\n"), "a.csv", "csv"},
	    {ROW("id;\xE6\xB0\x8F\xE5\x90\x8D\n"), "a.txt", "sylk"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_JOB b;

		job_box_init(&b, rows[i].in, rows[i].name);
		CHECK(format_identify(&b.job) == OK);
		CHECK(b.job.type && strcmp(b.job.type->id, rows[i].id) == 0);
		if (!b.job.type || strcmp(b.job.type->id, rows[i].id) != 0)
			printf("# row %zu: %s\n", i, b.job.type ? b.job.type->id : "nothing");
	}
}

/* A compound file with one directory entry. */
static void cfb_of(uint8_t file[1024], const char *name)
{
	size_t n = strlen(name);

	memset(file, 0, 1024);
	memcpy(file, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
	for (size_t i = 0; i < n; i++)
		file[512 + 128 + 2 * i] = (uint8_t)name[i];
	file[512 + 128 + 64] = (uint8_t)(2 * n + 2);
}

static void compound_files_are_known_by_their_streams(void)
{
	static const char *const rows[][3] = {
	    {"EncryptedPackage", "encrypted-office", "encrypted"},
	    {"WordDocument", "doc", "legacy-office"},
	    {"Workbook", "xls", "legacy-office"},
	    {"PowerPoint Document", "ppt", "legacy-office"},
	    {"DocumentText", "jtd", "ichitaro"},
	    {"__properties_version1.0", "msg", "mail-file"},
	    {"something", "ole2", "legacy-office"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t file[1024];
		AUTO_JOB b;

		cfb_of(file, rows[i][0]);
		job_box_init(&b, slice_of(file, sizeof file), "a.docx");
		CHECK(format_sanitize(&b.job) == ERR_UNSUPPORTED);
		CHECK_STR(slice_str(b.job.type->id), rows[i][1]);
		CHECK(report_has(&b.report, rows[i][2]));
	}
}

static void every_row_has_its_words(void)
{
#define CHECK_ROW(name, ...) \
	CHECK(finding_by_id(slice_str(format_known_##name.hold)) != NULL); \
	CHECK(!format_known_##name.rebuild && !format_known_##name.text); \
	CHECK(format_known_##name.label_ja[0] && format_known_##name.label_en[0]);
	KNOWN_IN_ZIP(CHECK_ROW)
	KNOWN_BINARY(CHECK_ROW)
	KNOWN_IN_TEXT(CHECK_ROW)
	for (size_t i = 0; i < format_registry_n; i++)
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(format_registry[i]->id, format_registry[k]->id) != 0);
}

TESTS(CASE(kinds_are_known_by_their_first_bytes), CASE(compound_files_are_known_by_their_streams),
      CASE(every_row_has_its_words))
