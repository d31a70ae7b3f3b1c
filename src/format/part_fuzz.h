/*
 * part_fuzz: fuzz targets over one XML part of an OOXML package. Any bytes stand for that part in a
 * package that is otherwise whole; what comes out is the same when it is sanitised again.
 *
 * A compressor of libdeflate has 670 KB. Under ASan each would be mapped, touched and unmapped
 * anew, three times an input, and take nearly all the time; so freed ones are kept and used again.
 */
#ifndef FORMAT_PART_FUZZ_H
#define FORMAT_PART_FUZZ_H

#include <libdeflate.h>
#include <stdlib.h>

#include "base/fuzz.h"
#include "format/job_test.h"
#include "format/package_make.h"

enum { PART_FUZZ_LARGE = 256 << 10, PART_FUZZ_KEPT = 4 };

struct part_fuzz_block {
	size_t size;
	_Alignas(64) uint8_t data[];
};

static struct part_fuzz_block *part_fuzz_kept[PART_FUZZ_KEPT];

static inline void *part_fuzz_alloc(size_t n)
{
	struct part_fuzz_block *b;

	for (size_t i = 0; n >= PART_FUZZ_LARGE && i < PART_FUZZ_KEPT; i++) {
		b = part_fuzz_kept[i];
		if (b && b->size == n) {
			part_fuzz_kept[i] = NULL;
			return b->data;
		}
	}
	b = aligned_alloc(64, (sizeof *b + n + 63) / 64 * 64);
	if (!b)
		return NULL;
	b->size = n;
	return b->data;
}

static inline void part_fuzz_free(void *p)
{
	struct part_fuzz_block *b = (void *)((uint8_t *)p - offsetof(struct part_fuzz_block, data));

	for (size_t i = 0; p && b->size >= PART_FUZZ_LARGE && i < PART_FUZZ_KEPT; i++) {
		if (!part_fuzz_kept[i]) {
			part_fuzz_kept[i] = b;
			return;
		}
	}
	if (p)
		free(b);
}

static inline enum err part_fuzz_pass(struct job_box *box, struct slice in, const char *name)
{
	job_box_init(box, in, name);
	return format_sanitize(&box->job);
}

/* One input: `part` in a package of `fixed`, sanitised once and, where it passed, twice. */
static inline void part_fuzz(const struct made_part *fixed, size_t n, const char *name,
			     const char *part, struct slice data)
{
	AUTO_BUF package;
	AUTO_JOB first = {0};
	AUTO_JOB second = {0};

	buf_init(&package, 64u << 20);
	libdeflate_set_memory_allocator(part_fuzz_alloc, part_fuzz_free);
	package_make(&package, fixed, n, part, data);
	if (part_fuzz_pass(&first, buf_view(&package), name) != OK)
		return;
	BUG_IF(part_fuzz_pass(&second, buf_view(&first.out), name) != OK);
	BUG_IF(!slice_eq(buf_view(&first.out), buf_view(&second.out)));
}

#define PART_FUZZ_TYPES \
	"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>" \
	"<Default Extension='rels' " \
	"ContentType='application/vnd.openxmlformats-package.relationships+xml'/>" \
	"<Default Extension='png' ContentType='image/png'/>"
#define PART_FUZZ_RELS \
	"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
#define PART_FUZZ_TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define PART_FUZZ_ROOT(target) \
	{ \
		"_rels/.rels", \
		    PART_FUZZ_RELS "<Relationship Id='a' Type='" PART_FUZZ_TYPE \
				   "officeDocument' Target='" target "'/></Relationships>" \
	}
/* A picture and a link: relationships p and h of every fuzzed part. */
#define PART_FUZZ_LINKS(picture) \
	"<Relationship Id='p' Type='" PART_FUZZ_TYPE "image' Target='" picture "'/>" \
	"<Relationship Id='h' Type='" PART_FUZZ_TYPE "hyperlink' Target='https://example.jp/' " \
	"TargetMode='External'/>"

#endif
