#include "sekisho/config.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/utf8.h"
#include "os/file.h"
#include "os/log.h"
#include "sekisho/ids.h"
#include "tlog/note.h"

struct parser {
	struct arena *arena;
	const char *dir;
	struct config *config;
	struct config_listener *listener; /* of the section being read */
	struct config_witness *witness;
	struct diag *diag;
	struct slice line;
	unsigned line_no;
	size_t offset; /* of the line */
};

enum section { SEC_SITE, SEC_PATHS, SEC_LIMITS, SEC_RECORD, SEC_LISTEN, SEC_WITNESS, SEC_NONE };

static const char *const section_names[] = {
    [SEC_SITE] = "site",     [SEC_PATHS] = "paths",   [SEC_LIMITS] = "limits",
    [SEC_RECORD] = "record", [SEC_LISTEN] = "listen", [SEC_WITNESS] = "witness"};

struct key {
	enum section section;
	const char *name;
	enum err (*set)(struct parser *p, struct slice value, void *field);
	size_t at; /* offset in struct config, config_listener or config_witness */
	bool required;
};

/* ERR_SYNTAX at a place inside the present line. */
#define FAIL(p, e, at, ...) fail_at((p), diag_set((p)->diag, (e), (p)->offset, __VA_ARGS__), (at))

static enum err fail_at(struct parser *p, enum err e, const uint8_t *at)
{
	if (p->diag) {
		size_t n = at && p->line.p ? (size_t)(at - p->line.p) : 0;

		p->diag->offset = p->offset + n;
		p->diag->line = p->line_no;
		p->diag->column = (unsigned)utf8_count(slice_head(p->line, n)) + 1;
	}
	return e;
}

/* -- values ----------------------------------------------------------------------------------- */

static enum err set_text(struct parser *p, struct slice v, void *field)
{
	struct slice *to = field;

	if (v.n > 192)
		return FAIL(p, ERR_SYNTAX, v.p, "longer than 192 bytes");
	*to = arena_copy(p->arena, v);
	return to->p ? OK : ERR_MEMORY;
}

static bool is_id(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!((v.p[i] >= 'a' && v.p[i] <= 'z') || (v.p[i] >= '0' && v.p[i] <= '9') ||
		      (v.p[i] == '-' && i > 0)))
			return false;
	return v.n > 0 && v.n <= 32;
}

static enum err set_id(struct parser *p, struct slice v, void *field)
{
	if (!is_id(v))
		return FAIL(p, ERR_SYNTAX, v.p, "want 1 to 32 of a-z, 0-9 and '-'");
	return set_text(p, v, field);
}

static enum err set_path(struct parser *p, struct slice v, void *field)
{
	const char **to = field;

	if (slice_find_byte(v, '\0') != SIZE_MAX)
		return FAIL(p, ERR_SYNTAX, v.p, "not a path");
	*to = v.p[0] == '/'
		  ? arena_str(p->arena, v)
		  : arena_printf(p->arena, "%s/%.*s", p->dir, (int)v.n, (const char *)v.p);
	return *to ? OK : ERR_MEMORY;
}

static enum err set_witness_key(struct parser *p, struct slice v, void *field)
{
	struct tlog_key key;

	if (tlog_vkey_parse(v, &key) != OK || key.alg != TLOG_COSIGN)
		return FAIL(p, ERR_SYNTAX, v.p, "want the public key of a witness (its file vkey)");
	*(const char **)field = arena_str(p->arena, v);
	return *(const char **)field ? OK : ERR_MEMORY;
}

static enum err set_url(struct parser *p, struct slice v, void *field)
{
	if (!slice_starts(v, S("https://")) && !slice_starts(v, S("http://")))
		return FAIL(p, ERR_SYNTAX, v.p, "want https:// or http://");
	if (v.n > 256 || slice_find_byte(v, ' ') != SIZE_MAX || v.p[v.n - 1] == '/')
		return FAIL(p, ERR_SYNTAX, v.p,
			    "want at most 256 bytes, no blank, no / at the end");
	*(const char **)field = arena_str(p->arena, v);
	return *(const char **)field ? OK : ERR_MEMORY;
}

static enum err set_address(struct parser *p, struct slice v, void *field)
{
	if (sock_addr_parse(v, field) != OK)
		return FAIL(p, ERR_SYNTAX, v.p,
			    "want an address and a port, as in 192.0.2.1:443 or [2001:db8::1]:443");
	return OK;
}

static enum err set_hosts(struct parser *p, struct slice v, void *field)
{
	struct config_listener *l = p->listener;

	(void)field;
	while (v.n > 0) {
		size_t end = slice_find_byte(v, ' ');
		struct slice host = slice_head(v, end);
		uint8_t ip[16];

		v = slice_trim(slice_from(v, host.n));
		if (l->hosts_n == CONFIG_HOSTS_MAX)
			return FAIL(p, ERR_LIMIT, host.p, "more than %d names", CONFIG_HOSTS_MAX);
		char *name = arena_str(p->arena, host);

		if (!name)
			return ERR_MEMORY;
		for (const char *c = name; *c; c++)
			if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			      (*c >= '0' && *c <= '9') || *c == '-' || *c == '.' || *c == ':'))
				return FAIL(p, ERR_SYNTAX, host.p + (c - name),
					    "a host name or address without port");
		if (inet_pton(AF_INET6, name, ip) == 1)
			name = arena_printf(p->arena, "[%s]", name);
		else if (strchr(name, ':'))
			return FAIL(p, ERR_SYNTAX, host.p, "a host name or address without port");
		if (!name)
			return ERR_MEMORY;
		l->hosts[l->hosts_n++] = name;
	}
	return OK;
}

/* A whole number, with a unit where the field is a size. */
static enum err number(struct parser *p, struct slice v, bool is_size, uint64_t max, uint64_t *ret)
{
	static const struct {
		const char *name;
		unsigned shift;
	} units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
	uint64_t n, factor = 1;
	size_t end = 0;

	while (end < v.n && v.p[end] >= '0' && v.p[end] <= '9')
		end++;
	if (!slice_u64(slice_head(v, end), &n))
		return FAIL(p, ERR_SYNTAX, v.p, "want a whole number");
	struct slice unit = slice_trim(slice_from(v, end));

	if (unit.n > 0) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(units) && is_size; i++)
			if (slice_eq_str(unit, units[i].name)) {
				factor = 1ull << units[i].shift;
				known = true;
			}
		if (!known)
			return FAIL(p, ERR_SYNTAX, unit.p, "%s",
				    is_size ? "want KiB, MiB, GiB or TiB" : "want no unit");
	}
	if (__builtin_mul_overflow(n, factor, &n) || n < 1 || n > max)
		return FAIL(p, ERR_SYNTAX, v.p, "must lie between 1 and %llu",
			    (unsigned long long)max);
	*ret = n;
	return OK;
}

static enum err set_size(struct parser *p, struct slice v, void *field)
{
	return number(p, v, true, 1ull << 50, field);
}

static enum err set_uint(struct parser *p, struct slice v, void *field)
{
	uint64_t n;

	TRY(number(p, v, false, 1000000, &n));
	*(unsigned *)field = (unsigned)n;
	return OK;
}

static enum err set_rate(struct parser *p, struct slice v, void *field)
{
	uint64_t n;

	TRY(number(p, v, false, 1000000, &n));
	*(double *)field = (double)n;
	return OK;
}

static enum err set_port(struct parser *p, struct slice v, void *field)
{
	uint64_t n;

	TRY(number(p, v, false, 65535, &n));
	*(unsigned *)field = (unsigned)n;
	return OK;
}

static enum err set_uid(struct parser *p, struct slice v, void *field)
{
	uint64_t n;

	TRY(number(p, v, false, UINT32_MAX - 2 * IDS_COUNT, &n));
	*(unsigned *)field = (unsigned)n;
	return OK;
}

/* -- the table -------------------------------------------------------------------------------- */

#define SITE(n, set, f, req) \
	{ \
		SEC_SITE, n, set, offsetof(struct config, f), req \
	}
#define PATHS(n, f) \
	{ \
		SEC_PATHS, n, set_path, offsetof(struct config, f), false \
	}
#define LIMIT(n, set, f) \
	{ \
		SEC_LIMITS, n, set, offsetof(struct config, f), false \
	}
#define RECORD(n, set, f) \
	{ \
		SEC_RECORD, n, set, offsetof(struct config, f), false \
	}
#define LISTEN(n, set, f, req) \
	{ \
		SEC_LISTEN, n, set, offsetof(struct config_listener, f), req \
	}

#define WITNESS(n, set, f, req) \
	{ \
		SEC_WITNESS, n, set, offsetof(struct config_witness, f), req \
	}

static const struct key keys[] = {
    SITE("city", set_id, city, true),
    SITE("name", set_text, city_name, true),
    SITE("help-office", set_text, help_office, false),
    SITE("help-extension", set_text, help_extension, false),
    SITE("first-uid", set_uid, first_uid, false),
    PATHS("policy", policy),
    LIMIT("upload", set_size, http.upload_bytes),
    LIMIT("free-disk", set_size, watermark_bytes),
    LIMIT("connections", set_uint, http.connections),
    LIMIT("connections-per-address", set_uint, http.per_address),
    LIMIT("requests-per-second", set_rate, http.requests_per_second),
    LIMIT("request-burst", set_rate, http.burst),
    LIMIT("idle-seconds", set_uint, http.idle_seconds),
    LIMIT("head-seconds", set_uint, http.head_seconds),
    LIMIT("slowest-upload", set_uint, http.min_bytes_per_second),
    RECORD("witnesses", set_uint, witnesses_required),
    RECORD("ask-every", set_uint, ask_every),
    LISTEN("address", set_address, address, true),
    LISTEN("hosts", set_hosts, hosts, true),
    LISTEN("public-port", set_port, public_port, false),
    LISTEN("tls-cert", set_path, tls_cert, false),
    LISTEN("tls-key", set_path, tls_key, false),
    WITNESS("key", set_witness_key, key, true),
    WITNESS("url", set_url, url, true),
    WITNESS("address", set_address, address, false),
    WITNESS("silence", set_uint, silence, false),
};

/* -- lines ------------------------------------------------------------------------------------ */

struct seen {
	bool section[SEC_NONE];
	bool key[ARRAY_LEN(keys)];
};

/* The address in a url, where it is one by number. */
static bool address_in(const char *url, struct sock_addr *ret)
{
	struct slice s = slice_str(url);
	bool tls = slice_starts(s, S("https://"));
	char text[300];
	size_t end, colon;

	s = slice_from(s, tls ? 8 : 7);
	end = slice_find_byte(s, '/');
	s = slice_head(s, end);
	colon =
	    slice_find_byte(slice_from(s, s.n && s.p[0] == '[' ? slice_find_byte(s, ']') : 0), ':');
	snprintf(text, sizeof text, "%.*s%s", (int)s.n, (const char *)s.p,
		 colon != SIZE_MAX ? ""
		 : tls             ? ":443"
				   : ":80");
	return sock_addr_parse(slice_str(text), ret) == OK;
}

static enum err witness_end(struct parser *p)
{
	struct config_witness *w = p->witness;

	if (w->address.n == 0 && !address_in(w->url, &w->address))
		return FAIL(p, ERR_SYNTAX, NULL,
			    "[witness %s] has a url with a name, and names are not looked up: "
			    "want address = ADDRESS:PORT",
			    w->name);
	return OK;
}

/* What must be there once a section ends. */
static enum err section_end(struct parser *p, enum section sec, const struct seen *seen)
{
	const struct config_listener *l = p->listener;

	for (size_t i = 0; sec != SEC_NONE && i < ARRAY_LEN(keys); i++)
		if (keys[i].section == sec && keys[i].required && !seen->key[i])
			return FAIL(p, ERR_SYNTAX, NULL, "the section [%s] before here has no %s",
				    section_names[sec], keys[i].name);
	if (sec == SEC_WITNESS)
		return witness_end(p);
	if (sec != SEC_LISTEN)
		return OK;
	if (!l->tls_cert != !l->tls_key)
		return FAIL(p, ERR_SYNTAX, NULL, "tls-cert and tls-key go together ([listen %s])",
			    l->zone);
	if (!l->tls_cert && !sock_addr_is_loopback(&l->address))
		return FAIL(p, ERR_USAGE, NULL,
			    "[listen %s] has no tls-cert: plaintext is only allowed on loopback",
			    l->zone);
	return OK;
}

static enum err listen_begin(struct parser *p, struct slice zone)
{
	struct config *c = p->config;

	if (!is_id(zone))
		return FAIL(p, ERR_SYNTAX, zone.p, "want [listen ZONE]");
	for (size_t i = 0; i < c->listeners_n; i++)
		if (slice_eq_str(zone, c->listeners[i].zone))
			return FAIL(p, ERR_SYNTAX, zone.p, "this zone has a listener already");
	if (c->listeners_n == CONFIG_LISTENERS_MAX)
		return FAIL(p, ERR_LIMIT, zone.p, "more than %d listeners", CONFIG_LISTENERS_MAX);
	p->listener = &c->listeners[c->listeners_n++];
	memcpy(p->listener->zone, zone.p, zone.n);
	p->listener->line = p->line_no;
	return OK;
}

static enum err witness_begin(struct parser *p, struct slice name)
{
	struct config *c = p->config;

	if (!is_id(name))
		return FAIL(p, ERR_SYNTAX, name.p, "want [witness NAME]");
	for (size_t i = 0; i < c->witnesses_n; i++)
		if (slice_eq_str(name, c->witnesses[i].name))
			return FAIL(p, ERR_SYNTAX, name.p, "this witness is there already");
	if (c->witnesses_n == CONFIG_WITNESSES_MAX)
		return FAIL(p, ERR_LIMIT, name.p, "more than %d witnesses", CONFIG_WITNESSES_MAX);
	p->witness = &c->witnesses[c->witnesses_n++];
	memcpy(p->witness->name, name.p, name.n);
	p->witness->silence = 86400;
	return OK;
}

static bool is_many(enum section sec)
{
	return sec == SEC_LISTEN || sec == SEC_WITNESS;
}

static enum err section_begin(struct parser *p, struct slice name, enum section *ret,
			      struct seen *seen)
{
	size_t blank = slice_find_byte(name, ' ');
	struct slice word = slice_head(name, blank);
	enum section sec = SEC_NONE;

	for (size_t i = 0; i < ARRAY_LEN(section_names); i++)
		if (slice_eq_str(word, section_names[i]))
			sec = (enum section)i;
	if (sec == SEC_NONE || (!is_many(sec) && blank != SIZE_MAX))
		return FAIL(p, ERR_SYNTAX, name.p, "unknown section");
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].section == sec && is_many(sec))
			seen->key[i] = false;
	if (sec == SEC_LISTEN)
		TRY(listen_begin(p, slice_trim(slice_from(name, word.n))));
	else if (sec == SEC_WITNESS)
		TRY(witness_begin(p, slice_trim(slice_from(name, word.n))));
	else if (seen->section[sec])
		return FAIL(p, ERR_SYNTAX, name.p, "this section is there twice");
	seen->section[sec] = true;
	*ret = sec;
	return OK;
}

static enum err assign(struct parser *p, struct slice line, enum section sec, struct seen *seen)
{
	size_t eq = slice_find_byte(line, '=');
	struct slice name = slice_trim(slice_head(line, eq));

	if (eq == SIZE_MAX)
		return FAIL(p, ERR_SYNTAX, line.p, "want [section] or key = value");
	struct slice value = slice_trim(slice_from(line, eq + 1));

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (keys[i].section != sec || !slice_eq_str(name, keys[i].name))
			continue;
		if (seen->key[i])
			return FAIL(p, ERR_SYNTAX, name.p, "this key is there twice");
		if (value.n == 0)
			return FAIL(p, ERR_SYNTAX, value.p, "no value");
		seen->key[i] = true;
		uint8_t *base = sec == SEC_LISTEN    ? (uint8_t *)p->listener
				: sec == SEC_WITNESS ? (uint8_t *)p->witness
						     : (uint8_t *)p->config;

		return keys[i].set(p, value, base + keys[i].at);
	}
	return FAIL(p, ERR_SYNTAX, name.p,
		    sec == SEC_NONE ? "a key before the first [section]"
				    : "unknown key in this section");
}

static enum err parse_line(struct parser *p, enum section *sec, struct seen *seen)
{
	struct slice line = slice_trim(p->line);

	if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
		return OK;
	if (line.p[0] != '[')
		return assign(p, line, *sec, seen);
	if (line.p[line.n - 1] != ']')
		return FAIL(p, ERR_SYNTAX, line.p, "no ] at the end of the line");
	TRY(section_end(p, *sec, seen));
	return section_begin(p, slice_trim(slice_of(line.p + 1, line.n - 2)), sec, seen);
}

/* What no single section shows. */
static enum err check_whole(struct parser *p, const struct seen *seen)
{
	const struct config *c = p->config;

	if (!seen->section[SEC_SITE])
		return FAIL(p, ERR_SYNTAX, NULL, "there is no [site] section");
	if (c->listeners_n == 0)
		return FAIL(p, ERR_SYNTAX, NULL, "there is no [listen ZONE] section");
	if (c->witnesses_required > c->witnesses_n)
		return FAIL(p, ERR_USAGE, NULL,
			    "[record] requires %u witnesses, and there are only %zu [witness NAME]",
			    c->witnesses_required, c->witnesses_n);
	/* マイナンバー利用事務系 is an installation of its own. */
	if (config_listener(c, "mynumber") && config_listener(c, "internet"))
		return FAIL(p, ERR_USAGE, NULL,
			    "one installation must not listen in both mynumber and internet");
	return OK;
}

enum err config_parse(struct arena *a, const char *dir, struct slice text,
		      const struct config **ret, struct diag *d)
{
	struct config *c = arena_alloc(a, sizeof *c);
	struct parser p = {.arena = a, .dir = dir, .config = c, .diag = d};
	enum section sec = SEC_NONE;
	struct seen seen = {0};
	size_t bad = utf8_first_bad(text);

	if (!c)
		return ERR_MEMORY;
	c->http = http_limits_default();
	c->watermark_bytes = 1ull << 30;
	c->first_uid = IDS_FIRST;
	c->ask_every = 60;
	c->policy = arena_printf(a, "%s/policy/city.policy", dir);
	if (!c->policy)
		return ERR_MEMORY;
	for (size_t at = 0; at < text.n;) {
		size_t end = slice_find_byte(slice_from(text, at), '\n');

		p.line = slice_head(slice_from(text, at), end);
		p.line_no++;
		p.offset = at;
		if (bad != SIZE_MAX && bad <= at + p.line.n)
			return FAIL(&p, ERR_SYNTAX, text.p + bad, "not UTF-8");
		TRY(parse_line(&p, &sec, &seen));
		at += p.line.n + 1;
	}
	p.line = (struct slice){0};
	p.line_no++;
	p.offset = text.n;
	TRY(section_end(&p, sec, &seen));
	TRY(check_whole(&p, &seen));
	if (!c->witnesses_required)
		c->witnesses_required = (unsigned)c->witnesses_n;
	*ret = c;
	return OK;
}

enum err config_read(const char *dir, struct buf *ret, struct diag *d)
{
	char path[4096];
	enum err e;

	snprintf(path, sizeof path, "%s/%s", dir, CONFIG_FILE);
	e = file_read(path, ret);
	return e == OK ? OK : diag_set(d, e, 0, "%s cannot be read: %s", path, err_str(e));
}

enum err config_load(struct arena *a, const char *dir, const struct config **ret, struct diag *d)
{
	AUTO_BUF text;

	buf_init(&text, CONFIG_MAX);
	TRY(config_read(dir, &text, d));
	return config_parse(a, dir, buf_view(&text), ret, d);
}

enum err config_given(struct arena *a, const char *dir, int fd, const struct config **ret)
{
	struct diag d = {0};
	AUTO_BUF text;

	buf_init(&text, CONFIG_MAX);
	TRY(mem_read(fd, &text));
	return config_parse(a, dir, buf_view(&text), ret, &d);
}

const struct config *config_taken(const char *dir, int fd, struct arena **ret_arena)
{
	struct arena *a = arena_new(CONFIG_ARENA);
	const struct config *c = NULL;
	enum err e = a ? config_given(a, dir, fd, &c) : ERR_MEMORY;

	if (e != OK) {
		arena_free(a);
		log_event(LEVEL_ERROR, "config-not-taken", "err=\"%s\"", err_str(e));
		return NULL;
	}
	*ret_arena = a;
	return c;
}

const struct config_listener *config_listener(const struct config *c, const char *zone)
{
	for (size_t i = 0; i < c->listeners_n; i++)
		if (strcmp(c->listeners[i].zone, zone) == 0)
			return &c->listeners[i];
	return NULL;
}

void config_print_new(const struct config_new *n, struct buf *out)
{
	buf_printf(out,
		   "# Sekisho: this installation. See site.conf(5); check with\n"
		   "#     sekisho config check DIR\n\n"
		   "[site]\ncity = %s\nname = %s\n",
		   n->city, n->city_name);
	if (n->help_office)
		buf_printf(out, "help-office = %s\n", n->help_office);
	if (n->help_extension)
		buf_printf(out, "help-extension = %s\n", n->help_extension);
	buf_str(out, "\n[limits]\nupload = 4 GiB\nfree-disk = 1 GiB\n");
	for (size_t i = 0; i < n->zones_n; i++)
		buf_printf(out,
			   "\n[listen %s]\naddress = %s\nhosts = %s\n"
			   "tls-cert = tls/%s.crt\ntls-key = tls/%s.key\n",
			   n->zones[i].zone, n->zones[i].address, n->zones[i].hosts,
			   n->zones[i].zone, n->zones[i].zone);
}
