/*
 * limits: what one job may cost. Limits are policy values; these are only their defaults. Passing
 * one ends the job with ERR_LIMIT or ERR_MEMORY and the limit's name in the diag: the content is
 * held, never passed.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

struct limits {
	uint64_t input_bytes;    /* largest input that is sanitised at all */
	uint64_t output_bytes;   /* largest output */
	uint64_t memory_bytes;   /* address space of a worker's job above its start */
	uint64_t inflated_bytes; /* sum over all members of all nested containers */
	uint32_t ratio;   /* inflated / deflated of one member above 1 MiB (deflate ends at 1032) */
	uint32_t members; /* members over all nested containers */
	uint32_t depth;   /* containers within containers */
	uint32_t xml_depth; /* elements within elements */
	uint64_t pixels;    /* width * height of one picture */
	uint32_t side;      /* width or height of one picture */
	uint32_t findings;  /* report items kept; the rest are counted */
	uint32_t cpu_seconds, wall_seconds;
};

static inline struct limits limits_default(void)
{
	return (struct limits){
	    .input_bytes = 512ull << 20,
	    .output_bytes = 768ull << 20,
	    .memory_bytes = 3ull << 30,
	    .inflated_bytes = 2ull << 30,
	    .ratio = 900,
	    .members = 20000,
	    .depth = 4,
	    .xml_depth = 256,
	    .pixels = 200ull * 1000 * 1000,
	    .side = 32000,
	    .findings = 2000,
	    .cpu_seconds = 60,
	    .wall_seconds = 120,
	};
}

#endif
