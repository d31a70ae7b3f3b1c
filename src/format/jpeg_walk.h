/*
 * jpeg_walk: the markers of a JPEG from SOI to EOI, read before any decoder sees it. It finds the
 * frame, the orientation and the quantisation, and reports what stays behind.
 */
#ifndef FORMAT_JPEG_WALK_H
#define FORMAT_JPEG_WALK_H

#include "format/format.h"

struct jpeg_info {
	uint32_t width, height;
	uint8_t components, sampling[4]; /* H << 4 | V */
	uint8_t table[4];                /* number of the quantisation table of each component */
	uint32_t quant_sum[4];           /* sum of the 64 steps of each table, 0 where undefined */
	bool adobe;                      /* an Adobe marker: CMYK values are inverted */
	unsigned orientation;
	size_t end; /* offset behind EOI */
};

/* ERR_SYNTAX, ERR_UNSUPPORTED or ERR_LIMIT with a held item. */
enum err jpeg_walk(struct job *job, struct jpeg_info *ret) NODISCARD;

#endif
