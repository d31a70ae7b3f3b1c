/*
 * The parent with roles of this test: http forwards one letter from its listener to the gateway,
 * which answers with what it knows of the edge.
 */
#include "base/test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "os/clock.h"
#include "sekisho/parent.h"
#include "sekisho/subcommand.h"

enum { ASK = 1, ANSWER };

static int run_idle(struct role_env *env)
{
	enum role_news news = ROLE_RELOAD;

	if (role_ready(env) != OK)
		return 1;
	while (news != ROLE_STOP)
		if (role_control(env, NULL, NULL, &news, NULL) != OK)
			return 1;
	return EXIT_DONE;
}

/* Answers on every edge, until its letter kills it; another letter kills a zygote. */
static enum err answer(struct role_env *env, const struct role_edge *e, unsigned reloads)
{
	static struct wire_msg m;
	static unsigned hellos;
	char text[128];
	AUTO_BUF b;

	wire_buf(&b);
	TRY(wire_recv(e->fd, &m));
	if (role_is_zygote(e->peer)) {
		hellos++;
		return OK;
	}
	if (m.payload.n == 1 && m.payload.p[0] == 'x')
		abort();
	if (m.payload.n == 1 && m.payload.p[0] == 'k')
		TRY(role_replace(env, ROLE_VERIFY));
	snprintf(text, sizeof text, "%s reloads=%u", e->zone, reloads);
	if (m.payload.n == 1 && m.payload.p[0] == 'h')
		snprintf(text, sizeof text, "hellos=%u", hellos);
	wire_put_str(&b, text);
	return wire_reply(e->fd, &m, ANSWER, &b, NULL, 0);
}

static int run_gateway(struct role_env *env)
{
	unsigned reloads = 0;

	if (role_ready(env) != OK)
		return 1;
	for (;;) {
		struct pollfd p[EDGES_MAX + 1];
		enum role_news news;

		for (size_t i = 0; i < env->edges; i++)
			p[i] = (struct pollfd){.fd = env->edge[i].fd, .events = POLLIN};
		p[env->edges] = (struct pollfd){.fd = env->control, .events = POLLIN};
		if (poll(p, env->edges + 1, -1) < 0)
			return 1;
		if (p[env->edges].revents) {
			if (role_control(env, NULL, NULL, &news, NULL) != OK)
				return 1;
			if (news == ROLE_STOP)
				return EXIT_DONE;
			reloads += news == ROLE_RELOAD;
			continue;
		}
		for (size_t i = 0; i < env->edges; i++)
			if (p[i].revents && answer(env, &env->edge[i], reloads) != OK)
				fd_close(&env->edge[i].fd);
	}
}

static void serve_one(struct role_env *env, int fd)
{
	static struct wire_msg m;
	struct role_edge *e = role_find(env, ROLE_GATEWAY, NULL, 0);
	struct reader r;
	char letter, text[128] = "no gateway";
	AUTO_BUF b;

	wire_buf(&b);
	if (sock_wait_readable(fd, 1000) != OK || read(fd, &letter, 1) != 1)
		return;
	if (letter == 's' && open("/etc/passwd", O_RDONLY) >= 0 &&
	    execl("/bin/true", "true", NULL) != 0)
		return;
	buf_byte(&b, (uint8_t)letter);
	if (e && e->fd >= 0 && wire_call(e->fd, ASK, 1, &b, 1000, NULL, NULL, &m) == OK) {
		r = reader_of(m.payload);
		wire_get_str(&r, text, sizeof text);
	}
	if (write(fd, text, strlen(text)) < 0)
		return;
}

static int run_http(struct role_env *env)
{
	const char *const read[] = {"/", NULL};
	int l = role_given(env, EDGE_LISTEN);

	role_lock(env, read, NULL);
	if (role_ready(env) != OK)
		return 1;
	for (;;) {
		struct pollfd p[2] = {{.fd = l, .events = POLLIN},
				      {.fd = env->control, .events = POLLIN}};
		enum role_news news;
		AUTO_CLOSE fd = -1;

		if (poll(p, 2, -1) < 0)
			return 1;
		if (p[1].revents) {
			if (role_control(env, NULL, NULL, &news, NULL) != OK)
				return 1;
			if (news == ROLE_STOP)
				return EXIT_DONE;
		} else if (sock_accept(l, &fd, NULL) == OK) {
			serve_one(env, fd);
		}
	}
}

/* The tables of this program, in place of roles.c. */
const struct role roles[ROLE_COUNT] = {
    [ROLE_HTTP] = {"http", PER_ZONE, true, 1, PROGRAM_MAIN},
    [ROLE_PORTAL] = {"portal", PER_ZONE, false, 2, PROGRAM_MAIN},
    [ROLE_GATEWAY] = {"gateway", PER_SITE, false, 1, PROGRAM_MAIN},
    [ROLE_SIGNER] = {"signer", PER_SITE, false, 1, PROGRAM_MAIN},
    [ROLE_OUTBOUND] = {"outbound", PER_PEER, false, 1, PROGRAM_MAIN},
    [ROLE_SANITIZE] = {"sanitize", PER_SITE, false, 1, PROGRAM_WORKER},
    [ROLE_VERIFY] = {"verify", PER_SITE, false, 1, PROGRAM_WORKER},
    [ROLE_PASSWORD] = {"password", PER_SITE, false, 1, PROGRAM_WORKER},
};
role_fn *const role_entries[ROLE_COUNT] = {
    [ROLE_HTTP] = run_http,
    [ROLE_PORTAL] = run_idle,
    [ROLE_GATEWAY] = run_gateway,
    [ROLE_SIGNER] = run_idle,
};
const struct edge edges[] = {
    {ROLE_HTTP, ROLE_GATEWAY, "letters"},   {ROLE_PORTAL, ROLE_GATEWAY, "nothing"},
    {ROLE_GATEWAY, ROLE_SANITIZE, "files"}, {ROLE_GATEWAY, ROLE_VERIFY, "files"},
    {ROLE_GATEWAY, ROLE_PASSWORD, "files"},
};
const size_t edges_n = ARRAY_LEN(edges);

/* ---- the system under test ---- */

struct system {
	pid_t pid;
	FILE *log;
	struct sock_addr *addr; /* shared: filled by the parent when it is ready */
	char dir[32];
};

static void on_ready(void *arg, const struct given *given)
{
	struct sock_addr *shared = arg;

	for (size_t i = given->n; i-- > 0;)
		shared[i] = given->zone[i].bound;
}

static int child_main(struct sock_addr *shared, const char *dir)
{
	static const char text[] = "[site]\ncity = test\nname = test\n"
				   "[listen internet]\naddress = 127.0.0.1:0\nhosts = localhost\n"
				   "[listen lgwan]\naddress = 127.0.0.1:0\nhosts = localhost\n";
	struct parent_conf conf = {
	    .dir = dir, .text = slice_str(text), .ready = on_ready, .arg = shared};
	struct arena *a = arena_new(1 << 20);
	struct diag d = {0};

	if (!a || config_parse(a, conf.dir, conf.text, &conf.config, &d) != OK)
		return 1;
	return parent_run(&conf, &d) == OK ? 0 : 1;
}

static struct system start_system(void)
{
	struct system s = {.log = tmpfile(), .dir = "/tmp/sekisho-parent.XXXXXX"};

	s.addr = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(s.log && s.addr != MAP_FAILED && mkdtemp(s.dir));
	s.pid = fork();
	if (s.pid == 0) {
		dup2(fileno(s.log), STDERR_FILENO);
		_exit(child_main(s.addr, s.dir));
	}
	for (int i = 0; i < 500 && ((volatile struct sock_addr *)s.addr)->n == 0; i++)
		usleep(10000);
	REQUIRE(s.addr[0].n > 0);
	return s;
}

static bool logged(const struct system *s, const char *what)
{
	char text[65536];
	ssize_t n = pread(fileno(s->log), text, sizeof text - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return strstr(text, what) != NULL;
}

static void stop_system(struct system *s)
{
	int status = -1;
	char running[64];

	REQUIRE(kill(s->pid, SIGTERM) == 0 && waitpid(s->pid, &status, 0) == s->pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(logged(s, "event=stopped"));
	fclose(s->log);
	munmap(s->addr, 4096);
	snprintf(running, sizeof running, "%s/running", s->dir);
	CHECK(unlink(running) == 0 && rmdir(s->dir) == 0);
}

/* What the zone's door answers to a letter; "" when nobody does. */
static void ask(const struct system *s, int zone, char letter, char ret[128])
{
	AUTO_CLOSE fd = -1;
	ssize_t n = -1;

	if (sock_connect(&s->addr[zone], 2000, &fd) == OK && write(fd, &letter, 1) == 1 &&
	    sock_wait_readable(fd, 3000) == OK)
		n = read(fd, ret, 127);
	ret[n > 0 ? n : 0] = '\0';
}

static bool answers_letter(const struct system *s, int zone, char letter, const char *want,
			   uint64_t ms)
{
	uint64_t until = clock_mono_ms() + ms;
	char got[128] = "";

	while (clock_mono_ms() < until) {
		ask(s, zone, letter, got);
		if (strcmp(got, want) == 0)
			return true;
		usleep(20000);
	}
	printf("# last answer [%s]\n", got);
	return false;
}

static bool answers_within(const struct system *s, int zone, const char *want, uint64_t ms)
{
	return answers_letter(s, zone, 'g', want, ms);
}

static void a_zone_is_the_edge_it_came_over(void)
{
	struct system s = start_system();
	char got[128];

	ask(&s, 0, 'g', got);
	CHECK_STR(slice_str(got), "internet reloads=0");
	ask(&s, 1, 'g', got);
	CHECK_STR(slice_str(got), "lgwan reloads=0");
	REQUIRE(kill(s.pid, SIGHUP) == 0);
	CHECK(answers_within(&s, 0, "internet reloads=1", 2000));
	stop_system(&s);
}

static void a_dead_role_comes_back_with_its_edges(void)
{
	struct system s = start_system();
	char got[128];

	ask(&s, 0, 'x', got);
	CHECK_STR(slice_str(got), "no gateway");
	CHECK(answers_within(&s, 0, "internet reloads=0", 5000));
	CHECK(answers_within(&s, 1, "lgwan reloads=0", 1000));
	CHECK(logged(&s, "name=gateway zone=- n=0") && logged(&s, "signal=SIGABRT"));
	stop_system(&s);
}

static void a_forbidden_call_is_named(void)
{
	struct system s = start_system();
	char got[128];

	ask(&s, 0, 's', got);
	CHECK_STR(slice_str(got), "");
	CHECK(answers_within(&s, 0, "internet reloads=0", 5000));
	CHECK(logged(&s, "forbidden-call=execve"));
	stop_system(&s);
}

static void a_zygote_is_replaced(void)
{
	struct system s = start_system();
	char got[128];

	CHECK(answers_letter(&s, 0, 'h', "hellos=3", 5000));
	ask(&s, 0, 'k', got);
	CHECK(answers_letter(&s, 0, 'h', "hellos=4", 5000));
	CHECK(logged(&s, "name=verify") && logged(&s, "signal=SIGKILL"));
	CHECK(!logged(&s, "event=role-ended name=gateway"));
	stop_system(&s);
}

/* The zygotes leave with the gateway that they served, and come back to the next one. */
static void zygotes_come_back_to_a_new_gateway(void)
{
	struct system s = start_system();
	char got[128];

	CHECK(answers_letter(&s, 0, 'h', "hellos=3", 5000));
	ask(&s, 0, 'x', got);
	CHECK(answers_letter(&s, 0, 'h', "hellos=3", 10000));
	stop_system(&s);
}

static void edges_are_printed_and_read(void)
{
	static const char *const bad[] = {"",        "http",     "http/z",      "nobody/z/0",
					  "http//0", "http/z/x", "http/z/70000"};
	struct role_edge e = {.peer = ROLE_PORTAL, .zone = "lgwan", .n = 1}, back;
	char text[128];

	role_edge_print(&e, text, sizeof text);
	CHECK_STR(slice_str(text), "portal/lgwan/1");
	REQUIRE(role_edge_parse(slice_str(text), &back) == OK);
	CHECK(back.peer == ROLE_PORTAL && back.n == 1 && back.kind == EDGE_PEER);
	CHECK_STR(slice_str(back.zone), "lgwan");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(role_edge_parse(slice_str(bad[i]), &back) == ERR_USAGE);
}

static const struct test_case cases[] = {
    CASE(edges_are_printed_and_read),
    CASE(a_zone_is_the_edge_it_came_over),
    CASE(a_dead_role_comes_back_with_its_edges),
    CASE(a_forbidden_call_is_named),
    CASE(a_zygote_is_replaced),
    CASE(zygotes_come_back_to_a_new_gateway),
};

int cli_fail(const struct cli *cli, const char *fmt, ...)
{
	(void)cli;
	fprintf(stderr, "%s\n", fmt);
	return EXIT_ERROR;
}

extern const struct subcommand cmd_role;

int main(int argc, char **argv)
{
	if (argc > 5 && strcmp(argv[1], "role") == 0) {
		struct cli cli = {.cmd = &cmd_role,
				  .operand = (const char *const *)(argv + 2),
				  .operands = (size_t)argc - 2};

		return cmd_role.run(&cli);
	}
	return test_run(__FILE__, cases, ARRAY_LEN(cases));
}
