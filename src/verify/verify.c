#include "verify/grammar.h"

#include <stdarg.h>
#include <stdio.h>

/* One row per output grammar. The row without an id ends the table. */
/* clang-format off: one row a line, so that branches can add theirs */
static const struct grammar grammars[] = {
    {"docx", verify_docx},
    {"gif", verify_gif},
    {"jpeg", verify_jpeg},
    {"pdf", verify_pdf},
    {"png", verify_png},
    {"pptx", verify_pptx},
    {"tiff", verify_tiff},
    {"xlsx", verify_xlsx},
    {"zip", verify_zip},
    {"txt", verify_txt_utf8},
    {"txt-utf-16le", verify_txt_utf16le},
    {"txt-utf-16be", verify_txt_utf16be},
    {"txt-iso-2022-jp", verify_txt_iso2022jp},
    {"txt-euc-jp", verify_txt_eucjp},
    {"txt-cp932", verify_txt_cp932},
    {"csv", verify_csv_utf8},
    {"csv-utf-16le", verify_csv_utf16le},
    {"csv-utf-16be", verify_csv_utf16be},
    {"csv-iso-2022-jp", verify_csv_iso2022jp},
    {"csv-euc-jp", verify_csv_eucjp},
    {"csv-cp932", verify_csv_cp932},
    {"tsv", verify_tsv_utf8},
    {"tsv-utf-16le", verify_tsv_utf16le},
    {"tsv-utf-16be", verify_tsv_utf16be},
    {"tsv-iso-2022-jp", verify_tsv_iso2022jp},
    {"tsv-euc-jp", verify_tsv_eucjp},
    {"tsv-cp932", verify_tsv_cp932},
    {NULL, NULL},
};
/* clang-format on */

const struct grammar *grammar_by_id(struct slice id)
{
	for (const struct grammar *g = grammars; g->id; g++)
		if (slice_eq_str(id, g->id))
			return g;
	return NULL;
}

enum err verify_bad(struct verify *v, size_t offset, const char *fmt, ...)
{
	char text[sizeof v->d->text];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return diag_set(v->d, ERR_SYNTAX, offset, "%s", text);
}

enum err verify_fits(struct verify *v, size_t at, uint32_t width, uint32_t height)
{
	if (width > v->limits->side || height > v->limits->side ||
	    (uint64_t)width * height > v->limits->pixels)
		return diag_set(v->d, ERR_LIMIT, at, "limit pixels: %u x %u", width, height);
	return OK;
}

/* Puts `part` and a slash before what d->part already names; what does not fit is cut off. */
static void name_part(struct diag *d, struct slice part)
{
	char inner[sizeof d->part];
	size_t n, k;

	if (!d)
		return;
	memcpy(inner, d->part, sizeof inner);
	n = part.n < sizeof d->part - 1 ? part.n : sizeof d->part - 1;
	memcpy(d->part, part.p, n);
	if (inner[0] && n < sizeof d->part - 1)
		d->part[n++] = '/';
	k = inner[0] ? strnlen(inner, sizeof d->part - 1 - n) : 0;
	memcpy(d->part + n, inner, k);
	d->part[n + k] = '\0';
}

enum err verify_part(struct verify *v, struct slice part, struct slice id, struct slice out)
{
	const struct grammar *g = grammar_by_id(id);
	enum err e;

	if (!g)
		e = diag_set(v->d, ERR_UNSUPPORTED, 0, "no output grammar is called %.*s",
			     (int)(id.n < 32 ? id.n : 32), (const char *)id.p);
	else {
		v->depth++;
		e = g->verify(v, out);
		v->depth--;
	}
	if (e != OK)
		name_part(v->d, part);
	return e;
}

enum err verify_output(struct slice grammar, struct slice out, const struct limits *limits,
		       struct arena *arena, struct diag *d)
{
	const struct grammar *g = grammar_by_id(grammar);
	struct verify v = {
	    .limits = limits,
	    .arena = arena,
	    .d = d,
	    .inflated_left = limits->inflated_bytes,
	    .members_left = limits->members,
	};

	if (d)
		memset(d, 0, sizeof *d);
	if (!g)
		return diag_set(d, ERR_UNSUPPORTED, 0, "no output grammar is called %.*s",
				(int)(grammar.n < 32 ? grammar.n : 32), (const char *)grammar.p);
	if (out.n > limits->output_bytes)
		return diag_set(d, ERR_LIMIT, 0, "limit output_bytes: %zu bytes", out.n);
	return g->verify(&v, out);
}

/*
 * A guess only picks the grammar; whether the bytes are in it is decided by verify_output.
 */
static const struct guess {
	struct slice magic; /* the first bytes */
	const char *grammar;
} guesses[] = {
    {{(const uint8_t *)"\x89PNG\r\n\x1a\n", 8}, "png"},
    {{(const uint8_t *)"%PDF-", 5}, "pdf"},
    {{(const uint8_t *)"GIF8", 4}, "gif"},
    {{(const uint8_t *)"II*\0", 4}, "tiff"},
    {{(const uint8_t *)"\xff\xd8\xff", 3}, "jpeg"},
};

static const char *const by_ending[][2] = {
    {".txt", "txt"},
    {".csv", "csv"},
    {".tsv", "tsv"},
};

static const char *guess_zip(struct slice out)
{
	static const char *const mains[][2] = {
	    {"word/document.xml", "docx"},
	    {"xl/workbook.xml", "xlsx"},
	    {"ppt/presentation.xml", "pptx"},
	};

	if (out.n < 49 || memcmp(out.p + 30, "[Content_Types].xml", 19) != 0)
		return "zip";
	for (size_t i = 0; i < ARRAY_LEN(mains); i++)
		if (slice_find(out, slice_str(mains[i][0])) != SIZE_MAX)
			return mains[i][1];
	return "zip";
}

static bool ends_nocase(struct slice s, struct slice end)
{
	return s.n >= end.n && slice_eq_nocase(slice_from(s, s.n - end.n), end);
}

enum err verify_guess(struct slice name, struct slice out, const char **ret_grammar)
{
	for (size_t i = 0; i < ARRAY_LEN(guesses); i++)
		if (slice_starts(out, guesses[i].magic)) {
			*ret_grammar = guesses[i].grammar;
			return OK;
		}
	if (slice_starts(out, S("PK"))) {
		*ret_grammar = guess_zip(out);
		return OK;
	}
	for (size_t i = 0; i < ARRAY_LEN(by_ending); i++)
		if (ends_nocase(name, slice_str(by_ending[i][0]))) {
			*ret_grammar = by_ending[i][1];
			return OK;
		}
	return ERR_UNSUPPORTED;
}
