/*
 * archive: the one ZIP form that our writer prints (docs/output-grammars.md, ZIP), recognised.
 *
 * archive_open reads forward once and accepts every byte or none: local headers from byte 0, each
 * with the data its own fields announce, then the directory, then the end record. Members are
 * unfolded one at a time; the stream must end at its last byte with the size and checksum
 * announced. Life: members live in the arena of the verify; slices point into the input.
 */
#ifndef VERIFY_ARCHIVE_H
#define VERIFY_ARCHIVE_H

#include "base/buf.h"
#include "verify/grammar.h"

struct archive_member {
	struct slice name, data;
	size_t at; /* of the local header */
	uint32_t size, crc;
	bool deflated;
};

struct archive {
	struct archive_member *members;
	size_t n, cap;
};

/* ERR_SYNTAX, ERR_LIMIT (members), ERR_MEMORY. Counts members against v->members_left. */
enum err archive_open(struct verify *v, struct slice out, struct archive *ret) NODISCARD;

/*
 * The content of a member: the input itself where it is stored, else unfolded into *scratch, whose
 * content is replaced. Counts against v->inflated_left.
 */
enum err archive_read(struct verify *v, const struct archive_member *m, struct buf *scratch,
		      struct slice *ret) NODISCARD;

#endif
