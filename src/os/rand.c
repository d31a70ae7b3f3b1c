#include "os/rand.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>
#include "base/err.h"

void rand_bytes(void *ret, size_t n)
{
	uint8_t *to = ret;

	while (n > 0) {
		ssize_t k = getrandom(to, n, 0);

		if (k < 0 && errno == EINTR)
			continue;
		BUG_IF(k <= 0);
		to += k;
		n -= (size_t)k;
	}
}

uint64_t rand_u64(void)
{
	uint64_t v;

	rand_bytes(&v, sizeof v);
	return v;
}

void rand_hex(size_t n, char *ret)
{
	static const char digit[] = "0123456789abcdef";
	uint8_t raw[64];

	BUG_IF(n > sizeof raw);
	rand_bytes(raw, n);
	for (size_t i = 0; i < n; i++) {
		ret[2 * i] = digit[raw[i] >> 4];
		ret[2 * i + 1] = digit[raw[i] & 15];
	}
	ret[2 * n] = '\0';
}
