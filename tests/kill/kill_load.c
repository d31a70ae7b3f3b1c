/*
 * kill_load: plays the portals of two zones before a real gateway with real workers, and kills that
 * gateway (every fourth time the signer too) at random moments. Each answer it got is a receipt,
 * one line on stdout; kill_check.py compares the receipts with store and log afterwards.
 *
 *     kill_load SEKISHO DIR KILLS SEED PASSWORD [FAULT_LIBRARY]
 *
 * With the library the disk of both fails now and then, and every kill is a power cut:
 * kill_fault.h.
 *
 *     created ID | received ID SHA256 | collected ID SHA256
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "gateway/command.h"
#include "kill_fault.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/rand.h"
#include "os/sock.h"
#include "os/spawn.h"
#include "store/blob.h"
#include "wire/wire.h"
#include "worker/proto.h"

#define TIMEOUT_MS 30000
#define SENT_MAX 20000
#define LINE (sizeof "content \n" - 1 + TRANSFER_ID_LEN)
#define LINES_MANY 2000u /* more than stands in a row */

struct sent {
	char id[TRANSFER_ID_LEN + 1];
	struct hash hash;
	uint64_t size;
	unsigned lines;
	bool received, ended;
};

static struct {
	const char *sekisho, *dir;
	volatile pid_t gateway, signer;
	volatile sig_atomic_t with_signer;
	struct spawned zygote[WORKER_KINDS];
	int worker_exe;
	int config;                                /* site.conf, as a sealed memory file */
	int internet, lgwan, control_g, control_s; /* our ends */
	struct wire_msg msg;
	char from[65], to[65];
	struct sent *sent;
	size_t n;
	unsigned seed;
	uint32_t id;
	const char *library; /* of the failing disk; NULL: none */
	bool faulty;         /* the roles that start now have it */
	struct kill_journal *journal[2];
} k;

static void die(const char *what)
{
	fprintf(stderr, "kill_load: %s\n", what);
	if (k.gateway > 0)
		kill(k.gateway, SIGKILL);
	if (k.signer > 0)
		kill(k.signer, SIGKILL);
	exit(1);
}

static void on_alarm(int signo)
{
	(void)signo;
	if (k.gateway > 0)
		kill(k.gateway, SIGKILL);
	if (k.with_signer && k.signer > 0)
		kill(k.signer, SIGKILL);
}

/* -- the two roles and the zygotes
 * ------------------------------------------------------------------------------
 */

static void journal_path(unsigned which, char *ret, size_t size)
{
	snprintf(ret, size, "%s/../journal.%u", k.dir, which);
}

/* For a role that is about to start; the journals stand beside the installation. */
static void fault_environment(unsigned which)
{
	char path[4200], seed[24];

	if (!k.faulty)
		return;
	journal_path(which, path, sizeof path);
	snprintf(seed, sizeof seed, "%u", k.seed + which);
	setenv("LD_PRELOAD", k.library, 1);
	setenv("KILL_FAULT_JOURNAL", path, 1);
	setenv("KILL_FAULT_SEED", seed, 1);
}

static void make_journals(void)
{
	for (unsigned i = 0; i < 2; i++) {
		char path[4200];

		journal_path(i, path, sizeof path);
		AUTO_CLOSE fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

		if (fd < 0 || ftruncate(fd, KILL_JOURNAL_SIZE) != 0)
			die("no journal");
		k.journal[i] =
		    mmap(NULL, KILL_JOURNAL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (k.journal[i] == MAP_FAILED)
			die("no journal");
		k.journal[i]->end = sizeof *k.journal[i];
	}
}

/* Starts a role (0 the gateway, 1 the signer) with these descriptors as 3, 4, ... */
static pid_t start(unsigned which, const char *const *words, const int *fds, size_t n)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	fault_environment(which);
	char *argv[16] = {NULL};

	for (size_t i = 0; words[i]; i++)
		argv[i] = strdup(words[i]);
	/* Above all targets first, so that none is overwritten before it is moved. */
	int high[8];

	for (size_t i = 0; i < n; i++)
		high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 100);
	for (size_t i = 0; i < n; i++)
		dup2(high[i], 3 + (int)i);
	execv(k.sekisho, argv);
	_exit(127);
}

static void pair(int ret[2])
{
	if (sock_pair(ret) != OK)
		die("socketpair");
}

static void open_config(void)
{
	char path[4200];
	AUTO_CLOSE fd = -1;

	snprintf(path, sizeof path, "%s/site.conf", k.dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || mem_of_file("site.conf", fd, 1 << 20, &k.config) != OK)
		die("no site.conf");
}

/* Starts the zygote of a kind and returns the gateway's end of its socket. */
static int start_zygote(enum worker_kind kind)
{
	static const char *const name[] = {"sanitize", "verify", "password"};
	const char *const argv[] = {"sekisho-worker", "zygote", name[kind], NULL};
	AUTO_BUF b;
	int two[2];

	wire_buf(&b);
	pair(two);
	if (spawn(&(struct spawn){.exe = k.worker_exe,
				  .argv = argv,
				  .fds = &two[1],
				  .nfds = 1,
				  .namespaces = SPAWN_NS_ALL,
				  .die_with_parent = true},
		  &k.zygote[kind]) != OK)
		die("no zygote");
	close(two[1]);
	wire_put_u8(&b, (uint8_t)k.zygote[kind].namespaces);
	if (wire_send(two[0], PROTO_HELLO, 0, &b, NULL, 0) != OK)
		die("a zygote does not listen");
	return two[0];
}

static void end_zygotes(void)
{
	for (size_t i = 0; i < WORKER_KINDS; i++) {
		struct spawn_status st;

		spawn_kill(&k.zygote[i], SIGKILL);
		if (spawn_reap(&k.zygote[i], true, &st) != OK)
			die("a zygote was never born");
		close(k.zygote[i].pidfd);
	}
}

static void start_both(void)
{
	int zygote[WORKER_KINDS];
	int control_g[2], control_s[2], internet[2], lgwan[2], edge[2];
	const char *const gateway[] = {"sekisho",
				       "role",
				       "gateway",
				       "-",
				       "0",
				       k.dir,
				       "portal/internet/0",
				       "portal/lgwan/0",
				       "signer/-/0",
				       "sanitize/-/0",
				       "verify/-/0",
				       "password/-/0",
				       "config/-/0",
				       NULL};
	const char *const signer[] = {"sekisho", "role", "signer",      "-",
				      "0",       k.dir,  "gateway/-/0", NULL};

	pair(control_g);
	pair(control_s);
	pair(internet);
	pair(lgwan);
	pair(edge);
	for (unsigned i = 0; i < WORKER_KINDS; i++)
		zygote[i] = start_zygote(i);
	k.gateway = start(0, gateway,
			  (int[]){control_g[1], internet[1], lgwan[1], edge[0], zygote[0],
				  zygote[1], zygote[2], k.config},
			  8);
	k.signer = start(1, signer, (int[]){control_s[1], edge[1]}, 2);
	for (unsigned i = 0; i < WORKER_KINDS; i++)
		close(zygote[i]);
	close(control_g[1]);
	close(control_s[1]);
	close(internet[1]);
	close(lgwan[1]);
	close(edge[0]);
	close(edge[1]);
	k.control_g = control_g[0];
	k.control_s = control_s[0];
	k.internet = internet[0];
	k.lgwan = lgwan[0];
}

static void end_both(int signo)
{
	if (k.gateway > 0) {
		kill(k.gateway, signo);
		waitpid(k.gateway, NULL, 0);
	}
	if (k.signer > 0) {
		kill(k.signer, signo);
		waitpid(k.signer, NULL, 0);
	}
	k.gateway = k.signer = 0;
	end_zygotes();
	close(k.control_g);
	close(k.control_s);
	close(k.internet);
	close(k.lgwan);
}

/* -- one command --------------------------------------------------------------------------------
 */

/* ERR_CRASH where the gateway died before it answered. */
static enum err call(int fd, struct command *c, struct reply *ret, int *ret_fd)
{
	AUTO_BUF b;
	enum err e;

	wire_buf(&b);
	c->peer = fd == k.internet ? S("10.30.0.7") : S("10.20.0.7");
	if (command_encode(c, &b) != OK)
		die("encode");
	e = wire_call(fd, COMMAND_WIRE, ++k.id, &b, TIMEOUT_MS, NULL, NULL, &k.msg);
	if (e != OK)
		return e == ERR_TIMEOUT ? e : ERR_CRASH;
	if (reply_decode(k.msg.payload, ret) != OK || ret->type != c->type)
		die("answer");
	if (ret_fd && k.msg.nfds == 1)
		*ret_fd = fd_take(&k.msg.fds[0]);
	return ret->err;
}

static void sign_in(int fd, const char *login, const char *password, char ret[65])
{
	struct command c = {
	    .type = CMD_SIGN_IN, .login = slice_str(login), .password = slice_str(password)};
	struct reply r;

	if (call(fd, &c, &r, NULL) != OK)
		die("cannot sign in");
	snprintf(ret, 65, "%.*s", (int)r.session.n, (const char *)r.session.p);
}

static void hex_line(const char *word, const char *id, const struct hash *h)
{
	char hex[65] = "";

	if (h)
		hash_hex(*h, hex);
	printf("%s %s %s\n", word, id, hex);
}

static unsigned dice(unsigned n)
{
	k.seed = k.seed * 1103515245u + 12345u;
	return (k.seed >> 8) % n;
}

/* The same line again and again. */
static struct slice text_of(const struct sent *s)
{
	static char text[LINES_MANY * LINE + 1];

	for (unsigned i = 0; i < s->lines; i++)
		snprintf(text + i * LINE, LINE + 1, "content %s\n", s->id);
	return slice_of(text, s->lines * LINE);
}

static enum err put_bytes(int fd, const struct blob_seal *seal, const struct sent *s)
{
	struct hash h;

	TRY(blob_put_all(fd, seal, text_of(s), &h));
	return hash_eq(h, s->hash) ? OK : ERR_CRYPTO;
}

static enum err finish(struct sent *s)
{
	struct command c = {
	    .type = CMD_UPLOAD_OPEN, .session = slice_str(k.from), .transfer = slice_str(s->id)};
	AUTO_CLOSE fd = -1;
	struct reply r;
	enum err e = call(k.internet, &c, &r, &fd);

	/* It was committed, and only the answer was lost. */
	if (e != OK && e != ERR_CONFLICT)
		return e;
	if (e == OK)
		TRY(put_bytes(fd, &r.seal, s));
	c.type = CMD_UPLOAD_COMMIT;
	c.size = s->size;
	c.hash = s->hash;
	TRY(call(k.internet, &c, &r, NULL));
	s->received = true;
	hex_line("received", s->id, &s->hash);
	return OK;
}

static enum err send_one(void)
{
	struct sent *s = &k.sent[k.n];
	char once[33];
	unsigned lines = dice(4) ? 1 : LINES_MANY;
	struct command c = {.type = CMD_TRANSFER_CREATE,
			    .session = slice_str(k.from),
			    .once = slice_str(once),
			    .name = S("文書.txt"),
			    .to_zone = S("lgwan"),
			    .method = S("rebuild"),
			    .recipient_login = S("taro")};
	struct reply r;

	if (k.n == SENT_MAX)
		die("too many");
	rand_hex(16, once);
	c.once = slice_str(once);
	c.size = lines * LINE;
	TRY(call(k.internet, &c, &r, NULL));
	*s = (struct sent){.size = c.size, .lines = lines};
	memcpy(s->id, r.transfer.p, TRANSFER_ID_LEN);
	s->hash = hash_of(text_of(s));
	k.n++;
	hex_line("created", s->id, NULL);
	return finish(s);
}

static enum err read_result(int fd, const struct reply *r, struct hash *ret)
{
	struct blob_reader *reader;
	struct slice s;
	enum err e;

	TRY(blob_reader_open(fd, &r->seal, r->size, &reader));
	e = blob_reader_at(reader, 0, &s);
	if (e == OK)
		*ret = hash_of(s);
	blob_reader_free(reader);
	return e;
}

static enum err collect_one(struct sent *s)
{
	struct command c = {
	    .type = CMD_COLLECT_OPEN, .session = slice_str(k.to), .transfer = slice_str(s->id)};
	AUTO_CLOSE fd = -1;
	struct reply r;
	struct hash h;

	TRY(call(k.lgwan, &c, &r, &fd));
	/* What is handed out must be readable, and be the bytes that the answer names. */
	if (read_result(fd, &r, &h) != OK || !hash_eq(h, r.hash))
		die("collected bytes are not those of the answer");
	hex_line("collected", s->id, &h);
	return OK;
}

/* -- rounds -------------------------------------------------------------------------------------
 */

static void set_alarm(unsigned us)
{
	struct itimerval t = {.it_value = {us / 1000000, us % 1000000}};

	setitimer(ITIMER_REAL, &t, NULL);
}

/* Load until the gateway is dead. */
static void one_round(unsigned round)
{
	struct command check = {.type = CMD_SESSION_CHECK, .session = slice_str(k.from)};
	struct reply r;
	enum err e = OK;

	start_both();
	k.with_signer = k.faulty || round % 4 == 3;
	/* Some die while they start, most while they work; with a failing disk some do not start.
	 */
	if (round % 5 != 0 && call(k.internet, &check, &r, NULL) != OK && !k.faulty)
		die("the gateway does not start");
	set_alarm(1000 + dice(dice(2) ? 30000 : 300000));
	while (e != ERR_CRASH) {
		if (k.n > 0 && dice(3) == 0) {
			struct sent *s = &k.sent[dice((unsigned)k.n)];

			e = s->received ? collect_one(s) : finish(s);
		} else {
			e = send_one();
		}
		if (e == ERR_TIMEOUT)
			die("the gateway hangs");
	}
	set_alarm(0);
	end_both(SIGKILL);
	for (unsigned i = 0; k.faulty && i < 2; i++)
		kill_cut(k.dir, k.journal[i], dice(1000));
}

static bool on_its_way(enum transfer_state st)
{
	return st == TRANSFER_RECEIVED || st == TRANSFER_SANITIZING || st == TRANSFER_VERIFYING;
}

/* No more kills: every transfer must come to its end by itself. */
static void settle(void)
{
	uint64_t until = clock_mono_ms() + 300000;

	start_both();
	for (size_t i = 0; i < k.n; i++) {
		struct sent *s = &k.sent[i];
		struct command c = {.type = CMD_UPLOAD_COMMIT,
				    .session = slice_str(k.from),
				    .transfer = slice_str(s->id),
				    .size = s->size,
				    .hash = s->hash};
		struct reply r;

		if (!s->received && finish(s) != OK)
			die("an upload cannot be finished");
		do {
			if (call(k.internet, &c, &r, NULL) != OK)
				die("a committed upload is not known any more");
			if (on_its_way(r.state))
				usleep(20000);
		} while (on_its_way(r.state) && clock_mono_ms() < until);
		if (on_its_way(r.state))
			die("a transfer does not come to its end");
		if (collect_one(s) != OK)
			die("a transfer that should be ready cannot be collected");
	}
	usleep(2500000); /* the tail is signed */
	/* Closing the control sockets is how a parent's death looks: both stop. */
	wire_send(k.control_g, 2, 0, NULL, NULL, 0) == OK ? (void)0 : die("stop");
	waitpid(k.gateway, NULL, 0);
	k.gateway = 0;
	end_both(SIGKILL);
}

int main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	unsigned kills;

	char folder[4096];

	if (argc < 6 || argc > 7 || !strchr(argv[1], '/'))
		die("usage: kill_load SEKISHO DIR KILLS SEED PASSWORD [FAULT_LIBRARY]");
	k.sekisho = argv[1];
	k.dir = argv[2];
	k.library = argv[6];
	kills = (unsigned)atoi(argv[3]);
	k.seed = (unsigned)atoi(argv[4]);
	snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(argv[1], '/') - argv[1]), argv[1]);
	if (spawn_program("sekisho-worker", folder, &k.worker_exe) != OK)
		die("there is no sekisho-worker beside sekisho");
	k.sent = calloc(SENT_MAX, sizeof *k.sent);
	if (!k.sent)
		die("memory");
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGALRM, &sa, NULL);
	wire_msg_init(&k.msg);
	open_config();
	start_both();
	sign_in(k.internet, "hanako", argv[5], k.from);
	sign_in(k.lgwan, "taro", argv[5], k.to);
	end_both(SIGKILL);
	if (k.library)
		make_journals();
	k.faulty = k.library != NULL;
	for (unsigned i = 0; i < kills; i++)
		one_round(i);
	k.faulty = false;
	if (k.library) {
		uint64_t faults = k.journal[0]->faults + k.journal[1]->faults;

		fprintf(stderr, "kill_load: %llu faults\n", (unsigned long long)faults);
		if (faults == 0)
			die("the disk never failed");
	}
	settle();
	return 0;
}
