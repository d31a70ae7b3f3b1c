/*
 * sock: listening, connecting, and packets with descriptors between our own processes.
 *
 * Text form of an address: "192.0.2.1:8443", "[2001:db8::1]:8443", "unix:/run/sekisho/x.sock".
 * Host names are not resolved: what the program talks to is configured by number.
 */
#ifndef OS_SOCK_H
#define OS_SOCK_H

#include <stdbool.h>
#include <sys/socket.h>
#include "base/slice.h"
#include "os/fd.h"

struct sock_addr {
	struct sockaddr_storage ss;
	socklen_t n;
};

#define SOCK_TEXT_SIZE 128
enum err sock_addr_parse(struct slice text, struct sock_addr *ret_addr) NODISCARD;
void sock_addr_text(const struct sock_addr *a, char ret[SOCK_TEXT_SIZE]);
/* The same without port; "unix" for a local socket. */
void sock_addr_host(const struct sock_addr *a, char ret[SOCK_TEXT_SIZE]);
unsigned sock_addr_port(const struct sock_addr *a);    /* 0 for a local socket */
bool sock_addr_is_loopback(const struct sock_addr *a); /* local sockets too */
/*
 * Address bytes for network tests: 4 or 16 (an IPv4 address mapped into IPv6 gives 4), 0 for a
 * local socket.
 */
size_t sock_addr_bytes(const struct sock_addr *a, uint8_t ret[16]);

/* Non-blocking. A stale local socket file is replaced. ERR_CONFLICT when the address is in use. */
enum err sock_listen(const struct sock_addr *a, int *ret_fd) NODISCARD;
/* Non-blocking. ERR_NOT_FOUND when nobody waits; *ret_peer may be NULL. */
enum err sock_accept(int fd, int *ret_fd, struct sock_addr *ret_peer) NODISCARD;
/* Begins to connect, without waiting: the non-blocking socket is writable when that has ended, well
 * (sock_dialled) or not. ERR_IO. */
enum err sock_dial(const struct sock_addr *a, int *ret_fd) NODISCARD;
enum err sock_dialled(int fd) NODISCARD;
/* Blocking socket in the end. ERR_TIMEOUT, ERR_IO. */
enum err sock_connect(const struct sock_addr *a, int timeout_ms, int *ret_fd) NODISCARD;
enum err sock_local(int fd, struct sock_addr *ret_addr) NODISCARD;

/* Two ends of a SOCK_SEQPACKET connection, blocking. */
enum err sock_pair(int ret_fd[2]) NODISCARD;

#define SOCK_FDS_MAX 4
/*
 * One packet of two pieces with up to SOCK_FDS_MAX descriptors (borrowed). ERR_FULL when a
 * non-blocking socket has no room, ERR_CRASH when the other end is gone, ERR_LIMIT when the packet
 * is too large for the socket.
 */
enum err sock_send(int fd, struct slice head, struct slice body, const int *fds, size_t nfds)
    NODISCARD;
/*
 * One packet into p. The caller owns ret_fds[0 .. *ret_nfds]. ERR_TIMEOUT when a non-blocking
 * socket has nothing, ERR_CRASH at the end of the stream, ERR_PEER when the packet is larger than
 * cap or carries more than SOCK_FDS_MAX descriptors (nothing is kept then).
 */
enum err sock_recv(int fd, void *p, size_t cap, size_t *ret_n, int ret_fds[SOCK_FDS_MAX],
		   size_t *ret_nfds) NODISCARD;
/* Waits until fd is readable (or its other end gone). ERR_TIMEOUT after ms (-1: for ever). */
enum err sock_wait_readable(int fd, int ms) NODISCARD;

#endif
