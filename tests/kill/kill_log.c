/*
 * kill_log: a process that appends to the record and signs it, killed at random points, again and
 * again. Usage: kill_log DIR KILLS SEED; DIR is an empty folder. Prints what an independent program
 * (kill_log_check.py) judges afterwards:
 *
 *     entry INDEX SHA256       acknowledged: its transaction was committed
 *     signed SIZE ROOT         a checkpoint that stood in DIR/log or DIR/signer after a kill
 *     refused ERR              the signer did not open or did not sign (there must be none)
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "os/file.h"
#include "record/record.h"
#include "record/sign_test.h"
#include "store/driver.h"
#include "store/log.h"

#define ACKS_MAX 65536u
#define MOST_US 12000u /* a kill comes within so long */

/* Shared with the child; it counts only after the commit. */
struct shared {
	volatile uint32_t n;
	uint64_t index[ACKS_MAX];
	struct hash hash[ACKS_MAX];
	volatile uint32_t refused; /* enum err */
	volatile bool open;        /* store and signer are */
};

static const char *dir;

/* -- the child --------------------------------------------------------------------------------- */

static enum err append(struct store *s, struct shared *sh, unsigned count)
{
	uint32_t n = sh->n;

	TRY(store_begin(s));
	for (unsigned i = 0; i < count && n + i < ACKS_MAX; i++) {
		const struct record_field f = {
		    .key = "name", .value = S("somebody"), .secret = true};
		const struct record_event e = {.type = "test.entry",
					       .stream = S("test"),
					       .actor = S("system"),
					       .at_ms = 1764000000000 + (int64_t)(rand() % 1000000),
					       .fields = &f,
					       .n = 1};
		AUTO_ARENA a = arena_new(1 << 20);
		struct record_entry got;

		TRY(record_append(s, &e, &sh->index[n + i]));
		TRY(record_at(s, sh->index[n + i], a, &got));
		sh->hash[n + i] = hash_of(got.text);
	}
	TRY(store_commit(s));
	sh->n = n + count < ACKS_MAX ? n + count : ACKS_MAX;
	return OK;
}

static enum err work(struct shared *sh, bool once)
{
	char path[4096];
	struct signer *g;
	struct store *s;

	snprintf(path, sizeof path, "%s/store.db", dir);
	TRY(store_open(&store_sqlite, path, STORE_WRITE, S("test"), &s));
	TRY(signer_open(dir, &g));
	sh->open = true;
	do {
		TRY(append(s, sh, 1 + (unsigned)rand() % 9));
		TRY(sign_all(s, g));
	} while (!once);
	signer_close(g);
	store_close(s);
	return OK;
}

static void child(struct shared *sh, unsigned seed, bool once)
{
	enum err e;

	srand(seed);
	e = work(sh, once);
	sh->refused = (uint32_t)e;
	_exit(e == OK ? 0 : 1);
}

/* -- the one who kills ------------------------------------------------------------------------- */

static void print_note(const char *name)
{
	struct tlog_checkpoint c;
	struct tlog_note n;
	char path[4096], root[65];
	AUTO_BUF b;

	buf_init(&b, TLOG_NOTE_MAX);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (file_read(path, &b) != OK || tlog_note_parse(buf_view(&b), &n) != OK ||
	    tlog_checkpoint_parse(n.text, &c) != OK) {
		printf("refused %s is no checkpoint\n", name);
		return;
	}
	hash_hex(c.root, root);
	printf("signed %llu %s\n", (unsigned long long)c.size, root);
}

static void print_round(struct shared *sh)
{
	char hex[65];

	for (uint32_t i = 0; i < sh->n; i++) {
		hash_hex(sh->hash[i], hex);
		printf("entry %llu %s\n", (unsigned long long)sh->index[i], hex);
	}
	if (sh->refused)
		printf("refused %s\n", err_str((enum err)sh->refused));
	print_note("signer/head");
	print_note("log/checkpoint");
	sh->n = sh->refused = 0;
	sh->open = false;
}

static enum err make(void)
{
	char path[4096];
	struct store *s;

	snprintf(path, sizeof path, "%s/store.db", dir);
	TRY(store_open(&store_sqlite, path, STORE_CREATE, S("test"), &s));
	store_close(s);
	return signer_create(dir, S("sekisho.example/log"));
}

static void one_round(struct shared *sh, unsigned kill_after_us)
{
	unsigned seed = (unsigned)rand();
	pid_t pid = fork();

	if (pid == 0)
		child(sh, seed, kill_after_us == 0);
	if (pid < 0) {
		perror("kill_log");
		exit(2);
	}
	if (kill_after_us > 0) {
		/* One in eight comes while it opens, whatever that takes here. */
		for (int i = 0; i < 50000 && seed % 8 && !sh->open && !sh->refused; i++)
			usleep(200);
		usleep(kill_after_us);
		kill(pid, SIGKILL);
	}
	waitpid(pid, NULL, 0);
	print_round(sh);
}

int main(int argc, char **argv)
{
	struct shared *sh =
	    mmap(NULL, sizeof *sh, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (argc != 4 || sh == MAP_FAILED)
		return 2;
	dir = argv[1];
	srand((unsigned)atoi(argv[3]));
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if (make() != OK)
		return 2;
	for (int i = 0; i < atoi(argv[2]); i++) {
		fflush(stdout);
		one_round(sh, 1 + (unsigned)rand() % MOST_US);
	}
	fflush(stdout);
	one_round(sh, 0); /* at last it is let be: everything gets signed */
	return fflush(stdout) == 0 ? 0 : 2;
}
