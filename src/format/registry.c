/* The formats, in the order they are probed: the certain signatures first, plain text last. */
#include "format/format.h"
#include "format/known.h"
#include "format/picture.h"
#include "format/text.h"
#include "format/zip.h"

/* clang-format off: one row a line, so that branches can add theirs */
const struct format *const format_registry[] = {
	&format_png,
	&format_jpeg,
	KNOWN_IN_ZIP(KNOWN_ROW)
	&format_zip,
	KNOWN_BINARY(KNOWN_ROW)
	KNOWN_IN_TEXT(KNOWN_ROW)
	&format_csv,
	&format_text,
};
/* clang-format on */
const size_t format_registry_n = ARRAY_LEN(format_registry);
