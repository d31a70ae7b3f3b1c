/* Signs whatever a store holds beyond the signer's head; for tests and measurements of the record.
 */
#ifndef RECORD_SIGN_TEST_H
#define RECORD_SIGN_TEST_H

#include "record/publish.h"
#include "record/signer.h"

static inline enum err sign_all(struct store *s, struct signer *g)
{
	for (;;) {
		AUTO_ARENA a = arena_new(8 << 20);
		struct hash prev;
		AUTO_BUF bundle;
		size_t n;

		buf_init(&bundle, PUBLISH_BUNDLE_MAX);
		TRY(record_batch(s, signer_size(g), a, &bundle, &n, &prev));
		if (n == 0)
			return OK;
		TRY(signer_add(g, signer_size(g), prev, buf_view(&bundle), n));
	}
}

#endif
