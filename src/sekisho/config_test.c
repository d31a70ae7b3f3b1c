#include "sekisho/config.h"
#include "base/test.h"

#define SITE "[site]\ncity = chofu\nname = 調布市\n"
#define LISTEN "[listen lgwan]\naddress = 127.0.0.1:8443\nhosts = localhost 127.0.0.1 ::1\n"
#define VKEY "witness.example/audit+5f5c6186+BP+CvmJtHDWsYw6/6CiK0/EPwQfUjaQs/YQCAqrUv3HC"
#define WITNESS(name) "[witness " name "]\nkey = " VKEY "\n"

static struct arena *arena(void)
{
	static struct arena *a;

	arena_free(a);
	a = arena_new(1 << 20);
	REQUIRE(a);
	return a;
}

static void reads(void)
{
	const struct config *c;
	struct diag d = {0};

	REQUIRE(config_parse(arena(), "/srv/x",
			     S("# comment\n\n" SITE "help-office = 情報政策課\n"
			       "help-extension = 内線 2345\n[limits]\nupload = 2 GiB\n"
			       "connections = 10\nrequests-per-second = 7\n" LISTEN
			       "[listen internet]\naddress = [::1]:9443\nhosts = a.example\n"
			       "tls-cert = tls/i.crt\ntls-key = /k/i.key\npublic-port = 443\n"),
			     &c, &d) == OK);
	CHECK_STR(c->city, "chofu");
	CHECK_STR(c->city_name, "調布市");
	CHECK_STR(c->help_extension, "内線 2345");
	CHECK(c->http.upload_bytes == 2ull << 30);
	CHECK(c->http.connections == 10 && c->http.requests_per_second > 6.9);
	CHECK(c->http.idle_seconds == http_limits_default().idle_seconds);
	REQUIRE(c->listeners_n == 2);
	const struct config_listener *l = config_listener(c, "lgwan"),
				     *i = config_listener(c, "internet");

	REQUIRE(l && i && !config_listener(c, "other"));
	CHECK(l->hosts_n == 3 && strcmp(l->hosts[2], "[::1]") == 0 && !l->hosts[3]);
	CHECK(!l->tls_cert);
	CHECK(strcmp(i->tls_cert, "/srv/x/tls/i.crt") == 0 && strcmp(i->tls_key, "/k/i.key") == 0);
	CHECK(i->public_port == 443);
	CHECK(strcmp(c->policy, "/srv/x/policy/city.policy") == 0);
}

static void knows_where_its_witnesses_stand(void)
{
	const struct config *c;
	struct diag d = {0};
	char text[SOCK_TEXT_SIZE];

	REQUIRE(config_parse(arena(), "/d",
			     S(SITE LISTEN "[record]\nwitnesses = 2\nask-every = 30\n" WITNESS(
				 "a") "url = "
				      "https://"
				      "[2001:db8::7]/"
				      "log\nsilence = "
				      "900\n" WITNESS("b") "url = http://192.0.2.7:8080\n" WITNESS(
					  "c") "url = "
					       "https://"
					       "w.example/"
					       "x\naddress "
					       "= "
					       "192.0.2.8:"
					       "443\n"),
			     &c, &d) == OK);
	CHECK(c->witnesses_n == 3 && c->witnesses_required == 2 && c->ask_every == 30);
	CHECK(c->witnesses[0].silence == 900 && c->witnesses[1].silence == 86400);
	sock_addr_text(&c->witnesses[0].address, text);
	CHECK_STR(slice_str(text), "[2001:db8::7]:443");
	sock_addr_text(&c->witnesses[1].address, text);
	CHECK_STR(slice_str(text), "192.0.2.7:8080");
	sock_addr_text(&c->witnesses[2].address, text);
	CHECK_STR(slice_str(text), "192.0.2.8:443");
	/* Without a word all that are named are required. */
	REQUIRE(config_parse(arena(), "/d", S(SITE LISTEN WITNESS("a") "url = http://127.0.0.1\n"),
			     &c, &d) == OK);
	CHECK(c->witnesses_required == 1 && c->ask_every == 60);
}

static void names_the_place(void)
{
	static const struct {
		const char *text;
		enum err err;
		unsigned line, column;
	} bad[] = {
	    {"", ERR_SYNTAX, 1, 1},
	    {"city = x\n", ERR_SYNTAX, 1, 1},
	    {"[site]\ncity = X\n", ERR_SYNTAX, 2, 8},
	    {"[site]\n  city = 調布\n", ERR_SYNTAX, 2, 10},
	    {"[site]\ncity = a\ncity = b\n", ERR_SYNTAX, 3, 1},
	    {"[site]\ncity = a\nname = b\n[site]\n", ERR_SYNTAX, 4, 2},
	    {"[site]\ncity = a\n" LISTEN, ERR_SYNTAX, 3, 1},
	    {"[sight]\n", ERR_SYNTAX, 1, 2},
	    {"[site\n", ERR_SYNTAX, 1, 1},
	    {SITE "colour = red\n", ERR_SYNTAX, 4, 1},
	    {SITE "nonsense\n", ERR_SYNTAX, 4, 1},
	    {SITE "help-office =\n", ERR_SYNTAX, 4, 14},
	    {SITE "[limits]\nupload = 4 GB\n", ERR_SYNTAX, 5, 12},
	    {SITE "[limits]\nupload = 0\n", ERR_SYNTAX, 5, 10},
	    {SITE "[limits]\nupload = 99999999999999999999\n", ERR_SYNTAX, 5, 10},
	    {SITE "[limits]\nconnections = 5 MiB\n", ERR_SYNTAX, 5, 17},
	    {SITE "[listen]\n", ERR_SYNTAX, 4, 8},
	    {SITE "[listen lgwan]\naddress = nowhere\n", ERR_SYNTAX, 5, 11},
	    {SITE "[listen lgwan]\naddress = 127.0.0.1:1\nhosts = a b:80\n", ERR_SYNTAX, 6, 11},
	    {SITE "[listen lgwan]\naddress = 127.0.0.1:1\nhosts = a_b\n", ERR_SYNTAX, 6, 10},
	    {SITE LISTEN LISTEN, ERR_SYNTAX, 7, 9},
	    {SITE "[listen lgwan]\naddress = 127.0.0.1:1\n", ERR_SYNTAX, 6, 1},
	    {SITE LISTEN "tls-cert = x\n", ERR_SYNTAX, 8, 1},
	    {SITE "[listen lgwan]\naddress = 192.0.2.1:80\nhosts = a\n", ERR_USAGE, 7, 1},
	    {SITE LISTEN "[listen mynumber]\naddress = 127.0.0.1:1\nhosts = a\n"
			 "[listen internet]\naddress = 127.0.0.1:2\nhosts = a\n",
	     ERR_USAGE, 13, 1},
	    {SITE LISTEN WITNESS("a") "url = https://w.example\n", ERR_SYNTAX, 10, 1},
	    {SITE LISTEN WITNESS("a") "url = ftp://192.0.2.1\n", ERR_SYNTAX, 9, 7},
	    {SITE LISTEN "[record]\nwitnesses = 1\n", ERR_USAGE, 9, 1},
	    {SITE, ERR_SYNTAX, 4, 1},
	    {SITE "# \xFF\n", ERR_SYNTAX, 4, 3},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const struct config *c = NULL;
		struct diag d = {0};
		enum err e = config_parse(arena(), "/d", slice_str(bad[i].text), &c, &d);

		if (e != bad[i].err || d.line != bad[i].line || d.column != bad[i].column)
			printf("# case %zu: %s at %u:%u: %s\n", i, err_str(e), d.line, d.column,
			       d.text);
		CHECK(e == bad[i].err && !c && d.text[0]);
		CHECK(d.line == bad[i].line && d.column == bad[i].column);
	}
}

static void what_init_writes_is_good(void)
{
	static const struct config_new_zone zones[] = {
	    {"internet", "127.0.0.1:8443", "localhost 127.0.0.1"},
	    {"lgwan", "127.0.0.1:9443", "localhost 127.0.0.1"},
	};
	const struct config *c;
	struct diag d = {0};
	AUTO_BUF b;

	buf_init(&b, 65536);
	config_print_new(&(struct config_new){"chofu", "調布市", "情報政策課", "内線 1", zones, 2},
			 &b);
	REQUIRE(config_parse(arena(), "/d", buf_view(&b), &c, &d) == OK);
	CHECK(c->listeners_n == 2 && c->listeners[0].tls_key != NULL);
}

TESTS(CASE(reads), CASE(knows_where_its_witnesses_stand), CASE(names_the_place),
      CASE(what_init_writes_is_good))
