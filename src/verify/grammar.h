/*
 * grammar: what the recognisers of this room share. Internal to room `verify`.
 *
 * A recogniser is one function over a whole slice and one row of the table in verify.c. It accepts
 * every byte or none. Nested outputs (a member of a zip, a picture of a docx) go through
 * verify_part(); members and inflated bytes of all count against one budget.
 */
#ifndef VERIFY_GRAMMAR_H
#define VERIFY_GRAMMAR_H

#include "verify/verify.h"

struct verify {
	const struct limits *limits;
	struct arena *arena;
	struct diag *d;         /* may be NULL */
	uint64_t inflated_left; /* bytes all nested containers may still unfold to */
	uint32_t members_left;
	uint32_t depth; /* 0 for the output itself */
};

struct grammar {
	const char *id;
	enum err (*verify)(struct verify *v, struct slice out);
};

/* The rows of the table in verify.c. */
enum err verify_docx(struct verify *v, struct slice out) NODISCARD;
enum err verify_gif(struct verify *v, struct slice out) NODISCARD;
enum err verify_jpeg(struct verify *v, struct slice out) NODISCARD;
enum err verify_pdf(struct verify *v, struct slice out) NODISCARD;
enum err verify_png(struct verify *v, struct slice out) NODISCARD;
enum err verify_pptx(struct verify *v, struct slice out) NODISCARD;
enum err verify_tiff(struct verify *v, struct slice out) NODISCARD;
enum err verify_xlsx(struct verify *v, struct slice out) NODISCARD;
enum err verify_zip(struct verify *v, struct slice out) NODISCARD;
enum err verify_txt_utf8(struct verify *v, struct slice out) NODISCARD;
enum err verify_txt_utf16le(struct verify *v, struct slice out) NODISCARD;
enum err verify_txt_utf16be(struct verify *v, struct slice out) NODISCARD;
enum err verify_txt_iso2022jp(struct verify *v, struct slice out) NODISCARD;
enum err verify_txt_eucjp(struct verify *v, struct slice out) NODISCARD;
enum err verify_txt_cp932(struct verify *v, struct slice out) NODISCARD;
enum err verify_csv_utf8(struct verify *v, struct slice out) NODISCARD;
enum err verify_csv_utf16le(struct verify *v, struct slice out) NODISCARD;
enum err verify_csv_utf16be(struct verify *v, struct slice out) NODISCARD;
enum err verify_csv_iso2022jp(struct verify *v, struct slice out) NODISCARD;
enum err verify_csv_eucjp(struct verify *v, struct slice out) NODISCARD;
enum err verify_csv_cp932(struct verify *v, struct slice out) NODISCARD;
enum err verify_tsv_utf8(struct verify *v, struct slice out) NODISCARD;
enum err verify_tsv_utf16le(struct verify *v, struct slice out) NODISCARD;
enum err verify_tsv_utf16be(struct verify *v, struct slice out) NODISCARD;
enum err verify_tsv_iso2022jp(struct verify *v, struct slice out) NODISCARD;
enum err verify_tsv_eucjp(struct verify *v, struct slice out) NODISCARD;
enum err verify_tsv_cp932(struct verify *v, struct slice out) NODISCARD;

/* NULL where no row has that id. */
const struct grammar *grammar_by_id(struct slice id);

/*
 * Verifies `out`, a part that lies inside another output, in the grammar of that id. `part` names
 * it in the diag. Only archives can enclose archives; verify_zip counts them against limits.depth.
 */
enum err verify_part(struct verify *v, struct slice part, struct slice id, struct slice out)
    NODISCARD;

/* ERR_LIMIT at offset `at` for a picture of more pixels than the limits allow. */
enum err verify_fits(struct verify *v, size_t at, uint32_t width, uint32_t height) NODISCARD;

/* Fills v->d with ERR_SYNTAX and the reason; returns ERR_SYNTAX. */
enum err verify_bad(struct verify *v, size_t offset, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
