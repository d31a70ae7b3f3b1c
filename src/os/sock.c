#include "os/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include "os/clock.h"

static bool parse_port(struct slice s, in_port_t *ret)
{
	uint64_t port;

	if (s.n > 5 || !slice_u64(s, &port) || port > 65535)
		return false;
	*ret = htons((uint16_t)port);
	return true;
}

static bool host_z(struct slice s, char ret[64])
{
	if (s.n == 0 || s.n > 63 || memchr(s.p, 0, s.n))
		return false;
	memcpy(ret, s.p, s.n);
	ret[s.n] = '\0';
	return true;
}

static enum err parse_unix(struct slice path, struct sock_addr *ret)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&ret->ss;

	if (path.n == 0 || path.n >= sizeof un->sun_path || memchr(path.p, 0, path.n))
		return ERR_SYNTAX;
	*ret = (struct sock_addr){.n = sizeof *un};
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path.p, path.n);
	return OK;
}

enum err sock_addr_parse(struct slice text, struct sock_addr *ret_addr)
{
	struct sock_addr a = {0};
	struct sockaddr_in *in4 = (struct sockaddr_in *)&a.ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a.ss;
	size_t colon = slice_rfind(text, S(":"));
	char host[64];

	if (slice_starts(text, S("unix:")))
		return parse_unix(slice_from(text, 5), ret_addr);
	if (colon == SIZE_MAX)
		return ERR_SYNTAX;
	if (slice_starts(text, S("["))) {
		struct slice in = slice_head(text, colon);

		if (!slice_ends(in, S("]")) || !host_z(slice_of(in.p + 1, in.n - 2), host) ||
		    inet_pton(AF_INET6, host, &in6->sin6_addr) != 1 ||
		    !parse_port(slice_from(text, colon + 1), &in6->sin6_port))
			return ERR_SYNTAX;
		in6->sin6_family = AF_INET6;
		a.n = sizeof *in6;
	} else {
		if (!host_z(slice_head(text, colon), host) ||
		    inet_pton(AF_INET, host, &in4->sin_addr) != 1 ||
		    !parse_port(slice_from(text, colon + 1), &in4->sin_port))
			return ERR_SYNTAX;
		in4->sin_family = AF_INET;
		a.n = sizeof *in4;
	}
	*ret_addr = a;
	return OK;
}

void sock_addr_host(const struct sock_addr *a, char ret[SOCK_TEXT_SIZE])
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->ss;

	snprintf(ret, SOCK_TEXT_SIZE, "unix");
	if (a->ss.ss_family == AF_INET)
		BUG_IF(!inet_ntop(AF_INET, &in4->sin_addr, ret, SOCK_TEXT_SIZE));
	else if (a->ss.ss_family == AF_INET6)
		BUG_IF(!inet_ntop(AF_INET6, &in6->sin6_addr, ret, SOCK_TEXT_SIZE));
}

void sock_addr_text(const struct sock_addr *a, char ret[SOCK_TEXT_SIZE])
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&a->ss;
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->ss;
	char host[SOCK_TEXT_SIZE];

	sock_addr_host(a, host);
	if (a->ss.ss_family == AF_INET)
		snprintf(ret, SOCK_TEXT_SIZE, "%.64s:%u", host, ntohs(in4->sin_port));
	else if (a->ss.ss_family == AF_INET6)
		snprintf(ret, SOCK_TEXT_SIZE, "[%.64s]:%u", host, ntohs(in6->sin6_port));
	else
		snprintf(ret, SOCK_TEXT_SIZE, "unix:%.108s", un->sun_path);
}

size_t sock_addr_bytes(const struct sock_addr *a, uint8_t ret[16])
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->ss;

	if (a->ss.ss_family == AF_INET) {
		memcpy(ret, &in4->sin_addr, 4);
		return 4;
	}
	if (a->ss.ss_family != AF_INET6)
		return 0;
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		memcpy(ret, in6->sin6_addr.s6_addr + 12, 4);
		return 4;
	}
	memcpy(ret, &in6->sin6_addr, 16);
	return 16;
}

unsigned sock_addr_port(const struct sock_addr *a)
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->ss;

	if (a->ss.ss_family == AF_INET)
		return ntohs(in4->sin_port);
	return a->ss.ss_family == AF_INET6 ? ntohs(in6->sin6_port) : 0;
}

bool sock_addr_is_loopback(const struct sock_addr *a)
{
	uint8_t b[16];
	size_t n = sock_addr_bytes(a, b);

	if (n == 4)
		return b[0] == 127;
	return n == 0 || IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)&a->ss)->sin6_addr);
}

/* A socket file that nobody listens on is what a killed process left behind. */
static void remove_stale(const struct sock_addr *a)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&a->ss;
	struct stat st;
	AUTO_CLOSE fd = -1;

	if (a->ss.ss_family != AF_UNIX || lstat(un->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&a->ss, a->n) != 0 &&
	    errno == ECONNREFUSED)
		unlink(un->sun_path);
}

enum err sock_listen(const struct sock_addr *a, int *ret_fd)
{
	int on = 1;
	AUTO_CLOSE fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return ERR_IO;
	remove_stale(a);
	if (a->ss.ss_family != AF_UNIX &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
		return ERR_IO;
	if (a->ss.ss_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
		return ERR_IO;
	if (bind(fd, (const struct sockaddr *)&a->ss, a->n) != 0)
		return errno == EADDRINUSE ? ERR_CONFLICT
		       : errno == EACCES   ? ERR_FORBIDDEN
					   : ERR_IO;
	if (listen(fd, 1024) != 0)
		return errno == EADDRINUSE ? ERR_CONFLICT : ERR_IO;
	*ret_fd = fd_take(&fd);
	return OK;
}

enum err sock_accept(int fd, int *ret_fd, struct sock_addr *ret_peer)
{
	struct sock_addr peer = {.n = sizeof peer.ss};
	int got = accept4(fd, (struct sockaddr *)&peer.ss, &peer.n, SOCK_CLOEXEC | SOCK_NONBLOCK);

	/* A connection that is gone before it was accepted is no failure of the listener. */
	if (got < 0)
		return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED ? ERR_NOT_FOUND
		       : errno == EMFILE || errno == ENFILE || errno == ENOMEM    ? ERR_FULL
										  : ERR_IO;
	*ret_fd = got;
	if (ret_peer)
		*ret_peer = peer;
	return OK;
}

enum err sock_dial(const struct sock_addr *a, int *ret_fd)
{
	AUTO_CLOSE fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return ERR_IO;
	if (connect(fd, (const struct sockaddr *)&a->ss, a->n) != 0 && errno != EINPROGRESS)
		return ERR_IO;
	*ret_fd = fd_take(&fd);
	return OK;
}

enum err sock_dialled(int fd)
{
	int fault = 0;
	socklen_t n = sizeof fault;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &n) == 0 && fault == 0 ? OK : ERR_IO;
}

enum err sock_connect(const struct sock_addr *a, int timeout_ms, int *ret_fd)
{
	AUTO_CLOSE fd = -1;
	struct pollfd p = {.events = POLLOUT};
	int k;

	TRY(sock_dial(a, &fd));
	p.fd = fd;
	k = poll(&p, 1, timeout_ms);
	if (k == 0)
		return ERR_TIMEOUT;
	if (k < 0)
		return ERR_IO;
	TRY(sock_dialled(fd));
	TRY(fd_nonblock(fd, 0));
	*ret_fd = fd_take(&fd);
	return OK;
}

enum err sock_local(int fd, struct sock_addr *ret_addr)
{
	struct sock_addr a = {.n = sizeof a.ss};

	if (getsockname(fd, (struct sockaddr *)&a.ss, &a.n) != 0)
		return ERR_IO;
	*ret_addr = a;
	return OK;
}

enum err sock_pair(int ret_fd[2])
{
	int two[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, two) != 0)
		return ERR_IO;
	ret_fd[0] = two[0];
	ret_fd[1] = two[1];
	return OK;
}

/* Room for the descriptors of one packet, aligned as the kernel wants it. */
union control {
	char space[CMSG_SPACE(sizeof(int) * SOCK_FDS_MAX)];
	struct cmsghdr align;
};

static struct iovec iov_of(struct slice s)
{
	/* sendmsg reads only; struct iovec has no const. */
	union {
		const void *from;
		void *to;
	} u = {.from = s.p};

	return (struct iovec){.iov_base = u.to, .iov_len = s.n};
}

enum err sock_send(int fd, struct slice head, struct slice body, const int *fds, size_t nfds)
{
	struct iovec iov[2] = {iov_of(head), iov_of(body)};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
	union control control = {0};
	ssize_t k;

	BUG_IF(nfds > SOCK_FDS_MAX);
	if (nfds > 0) {
		msg.msg_control = control.space;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * nfds);
	}
	do
		k = sendmsg(fd, &msg, MSG_NOSIGNAL);
	while (k < 0 && errno == EINTR);
	if (k < 0)
		return errno == EAGAIN || errno == ENOBUFS                              ? ERR_FULL
		       : errno == EMSGSIZE                                              ? ERR_LIMIT
		       : errno == EPIPE || errno == ECONNRESET || errno == ECONNREFUSED ? ERR_CRASH
											: ERR_IO;
	return OK;
}

static size_t take_fds(struct msghdr *msg, int ret_fds[SOCK_FDS_MAX])
{
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t bytes = c->cmsg_len - CMSG_LEN(0);

		for (size_t i = 0; i + sizeof(int) <= bytes && n < SOCK_FDS_MAX; i += sizeof(int))
			memcpy(&ret_fds[n++], CMSG_DATA(c) + i, sizeof(int));
	}
	return n;
}

enum err sock_recv(int fd, void *p, size_t cap, size_t *ret_n, int ret_fds[SOCK_FDS_MAX],
		   size_t *ret_nfds)
{
	struct iovec iov = {.iov_base = p, .iov_len = cap};
	union control control = {0};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control.space,
			     .msg_controllen = sizeof control.space};
	int fds[SOCK_FDS_MAX];
	size_t nfds;
	ssize_t k;

	do
		k = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	while (k < 0 && errno == EINTR);
	if (k < 0)
		return errno == EAGAIN ? ERR_TIMEOUT : errno == ECONNRESET ? ERR_CRASH : ERR_IO;
	nfds = take_fds(&msg, fds);
	if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		for (size_t i = 0; i < nfds; i++)
			close(fds[i]);
		return ERR_PEER;
	}
	/* Our packets are never empty, so an empty one is the end. */
	if (k == 0 && nfds == 0)
		return ERR_CRASH;
	*ret_n = (size_t)k;
	*ret_nfds = nfds;
	memcpy(ret_fds, fds, sizeof(int) * nfds);
	return OK;
}

enum err sock_wait_readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint64_t until = clock_mono_ms() + (uint64_t)(ms > 0 ? ms : 0);

	for (;;) {
		uint64_t now = clock_mono_ms();
		int k = poll(&p, 1, ms < 0 ? -1 : until > now ? (int)(until - now) : 0);

		if (k > 0)
			return OK;
		if (k == 0)
			return ERR_TIMEOUT;
		if (errno != EINTR)
			return ERR_IO;
	}
}
