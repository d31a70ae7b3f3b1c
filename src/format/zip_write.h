/*
 * zip_write: the one ZIP form that we print (docs/output-grammars.md): members in the order of
 * zip_add, no extra fields, no comments, no descriptors, fixed time, deflate where it is shorter,
 * names in UTF-8.
 *
 * Life: init, add..., finish, free. zip_add_first is for the member whose content is
 * known last (the content types of a package).
 */
#ifndef FORMAT_ZIP_WRITE_H
#define FORMAT_ZIP_WRITE_H

#include "base/arena.h"
#include "base/buf.h"

struct zip_entry;

struct zip_writer {
	struct buf packed; /* compressed data of all members, owned */
	struct arena *arena;
	struct zip_entry *entries;
	size_t n, cap;
	struct libdeflate_compressor *deflate;
};

/* max: of the whole output. */
enum err zip_writer_init(struct zip_writer *w, struct arena *arena, size_t max) NODISCARD;
void zip_writer_free(struct zip_writer *w);
#define AUTO_ZIP_WRITER __attribute__((cleanup(zip_writer_free))) struct zip_writer

/* name is copied. ERR_LIMIT beyond 65,534 members or 4 GiB. */
enum err zip_add(struct zip_writer *w, struct slice name, struct slice data) NODISCARD;
/* The same without deflate: for pictures, which do not shrink. */
enum err zip_add_stored(struct zip_writer *w, struct slice name, struct slice data) NODISCARD;
/* The same as zip_add, but the member comes before all that were added with zip_add. At most once.
 */
enum err zip_add_first(struct zip_writer *w, struct slice name, struct slice data) NODISCARD;
/* Prints the archive. */
enum err zip_finish(struct zip_writer *w, struct buf *out) NODISCARD;

#endif
