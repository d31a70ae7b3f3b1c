/* The formats, in the order they are probed: the certain signatures first, plain text last. */
#include "format/docx.h"
#include "format/format.h"
#include "format/known.h"
#include "format/opc.h"
#include "format/pdf.h"
#include "format/picture.h"
#include "format/pptx.h"
#include "format/text.h"
#include "format/xlsx.h"
#include "format/zip.h"

/* One row a line, so that branches can add theirs. */
/* clang-format off */
const struct format *const format_registry[] = {
	&format_png,
	&format_jpeg,
	&format_gif,
	&format_bmp,
	&format_tiff,
	&format_webp,
	&format_docx,
	&format_pptx,
	&format_xlsx,
	&format_binary_workbook,
	&format_package,
	KNOWN_IN_ZIP(KNOWN_ROW)
	&format_zip,
	KNOWN_BINARY(KNOWN_ROW)
	&format_pdf,
	KNOWN_IN_TEXT(KNOWN_ROW)
	&format_csv,
	&format_text,
};
/* clang-format on */
const size_t format_registry_n = ARRAY_LEN(format_registry);
