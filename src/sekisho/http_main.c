/*
 * sekisho-http: the role that speaks TLS and HTTP, and nothing else of the program, so that its
 * libraries are in no other process. Started by sekisho, not by people:
 *
 *     sekisho-http role http ZONE N DIR [EDGE ...]
 *     sekisho-http witness DIR HOST SILENCE [CERT KEY]   a witness of logs (sekisho log witness),
 * its listening socket on fd 3 sekisho-http certificate NAME...     a new self-signed certificate
 * to fd 3, its key to fd 4; started by `sekisho init`
 */
#include <stdio.h>
#include <string.h>
#include "http/tls.h"
#include "os/clock.h"
#include "os/fd.h"
#include "sekisho/roles.h"

role_fn *const role_entries[ROLE_COUNT] = {[ROLE_HTTP] = role_http};

enum { CERT_DAYS = 825, PEM_MAX = 64 << 10 };

static enum err certificate(const char *const *names)
{
	AUTO_BUF cert;
	AUTO_BUF key;

	buf_init(&cert, PEM_MAX);
	buf_init(&key, PEM_MAX);
	TRY(tls_self_signed(names, clock_utc_us() / 1000000, CERT_DAYS, &cert, &key));
	TRY(fd_write_all(3, cert.p, cert.n));
	return fd_write_all(4, key.p, key.n);
}

int main(int argc, char **argv)
{
	const char *const *words = (const char *const *)argv;
	int code = 1;

	if (argc > 2 && strcmp(argv[1], "certificate") == 0)
		return certificate(words + 2) == OK ? 0 : 1;
	if ((argc == 5 || argc == 7) && strcmp(argv[1], "witness") == 0) {
		const struct witness_words w = {words[2], words[3], words[4],
						argc == 7 ? words[5] : NULL,
						argc == 7 ? words[6] : NULL};
		enum err e = witness_main(&w, 3);

		if (e != OK)
			fprintf(stderr, "sekisho: %s: %s\n", words[2], err_str(e));
		return e == OK ? 0 : 1;
	}
	if (argc < 3 || strcmp(argv[1], "role") != 0 ||
	    role_main(words + 2, (size_t)argc - 2, &code) != OK)
		fprintf(stderr, "sekisho-http: started by sekisho, not by people\n");
	return code;
}
