/*
 * member_name: names of archive members that no system reads in two ways.
 *
 * Each path component loses control, invisible and direction characters, blanks and dots at its
 * ends, and what Windows forbids, is composed (NFC); device names get a '_' before them; the
 * extension is that of the content that was written, and a second one ("a.pdf.exe") becomes part of
 * the name ("a_pdf.txt"). Two names that would be equal without case and width (NFKC) are told
 * apart by " (2)".
 */
#ifndef FORMAT_MEMBER_NAME_H
#define FORMAT_MEMBER_NAME_H

#include "format/format.h"

struct member_names {
	struct arena *arena;
	struct slice *keys; /* hash table of folded names given so far */
	size_t n, cap;
};

void member_names_init(struct member_names *m, struct arena *arena);

/*
 * name: UTF-8 path as the archive has it. type: what the content was (NULL for a note, which keeps
 * the whole old name before its extension). ERR_MEMORY only.
 */
enum err member_name(struct member_names *m, struct slice name, const struct format *type,
		     const char *ext, struct slice *ret) NODISCARD;

/*
 * Appends a valid UTF-8 name as NFKC_Casefold has it: what only differs by case, width, composition
 * or invisible characters becomes equal. ERR_MEMORY.
 */
enum err name_fold(struct slice name, struct buf *out) NODISCARD;

#endif
