/*
 * zip_read: the strict reader of ZIP archives.
 *
 * An archive is accepted only where every reader must see the same members: one end record at the
 * very end with an empty comment, one central directory right before it, every entry with exactly
 * one local header that says the same, members contiguous from offset 0 without gap or overlap,
 * ZIP64 and 32-bit values in agreement, data descriptors that say what the directory says. Methods
 * are stored and deflate. Encrypted, split and symlink entries are refused, and so are two members
 * whose names differ only by case or where one is a folder of the other.
 *
 * Everything lives in the job's arena; slices point into job->in. A refusal adds a held item.
 * Sources: APPNOTE.TXT 6.3.10, ISO/IEC 21320-1.
 */
#ifndef FORMAT_ZIP_READ_H
#define FORMAT_ZIP_READ_H

#include "format/format.h"

struct zip_member {
	struct slice raw;  /* the name's bytes in the directory */
	struct slice name; /* as UTF-8; folders end with '/' */
	struct slice data; /* compressed */
	uint64_t size;     /* inflated */
	uint32_t crc;
	uint16_t method; /* 0 or 8 */
	bool dir;
};

struct zip {
	struct job *job;
	struct zip_member *members; /* in the order of the central directory */
	size_t n;
	struct libdeflate_decompressor *inflate;
};

/* True where the bytes begin and end like a ZIP. */
bool zip_probe(struct slice in);

/* Reads the whole structure; takes the members from job->budget. */
enum err zip_open(struct job *job, struct zip *ret) NODISCARD;
void zip_close(struct zip *z);
#define AUTO_ZIP __attribute__((cleanup(zip_close))) struct zip

/*
 * The member's bytes, checked against size and CRC and taken from job->budget: a view of the input
 * for a stored member, else of *scratch, whose content is replaced. ERR_SYNTAX where the data lie,
 * ERR_LIMIT for a ratio beyond the limit or an empty budget, ERR_MEMORY. Adds no report item; *d
 * says why.
 */
enum err zip_read(const struct zip *z, const struct zip_member *m, struct buf *scratch,
		  struct slice *ret, struct diag *d) NODISCARD;

/* Exact name, or NULL. */
const struct zip_member *zip_find(const struct zip *z, struct slice name);

#endif
