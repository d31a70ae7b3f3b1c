/* held: types that are recognised by their first bytes, so that the reason is clear, and held. */
#ifndef FORMAT_HELD_H
#define FORMAT_HELD_H

#include "format/format.h"

extern const struct format format_encrypted_office, format_legacy_office, format_pdf, format_rtf,
    format_archive, format_program;

#endif
