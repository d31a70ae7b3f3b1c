/*
 * log: the entries of the record as the store keeps them, and the erasable values beside them.
 * record is the only user. Errors and ownership as in store.h.
 */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include "base/hash.h"
#include "store/store.h"

struct log_row {
	uint64_t index;
	struct slice stream, text;
};

#define LOG_SALT 32
#define LOG_VALUES_MAX 64 /* of one entry */

struct log_value {
	struct slice key;  /* at most 255 bytes */
	struct slice salt; /* LOG_SALT bytes */
	struct slice value;
};

/* Entries so far: the index of the next one. */
enum err store_log_size(struct store *s, uint64_t *ret) NODISCARD;
/* row->index must be the present size (ERR_CONFLICT). */
enum err store_log_add(struct store *s, const struct log_row *row) NODISCARD;
enum err store_log_range(struct store *s, uint64_t from, size_t max, struct arena *a,
			 struct log_row **ret, size_t *ret_n) NODISCARD;
enum err store_log_stream(struct store *s, struct slice stream, struct arena *a,
			  struct log_row **ret, size_t *ret_n) NODISCARD;
/* n random bytes for salts, at most 2048 at once; drawn from the kernel, never given twice. */
void store_random(struct store *s, void *ret, size_t n);
/* The values of an entry, all at once. */
enum err store_values_add(struct store *s, uint64_t index, const struct log_value *v, size_t n)
    NODISCARD;
/* In the order they were given; none where they were erased. ERR_CRYPTO: the row was changed. */
enum err store_values(struct store *s, uint64_t index, struct arena *a, struct log_value **ret,
		      size_t *ret_n) NODISCARD;
/* Forgets the values of all entries of a stream; *ret_n: how many. */
enum err store_values_erase(struct store *s, struct slice stream, uint64_t *ret_n) NODISCARD;

/* After a commit that deleted: no file of the store holds what was deleted any more. ERR_TIMEOUT:
 * somebody was reading all the time; nothing is lost by trying again. */
enum err store_scrub(struct store *s) NODISCARD;

/* Facts of the city: name, made, origin of the log ... */
enum err store_fact_set(struct store *s, const char *key, struct slice value) NODISCARD;
enum err store_fact(struct store *s, const char *key, struct arena *a, struct slice *ret) NODISCARD;

#endif
