/*
 * role gateway: joins the rooms that own transfers: store, blobs, policy, pool, gateway, and the
 * edge to the signer. The only writer.
 *
 * The zone of a command is the zone of the edge it came over.
 *
 * Log events: gateway-start-failed, heartbeat-failed, gateway-locked, workers-ready,
 * worker-replaced, policy-refused
 * (of an emergency: the old one stays), peer-broke-protocol, log-set-back (the store knows less
 * than was signed: the role ends), signer-refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/calendar.h"
#include "gateway/gateway.h"
#include "governance/board.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/loop.h"
#include "record/publish.h"
#include "sekisho/config.h"
#include "sekisho/policy_file.h"
#include "sekisho/roles.h"
#include "sekisho/subcommand.h"
#include "sekisho/witnesses.h"
#include "store/log.h"

#define POLICY_ARENA (256u << 20)
#define UPLOAD_MAX (4ull << 30)
/* Beyond this a file costs less than the pages that are written twice. */
#define IN_ROW_MAX 65536u
#define PUBLISH_PAUSE_MS 50

struct state;

struct link {
	struct state *s;
	struct role_edge *edge;
	struct loop_watch *watch;
};

/* A command that was not answered yet. */
struct call {
	struct call *next;
	struct link *link; /* NULL: its portal is gone */
	uint32_t id;
};

struct state {
	struct role_env *env;
	struct loop *loop;
	struct pool *pool;
	struct store *store;
	struct blob_home *blobs;
	struct gateway *gateway;
	struct arena *config_arena,
	    *next_arena; /* of the first configuration, of the present one */
	const struct config *config;
	struct link links[EDGES_MAX];
	struct call *calls;
	struct link *signer;
	struct witnesses *witnesses;
	struct wire_msg *msg;
	uint64_t signed_size;
	bool signer_known, signer_busy;
	struct loop_timer *slice; /* the gateway gets it when what waits now was served */
	struct loop_timer *pause; /* until the next batch; NULL: it may go */
	bool leaving;             /* goes when the log is signed up to leave_at */
	uint64_t leave_at;
	int64_t beat_day; /* of the last heartbeat, in Japan */
	struct hash beat_policy;
	int code;
};

static void stop(struct state *s, int code)
{
	s->code = code;
	loop_stop(s->loop);
}

/* -- publishing ---------------------------------------------------------------------------------
 */

static void publish(struct state *s);

static void pause_over(void *arg)
{
	struct state *s = arg;

	s->pause = NULL;
	publish(s);
}

static enum err send_batch(struct state *s)
{
	AUTO_ARENA a = arena_new(4 << 20);
	struct hash prev;
	size_t n;
	AUTO_BUF bundle = {0};
	AUTO_BUF b = {0};

	wire_buf(&bundle);
	wire_buf(&b);
	if (!a)
		return ERR_MEMORY;
	TRY(record_batch(s->store, s->signed_size, a, &bundle, &n, &prev));
	if (n == 0)
		return OK;
	wire_put_u64(&b, s->signed_size);
	wire_put_hash(&b, prev);
	wire_put_u32(&b, (uint32_t)n);
	wire_put_bytes(&b, buf_view(&bundle));
	TRY(wire_send(s->signer->edge->fd, PUBLISH_ADD, 1, &b, NULL, 0));
	s->signer_busy = true;
	return loop_timer(s->loop, PUBLISH_PAUSE_MS, pause_over, s, &s->pause);
}

/*
 * Sends what is new, one batch at a time: the rest goes with the next one. The first after a rest
 * goes at once; then there is a pause, for a signature costs the same for one entry and for fifty.
 */
static void publish(struct state *s)
{
	enum err e;

	if (s->leaving && s->signed_size >= s->leave_at)
		stop(s, EXIT_DONE);
	if (!s->signer_known || s->signer_busy || s->signer->edge->fd < 0)
		return;
	/* What is not durable yet is not signed: the end of the turn asks again. */
	if (store_in_turn(s->store))
		return;
	if (s->pause && !s->leaving)
		return;
	loop_cancel(s->pause);
	s->pause = NULL;
	e = send_batch(s);
	if (e == ERR_CRYPTO) {
		log_event(LEVEL_ERROR, "log-set-back", "signed=%llu",
			  (unsigned long long)s->signed_size);
		stop(s, EXIT_ERROR);
	}
}

/*
 * Entries that are committed are signed before we go. A signer that is gone is not waited for; one
 * that hangs ends the patience of the parent.
 */
static void leave(struct state *s)
{
	gateway_turn(s->gateway);
	s->leaving =
	    store_log_size(s->store, &s->leave_at) == OK && s->signer && s->signer->edge->fd >= 0;
	if (!s->leaving)
		stop(s, EXIT_DONE);
	else
		publish(s);
}

static void ask_head(struct state *s)
{
	s->signer_known = s->signer_busy = false;
	if (s->signer->edge->fd >= 0 &&
	    wire_send(s->signer->edge->fd, PUBLISH_HEAD, 1, NULL, NULL, 0) != OK)
		log_event(LEVEL_WARN, "signer-refused", "err=send");
}

static enum err on_head(void *ctx, struct wire_msg *m, struct reader *r)
{
	struct state *s = ctx;
	uint64_t size = wire_get_u64(r);

	(void)m;
	TRY(wire_end(r));
	s->signed_size = size;
	s->signer_known = true;
	publish(s);
	return OK;
}

static enum err on_added(void *ctx, struct wire_msg *m, struct reader *r)
{
	struct state *s = ctx;
	enum err e = (enum err)wire_get_u8(r);
	uint64_t size = wire_get_u64(r);

	(void)m;
	TRY(wire_end(r));
	s->signer_busy = false;
	s->signed_size = size;
	if (e == OK) {
		publish(s);
	} else if (e == ERR_CRYPTO) {
		log_event(LEVEL_ERROR, "log-set-back", "signed=%llu", (unsigned long long)size);
		stop(s, EXIT_ERROR);
	} else {
		/* Tried again with the next commit or tick. */
		log_event(LEVEL_ERROR, "signer-refused", "err=\"%s\"", err_str(e));
		if (s->leaving)
			stop(s, EXIT_DONE);
	}
	return OK;
}

static enum err on_kept(void *ctx, struct wire_msg *m, struct reader *r)
{
	enum err e = (enum err)wire_get_u8(r);

	(void)ctx;
	(void)m;
	TRY(wire_end(r));
	if (e != OK)
		log_event(LEVEL_ERROR, "signer-refused", "what=cosigned err=\"%s\"", err_str(e));
	return OK;
}

static const struct wire_type from_signer[] = {
    {PUBLISH_HEAD, "head", 8, 0, 0, on_head},
    {PUBLISH_ADD, "added", 9, 0, 0, on_added},
    {PUBLISH_COSIGNED, "kept", 1, 0, 0, on_kept},
};

/* -- commands -----------------------------------------------------------------------------------
 */

static void call_end(struct state *s, struct call *call)
{
	for (struct call **at = &s->calls; *at; at = &(*at)->next)
		if (*at == call) {
			*at = call->next;
			break;
		}
	free(call);
}

static void on_reply(void *arg, const struct reply *r, int fd)
{
	struct call *call = arg;
	struct link *link = call->link;
	AUTO_CLOSE owned = fd;
	AUTO_BUF b = {0};

	wire_buf(&b);
	if (reply_encode(r, &b) == OK)
		(void)!wire_send_flags(link->edge->fd, COMMAND_WIRE, WIRE_REPLY, call->id,
				       buf_view(&b), &owned, owned >= 0);
	else
		log_event(LEVEL_ERROR, "reply-too-large", "command=%s", command_word(r->type));
	call_end(link->s, call);
}

static enum err on_command(void *ctx, struct wire_msg *m, struct reader *r)
{
	struct link *link = ctx;
	struct state *s = link->s;
	struct command c;
	struct call *call;

	TRY(command_decode(reader_take(r, reader_left(r)), &c));
	call = calloc(1, sizeof *call);
	if (!call)
		return ERR_MEMORY;
	*call = (struct call){.next = s->calls, .link = link, .id = m->id};
	s->calls = call;
	gateway_command(s->gateway, slice_str(link->edge->zone), &c, on_reply, call);
	return OK;
}

static const struct wire_type from_portal[] = {
    {COMMAND_WIRE, "command", COMMAND_MAX, 0, 0, on_command},
};

/* -- edges --------------------------------------------------------------------------------------
 */

static bool is_zygote(const struct link *link)
{
	return role_is_zygote(link->edge->peer);
}

static enum worker_kind kind_of(const struct link *link)
{
	return (enum worker_kind)(link->edge->peer - ROLE_SANITIZE);
}

static void link_down(struct link *link)
{
	struct state *s = link->s;

	if (is_zygote(link)) {
		pool_detach(s->pool, kind_of(link));
		return;
	}
	loop_unwatch(link->watch);
	link->watch = NULL;
	if (link->edge->peer == ROLE_OUTBOUND) {
		witnesses_down(s->witnesses, link->edge);
		return;
	}
	if (link == s->signer) {
		s->signer_known = s->signer_busy = false;
		if (s->leaving)
			stop(s, EXIT_DONE);
	}
	for (struct call *c = s->calls, *next; c; c = next) {
		next = c->next;
		if (c->link != link)
			continue;
		gateway_forget(s->gateway, c);
		call_end(s, c);
	}
}

static void on_link(void *arg, int fd, unsigned events)
{
	struct link *link = arg;
	struct state *s = link->s;
	bool signer = link == s->signer;
	const char *name = "unknown";
	enum err e = wire_recv(fd, s->msg);

	(void)events;
	if (e == OK && link->edge->peer == ROLE_OUTBOUND)
		e = witnesses_on_message(s->witnesses, link->edge, s->msg);
	else if (e == OK)
		e = signer
			? wire_dispatch(from_signer, ARRAY_LEN(from_signer), s, s->msg, &name)
			: wire_dispatch(from_portal, ARRAY_LEN(from_portal), link, s->msg, &name);
	if (e == OK || e == ERR_TIMEOUT)
		return;
	/* Closing its edge ends a role that broke the protocol; the parent starts it again. */
	if (e != ERR_CRASH)
		log_event(LEVEL_ERROR, "peer-broke-protocol", "peer=%s zone=%s message=%s",
			  roles[link->edge->peer].name, link->edge->zone, name);
	link_down(link);
	fd_close(&link->edge->fd);
}

static enum err link_up(struct link *link)
{
	struct state *s = link->s;

	if (link->edge->kind != EDGE_PEER || link->edge->fd < 0)
		return OK;
	if (is_zygote(link))
		return pool_attach(s->pool, kind_of(link), link->edge->fd);
	TRY(loop_watch(s->loop, link->edge->fd, LOOP_READ, on_link, link, &link->watch));
	if (link == s->signer)
		ask_head(s);
	else if (link->edge->peer == ROLE_OUTBOUND)
		witnesses_up(s->witnesses, link->edge);
	return OK;
}

static struct link *link_of(struct state *s, const struct role_edge *edge)
{
	return &s->links[edge - s->env->edge];
}

static void before_close(void *arg, struct role_edge *edge)
{
	link_down(link_of(arg, edge));
}

/* -- policy and configuration -------------------------------------------------------------------
 */

/*
 * An operator's signal: the policy file, where it holds another policy than the one in force, is an
 * emergency (docs/living-policy.md). Everything else comes through the flow of a change.
 */
static void reload(struct state *s)
{
	AUTO_ARENA a = arena_new(POLICY_ARENA);
	struct policy_file file;
	struct diag d = {0};
	enum err e = a ? policy_file_load(a, s->config->policy, &file, &d) : ERR_MEMORY;

	if (e == OK)
		e = gateway_emergency(
		    s->gateway, &(struct policy_texts){file.text, file.basis, file.standard}, &d);
	if (e != OK)
		log_event(LEVEL_ERROR, "policy-refused", "line=%u column=%u text=\"%s\"", d.line,
			  d.column, d.text[0] ? d.text : err_str(e));
}

/* What was stays where the new one cannot be taken. */
static void take_config(struct state *s)
{
	struct arena *a = NULL;
	const struct config *c = config_taken(s->env->dir, s->env->offer.config, &a);

	if (!c)
		return;
	gateway_watermark(s->gateway, c->watermark_bytes);
	/* What the rooms hold of the first one is what cannot change. */
	arena_free(s->next_arena);
	s->next_arena = a;
	s->config = c;
}

static void on_control(void *arg, int fd, unsigned events)
{
	struct state *s = arg;
	enum role_news news;
	struct role_edge *edge;

	(void)fd;
	(void)events;
	if (role_control(s->env, before_close, s, &news, &edge) != OK)
		stop(s, EXIT_DONE);
	else if (news == ROLE_STOP)
		leave(s);
	else if (news == ROLE_RELOAD)
		reload(s);
	else if (news == ROLE_TAKE)
		take_config(s);
	else if (news == ROLE_EDGE && link_up(link_of(s, edge)) != OK)
		stop(s, EXIT_ERROR);
}

/* -- what the gateway asks of its surroundings ---------------------------------------------------
 */

static bool on_loopback(void *arg, struct slice zone)
{
	struct state *s = arg;

	for (size_t i = 0; i < s->config->listeners_n; i++)
		if (slice_eq_str(zone, s->config->listeners[i].zone))
			return sock_addr_is_loopback(&s->config->listeners[i].address);
	return false;
}

static void on_committed(void *arg)
{
	publish(arg);
}

static bool keep_cosigned(void *arg, struct slice note)
{
	struct state *s = arg;
	AUTO_BUF b = {0};

	wire_buf(&b);
	wire_put_bytes(&b, note);
	return s->signer->edge->fd >= 0 &&
	       wire_send(s->signer->edge->fd, PUBLISH_COSIGNED, 1, &b, NULL, 0) == OK;
}

static void on_slice(void *arg)
{
	struct state *s = arg;

	s->slice = NULL;
	gateway_slice(s->gateway);
}

/* After what is waiting now: the timers run behind the descriptors. */
static void on_soon(void *arg)
{
	struct state *s = arg;

	if (!s->slice && loop_timer(s->loop, 0, on_slice, s, &s->slice) != OK)
		stop(s, EXIT_ERROR);
}

static int64_t utc_ms(void *arg)
{
	(void)arg;
	return clock_utc_us() / 1000;
}

static int64_t jst_day_of(int64_t ms)
{
	return date_days(jst_from_unix(ms / 1000).date);
}

/* Says in the record that this policy is in force here: at the start, on a change, every day. */
static void heartbeat(struct state *s)
{
	int64_t ms = utc_ms(s);
	const struct policy *p = gateway_policy(s->gateway);
	enum err e = board_heartbeat(s->store, p, ms);

	/* Tried again with the next tick: until it is written nothing counts as enforced. */
	if (e != OK)
		log_event(LEVEL_ERROR, "heartbeat-failed", "err=\"%s\"", err_str(e));
	else
		s->beat_day = jst_day_of(ms), s->beat_policy = policy_hash(p);
}

/* Also takes up entries that a command line committed beside us. */
static void on_second(void *arg)
{
	struct state *s = arg;
	struct loop_timer *again;

	gateway_tick(s->gateway, clock_mono_ms());
	if (jst_day_of(utc_ms(s)) != s->beat_day ||
	    !hash_eq(s->beat_policy, policy_hash(gateway_policy(s->gateway))))
		heartbeat(s);
	if (s->signer && s->signer->edge->fd >= 0 && !s->signer_known)
		ask_head(s);
	witnesses_tick(s->witnesses);
	publish(s);
	if (loop_timer(s->loop, 1000, on_second, s, &again) != OK)
		stop(s, EXIT_ERROR);
}

static void on_turn(void *arg)
{
	struct state *s = arg;

	gateway_turn(s->gateway);
}

static unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 16 ? 16 : (unsigned)n;
}

/* Names the layers that this machine lacks, each time workers of a kind are ready. */
static void on_workers(void *arg, const char *kind, struct fences fences)
{
	AUTO_BUF missing;

	(void)arg;
	buf_init(&missing, 1000);
	fences_missing(fences, &missing);
	log_event(missing.n ? LEVEL_WARN : LEVEL_INFO, "workers-ready",
		  "kind=%s landlock=%d missing=\"%.*s\"", kind, fences.landlock_abi, (int)missing.n,
		  missing.n ? (const char *)missing.p : "");
}

_Static_assert(ROLE_PASSWORD - ROLE_SANITIZE == WORKER_PASSWORD,
	       "kinds of workers and their roles");

static void on_replace(void *arg, enum worker_kind kind)
{
	struct state *s = arg;

	log_event(LEVEL_ERROR, "worker-replaced", "kind=%s", roles[ROLE_SANITIZE + kind].name);
	if (role_replace(s->env, ROLE_SANITIZE + kind) != OK)
		stop(s, EXIT_ERROR);
}

/* Store and content to write; policy, record and keys of the content to read; no process, no
 * network. */
static enum err lock(struct state *s)
{
	struct slice path = slice_str(s->config->policy);
	char folder[4096] = ".", keys[4096], log[4096];
	char store[4096], blobs[4096];
	const char *const read[] = {folder, keys, log, NULL};
	const char *const write[] = {store, blobs, NULL};
	size_t n = path.n;
	struct fences f;

	while (n > 0 && path.p[n - 1] != '/')
		n--;
	if (n >= sizeof folder)
		return ERR_LIMIT;
	if (n > 0)
		snprintf(folder, sizeof folder, "%.*s", (int)n, s->config->policy);
	snprintf(keys, sizeof keys, "%s/keys", s->env->dir);
	snprintf(log, sizeof log, "%s/log", s->env->dir);
	snprintf(store, sizeof store, "%s/" STORE_FOLDER, s->env->dir);
	snprintf(blobs, sizeof blobs, "%s/blobs", s->env->dir);
	f = role_lock(s->env, read, write);
	log_event(fences_has(f, FENCE_LANDLOCK) && fences_has(f, FENCE_SECCOMP) ? LEVEL_INFO
										: LEVEL_WARN,
		  "gateway-locked", "landlock=%d seccomp=%s", f.landlock_abi,
		  fences_has(f, FENCE_SECCOMP) ? "on" : "off");
	return OK;
}

static enum err open_rooms(struct state *s)
{
	struct pool_conf pool = {.exe = -1,
				 .at_once = processors(),
				 .up = on_workers,
				 .replace = on_replace,
				 .call_arg = s};
	struct gateway_conf conf = {.upload_max = UPLOAD_MAX,
				    .in_row_max = IN_ROW_MAX,
				    .jobs_at_once = 2 * processors() + 2,
				    .loopback = on_loopback,
				    .committed = on_committed,
				    .now_ms = utc_ms,
				    .soon = on_soon,
				    .arg = s};
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", s->env->dir, STORE_FILE);
	TRY(store_open(&store_sqlite, path, STORE_WRITE, s->config->city, &s->store));
	TRY(blob_home_open(s->env->dir, &s->blobs));
	TRY(pool_new(s->loop, &pool, &s->pool));
	conf.store = s->store;
	conf.blobs = s->blobs;
	conf.workers = gateway_pool(s->pool);
	conf.watermark_bytes = s->config->watermark_bytes;
	TRY(gateway_open(&conf, &s->gateway));
	return witnesses_new(&(struct witnesses_conf){.dir = s->env->dir,
						      .config = s->config,
						      .store = s->store,
						      .keep = keep_cosigned,
						      .committed = on_committed,
						      .now_ms = utc_ms,
						      .arg = s},
			     &s->witnesses);
}

static enum err open_links(struct state *s)
{
	struct role_edge *signer = role_find(s->env, ROLE_SIGNER, NULL, 0);

	if (!signer)
		return ERR_USAGE;
	for (size_t i = 0; i < s->env->edges; i++)
		s->links[i] = (struct link){.s = s, .edge = &s->env->edge[i]};
	s->signer = link_of(s, signer);
	for (size_t i = 0; i < s->env->edges; i++)
		TRY(link_up(&s->links[i]));
	return OK;
}

static enum err start(struct state *s)
{
	struct loop_watch *control;
	struct loop_timer *timer;

	s->config_arena = arena_new(CONFIG_ARENA);
	s->msg = malloc(sizeof *s->msg);
	if (!s->config_arena || !s->msg)
		return ERR_MEMORY;
	wire_msg_init(s->msg);
	TRY(config_given(s->config_arena, s->env->dir, role_given(s->env, EDGE_CONFIG),
			 &s->config));
	TRY(lock(s));
	TRY(loop_new(&s->loop));
	TRY(loop_watch(s->loop, s->env->control, LOOP_READ, on_control, s, &control));
	TRY(open_rooms(s));
	TRY(open_links(s));
	TRY(loop_timer(s->loop, 1000, on_second, s, &timer));
	loop_turn(s->loop, on_turn, s);
	return role_ready(s->env);
}

int role_gateway(struct role_env *env)
{
	struct state s = {.env = env, .code = EXIT_ERROR};
	enum err e = start(&s);

	if (e != OK)
		log_event(LEVEL_ERROR, "gateway-start-failed", "err=\"%s\"", err_str(e));
	else if (loop_run(s.loop) != OK)
		s.code = EXIT_ERROR;
	gateway_close(s.gateway);
	witnesses_free(s.witnesses);
	while (s.calls)
		call_end(&s, s.calls);
	pool_free(s.pool);
	loop_free(s.loop);
	blob_home_free(s.blobs);
	store_close(s.store);
	arena_free(s.config_arena);
	arena_free(s.next_arena);
	if (s.msg)
		wire_msg_clear(s.msg);
	free(s.msg);
	return s.code;
}
