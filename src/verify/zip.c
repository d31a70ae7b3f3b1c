/*
 * zip: an archive whose members are outputs themselves; the extension names the grammar of each.
 */
#include "verify/archive.h"

/* extension -> grammar */
static const char *const extensions[][2] = {
    {"txt", "txt"},   {"csv", "csv"},   {"tsv", "tsv"},   {"png", "png"},
    {"gif", "gif"},   {"tif", "tiff"},  {"jpg", "jpeg"},  {"pdf", "pdf"},
    {"docx", "docx"}, {"xlsx", "xlsx"}, {"pptx", "pptx"}, {"zip", "zip"},
};

static const char *grammar_of(struct slice name)
{
	size_t dot = slice_rfind(name, S("."));

	for (size_t i = 0; dot != SIZE_MAX && i < ARRAY_LEN(extensions); i++)
		if (slice_eq_str(slice_from(name, dot + 1), extensions[i][0]))
			return extensions[i][1];
	return NULL;
}

enum err verify_zip(struct verify *v, struct slice out)
{
	struct archive a;
	AUTO_BUF scratch;

	buf_init(&scratch, v->limits->inflated_bytes);
	if (v->depth >= v->limits->depth)
		return diag_set(v->d, ERR_LIMIT, 0, "limit depth: archives within archives");
	TRY(archive_open(v, out, &a));
	for (size_t i = 0; i < a.n; i++) {
		const char *grammar = grammar_of(a.members[i].name);
		struct slice data;

		if (!grammar)
			return verify_bad(v, a.members[i].at,
					  "no output has the extension of a member");
		TRY(archive_read(v, &a.members[i], &scratch, &data));
		TRY(verify_part(v, a.members[i].name, slice_str(grammar), data));
	}
	return OK;
}
