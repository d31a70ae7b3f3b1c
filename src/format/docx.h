/* docx: the row of Word documents (docx.c), with their macro and template variants. */
#ifndef FORMAT_DOCX_H
#define FORMAT_DOCX_H

#include "format/format.h"

extern const struct format format_docx;

#endif
