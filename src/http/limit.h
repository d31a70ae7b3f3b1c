/*
 * limit: token buckets per peer address, in a table of fixed size.
 *
 * A bucket holds `burst` tokens and gains `per_second`. The table holds LIMIT_SLOTS addresses; when
 * the slots of an address's group are all busy, the one unused for longest is taken over, so that a
 * flood from many addresses costs no memory. Times are monotonic milliseconds, given by the caller.
 * IPv6 addresses are counted by their /64.
 */
#ifndef HTTP_LIMIT_H
#define HTTP_LIMIT_H

#include <sys/socket.h>
#include "base/err.h"

#include <stdbool.h>

enum { LIMIT_SLOTS = 4096, LIMIT_GROUP = 8 };

struct limit_slot {
	uint8_t key[17]; /* family, address or /64 */
	bool used;
	double tokens;
	uint64_t at; /* ms */
};

struct limit {
	double per_second, burst;
	uint64_t salt; /* random, so that nobody can aim at another address's group */
	struct limit_slot slots[LIMIT_SLOTS];
};

void limit_init(struct limit *l, double per_second, double burst, uint64_t salt);
/* Takes a token for the peer; false: too many, to be answered with 429. */
bool limit_take(struct limit *l, const struct sockaddr *peer, uint64_t now_ms);

#endif
