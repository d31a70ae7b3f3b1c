/*
 * zip_write: the one ZIP form that we print (docs/output-grammars.md): no extra fields, no
 * comments, no descriptors, fixed time, deflate where it is shorter, names in UTF-8.
 *
 * Life: init, add..., finish, free. Members are printed by ascending `place`, those of one place in
 * the order they were added, so that one whose content is known late can still come first.
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
	size_t place; /* of the members added from now on; may be set at any time */
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
/* Prints the archive. */
enum err zip_finish(struct zip_writer *w, struct buf *out) NODISCARD;

#endif
