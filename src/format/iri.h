/*
 * iri: addresses as people write them, as the ASCII that links of outputs have (RFC 3987).
 */
#ifndef FORMAT_IRI_H
#define FORMAT_IRI_H

#include "base/arena.h"

/*
 * *ret: iri itself where it is ASCII, else a copy in which the host of a web address is in its
 * ASCII form (UTS 46, not transitional) and all other bytes above 7F are percent-encoded. A host
 * that has no such form is percent-encoded as well: names_link_ok refuses it. ERR_MEMORY only.
 */
enum err iri_to_uri(struct arena *a, struct slice iri, struct slice *ret) NODISCARD;

#endif
