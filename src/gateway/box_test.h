/*
 * gateway_box: a gateway of one city in a folder of its own, with workers of the test's own in
 * place of the pool: they may be honest, crash, lie, or never answer. Its people
 * are hanako, taro and jiro.
 */
#ifndef GATEWAY_BOX_TEST_H
#define GATEWAY_BOX_TEST_H

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/test.h"
#include "gateway/internal.h"
#include "os/file.h"
#include "os/rand.h"
#include "store/driver.h"

#define CITY S("chofu")
#define INTERNET S("internet")
#define LGWAN S("lgwan")

struct fake_job {
	bool used;
	struct worker_job job;
	pool_done_fn *done;
	void *arg;
	int in;
};

enum lie {
	HONEST,
	CRASH,
	REFUSE,
	BAD_REPORT,
	NO_EXT,
	OTHER_GRAMMAR,
	VERIFY_NO,
	HIGH_MARKING,
	LIES
};

static struct {
	char dir[64];
	struct arena *a;
	const struct policy *policy; /* a copy of the one in force */
	struct policy_texts texts;
	unsigned version;
	struct store *store;
	struct blob_home *blobs;
	struct gateway *g;
	struct fake_job jobs[32];
	enum lie lie;
	int64_t now_ms;
	unsigned commits, submitted;
	bool turn; /* the gateway wants one */
	const struct store_driver *driver;
	uint64_t in_row; /* the gateway's in_row_max */
	/* the last answer */
	struct reply r;
	char session[65], csrf[65], token[65], transfer[33], reason[65], name[800];
	int fd;
	unsigned answers;
} t;

/* -- workers ------------------------------------------------------------------------------------
 */

static inline struct fake_job *place(pool_done_fn *done, void *arg, struct pool_ticket **ret)
{
	for (size_t i = 0; i < ARRAY_LEN(t.jobs); i++)
		if (!t.jobs[i].used) {
			t.jobs[i] =
			    (struct fake_job){.used = true, .done = done, .arg = arg, .in = -1};
			if (ret)
				*ret = (struct pool_ticket *)&t.jobs[i];
			return &t.jobs[i];
		}
	return NULL;
}

static inline enum err fake_submit(void *ctx, const struct worker_job *job, pool_done_fn *done,
				   void *arg, struct pool_ticket **ret)
{
	struct fake_job *j = place(done, arg, ret);

	(void)ctx;
	if (!j)
		return ERR_FULL;
	j->job = *job;
	t.submitted++;
	return fd_dup(job->in, &j->in);
}

static inline enum err fake_check(void *ctx, struct slice password, struct slice hash,
				  pool_done_fn *done, void *arg, struct pool_ticket **ret)
{
	struct fake_job *j = place(done, arg, ret);

	(void)ctx;
	if (!j)
		return ERR_FULL;
	j->job.kind = WORKER_PASSWORD;
	/* Here a "hash" is the password behind a sign. */
	j->job.limits.members =
	    slice_starts(hash, S("!")) && slice_eq(slice_from(hash, 1), password);
	return OK;
}

static inline enum err fake_hash(void *ctx, struct slice password, pool_done_fn *done, void *arg,
				 struct pool_ticket **ret)
{
	struct fake_job *j = place(done, arg, ret);

	(void)ctx;
	(void)password;
	if (!j)
		return ERR_FULL;
	j->job.kind = WORKER_PASSWORD;
	j->job.limits.members = 2;
	return OK;
}

static inline void fake_cancel(void *ctx, struct pool_ticket *ticket)
{
	struct fake_job *j = (struct fake_job *)ticket;

	(void)ctx;
	fd_close(&j->in);
	j->used = false;
}

static const char *report_of(enum lie lie)
{
	switch (lie) {
	case BAD_REPORT:
		return "{\"type_in\":\"txt\",\"items\":[]}";
	case REFUSE:
		return "{\"type_in\":\"docx\",\"type_out\":null,\"marking\":null,\"text_in\":0,"
		       "\"text_out\":0,\"pages\":0,\"sheets\":0,\"slides\":0,\"pictures\":0,"
		       "\"bytes_in\":5,\"bytes_out\":0,\"dropped\":0,\"items\":[{\"act\":\"held\","
		       "\"finding\":\"unknown-type\",\"severity\":\"notice\",\"ja\":\"x\",\"en\":"
		       "\"x\","
		       "\"part\":\"\",\"place\":\"\",\"detail\":\"\",\"count\":1}]}";
	case HIGH_MARKING:
		return "{\"type_in\":\"txt\",\"type_out\":\"txt\",\"marking\":\"機密性３\",\"text_"
		       "in\":1,"
		       "\"text_out\":1,\"pages\":0,\"sheets\":0,\"slides\":0,\"pictures\":0,"
		       "\"bytes_in\":5,\"bytes_out\":5,\"dropped\":0,\"items\":[]}";
	case HONEST:
	case CRASH:
	case NO_EXT:
	case OTHER_GRAMMAR:
	case VERIFY_NO:
	case LIES:
		break;
	}
	return "{\"type_in\":\"txt\",\"type_out\":\"txt\",\"marking\":null,\"text_in\":1,\"text_"
	       "out\":1,"
	       "\"pages\":0,\"sheets\":0,\"slides\":0,\"pictures\":0,\"bytes_in\":5,\"bytes_out\":"
	       "5,"
	       "\"dropped\":0,\"items\":[]}";
}

static inline void finish_sanitize(struct fake_job *j, struct worker_result *r)
{
	AUTO_MAP map = {0};
	AUTO_BUF out;

	buf_init(&out, 1 << 22);
	REQUIRE(mem_map(j->in, 1 << 22, &map) == OK);
	buf_str(&out, "clean:");
	buf_slice(&out, map.view);
	r->report = slice_str(report_of(t.lie));
	strcpy(r->type, "txt");
	if (t.lie == CRASH || t.lie == REFUSE) {
		r->err = t.lie == CRASH ? ERR_CRASH : ERR_UNSUPPORTED;
		strcpy(r->fault, t.lie == CRASH ? "SIGSEGV" : "");
		strcpy(r->diag.text, t.lie == CRASH ? "" : "no such type");
		return;
	}
	strcpy(r->ext, t.lie == NO_EXT ? "" : "txt");
	strcpy(r->wrote, "txt");
	REQUIRE(mem_of("out", buf_view(&out), &r->out) == OK);
	r->out_bytes = out.n;
}

static inline void finish_verify(struct fake_job *j, struct worker_result *r)
{
	AUTO_MAP map = {0};

	REQUIRE(mem_map(j->in, 1 << 22, &map) == OK);
	/* Only what the sanitiser wrote is ever shown to the recogniser. */
	CHECK(slice_starts(map.view, S("clean:")));
	strcpy(r->wrote, t.lie == OTHER_GRAMMAR ? "csv" : j->job.grammar);
	if (t.lie == VERIFY_NO) {
		r->err = ERR_SYNTAX;
		strcpy(r->diag.text, "not in the grammar");
	}
}

/* Finishes one job of these kinds (bits); false where none runs. */
static inline bool run_kinds(unsigned kinds)
{
	for (size_t i = 0; i < ARRAY_LEN(t.jobs); i++) {
		struct fake_job j = t.jobs[i];
		struct worker_result r = {.out = -1};

		if (!j.used || !(kinds & (1u << j.job.kind)))
			continue;
		t.jobs[i].used = false;
		if (j.job.kind == WORKER_SANITIZE)
			finish_sanitize(&j, &r);
		else if (j.job.kind == WORKER_VERIFY)
			finish_verify(&j, &r);
		else
			r.err = j.job.limits.members ? OK : ERR_FORBIDDEN;
		if (j.job.kind == WORKER_PASSWORD && j.job.limits.members == 2)
			r.report = S("!new password here");
		j.done(j.arg, &r);
		gateway_turn(t.g);
		fd_close(&r.out);
		fd_close(&j.in);
		return true;
	}
	return false;
}

static inline bool run_turn(void)
{
	bool wanted = t.turn;

	t.turn = false;
	if (wanted) {
		gateway_slice(t.g);
		gateway_turn(t.g);
	}
	return wanted;
}

static inline bool run_one(void)
{
	return run_turn() || run_kinds(~0u);
}

static inline void run_all(void)
{
	while (run_one())
		;
}

/* -- the gateway --------------------------------------------------------------------------------
 */

static inline bool on_loopback(void *arg, struct slice zone)
{
	(void)arg;
	(void)zone;
	return false;
}

static inline void on_commit(void *arg)
{
	(void)arg;
	t.commits++;
}

static inline void want_turn(void *arg)
{
	(void)arg;
	t.turn = true;
}

static inline int64_t the_time(void *arg)
{
	(void)arg;
	return t.now_ms;
}

static inline enum err open_gateway(void)
{
	struct gateway_conf conf = {
	    .workers = {NULL, fake_submit, fake_check, fake_hash, fake_cancel},
	    .upload_max = 4ull << 30,
	    .jobs_at_once = 4,
	    .in_row_max = t.in_row,
	    .loopback = on_loopback,
	    .committed = on_commit,
	    .now_ms = the_time,
	    .soon = want_turn};
	char path[128];

	snprintf(path, sizeof path, "%s/%s", t.dir, STORE_FILE);
	TRY(store_open(t.driver, path, STORE_WRITE, CITY, &t.store));
	TRY(blob_home_open(t.dir, &t.blobs));
	conf.store = t.store;
	conf.blobs = t.blobs;
	return gateway_open(&conf, &t.g);
}

static inline void close_gateway(void)
{
	gateway_close(t.g);
	store_close(t.store);
	blob_home_free(t.blobs);
	t.g = NULL;
	t.store = NULL;
	t.blobs = NULL;
}

static inline void reopen(void)
{
	close_gateway();
	REQUIRE(open_gateway() == OK);
}

/* From now on every content stands in a file. */
static inline void files_only(void)
{
	t.g->conf.in_row_max = t.in_row = 0;
}

/* Before the gateway is there: the first version. Later: the operator's emergency. */
static inline void use_policy(const char *rules)
{
	char *text = arena_printf(
	    t.a,
	    "policy \"p\" basis \"b\" adopted by \"市長\" version %u effective 2020-01-01\n"
	    "zone internet \"I\" clause 1 networks 10.30.0.0/16\n"
	    "zone lgwan \"L\" default clause 1 networks 10.20.0.0/16\n"
	    "scale confidentiality clause 1 levels 1 \"機密性1\", 2 \"機密性2\", 3 \"機密性3\"\n"
	    "%s\n",
	    ++t.version, rules);
	struct diag d = {0};
	enum err e;

	REQUIRE(text);
	t.texts = (struct policy_texts){.text = slice_str(text), .basis = S("1 目的\n")};
	e = policy_load(t.a, t.texts.text, t.texts.basis, &t.policy, &d);
	if (e == OK && t.g)
		e = gateway_emergency(t.g, &t.texts, &d);
	if (e != OK)
		printf("# policy: %s (line %u)\n", d.text, d.line);
	REQUIRE(e == OK);
}

static inline void first_policy(void)
{
	const struct version v = {
	    .policy = t.policy, .texts = t.texts, .hash = policy_hash(t.policy)};

	REQUIRE(store_begin(t.store) == OK);
	REQUIRE(version_keep(t.store, &v, 0, t.now_ms) == OK);
	REQUIRE(version_switch(t.store, NULL, &v, VERSION_FIRST, S("operator"), t.now_ms) == OK);
	REQUIRE(store_commit(t.store) == OK);
}

#define PERMIT \
	"permit transfer internet -> lgwan obliges sanitize rebuild, retain 30 days clause 1\n"

static inline void add_person(const char *login, const char *division)
{
	const struct store_account a = {.login = slice_str(login),
					.name = slice_str(login),
					.division = slice_str(division),
					.zones = S("internet,lgwan"),
					.password = S("!secret password")};

	REQUIRE(store_begin(t.store) == OK);
	REQUIRE(identity_add(t.store, &a, S("operator"), t.now_ms) == OK);
	REQUIRE(store_commit(t.store) == OK);
}

static inline void set_up(void)
{
	char path[128];

	memset(&t, 0, sizeof t);
	t.driver = &store_faulty;
	t.in_row = BLOB_CHUNK;
	store_fault_after(0, OK);
	t.now_ms = 1764000000000;
	/* In memory where there is such a place: nothing here cuts the power. */
	strcpy(t.dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/gateway_test.XXXXXX"
						    : "/tmp/gateway_test.XXXXXX");
	REQUIRE(mkdtemp(t.dir));
	t.a = arena_new(64u << 20);
	use_policy(PERMIT);
	snprintf(path, sizeof path, "%s/%s", t.dir, STORE_FILE);
	REQUIRE(store_open(t.driver, path, STORE_CREATE, CITY, &t.store) == OK);
	REQUIRE(blob_home_create(t.dir) == OK);
	first_policy();
	add_person("hanako", "総務課");
	add_person("taro", "税務課");
	add_person("jiro", "税務課");
	store_close(t.store);
	REQUIRE(open_gateway() == OK);
}

static inline void tear_down(void)
{
	char cmd[128];

	close_gateway();
	arena_free(t.a);
	snprintf(cmd, sizeof cmd, "rm -rf %s", t.dir);
	CHECK(system(cmd) == 0);
}

/* -- commands -----------------------------------------------------------------------------------
 */

static inline void keep(char *to, size_t size, struct slice s)
{
	snprintf(to, size, "%.*s", (int)s.n, (const char *)s.p);
}

static inline void on_reply(void *arg, const struct reply *r, int fd)
{
	(void)arg;
	t.answers++;
	t.r = *r;
	t.fd = fd;
	if (r->err == OK && r->session.n)
		keep(t.session, sizeof t.session, r->session);
	keep(t.csrf, sizeof t.csrf, r->csrf);
	keep(t.token, sizeof t.token, r->token);
	keep(t.transfer, sizeof t.transfer, r->transfer);
	keep(t.reason, sizeof t.reason, r->reason);
	keep(t.name, sizeof t.name, r->name);
}

static inline enum err command(struct slice zone, struct command c)
{
	unsigned before = t.answers;

	t.fd = -1;
	if (c.peer.n == 0)
		c.peer = slice_eq(zone, INTERNET) ? S("10.30.0.7") : S("10.20.0.7");
	gateway_command(t.g, zone, &c, on_reply, NULL);
	gateway_turn(t.g);
	if (t.answers == before)
		run_kinds(1u << WORKER_PASSWORD);
	REQUIRE(t.answers == before + 1);
	return t.r.err;
}

static inline enum err sign_in(struct slice zone, const char *login, char ret[65])
{
	enum err e = command(zone, (struct command){.type = CMD_SIGN_IN,
						    .login = slice_str(login),
						    .password = S("secret password")});

	if (e == OK)
		strcpy(ret, t.session);
	return e;
}

static inline struct command create(const char *session, uint64_t size)
{
	static char once[33];

	rand_hex(16, once);
	return (struct command){.type = CMD_TRANSFER_CREATE,
				.session = slice_str(session),
				.once = slice_str(once),
				.name = S("申請書.docx"),
				.note = S("よろしく"),
				.size = size,
				.to_zone = LGWAN,
				.method = S("rebuild"),
				.confidentiality = 1,
				.recipient_login = S("taro")};
}

static inline enum err upload(const char *session, const char *id, struct slice bytes)
{
	struct hash h;
	enum err e = command(INTERNET, (struct command){.type = CMD_UPLOAD_OPEN,
							.session = slice_str(session),
							.transfer = slice_str(id)});

	if (e != OK)
		return e;
	REQUIRE(t.fd >= 0);
	e = blob_put_all(t.fd, &t.r.seal, bytes, &h);
	close(t.fd);
	REQUIRE(e == OK);
	return command(INTERNET, (struct command){.type = CMD_UPLOAD_COMMIT,
						  .session = slice_str(session),
						  .transfer = slice_str(id),
						  .size = bytes.n,
						  .hash = h});
}

static inline struct transfer_row row(const char *id)
{
	struct transfer_row r = {0};

	REQUIRE(store_transfer_get(t.store, slice_str(id), t.a, &r) == OK);
	return r;
}

/* Signs hanako in and sends five bytes; the jobs are not run yet. */
static inline void send(char session[65], char id[33])
{
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	REQUIRE(command(INTERNET, create(session, 5)) == OK);
	strcpy(id, t.transfer);
	REQUIRE(upload(session, id, S("hello")) == OK);
}

static inline enum err collect(const char *login, const char *id)
{
	char session[65];

	REQUIRE(sign_in(LGWAN, login, session) == OK);
	return command(LGWAN, (struct command){.type = CMD_COLLECT_OPEN,
					       .session = slice_str(session),
					       .transfer = slice_str(id)});
}

static inline uint64_t entries(const char *id, const char *type)
{
	struct record_entry *e;
	char stream[64];
	uint64_t found = 0;
	size_t n;

	snprintf(stream, sizeof stream, "transfer/%s", id);
	REQUIRE(record_of_stream(t.store, slice_str(stream), t.a, &e, &n) == OK);
	for (size_t i = 0; i < n; i++)
		found += slice_eq_str(e[i].type, type);
	return found;
}

#endif
