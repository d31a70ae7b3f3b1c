#include "format/held.h"

static bool starts_with_one(struct slice in, const struct slice *magic, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_starts(in, magic[i]))
			return true;
	return false;
}

static bool is_compound(const struct job *job)
{
	return slice_starts(job->in, S("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
}

/* A compound file whose directory names the stream EncryptedPackage (UTF-16). */
static bool probe_encrypted(const struct job *job)
{
	return is_compound(job) &&
	       slice_find(job->in, S("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0")) !=
		   SIZE_MAX;
}

/* PDF readers look for the header in the first 1,024 bytes. */
static bool probe_pdf(const struct job *job)
{
	return slice_find(slice_head(job->in, 1024), S("%PDF-")) != SIZE_MAX;
}

/* Word takes "{\rt" for RTF. */
static bool probe_rtf(const struct job *job)
{
	return slice_starts(slice_trim(slice_head(job->in, 64)), S("{\\rt"));
}

static bool probe_archive(const struct job *job)
{
	static const struct slice magic[] = {
	    {(const uint8_t *)"7z\xBC\xAF\x27\x1C", 6},
	    {(const uint8_t *)"Rar!\x1A\x07", 6},
	    {(const uint8_t *)"\x1F\x8B", 2},
	    {(const uint8_t *)"BZh", 3},
	    {(const uint8_t *)"\xFD"
			      "7zXZ",
	     5},
	    {(const uint8_t *)"MSCF", 4},
	    {(const uint8_t *)"\x28\xB5\x2F\xFD", 4},
	};

	return starts_with_one(job->in, magic, ARRAY_LEN(magic)) ||
	       slice_starts(slice_from(job->in, 2), S("-lh")) ||
	       slice_starts(slice_from(job->in, 257), S("ustar"));
}

static bool probe_program(const struct job *job)
{
	static const struct slice magic[] = {
	    {(const uint8_t *)"MZ", 2},
	    {(const uint8_t *)"\x7F"
			      "ELF",
	     4},
	    {(const uint8_t *)"\xCA\xFE\xBA\xBE", 4},
	    {(const uint8_t *)"L\0\0\0\x01\x14\x02\0", 8}, /* Windows shortcut */
	    {(const uint8_t *)"ITSF", 4},                  /* compiled help */
	};

	return starts_with_one(job->in, magic, ARRAY_LEN(magic));
}

const struct format format_encrypted_office = {
    .id = "encrypted-office",
    .ext = "bin",
    .label_ja = "パスワード付き Office 文書",
    .label_en = "encrypted Office document",
    .probe = probe_encrypted,
    .hold = "encrypted",
};

const struct format format_legacy_office = {
    .id = "legacy-office",
    .ext = "doc",
    .label_ja = "旧形式の Office 文書",
    .label_en = "Office document of the old binary kind",
    .probe = is_compound,
    .hold = "legacy-office",
};

const struct format format_pdf = {
    .id = "pdf",
    .ext = "pdf",
    .label_ja = "PDF 文書",
    .label_en = "PDF document",
    .probe = probe_pdf,
    .hold = "method-unsupported",
};

const struct format format_rtf = {
    .id = "rtf",
    .ext = "rtf",
    .label_ja = "リッチテキスト文書",
    .label_en = "rich text document",
    .probe = probe_rtf,
    .hold = "method-unsupported",
};

const struct format format_archive = {
    .id = "archive",
    .ext = "bin",
    .label_ja = "ZIP 以外の書庫",
    .label_en = "archive other than ZIP",
    .probe = probe_archive,
    .hold = "method-unsupported",
};

const struct format format_program = {
    .id = "program",
    .ext = "bin",
    .label_ja = "プログラム",
    .label_en = "program",
    .probe = probe_program,
    .hold = "unknown-type",
};
