#include "base/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "os/clock.h"
#include "os/file.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/rand.h"
#include "os/sock.h"
#include "os/spawn.h"

static void iso_time_goes_both_ways(void)
{
	char text[CLOCK_ISO_SIZE];
	int64_t t = 0;

	clock_iso(1763963165123456ll, text);
	CHECK_STR(slice_str(text), "2025-11-24T05:46:05.123Z");
	CHECK(clock_iso_parse(slice_str(text), &t) == OK && t == 1763963165123000ll);
	CHECK(clock_iso_parse(S("1970-01-01T00:00:00Z"), &t) == OK && t == 0);
	clock_iso(-1, text);
	CHECK_STR(slice_str(text), "1969-12-31T23:59:59.999Z");
	clock_iso(INT64_MAX, text);
	CHECK(strlen(text) == 24);
	CHECK(clock_iso_parse(S("2025-04-31T00:00:00Z"), &t) == ERR_SYNTAX);
	CHECK(clock_iso_parse(S("2025-04-01T00:00:00"), &t) == ERR_SYNTAX);
	CHECK(clock_iso_parse(S("2025-04-01T00:00:00ZZ"), &t) == ERR_SYNTAX);
	CHECK(clock_iso_parse(S("2025-04-01 00:00:00Z"), &t) == ERR_SYNTAX);
	CHECK(clock_iso_parse(S(""), &t) == ERR_SYNTAX);
}

static void addresses_are_read_and_printed(void)
{
	static const char *const good[] = {"127.0.0.1:8443", "[::1]:443", "unix:/run/x.sock",
					   "0.0.0.0:0", "[2001:db8::5]:65535"};
	static const char *const bad[] = {"",      "localhost:1", "127.0.0.1", "127.0.0.1:65536",
					  "[::1]", "[::1:443",    "::1:443",   "127.0.0.1:-1",
					  "unix:", "1.2.3.4:",    "[]:1",      "127.0.0.1:1 "};
	struct sock_addr a;
	char text[SOCK_TEXT_SIZE];
	uint8_t b[16];

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		REQUIRE(sock_addr_parse(slice_str(good[i]), &a) == OK);
		sock_addr_text(&a, text);
		CHECK_STR(slice_str(text), good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(sock_addr_parse(slice_str(bad[i]), &a) == ERR_SYNTAX);
	REQUIRE(sock_addr_parse(S("[::ffff:10.1.2.3]:1"), &a) == OK);
	CHECK(sock_addr_bytes(&a, b) == 4 && b[0] == 10 && b[3] == 3);
	CHECK(!sock_addr_is_loopback(&a));
	REQUIRE(sock_addr_parse(S("[::1]:1"), &a) == OK);
	CHECK(sock_addr_is_loopback(&a));
}

static void listens_and_connects(void)
{
	static const char *const where[] = {"127.0.0.1:0", "[::1]:0"};

	for (size_t i = 0; i < ARRAY_LEN(where); i++) {
		struct sock_addr a, peer;
		AUTO_CLOSE l = -1;
		AUTO_CLOSE c = -1;
		AUTO_CLOSE s = -1;
		enum err e;

		REQUIRE(sock_addr_parse(slice_str(where[i]), &a) == OK);
		e = sock_listen(&a, &l);
		if (i == 1 && e != OK)
			SKIP_CASE("no IPv6 here");
		REQUIRE(e == OK && sock_local(l, &a) == OK);
		CHECK(sock_accept(l, &s, NULL) == ERR_NOT_FOUND);
		REQUIRE(sock_connect(&a, 1000, &c) == OK);
		REQUIRE(sock_wait_readable(l, 1000) == OK && sock_accept(l, &s, &peer) == OK);
		CHECK(sock_addr_is_loopback(&peer));
		AUTO_CLOSE again = -1;
		CHECK(sock_listen(&a, &again) == ERR_CONFLICT);
	}
}

static void packets_carry_descriptors(void)
{
	int two[2], fds[SOCK_FDS_MAX], mem = -1;
	size_t n = 0, nfds = 0;
	uint8_t got[16];
	struct mem_map map = {0};

	REQUIRE(sock_pair(two) == OK && mem_of("t", S("hello"), &mem) == OK);
	CHECK(sock_send(two[0], S("ab"), S("cd"), &mem, 1) == OK);
	close(mem);
	REQUIRE(sock_recv(two[1], got, sizeof got, &n, fds, &nfds) == OK);
	CHECK(n == 4 && memcmp(got, "abcd", 4) == 0 && nfds == 1);
	REQUIRE(mem_map(fds[0], 100, &map) == OK);
	CHECK_STR(map.view, "hello");
	mem_unmap(&map);
	CHECK(mem_map(fds[0], 4, &map) == ERR_LIMIT);
	CHECK(pwrite(fds[0], "x", 1, 0) < 0);
	CHECK(mmap(NULL, 5, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0) == MAP_FAILED);
	close(fds[0]);
	CHECK(sock_send(two[0], S("12345678901234567"), S(""), NULL, 0) == OK);
	CHECK(sock_recv(two[1], got, sizeof got, &n, fds, &nfds) == ERR_PEER);
	REQUIRE(fd_nonblock(two[1], 1) == OK);
	CHECK(sock_recv(two[1], got, sizeof got, &n, fds, &nfds) == ERR_TIMEOUT);
	close(two[0]);
	CHECK(sock_recv(two[1], got, sizeof got, &n, fds, &nfds) == ERR_CRASH);
	CHECK(sock_send(two[1], S("x"), S(""), NULL, 0) == ERR_CRASH);
	close(two[1]);
}

static void an_unsealed_memory_file_is_not_mapped(void)
{
	AUTO_CLOSE fd = -1;
	struct mem_map map;

	REQUIRE(mem_new("t", &fd) == OK && fd_write_all(fd, "abc", 3) == OK);
	CHECK(mem_map(fd, 10, &map) == ERR_PEER);
	CHECK(mem_seal(fd) == OK && mem_map(fd, 10, &map) == OK);
	mem_unmap(&map);
}

struct seen {
	struct loop *loop;
	struct loop_watch *watch;
	struct loop_timer *never;
	char order[16];
	size_t n;
};

static void note(struct seen *s, char c)
{
	if (s->n < sizeof s->order - 1)
		s->order[s->n++] = c;
}

static void on_read(void *arg, int fd, unsigned events)
{
	struct seen *s = arg;
	char c;

	if (events & LOOP_READ && read(fd, &c, 1) == 1) {
		note(s, c);
		return;
	}
	note(s, 'h');
	loop_unwatch(s->watch);
	s->watch = NULL;
}

static void on_short(void *arg)
{
	note(arg, 's');
}

static void on_long(void *arg)
{
	struct seen *s = arg;

	note(s, 'l');
	loop_cancel(s->never);
	loop_stop(s->loop);
}

static void on_never(void *arg)
{
	note(arg, '!');
}

static void on_signal(void *arg, int signo)
{
	note(arg, signo == SIGUSR1 ? 'u' : '?');
}

static void the_loop_calls_back(void)
{
	struct seen s = {0};
	struct loop_timer *t;
	int p[2];

	REQUIRE(loop_new(&s.loop) == OK && pipe(p) == 0);
	REQUIRE(loop_watch(s.loop, p[0], LOOP_READ, on_read, &s, &s.watch) == OK);
	REQUIRE(loop_timer(s.loop, 20, on_never, &s, &s.never) == OK);
	REQUIRE(loop_timer(s.loop, 12, on_long, &s, &t) == OK);
	REQUIRE(loop_timer(s.loop, 4, on_short, &s, &t) == OK);
	REQUIRE(loop_signal(s.loop, SIGUSR1, on_signal, &s) == OK);
	REQUIRE(write(p[1], "r", 1) == 1);
	CHECK(loop_once(s.loop, 0) == OK);
	CHECK_STR(slice_str(s.order), "r");
	close(p[1]);
	CHECK(loop_once(s.loop, 0) == OK);
	CHECK_STR(slice_str(s.order), "rh");
	raise(SIGUSR1);
	CHECK(loop_run(s.loop) == OK);
	CHECK_STR(slice_str(s.order), "rhusl");
	loop_free(s.loop);
	close(p[0]);
}

static void many_timers_fire_in_order(void)
{
	struct loop_timer *t[64];
	struct seen s = {0};

	REQUIRE(loop_new(&s.loop) == OK);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		REQUIRE(loop_timer(s.loop, (i * 37 % 64) * 1000, on_never, &s, &t[i]) == OK);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		if (i % 64 != 0)
			loop_cancel(t[i]);
	CHECK(loop_once(s.loop, 100) == OK);
	CHECK_STR(slice_str(s.order), "!");
	loop_free(s.loop);
}

static void files_are_replaced_or_refused(void)
{
	char dir[] = "/tmp/sekisho-os-XXXXXX", path[64];
	uint64_t room = 0, total = 0;
	AUTO_BUF b;
	struct stat st;

	REQUIRE(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/a", dir);
	buf_init(&b, 8);
	CHECK(file_read(path, &b) == ERR_NOT_FOUND);
	CHECK(file_write(AT_FDCWD, path, S("one"), 0600) == OK);
	CHECK(file_write_new(AT_FDCWD, path, S("two"), 0600) == ERR_CONFLICT);
	CHECK(file_read(path, &b) == OK);
	CHECK_STR(buf_view(&b), "one");
	CHECK(file_write(AT_FDCWD, path, S("123456789"), 0600) == OK);
	buf_free(&b);
	CHECK(file_read(path, &b) == ERR_LIMIT);
	CHECK(file_write(AT_FDCWD, path, S("12345678"), 0600) == OK);
	buf_free(&b);
	CHECK(file_read(path, &b) == OK && b.n == 8);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	AUTO_CLOSE d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(file_write_new(d, "b", S("x"), 0600) == OK);
	CHECK(file_put_new(d, "b", S("y"), 0600) == ERR_CONFLICT);
	CHECK(file_put_new(d, "c", S("z"), 0600) == OK && unlinkat(d, "c", 0) == 0);
	CHECK(file_disk(d, &room, &total) == OK && total > 0 && room <= total);
	CHECK(file_mkdir(dir, 0700) == OK && file_mkdir(path, 0700) == ERR_CONFLICT);
	CHECK(unlink(path) == 0 && unlinkat(d, "b", 0) == 0);
	/* Nothing else was left behind. */
	CHECK(rmdir(dir) == 0);
}

static void a_file_becomes_memory(void)
{
	AUTO_CLOSE from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE mem = -1;
	struct stat st;
	uint64_t n = 0;

	REQUIRE(from >= 0 && fstat(from, &st) == 0);
	CHECK(mem_of_file("t", from, (uint64_t)st.st_size - 1, &mem) == ERR_LIMIT);
	REQUIRE(lseek(from, 0, SEEK_SET) == 0);
	REQUIRE(mem_of_file("t", from, (uint64_t)st.st_size, &mem) == OK);
	CHECK(mem_size(mem, &n) == OK && n == (uint64_t)st.st_size);
}

static void a_program_is_started_with_its_descriptors(void)
{
	static const char *const argv[] = {
	    "sh", "-c",
	    "echo $$ >&4; test ! -e /proc/self/fd/5 || ls -l /proc/self/fd >&4; read x <&3; exit 7",
	    NULL};
	static const unsigned ns[] = {0, SPAWN_NS_ALL};

	for (size_t i = 0; i < ARRAY_LEN(ns); i++) {
		AUTO_CLOSE exe = open("/bin/sh", O_PATH | O_CLOEXEC);
		int in[2], out[2];
		struct spawned c;
		struct spawn_status st;
		char text[512] = "";

		REQUIRE(exe >= 0 && pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
		struct spawn s = {.exe = exe,
				  .argv = argv,
				  .fds = (int[]){in[0], out[1]},
				  .nfds = 2,
				  .namespaces = ns[i],
				  .die_with_parent = true};
		REQUIRE(spawn(&s, &c) == OK);
		close(in[0]);
		close(out[1]);
		REQUIRE(read(out[0], text, sizeof text - 1) > 0);
		if (c.namespaces & SPAWN_NS_PID)
			CHECK_STR(slice_str(text), "1\n");
		CHECK(spawn_reap(&c, false, &st) == OK && st.end == SPAWN_RUNNING);
		REQUIRE(write(in[1], "\n", 1) == 1);
		CHECK(spawn_reap(&c, true, &st) == OK);
		CHECK(st.end == SPAWN_EXITED && st.code == 7);
		close(in[1]);
		close(out[0]);
		close(c.pidfd);
	}
}

static void random_bytes_differ(void)
{
	char a[33], b[33];

	rand_hex(16, a);
	rand_hex(16, b);
	CHECK(strlen(a) == 32 && strcmp(a, b) != 0 && strspn(a, "0123456789abcdef") == 32);
	CHECK(rand_u64() != rand_u64());
}

static void a_log_line_is_one_line(void)
{
	int p[2], saved = dup(STDERR_FILENO);
	char got[2048] = "";
	ssize_t n;

	REQUIRE(pipe(p) == 0 && dup2(p[1], STDERR_FILENO) == STDERR_FILENO);
	log_init("test", LEVEL_INFO);
	log_event(LEVEL_WARN, "odd", "name=%s", "a\nb\x1b[31m");
	log_event(LEVEL_DEBUG, "quiet", "x=%d", 1);
	log_event(LEVEL_INFO, "long", "x=%01500d", 1);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(p[1]);
	n = read(p[0], got, sizeof got - 1);
	close(p[0]);
	REQUIRE(n > 0);
	struct slice s = slice_of(got, (size_t)n);
	size_t end = slice_find_byte(s, '\n');
	CHECK(slice_ends(slice_head(s, end), S(" warn role=test event=odd name=a?b?[31m")));
	CHECK(slice_find(s, S("quiet")) == SIZE_MAX);
	CHECK(s.n - end - 1 == 1001 && slice_find_byte(slice_from(s, end + 1), '\n') == 1000);
}

TESTS(CASE(iso_time_goes_both_ways), CASE(addresses_are_read_and_printed),
      CASE(listens_and_connects), CASE(packets_carry_descriptors),
      CASE(an_unsealed_memory_file_is_not_mapped), CASE(the_loop_calls_back),
      CASE(many_timers_fire_in_order), CASE(files_are_replaced_or_refused),
      CASE(a_file_becomes_memory), CASE(a_program_is_started_with_its_descriptors),
      CASE(random_bytes_differ), CASE(a_log_line_is_one_line))
