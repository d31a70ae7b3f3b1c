/* static: style sheets and scripts, put into the program when it is built (tools/embed.py). */
#ifndef WEB_STATIC_H
#define WEB_STATIC_H

#include "base/slice.h"

struct static_file {
	const char *path, *type, *etag;
	struct slice data;
};

extern const struct static_file static_files[];
extern const size_t static_files_n;

#endif
