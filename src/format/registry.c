/* The formats, in the order they are probed: the certain signatures first, plain text last. */
#include "format/format.h"
#include "format/picture.h"

const struct format *const format_registry[] = {&format_png, &format_jpeg};
const size_t format_registry_n = ARRAY_LEN(format_registry);
