/* pptx: the row of PowerPoint presentations (pptx.c), with their macro and template variants. */
#ifndef FORMAT_PPTX_H
#define FORMAT_PPTX_H

#include "format/format.h"

extern const struct format format_pptx;

#endif
