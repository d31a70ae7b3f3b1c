/*
 * addr: IP addresses and networks as 16 bytes in one order (IPv4 at ::ffff:0:0/96).
 */
#ifndef POLICY_ADDR_H
#define POLICY_ADDR_H

#include "policy/internal.h"

/* The address as 16 bytes. */
void policy_addr_wide(struct policy_addr a, uint8_t ret[16]);
/*
 * "10.10.0.0/16" or "fd00:10::/32". ERR_SYNTAX for anything else; ERR_CONFLICT where bits behind
 * the prefix are set (lo is then still filled with the network that may be meant).
 */
enum err policy_network_parse(struct slice text, struct network *ret) NODISCARD;
void policy_network_sort(struct network *n, size_t count); /* by lo */
/* The network that holds the address in a sorted list without overlaps, or NULL. */
const struct network *policy_network_find(const struct network *n, size_t count,
					  const uint8_t addr[16]);

#endif
