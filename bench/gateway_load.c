/*
 * gateway_load: a lean client that sends one file again and again through the API, over TLS on kept
 * connections, and waits for each to be ready.
 *
 * usage: gateway_load HOST:PORT COOKIE CSRF FILE SENDERS TRANSFERS SECONDS
 *
 * HOST is what the listener calls itself; the connections go to loopback.
 *
 * SENDERS connections at once, each with one transfer under way: POST /transfers, then
 * PUT ...?wait=30, which answers when the transfer rests. Ends after TRANSFERS in all, or after
 * SECONDS. Prints one JSON object: how many, a second, the time from PUT's first byte to the answer
 * `ready` (median and p95, ms), and this client's own CPU a transfer, which the system under test
 * could not use.
 *
 * Exit 1 where anything is answered but 201, and 200 with the state ready.
 */
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SENDERS_MAX 64
#define TIMES_MAX 1000000
#define ANSWER_MAX 16384

static struct {
	struct sockaddr_in to;
	const char *host, *cookie, *csrf;
	char *data;
	size_t size;
	long transfers;
	double until;
	atomic_long begun, done;
	double ms[TIMES_MAX];
} g;

static _Noreturn void die(const char *what, const char *more)
{
	fprintf(stderr, "gateway_load: %s: %s\n", what, more);
	exit(1);
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static gnutls_session_t connect_tls(gnutls_certificate_credentials_t cred)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, e;
	gnutls_session_t s;

	if (fd < 0 || connect(fd, (const struct sockaddr *)&g.to, sizeof g.to) != 0)
		die("connect", g.host);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	gnutls_init(&s, GNUTLS_CLIENT);
	gnutls_set_default_priority(s);
	gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, cred);
	gnutls_transport_set_int(s, fd);
	do
		e = gnutls_handshake(s);
	while (e < 0 && !gnutls_error_is_fatal(e));
	if (e < 0)
		die("handshake", gnutls_strerror(e));
	return s;
}

static void send_all(gnutls_session_t s, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = gnutls_record_send(s, p, n);

		if (k == GNUTLS_E_INTERRUPTED || k == GNUTLS_E_AGAIN)
			continue;
		if (k <= 0)
			die("send", gnutls_strerror((int)k));
		p += k;
		n -= (size_t)k;
	}
}

/* Reads one answer with a Content-Length; returns its status and leaves its body in ret. */
static int answer(gnutls_session_t s, char ret[ANSWER_MAX])
{
	char in[ANSWER_MAX];
	size_t n = 0;
	const char *end = NULL, *length;
	size_t body = 0;

	while (!end || n < (size_t)(end - in) + body) {
		ssize_t k = gnutls_record_recv(s, in + n, sizeof in - 1 - n);

		if (k == GNUTLS_E_INTERRUPTED || k == GNUTLS_E_AGAIN)
			continue;
		if (k <= 0)
			die("receive", k ? gnutls_strerror((int)k) : "closed");
		n += (size_t)k;
		in[n] = 0;
		end = strstr(in, "\r\n\r\n");
		if (!end)
			continue;
		end += 4;
		length = strcasestr(in, "content-length:");
		if (!length || length > end)
			die("answer", "no length");
		body = strtoul(length + 15, NULL, 10);
		if ((size_t)(end - in) + body >= sizeof in)
			die("answer", "too long");
	}
	memcpy(ret, end, body);
	ret[body] = 0;
	return atoi(in + 9);
}

static void head(char *ret, size_t size, const char *method, const char *path, const char *type,
		 size_t length)
{
	int k = snprintf(ret, size,
			 "%s /api/v1/transfers%s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n"
			 "X-CSRF-Token: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
			 method, path, g.host, g.cookie, g.csrf, type, length);

	if (k < 0 || (size_t)k >= size)
		die("request", "too long");
}

static double transfer(gnutls_session_t s)
{
	char rq[4096], body[512], got[ANSWER_MAX], path[128];
	const char *id;
	double began;
	int n = snprintf(body, sizeof body,
			 "{\"name\":\"a.docx\",\"size\":%zu,\"to_zone\":\"lgwan\",\"recipient\":"
			 "{\"me\":true},\"confidentiality\":1}",
			 g.size);

	head(rq, sizeof rq, "POST", "", "application/json", (size_t)n);
	strcat(rq, body);
	send_all(s, rq, strlen(rq));
	if (answer(s, got) != 201 || !(id = strstr(got, "\"id\":\"")))
		die("POST", got);
	snprintf(path, sizeof path, "/%.32s/content?offset=0&wait=30", id + 6);
	head(rq, sizeof rq, "PUT", path, "application/octet-stream", g.size);
	began = seconds(CLOCK_MONOTONIC);
	gnutls_record_cork(s);
	send_all(s, rq, strlen(rq));
	send_all(s, g.data, g.size);
	if (gnutls_record_uncork(s, GNUTLS_RECORD_WAIT) < 0)
		die("send", "uncork");
	if (answer(s, got) != 200 || !strstr(got, "\"state\":\"ready\""))
		die("PUT", got);
	return (seconds(CLOCK_MONOTONIC) - began) * 1000;
}

static void *sender(void *arg)
{
	gnutls_session_t s = connect_tls(arg);

	while (atomic_fetch_add(&g.begun, 1) < g.transfers && seconds(CLOCK_MONOTONIC) < g.until) {
		double ms = transfer(s);

		g.ms[atomic_fetch_add(&g.done, 1)] = ms;
	}
	gnutls_bye(s, GNUTLS_SHUT_WR);
	gnutls_deinit(s);
	return NULL;
}

static int by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void read_file(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f || fseek(f, 0, SEEK_END) != 0)
		die("file", path);
	g.size = (size_t)ftell(f);
	g.data = malloc(g.size);
	rewind(f);
	if (!g.data || fread(g.data, 1, g.size, f) != g.size)
		die("file", path);
	fclose(f);
}

static void read_host(const char *host)
{
	const char *colon = strrchr(host, ':');

	if (!colon)
		die("host", host);
	g.host = host;
	g.to.sin_family = AF_INET;
	g.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	g.to.sin_port = htons((uint16_t)atoi(colon + 1));
}

int main(int argc, char **argv)
{
	gnutls_certificate_credentials_t cred;
	pthread_t threads[SENDERS_MAX];
	double began, took;
	long senders, done;

	if (argc != 8)
		die("usage", "HOST:PORT COOKIE CSRF FILE SENDERS TRANSFERS SECONDS");
	read_host(argv[1]);
	g.cookie = argv[2];
	g.csrf = argv[3];
	read_file(argv[4]);
	senders = atol(argv[5]);
	g.transfers = atol(argv[6]);
	if (senders < 1 || senders > SENDERS_MAX || g.transfers > TIMES_MAX)
		die("usage", "too many");
	gnutls_certificate_allocate_credentials(&cred);
	began = seconds(CLOCK_MONOTONIC);
	g.until = began + atof(argv[7]);
	for (long i = 0; i < senders; i++)
		if (pthread_create(&threads[i], NULL, sender, cred) != 0)
			die("thread", "none");
	for (long i = 0; i < senders; i++)
		pthread_join(threads[i], NULL);
	took = seconds(CLOCK_MONOTONIC) - began;
	done = atomic_load(&g.done);
	if (done == 0)
		die("transfers", "none");
	qsort(g.ms, (size_t)done, sizeof *g.ms, by_time);
	printf("{\"transfers\":%ld,\"seconds\":%.2f,\"per_second\":%.1f,\"median_ms\":%.2f,"
	       "\"p95_ms\":%.2f,\"client_cpu_ms\":%.3f}\n",
	       done, took, (double)done / took, g.ms[done / 2], g.ms[done * 95 / 100],
	       seconds(CLOCK_PROCESS_CPUTIME_ID) * 1000 / (double)done);
	gnutls_certificate_free_credentials(cred);
	free(g.data);
	return 0;
}
