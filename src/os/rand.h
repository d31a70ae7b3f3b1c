/*
 * rand: random bytes of the kernel. It cannot fail: without randomness the process stops.
 */
#ifndef OS_RAND_H
#define OS_RAND_H

#include <stddef.h>
#include <stdint.h>

void rand_bytes(void *ret, size_t n);
uint64_t rand_u64(void);
/* 2n lower-case hexadecimal digits and a final NUL: ret holds 2n + 1 bytes. n is at most 64. */
void rand_hex(size_t n, char *ret);

#endif
