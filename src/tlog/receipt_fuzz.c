/*
 * Proofs and claims of growth from strangers: what parses prints the same bytes, and nothing is
 * proved by a key that signed nothing.
 */
#include "base/fuzz.h"
#include "tlog/receipt.h"

static struct tlog_key nobody(void)
{
	static const uint8_t seed[32] = {42};
	struct tlog_signer s;

	BUG_IF(tlog_signer_make(S("nobody.example"), seed, &s) != OK);
	return s.key;
}

static void proof(struct slice in)
{
	struct tlog_key key = nobody();
	struct tlog_trust trust = {.log = &key, .log_n = 1};
	struct tlog_proof_file f;
	struct tlog_seal seal;
	struct slice entry = {0};
	AUTO_BUF bytes;
	AUTO_BUF again;

	buf_init(&bytes, TLOG_PROOF_FILE_MAX);
	buf_init(&again, TLOG_PROOF_FILE_MAX);
	if (tlog_proof_file_parse(in, &f) != OK)
		return;
	if (tlog_proof_file_entry(&f, &bytes) == OK)
		entry = bytes.n ? buf_view(&bytes) : S("");
	BUG_IF(tlog_proof_file_put(&again, entry, f.index, &f.proof, f.checkpoint) != OK);
	BUG_IF(!slice_eq(buf_view(&again), in));
	BUG_IF(tlog_proof_file_check(&f, entry, &trust, &seal) == OK);
}

static void growth(struct slice in)
{
	const struct tlog_seen seen = {0};
	struct tlog_key key = nobody();
	struct tlog_checkpoint c;
	struct tlog_growth g;
	AUTO_BUF again;

	buf_init(&again, TLOG_PROOF_FILE_MAX);
	if (tlog_growth_parse(in, &g) != OK)
		return;
	BUG_IF(tlog_growth_put(&again, g.old_size, &g.proof, g.checkpoint) != OK);
	BUG_IF(!slice_eq(buf_view(&again), in));
	BUG_IF(tlog_witness_judge(&g, &seen, &key, 1, &c) != TLOG_STRANGER);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	proof(slice_of(p, n));
	growth(slice_of(p, n));
	return 0;
}
