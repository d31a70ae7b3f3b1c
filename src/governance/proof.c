/* proof: see proof.h. */
#include "governance/proof.h"

#include "record/prove.h"

uint64_t entry_signed_size(int log, struct arena *a)
{
	struct tlog_checkpoint c;
	struct tlog_key key;

	return log_read_checkpoint(log, a, &key, &c) == OK ? c.size : 0;
}

enum err entry_prove(struct store *s, int log, uint64_t index, struct arena *a,
		     struct entry_proof *ret)
{
	struct tlog_checkpoint c;
	struct tlog_key key;
	struct entry_proof p = {0};

	TRY(record_at(s, index, a, &p.entry));
	p.leaf = tlog_leaf(p.entry.text);
	if (log_read_checkpoint(log, a, &key, &c) == OK && index < c.size) {
		p.is_signed = true;
		p.size = c.size;
		p.root = c.root;
		p.origin = c.origin;
		p.holds = log_prove_leaf(log, &c, index, p.leaf, &p.path) == OK;
	}
	*ret = p;
	return OK;
}
