#include "http/limit.h"

#include <netinet/in.h>
#include <string.h>

void limit_init(struct limit *l, double per_second, double burst, uint64_t salt)
{
	memset(l, 0, sizeof *l);
	l->per_second = per_second;
	l->burst = burst;
	l->salt = salt;
}

static void key_of(const struct sockaddr *peer, uint8_t key[17])
{
	memset(key, 0, 17);
	key[0] = (uint8_t)peer->sa_family;
	if (peer->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, peer, sizeof in);
		memcpy(key + 1, &in.sin_addr, sizeof in.sin_addr);
	} else if (peer->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, peer, sizeof in6);
		memcpy(key + 1, &in6.sin6_addr, IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr) ? 16 : 8);
	}
}

static size_t group_of(const struct limit *l, const uint8_t key[17])
{
	uint64_t h = l->salt ^ 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < 17; i++) {
		h ^= key[i];
		h *= 0x100000001b3u;
		h ^= h >> 29;
	}
	return (size_t)(h % (LIMIT_SLOTS / LIMIT_GROUP)) * LIMIT_GROUP;
}

bool limit_take(struct limit *l, const struct sockaddr *peer, uint64_t now_ms)
{
	uint8_t key[17];
	struct limit_slot *found = NULL, *oldest = NULL;

	key_of(peer, key);
	struct limit_slot *group = l->slots + group_of(l, key);

	for (size_t i = 0; i < LIMIT_GROUP && !found; i++) {
		struct limit_slot *s = group + i;

		if (s->used && memcmp(s->key, key, sizeof key) == 0)
			found = s;
		else if (!oldest || !s->used || (oldest->used && s->at < oldest->at))
			oldest = s;
	}
	if (!found) {
		found = oldest;
		memcpy(found->key, key, sizeof key);
		found->used = true;
		found->tokens = l->burst;
		found->at = now_ms;
	}
	found->tokens += (double)(now_ms - found->at) * l->per_second / 1000.0;
	if (found->tokens > l->burst)
		found->tokens = l->burst;
	found->at = now_ms;
	if (found->tokens < 1)
		return false;
	found->tokens -= 1;
	return true;
}
