/* Packages out of parts, for tests and fuzz targets of this room. */
#ifndef FORMAT_PACKAGE_MAKE_H
#define FORMAT_PACKAGE_MAKE_H

#include "format/zip_write.h"

struct made_part {
	const char *name, *text;
};

/* Appends a ZIP of the parts and one more; BUG where that fails. */
static inline void package_make(struct buf *out, const struct made_part *parts, size_t n,
				const char *name, struct slice data)
{
	AUTO_ARENA arena = arena_new(1u << 20);
	AUTO_ZIP_WRITER w;

	BUG_IF(!arena || zip_writer_init(&w, arena, 64u << 20) != OK);
	for (size_t i = 0; i < n; i++)
		BUG_IF(zip_add(&w, slice_str(parts[i].name), slice_str(parts[i].text)) != OK);
	if (name)
		BUG_IF(zip_add(&w, slice_str(name), data) != OK);
	BUG_IF(zip_finish(&w, out) != OK);
}

#endif
