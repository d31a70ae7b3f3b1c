/*
 * The life of a transfer, with workers of the test's own in place of the pool: they may be honest,
 * crash, lie, or never answer. What must hold is the same each time: nothing is released that the
 * recogniser did not accept, nothing is lost, nothing is released twice.
 */
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
	const struct policy *policy;
	struct store *store;
	struct blob_home *blobs;
	struct gateway *g;
	struct fake_job jobs[32];
	enum lie lie;
	int64_t now_ms;
	unsigned commits, submitted;
	const struct store_driver *driver;
	/* the last answer */
	struct reply r;
	char session[65], csrf[65], token[65], transfer[33], reason[65], name[800];
	int fd;
	unsigned answers;
} t;

/* -- workers ------------------------------------------------------------------------------------
 */

static struct fake_job *place(pool_done_fn *done, void *arg, struct pool_ticket **ret)
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

static enum err fake_submit(void *ctx, const struct worker_job *job, pool_done_fn *done, void *arg,
			    struct pool_ticket **ret)
{
	struct fake_job *j = place(done, arg, ret);

	(void)ctx;
	if (!j)
		return ERR_FULL;
	j->job = *job;
	t.submitted++;
	return fd_dup(job->in, &j->in);
}

static enum err fake_check(void *ctx, struct slice password, struct slice hash, pool_done_fn *done,
			   void *arg, struct pool_ticket **ret)
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

static enum err fake_hash(void *ctx, struct slice password, pool_done_fn *done, void *arg,
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

static void fake_cancel(void *ctx, struct pool_ticket *ticket)
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

static void finish_sanitize(struct fake_job *j, struct worker_result *r)
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

static void finish_verify(struct fake_job *j, struct worker_result *r)
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
static bool run_kinds(unsigned kinds)
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
		fd_close(&r.out);
		fd_close(&j.in);
		return true;
	}
	return false;
}

static bool run_one(void)
{
	return run_kinds(~0u);
}

static void run_all(void)
{
	while (run_one())
		;
}

/* -- the gateway --------------------------------------------------------------------------------
 */

static bool on_loopback(void *arg, struct slice zone)
{
	(void)arg;
	(void)zone;
	return false;
}

static void on_commit(void *arg)
{
	(void)arg;
	t.commits++;
}

static int64_t the_time(void *arg)
{
	(void)arg;
	return t.now_ms;
}

static enum err open_gateway(void)
{
	struct gateway_conf conf = {
	    .policy = t.policy,
	    .workers = {NULL, fake_submit, fake_check, fake_hash, fake_cancel},
	    .upload_max = 4ull << 30,
	    .jobs_at_once = 4,
	    .loopback = on_loopback,
	    .committed = on_commit,
	    .now_ms = the_time};
	char path[128];

	snprintf(path, sizeof path, "%s/%s", t.dir, STORE_FILE);
	TRY(store_open(t.driver, path, STORE_WRITE, CITY, &t.store));
	TRY(blob_home_open(t.dir, &t.blobs));
	conf.store = t.store;
	conf.blobs = t.blobs;
	return gateway_open(&conf, &t.g);
}

static void close_gateway(void)
{
	gateway_close(t.g);
	store_close(t.store);
	blob_home_free(t.blobs);
	t.g = NULL;
	t.store = NULL;
	t.blobs = NULL;
}

static void reopen(void)
{
	close_gateway();
	REQUIRE(open_gateway() == OK);
}

static void use_policy(const char *rules)
{
	static const char head[] =
	    "policy \"p\" basis \"b\" adopted by \"市長\" version 1 effective 2020-01-01\n"
	    "zone internet \"I\" clause 1 networks 10.30.0.0/16\n"
	    "zone lgwan \"L\" default clause 1 networks 10.20.0.0/16\n"
	    "scale confidentiality clause 1 levels 1 \"機密性1\", 2 \"機密性2\", 3 \"機密性3\"\n";
	char *text = arena_printf(t.a, "%s%s\n", head, rules);
	struct diag d = {0};
	enum err e;

	REQUIRE(text);
	e = policy_load(t.a, slice_str(text), S("1 目的\n"), &t.policy, &d);
	if (e != OK)
		printf("# policy: %s (line %u)\n", d.text, d.line);
	REQUIRE(e == OK);
	if (t.g)
		gateway_set_policy(t.g, t.policy);
}

#define PERMIT \
	"permit transfer internet -> lgwan obliges sanitize rebuild, retain 30 days clause 1\n"

static void add_person(const char *login, const char *division)
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

static void set_up(void)
{
	char path[128];

	memset(&t, 0, sizeof t);
	t.driver = &store_faulty;
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
	add_person("hanako", "総務課");
	add_person("taro", "税務課");
	add_person("jiro", "税務課");
	store_close(t.store);
	REQUIRE(open_gateway() == OK);
}

static void tear_down(void)
{
	char cmd[128];

	close_gateway();
	arena_free(t.a);
	snprintf(cmd, sizeof cmd, "rm -rf %s", t.dir);
	CHECK(system(cmd) == 0);
}

/* -- commands -----------------------------------------------------------------------------------
 */

static void keep(char *to, size_t size, struct slice s)
{
	snprintf(to, size, "%.*s", (int)s.n, (const char *)s.p);
}

static void on_reply(void *arg, const struct reply *r, int fd)
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

static enum err command(struct slice zone, struct command c)
{
	unsigned before = t.answers;

	t.fd = -1;
	if (c.peer.n == 0)
		c.peer = slice_eq(zone, INTERNET) ? S("10.30.0.7") : S("10.20.0.7");
	gateway_command(t.g, zone, &c, on_reply, NULL);
	if (t.answers == before)
		run_kinds(1u << WORKER_PASSWORD);
	REQUIRE(t.answers == before + 1);
	return t.r.err;
}

static enum err sign_in(struct slice zone, const char *login, char ret[65])
{
	enum err e = command(zone, (struct command){.type = CMD_SIGN_IN,
						    .login = slice_str(login),
						    .password = S("secret password")});

	if (e == OK)
		strcpy(ret, t.session);
	return e;
}

static struct command create(const char *session, uint64_t size)
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

static enum err upload(const char *session, const char *id, struct slice bytes)
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

static struct transfer_row row(const char *id)
{
	struct transfer_row r = {0};

	REQUIRE(store_transfer_get(t.store, slice_str(id), t.a, &r) == OK);
	return r;
}

/* Signs hanako in and sends five bytes; the jobs are not run yet. */
static void send(char session[65], char id[33])
{
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	REQUIRE(command(INTERNET, create(session, 5)) == OK);
	strcpy(id, t.transfer);
	REQUIRE(upload(session, id, S("hello")) == OK);
}

static enum err collect(const char *login, const char *id)
{
	char session[65];

	REQUIRE(sign_in(LGWAN, login, session) == OK);
	return command(LGWAN, (struct command){.type = CMD_COLLECT_OPEN,
					       .session = slice_str(session),
					       .transfer = slice_str(id)});
}

static uint64_t entries(const char *id, const char *type)
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

/* -- cases --------------------------------------------------------------------------------------
 */

static void a_whole_life(void)
{
	char session[65], id[33];
	struct blob_reader *r;
	struct slice s;

	set_up();
	send(session, id);
	CHECK(row(id).state == TRANSFER_SANITIZING);
	CHECK(collect("taro", id) == ERR_NOT_FOUND);
	run_all();
	CHECK(row(id).state == TRANSFER_READY);
	CHECK(collect("jiro", id) == ERR_NOT_FOUND);
	REQUIRE(collect("taro", id) == OK);
	CHECK_STR(slice_str(t.name), "申請書.txt");
	REQUIRE(t.fd >= 0);
	REQUIRE(blob_reader_open(t.fd, &t.r.seal, t.r.size, &r) == OK);
	CHECK(blob_reader_at(r, 0, &s) == OK);
	CHECK_STR(s, "clean:hello");
	blob_reader_free(r);
	close(t.fd);
	REQUIRE(collect("taro", id) == OK);
	close(t.fd);
	CHECK(row(id).state == TRANSFER_COLLECTED);
	CHECK(entries(id, "transfer.created") == 1 && entries(id, "transfer.received") == 1);
	CHECK(entries(id, "transfer.decided") == 1 && entries(id, "transfer.sanitized") == 1);
	CHECK(entries(id, "transfer.ready") == 1 && entries(id, "transfer.collected") == 2);
	tear_down();
}

static void lies_are_held(void)
{
	static const struct {
		enum lie lie;
		const char *reason;
	} cases[] = {
	    {CRASH, "worker-crash"},          {REFUSE, "unknown-type"},
	    {BAD_REPORT, "worker-report"},    {NO_EXT, "worker-report"},
	    {OTHER_GRAMMAR, "verify-failed"}, {VERIFY_NO, "verify-failed"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char session[65], id[33];

		set_up();
		t.lie = cases[i].lie;
		send(session, id);
		run_all();
		CHECK(row(id).state == TRANSFER_HELD);
		CHECK_STR(row(id).reason, cases[i].reason);
		CHECK(entries(id, "transfer.ready") == 0 && entries(id, "transfer.held") == 1);
		CHECK(collect("taro", id) == ERR_NOT_FOUND);
		tear_down();
	}
}

static void the_policy_decides(void)
{
	char session[65], id[33];

	/* Forbidden before a byte comes in, with the clause. */
	set_up();
	REQUIRE(sign_in(LGWAN, "hanako", session) == OK);
	struct command c = create(session, 5);

	c.to_zone = INTERNET;
	CHECK(command(LGWAN, c) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "forbidden");
	/* Permitted when it was made, forbidden at the next decision. */
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	REQUIRE(command(INTERNET, create(session, 5)) == OK);
	strcpy(id, t.transfer);
	use_policy("forbid transfer internet -> lgwan clause 1\n");
	REQUIRE(upload(session, id, S("hello")) == OK);
	CHECK(row(id).state == TRANSFER_REFUSED);
	/* Ready, and then forbidden: it is not collected. */
	use_policy(PERMIT);
	send(session, id);
	run_all();
	CHECK(row(id).state == TRANSFER_READY);
	use_policy("forbid transfer internet -> lgwan clause 1\n");
	CHECK(collect("taro", id) == ERR_FORBIDDEN);
	CHECK(entries(id, "collect.refused") == 1 && row(id).state == TRANSFER_READY);
	/* An obligation nobody can fulfil here holds it, by its name. */
	use_policy("permit transfer internet -> lgwan obliges sanitize rebuild, scan clause 1\n");
	CHECK(collect("taro", id) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "obligation");
	send(session, id);
	CHECK(row(id).state == TRANSFER_HELD);
	CHECK_STR(row(id).reason, "obligation");
	CHECK(row(id).reason_text.n > 0);
	tear_down();
}

static void a_marking_raises_the_class(void)
{
	char session[65], id[33];

	set_up();
	use_policy("permit transfer internet -> lgwan when confidentiality = 1 obliges sanitize "
		   "rebuild clause 1\n");
	t.lie = HIGH_MARKING;
	send(session, id);
	run_all();
	CHECK(row(id).confidentiality == 3 && row(id).state == TRANSFER_REFUSED);
	CHECK(entries(id, "transfer.ready") == 0);
	CHECK(marking_level(t.policy, S("【機密性2】")) == 2);
	CHECK(marking_level(t.policy, S("秘")) == 3);
	CHECK(marking_level(t.policy, S("")) == 0);
	tear_down();
}

static void doors_are_kept(void)
{
	char session[65], other[65], id[33];
	struct command c;

	set_up();
	/* Peers outside the zone's networks, wrong passwords, sessions of another zone. */
	CHECK(command(INTERNET, (struct command){.type = CMD_SIGN_IN,
						 .peer = S("10.20.0.1"),
						 .login = S("hanako"),
						 .password = S("secret password")}) ==
	      ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "zone-networks");
	CHECK(command(INTERNET, (struct command){.type = CMD_SIGN_IN,
						 .login = S("hanako"),
						 .password = S("wrong")}) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "wrong-password");
	CHECK(command(INTERNET, (struct command){.type = CMD_SIGN_IN,
						 .login = S("nobody"),
						 .password = S("wrong")}) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "wrong-password");
	send(session, id);
	CHECK(command(LGWAN, (struct command){.type = CMD_SESSION_CHECK,
					      .session = slice_str(session)}) == ERR_FORBIDDEN);
	/* Another person's transfer does not exist. */
	REQUIRE(sign_in(INTERNET, "jiro", other) == OK);
	c = (struct command){
	    .type = CMD_WITHDRAW, .session = slice_str(other), .transfer = slice_str(id)};
	CHECK(command(INTERNET, c) == ERR_NOT_FOUND);
	c.type = CMD_UPLOAD_OPEN;
	CHECK(command(INTERNET, c) == ERR_NOT_FOUND);
	/* A session ends after idling. */
	t.now_ms += IDENTITY_IDLE + 1;
	CHECK(command(INTERNET, (struct command){.type = CMD_SESSION_CHECK,
						 .session = slice_str(session)}) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "signed-out");
	/* Throttled here, but not at another desk, and not for ever. */
	for (int i = 0; i < 6; i++)
		(void)command(INTERNET, (struct command){.type = CMD_SIGN_IN,
							 .login = S("taro"),
							 .password = S("wrong")});
	CHECK(command(INTERNET, (struct command){.type = CMD_SIGN_IN,
						 .login = S("taro"),
						 .password = S("secret password")}) == ERR_TIMEOUT);
	CHECK(t.r.wait_ms > 0);
	CHECK(command(INTERNET, (struct command){.type = CMD_SIGN_IN,
						 .peer = S("10.30.0.8"),
						 .login = S("taro"),
						 .password = S("secret password")}) == OK);
	t.now_ms += IDENTITY_WAIT_MAX;
	CHECK(sign_in(INTERNET, "taro", other) == OK);
	tear_down();
}

static void tokens_are_bound(void)
{
	char session[65], token[65];
	int64_t id;

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	struct command c = {.type = CMD_TOKEN_CREATE,
			    .session = slice_str(session),
			    .label = S("夜間バッチ"),
			    .purpose = S("receive"),
			    .host = S("10.30.0.9"),
			    .days = 2};

	REQUIRE(command(INTERNET, c) == OK);
	strcpy(token, t.token);
	id = t.r.token_id;
	/* Wrong purpose, wrong host, and a session's own commands. */
	struct command send_c = create(token, 5);

	send_c.peer = S("10.30.0.9");
	CHECK(command(INTERNET, send_c) == ERR_FORBIDDEN);
	c = (struct command){.type = CMD_COLLECT_OPEN,
			     .peer = S("10.30.0.9"),
			     .session = slice_str(token),
			     .transfer = S("00000000000000000000000000000000")};
	CHECK(command(INTERNET, c) == ERR_NOT_FOUND);
	c.peer = S("10.30.0.10");
	CHECK(command(INTERNET, c) == ERR_FORBIDDEN);
	CHECK(command(INTERNET, (struct command){.type = CMD_SESSION_CHECK,
						 .peer = S("10.30.0.9"),
						 .session = slice_str(token)}) == ERR_FORBIDDEN);
	CHECK(command(INTERNET, (struct command){.type = CMD_TOKEN_REVOKE,
						 .session = slice_str(session),
						 .token_id = id}) == OK);
	c.peer = S("10.30.0.9");
	CHECK(command(INTERNET, c) == ERR_FORBIDDEN);
	tear_down();
}

static void the_password_changes(void)
{
	char session[65];
	struct command c = {.type = CMD_PASSWORD_CHANGE, .new_password = S("new password here")};

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	c.session = slice_str(session);
	c.password = S("wrong");
	CHECK(command(INTERNET, c) == ERR_FORBIDDEN);
	c.password = S("secret password");
	c.new_password = S("hanako1234567");
	CHECK(command(INTERNET, c) == ERR_USAGE);
	c.new_password = S("new password here");
	c.peer = S("10.30.0.7");
	gateway_command(t.g, INTERNET, &c, on_reply, NULL);
	run_all();
	CHECK(t.r.err == OK && t.r.type == CMD_PASSWORD_CHANGE);
	/* Every session has ended. */
	CHECK(command(INTERNET, (struct command){.type = CMD_SESSION_CHECK,
						 .session = slice_str(session)}) == ERR_FORBIDDEN);
	tear_down();
}

static void uploads_resume_and_repeat(void)
{
	char session[65], id[33];
	size_t n = 2 * BLOB_CHUNK + 100;
	uint8_t *p = calloc(1, n);
	struct blob_writer *w;
	struct command c, open_c;
	struct hash h;
	uint64_t at;

	set_up();
	REQUIRE(p);
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	c = create(session, n);
	REQUIRE(command(INTERNET, c) == OK);
	strcpy(id, t.transfer);
	/* The same form sent twice is one transfer. */
	REQUIRE(command(INTERNET, c) == OK);
	CHECK_STR(slice_str(t.transfer), id);
	open_c = (struct command){.type = CMD_UPLOAD_OPEN,
				  .session = slice_str(session),
				  .transfer = slice_str(id),
				  .at = UINT64_MAX};
	REQUIRE(command(INTERNET, open_c) == OK);
	at = t.r.at;
	CHECK(at == 0);
	REQUIRE(blob_writer_open(t.fd, &t.r.seal, n, &at, &w) == OK);
	CHECK(blob_writer_put(w, slice_of(p, BLOB_CHUNK + 5)) == OK);
	blob_writer_free(w);
	close(t.fd);
	/* Not complete: it cannot be committed. */
	CHECK(command(INTERNET, (struct command){.type = CMD_UPLOAD_COMMIT,
						 .session = slice_str(session),
						 .transfer = slice_str(id),
						 .size = n}) == ERR_CONFLICT);
	reopen();
	REQUIRE(command(INTERNET, open_c) == OK);
	at = t.r.at;
	CHECK(at == BLOB_CHUNK);
	REQUIRE(blob_writer_open(t.fd, &t.r.seal, n, &at, &w) == OK);
	CHECK(blob_writer_put(w, slice_from(slice_of(p, n), at)) == OK);
	REQUIRE(blob_writer_finish(w, &h) == OK);
	blob_writer_free(w);
	close(t.fd);
	c = (struct command){.type = CMD_UPLOAD_COMMIT,
			     .session = slice_str(session),
			     .transfer = slice_str(id),
			     .size = n,
			     .hash = h};
	CHECK(command(INTERNET, c) == OK);
	CHECK(command(INTERNET, c) == OK);
	c.hash.b[0] ^= 1;
	CHECK(command(INTERNET, c) == ERR_CONFLICT);
	CHECK(entries(id, "transfer.received") == 1);
	run_all();
	CHECK(row(id).state == TRANSFER_READY);
	free(p);
	tear_down();
}

/* A hash that is not the content's, and a file that was changed: held before a worker sees it. */
static void broken_content_is_held(void)
{
	char session[65], id[33], cmd[200];

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	REQUIRE(command(INTERNET, create(session, 5)) == OK);
	strcpy(id, t.transfer);
	REQUIRE(command(INTERNET, (struct command){.type = CMD_UPLOAD_OPEN,
						   .session = slice_str(session),
						   .transfer = slice_str(id)}) == OK);
	struct hash h;

	REQUIRE(blob_put_all(t.fd, &t.r.seal, S("hello"), &h) == OK);
	close(t.fd);
	h.b[3] ^= 1;
	CHECK(command(INTERNET, (struct command){.type = CMD_UPLOAD_COMMIT,
						 .session = slice_str(session),
						 .transfer = slice_str(id),
						 .size = 5,
						 .hash = h}) == OK);
	CHECK(row(id).state == TRANSFER_HELD && t.submitted == 0);
	CHECK_STR(row(id).reason, "blob-broken");
	/* Ready, and then its file is changed: no descriptor is given for a file of another size.
	 */
	send(session, id);
	run_all();
	REQUIRE(row(id).state == TRANSFER_READY);
	snprintf(cmd, sizeof cmd, "find %s/blobs -type f -delete", t.dir);
	REQUIRE(system(cmd) == 0);
	CHECK(collect("taro", id) == ERR_NOT_FOUND || t.r.err == ERR_IO);
	CHECK(entries(id, "transfer.collected") == 0);
	tear_down();
}

static unsigned files(void)
{
	char cmd[160];
	unsigned n = 0;

	snprintf(cmd, sizeof cmd, "find %s/blobs -type f | wc -l", t.dir);
	FILE *f = popen(cmd, "r");

	REQUIRE(f && fscanf(f, "%u", &n) == 1);
	pclose(f);
	return n;
}

static void withdrawing_stops_the_job(void)
{
	char session[65], id[33];

	set_up();
	send(session, id);
	struct command c = {
	    .type = CMD_WITHDRAW, .session = slice_str(session), .transfer = slice_str(id)};

	CHECK(command(INTERNET, c) == OK);
	CHECK(row(id).state == TRANSFER_WITHDRAWN && !gateway_busy(t.g));
	run_all();
	CHECK(row(id).state == TRANSFER_WITHDRAWN);
	CHECK(command(INTERNET, c) == OK);
	CHECK(entries(id, "transfer.withdrawn") == 1);
	/* Also while the recogniser reads: what was sanitized has no row and leaves no file. */
	send(session, id);
	REQUIRE(run_kinds(1u << WORKER_SANITIZE) && files() == 3);
	c.transfer = slice_str(id);
	CHECK(row(id).state == TRANSFER_SANITIZING && command(INTERNET, c) == OK);
	CHECK(files() == 2 && !gateway_busy(t.g) && !run_one());
	CHECK(entries(id, "transfer.sanitized") == 0 && entries(id, "transfer.withdrawn") == 1);
	/* What was collected cannot be taken back. */
	send(session, id);
	run_all();
	REQUIRE(collect("taro", id) == OK);
	close(t.fd);
	c.transfer = slice_str(id);
	CHECK(command(INTERNET, c) == ERR_CONFLICT);
	tear_down();
}

static void retention_ends(void)
{
	char session[65], id[33];
	struct record_entry *e;
	char stream[64];
	size_t n;

	set_up();
	send(session, id);
	run_all();
	CHECK(files() == 2);
	gateway_tick(t.g, 0);
	CHECK(row(id).state == TRANSFER_READY);
	/* 30 days are kept whole; on a jump of the clock nothing is purged. */
	t.now_ms += 29 * DAY_MS;
	gateway_tick(t.g, 20000);
	CHECK(row(id).state == TRANSFER_READY);
	t.now_ms += 3 * DAY_MS;
	gateway_tick(t.g, 40000);
	CHECK(row(id).state == TRANSFER_READY);
	reopen();
	gateway_tick(t.g, 0);
	gateway_tick(t.g, 20000);
	CHECK(row(id).state == TRANSFER_PURGED && files() == 0);
	CHECK(row(id).name.n == 0 && row(id).note.n == 0);
	snprintf(stream, sizeof stream, "transfer/%s", id);
	REQUIRE(record_of_stream(t.store, slice_str(stream), t.a, &e, &n) == OK);
	CHECK(slice_starts(record_value(&e[0], "name"), S("c:")));
	CHECK(entries(id, "record.erased") == 1 && entries(id, "transfer.purged") == 1);
	tear_down();
}

static void uploads_are_not_waited_for_ever(void)
{
	char session[65], id[33];

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	REQUIRE(command(INTERNET, create(session, 5)) == OK);
	strcpy(id, t.transfer);
	t.now_ms += DAY_MS + 1;
	gateway_tick(t.g, 20000);
	CHECK(row(id).state == TRANSFER_PURGED);
	CHECK(entries(id, "transfer.expired") == 1);
	tear_down();
}

static void a_full_disk_refuses_politely(void)
{
	char session[65];

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	t.g->conf.watermark_bytes = UINT64_MAX;
	CHECK(command(INTERNET, create(session, 5)) == ERR_FULL);
	CHECK_STR(slice_str(t.reason), "disk-full");
	/* What was promised to one upload is not promised again. */
	uint64_t left, total;

	REQUIRE(blob_space(t.blobs, &left, &total) == OK);
	t.g->conf.watermark_bytes = 0;
	t.g->conf.upload_max = UINT64_MAX;
	CHECK(command(INTERNET, create(session, left / 4 * 3)) == OK);
	CHECK(command(INTERNET, create(session, left / 4 * 3)) == ERR_FULL);
	for (int i = 0; i < OPEN_MAX - 1; i++)
		REQUIRE(command(INTERNET, create(session, 1)) == OK);
	CHECK(command(INTERNET, create(session, 1)) == ERR_LIMIT);
	CHECK_STR(slice_str(t.reason), "too-many-open");
	t.g->conf.upload_max = 4;
	CHECK(command(INTERNET, create(session, 5)) == ERR_LIMIT);
	tear_down();
}

/* The process dies after every single job and commit: each time it goes on from where it was. */
static void it_goes_on_after_every_death(void)
{
	char session[65], id[33];

	set_up();
	send(session, id);
	for (int i = 0; i < 6 && row(id).state != TRANSFER_READY; i++) {
		reopen();
		memset(t.jobs, 0, sizeof t.jobs);
		reopen();
		for (int jobs = 0; jobs <= i; jobs++)
			run_one();
	}
	CHECK(row(id).state == TRANSFER_READY);
	reopen();
	run_all();
	CHECK(entries(id, "transfer.sanitized") == 1 && entries(id, "transfer.ready") == 1);
	CHECK(files() == 2);
	tear_down();
}

/* What must hold whatever failed: the row's state and its entries tell the same story. */
static void check_story(const char *id)
{
	struct transfer_row r = row(id);

	CHECK(entries(id, "transfer.created") == 1);
	CHECK(entries(id, "transfer.received") == (r.state >= TRANSFER_RECEIVED));
	CHECK(entries(id, "transfer.ready") ==
	      (r.state == TRANSFER_READY || r.state == TRANSFER_COLLECTED));
	CHECK(entries(id, "transfer.collected") == (r.state == TRANSFER_COLLECTED));
}

/* A fault at every call of the store in turn; after a restart the transfer still comes through. */
static void a_fault_at_every_call(void)
{
	unsigned fired = 0;

	for (uint64_t n = 1; n < 2000; n += n < 120 ? 1 : 7) {
		char session[65], id[33], receiver[65];
		bool late;

		set_up();
		REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
		REQUIRE(sign_in(LGWAN, "taro", receiver) == OK);
		REQUIRE(command(INTERNET, create(session, 5)) == OK);
		strcpy(id, t.transfer);
		store_fault_after(n, n % 2 ? ERR_IO : ERR_FULL);
		(void)upload(session, id, S("hello"));
		run_all();
		late = store_fault_calls() < n;
		fired += !late;
		store_fault_after(0, OK);
		check_story(id);
		reopen();
		if (row(id).state == TRANSFER_RECEIVING)
			REQUIRE(upload(session, id, S("hello")) == OK);
		run_all();
		CHECK(row(id).state == TRANSFER_READY);
		check_story(id);
		CHECK(files() == 2);
		CHECK(command(LGWAN, (struct command){.type = CMD_COLLECT_OPEN,
						      .session = slice_str(receiver),
						      .transfer = slice_str(id)}) == OK);
		fd_close(&t.fd);
		check_story(id);
		tear_down();
		if (late)
			break;
	}
	CHECK(fired > 40);
}

static void the_table_has_no_way_back(void)
{
	for (int from = 1; from < TRANSFER_STATES; from++) {
		CHECK(!life_may((enum transfer_state)from, TRANSFER_RECEIVING));
		CHECK(!life_may(TRANSFER_PURGED, (enum transfer_state)from));
		/* Only what was verified becomes ready, only what is ready is collected. */
		CHECK(life_may((enum transfer_state)from, TRANSFER_READY) ==
		      (from == TRANSFER_VERIFYING));
		CHECK(life_may((enum transfer_state)from, TRANSFER_COLLECTED) ==
		      (from == TRANSFER_READY || from == TRANSFER_COLLECTED));
	}
}

static void japanese_days_and_years(void)
{
	CHECK(jst_fiscal_year(1774969199000) == 2025); /* 2026-03-31 23:59:59 JST */
	CHECK(jst_fiscal_year(1774969200000) == 2026); /* 2026-04-01 00:00:00 JST */
	CHECK(jst_day(1774969200000) == jst_day(1774969199000) + 1);
	CHECK(jst_day_start_ms(jst_day(1774969200000)) == 1774969200000);
	CHECK(jst_fiscal_year(951782400000) == 1999);  /* 2000-02-29 */
	CHECK(jst_fiscal_year(1767193200000) == 2025); /* 2026-01-01 JST */
}

TESTS(CASE(a_whole_life), CASE(lies_are_held), CASE(the_policy_decides),
      CASE(a_marking_raises_the_class), CASE(doors_are_kept), CASE(tokens_are_bound),
      CASE(the_password_changes), CASE(uploads_resume_and_repeat), CASE(broken_content_is_held),
      CASE(withdrawing_stops_the_job), CASE(retention_ends), CASE(uploads_are_not_waited_for_ever),
      CASE(a_full_disk_refuses_politely), CASE(it_goes_on_after_every_death),
      CASE(a_fault_at_every_call), CASE(the_table_has_no_way_back), CASE(japanese_days_and_years))
