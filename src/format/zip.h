/* zip: the row of ZIP archives (zip.c). Nested archives, shared budget, held members as notes. */
#ifndef FORMAT_ZIP_H
#define FORMAT_ZIP_H

#include "format/format.h"

extern const struct format format_zip;

#endif
