/* The formats, in the order they are probed: the certain signatures first, plain text last. */
#include "format/docx.h"
#include "format/format.h"
#include "format/held.h"
#include "format/opc.h"
#include "format/picture.h"
#include "format/pptx.h"
#include "format/zip.h"

/* One row a line, so that branches can add theirs. */
/* clang-format off */
const struct format *const format_registry[] = {
	&format_png,
	&format_jpeg,
	&format_docx,
	&format_pptx,
	&format_binary_workbook,
	&format_package,
	&format_opendocument,
	&format_zip,
	&format_encrypted_office,
	&format_legacy_office,
	&format_pdf,
	&format_rtf,
	&format_archive,
	&format_program,
};
/* clang-format on */
const size_t format_registry_n = ARRAY_LEN(format_registry);
