/*
 * chain: from a key of the log that somebody trusts to the keys that followed it.
 *
 *     DIR/log/keys/ID     one change of keys, ID = the new key's id: a line with the old verifier
 * key, one with the new, then the crossing checkpoint, which both signed
 *
 * The last entry of the crossing checkpoint's tree is `log.key-changed` and names the new key, so
 * that the old key's signature stands for it. A change is believed only where all of that holds.
 */
#ifndef RECORD_CHAIN_H
#define RECORD_CHAIN_H

#include "tlog/receipt.h"

#define LOG_CHANGE_MAX (TLOG_NOTE_MAX + 1024u) /* bytes of such a file */
#define LOG_KEYS_MAX 32

/* The file of one change. ERR_SYNTAX on parsing. */
struct log_change {
	struct tlog_key before, after;
	struct slice note;
};
enum err log_change_put(struct buf *b, const struct log_change *c) NODISCARD;
enum err log_change_parse(struct slice text, struct log_change *ret) NODISCARD;

/*
 * Adds to the n trusted keys those that a chain of changes in the log leads to; *n grows up to max.
 * A change that does not hold adds nothing.
 */
enum err log_trust_follow(int log, struct tlog_key *keys, size_t *n, size_t max) NODISCARD;
/* Every key that the log's files name, the present one first; nothing is verified. */
enum err log_all_keys(int log, struct tlog_key *keys, size_t *ret_n, size_t max) NODISCARD;

/* The file of one change, by the new key's id: 8 hexadecimal digits. ERR_NOT_FOUND. */
enum err log_read_change(int log, struct slice id, struct buf *ret) NODISCARD;
/* Calls fn with the name of every change. */
typedef enum err log_change_fn(void *ctx, int keys_dir, const char *name);
enum err log_changes(int log, log_change_fn *fn, void *ctx) NODISCARD;

#endif
