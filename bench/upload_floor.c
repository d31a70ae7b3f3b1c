/*
 * upload_floor: a libmicrohttpd program that only writes a PUT body to a file. The floor for the
 * upload path of the gateway. Plain HTTP or, with a certificate, HTTPS, on 127.0.0.1.
 *
 *     upload_floor PORT FILE [CERT KEY]      ends after one upload
 */
#include <fcntl.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include "base/err.h"

static int out = -1;
static volatile int done;

static enum MHD_Result handle(void *cls, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *body, size_t *n,
			      void **state)
{
	static int started;
	struct MHD_Response *r;
	enum MHD_Result res;

	(void)cls;
	(void)url;
	(void)method;
	(void)version;
	if (!*state) {
		*state = &started;
		return MHD_YES;
	}
	for (size_t at = 0; at < *n;) {
		ssize_t w = write(out, body + at, *n - at);

		if (w < 0)
			return MHD_NO;
		at += (size_t)w;
	}
	if (*n) {
		*n = 0;
		return MHD_YES;
	}
	if (fsync(out) != 0)
		return MHD_NO;
	r = MHD_create_response_from_buffer(3, (void *)(uintptr_t) "ok\n", MHD_RESPMEM_PERSISTENT);
	res = MHD_queue_response(c, 201, r);
	MHD_destroy_response(r);
	done = 1;
	return res;
}

static char *slurp(const char *path)
{
	char *p = calloc(1, 65536);
	FILE *f = fopen(path, "rb");

	if (!p || !f || fread(p, 1, 65535, f) == 0)
		exit(1);
	fclose(f);
	return p;
}

int main(int argc, char **argv)
{
	struct MHD_Daemon *d;
	struct sockaddr_in a = {.sin_family = AF_INET};
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD;

	if (argc != 3 && argc != 5)
		return 1;
	a.sin_port = htons((uint16_t)atoi(argv[1]));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	out = open(argv[2], O_CREAT | O_TRUNC | O_WRONLY, 0600);
	if (argc == 5)
		d = MHD_start_daemon(flags | MHD_USE_TLS, 0, NULL, NULL, handle, NULL,
				     MHD_OPTION_SOCK_ADDR, &a, MHD_OPTION_HTTPS_MEM_CERT,
				     slurp(argv[3]), MHD_OPTION_HTTPS_MEM_KEY, slurp(argv[4]),
				     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536,
				     MHD_OPTION_END);
	else
		d = MHD_start_daemon(flags, 0, NULL, NULL, handle, NULL, MHD_OPTION_SOCK_ADDR, &a,
				     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536,
				     MHD_OPTION_END);
	if (!d || out < 0)
		return 1;
	for (int i = 0; i < 6000 && !done; i++)
		usleep(100000);
	sleep(1);
	MHD_stop_daemon(d);
	return done ? 0 : 1;
}
