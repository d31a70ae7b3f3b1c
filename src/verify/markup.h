/*
 * markup: the one XML form that our writer prints (docs/output-grammars.md, XML), recognised.
 *
 * markup_read goes forward once over a whole part and tells the sink what it sees; names come as
 * namespace number and local name, values and text with their references resolved. It checks the
 * form; what may stand where is for the sink to say. Slices given to the sink live until it
 * returns.
 */
#ifndef VERIFY_MARKUP_H
#define VERIFY_MARKUP_H

#include "names/names.h"
#include "verify/grammar.h"

struct markup_name {
	uint16_t ns;
	struct slice local;
};

/* All are called with the offset in the part; anything but OK ends the reading. */
struct markup_sink {
	enum err (*open)(void *ctx, struct markup_name name, size_t at);
	enum err (*attr)(void *ctx, struct markup_name name, struct slice value, size_t at);
	enum err (*text)(void *ctx, struct slice text, size_t at);
	enum err (*close)(void *ctx, size_t at);
	void *ctx;
};

enum err markup_read(struct verify *v, struct slice part, const struct markup_sink *sink) NODISCARD;

#endif
