/*
 * filename: names of files that no system and no reader takes for something else. One set of rules,
 * for members of archives, for what is collected and for what the command line writes.
 *
 * Of one name (a path's component):
 *   - control, invisible and direction characters (U+202E and its like) are dropped
 *   - what Windows forbids (< > : " | ? * / \) and what looks like a slash becomes '_'
 *   - blanks and dots at the ends, also full-width ones, are dropped
 *   - at most FILENAME_BYTES bytes are left, in whole characters
 *   - a device of Windows (CON, COM1.txt, in any case and width) gets a '_' before it
 *   - a dot before a second extension, also one that only looks like a dot, becomes '_'
 *     (filename_one_extension: "a.pdf.exe" read as text is "a_pdf_exe.txt")
 * Bytes that are no UTF-8 are kept: they are names of other systems. Who can (format/member_name.h)
 * composes a name first.
 */
#ifndef BASE_FILENAME_H
#define BASE_FILENAME_H

#include "base/buf.h"
#include "base/slice.h"

#define FILENAME_BYTES ((size_t)180) /* file systems allow 255, with room for a suffix */

/* Appends the name made harmless; nothing where nothing is left of it. */
void filename_put(struct buf *b, struct slice name);
/* The same of a folder, which has no extension, so that no file can have its name. */
void filename_put_folder(struct buf *b, struct slice name);
/*
 * Offset of the dot of a last extension, 1 to 5 letters or digits with a letter among them, or
 * SIZE_MAX. The name before it is not empty.
 */
size_t filename_extension(struct slice name);
/* In what begins at `from`: no extension is left, for one is going to be appended. */
void filename_one_extension(struct buf *b, size_t from);

#endif
