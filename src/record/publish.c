/* publish: batches of entries for the signer; see publish.h. */
#include "record/publish.h"
#include "record/signer.h"
#include "store/log.h"

enum err record_batch(struct store *s, uint64_t from, struct arena *a, struct buf *bundle,
		      size_t *ret_n, struct hash *ret_prev)
{
	uint64_t first = from > 0 ? from - 1 : 0;
	struct hash prev = {0};
	struct log_row *rows;
	size_t n, taken = 0, i = 0;

	TRY(store_log_range(s, first, 128, a, &rows, &n));
	if (from > 0) {
		/* The signer has signed what the store does not know: the store was set back. */
		if (n == 0 || rows[0].index != first)
			return ERR_CRYPTO;
		prev = tlog_leaf(rows[0].text);
		i = 1;
	}
	for (; i < n; i++) {
		if (rows[i].index != from + taken)
			return ERR_CRYPTO;
		if (bundle->n + rows[i].text.n + 2 > PUBLISH_BUNDLE_MAX)
			break;
		TRY(tlog_bundle_put(bundle, rows[i].text));
		taken++;
	}
	TRY(buf_err(bundle));
	*ret_n = taken;
	*ret_prev = prev;
	return OK;
}
