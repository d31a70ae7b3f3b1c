#include "worker/proto.h"

#include "base/utf8.h"

const char *proto_kind_name(enum worker_kind kind)
{
	static const char *const name[WORKER_KINDS] = {"sanitize", "verify", "password"};

	return name[kind];
}

/* Else the kernel writes to a page of each process at every switch; forks then copy it. */
const char *const proto_zygote_env[] = {"GLIBC_TUNABLES=glibc.pthread.rseq=0", NULL};

static void put_limits(struct buf *b, const struct limits *l)
{
	wire_put_u64(b, l->input_bytes);
	wire_put_u64(b, l->output_bytes);
	wire_put_u64(b, l->memory_bytes);
	wire_put_u64(b, l->inflated_bytes);
	wire_put_u32(b, l->ratio);
	wire_put_u32(b, l->members);
	wire_put_u32(b, l->depth);
	wire_put_u32(b, l->xml_depth);
	wire_put_u64(b, l->pixels);
	wire_put_u32(b, l->side);
	wire_put_u32(b, l->findings);
	wire_put_u32(b, l->cpu_seconds);
	wire_put_u32(b, l->wall_seconds);
}

static void get_limits(struct reader *r, struct limits *l)
{
	l->input_bytes = wire_get_u64(r);
	l->output_bytes = wire_get_u64(r);
	l->memory_bytes = wire_get_u64(r);
	l->inflated_bytes = wire_get_u64(r);
	l->ratio = wire_get_u32(r);
	l->members = wire_get_u32(r);
	l->depth = wire_get_u32(r);
	l->xml_depth = wire_get_u32(r);
	l->pixels = wire_get_u64(r);
	l->side = wire_get_u32(r);
	l->findings = wire_get_u32(r);
	l->cpu_seconds = wire_get_u32(r);
	l->wall_seconds = wire_get_u32(r);
}

void proto_put_job(struct buf *b, const struct proto_job *job)
{
	wire_put_u8(b, (uint8_t)job->kind);
	put_limits(b, &job->limits);
	wire_put_u8(b, (uint8_t)job->method);
	wire_put_u8(b, (uint8_t)job->hidden);
	wire_put_str(b, job->grammar);
	wire_put_bytes(b, slice_of(job->name, job->name_n));
}

enum err proto_get_job(struct reader *r, struct proto_job *ret_job)
{
	struct proto_job job = {0};
	struct slice name;
	uint8_t kind = wire_get_u8(r), method, hidden;

	get_limits(r, &job.limits);
	method = wire_get_u8(r);
	hidden = wire_get_u8(r);
	wire_get_str(r, job.grammar, sizeof job.grammar);
	name = wire_get_bytes(r, PROTO_NAME_MAX);
	TRY(wire_end(r));
	if (kind >= WORKER_KINDS || method > METHOD_TEXT || hidden > HIDDEN_DROP)
		return ERR_PEER;
	job.kind = kind;
	job.method = method;
	job.hidden = hidden;
	job.name_n = name.n;
	if (name.n)
		memcpy(job.name, name.p, name.n);
	*ret_job = job;
	return OK;
}

void proto_put_done(struct buf *b, const struct proto_done *done)
{
	wire_put_u8(b, (uint8_t)done->end);
	wire_put_u32(b, (uint32_t)done->number);
	wire_put_u32(b, done->wall_us);
	wire_put_u32(b, done->cpu_us);
	if (done->end == END_REPLY)
		buf_put(b, &done->last, sizeof done->last);
}

/* Makes a string of a worker fit for people: ends it, and replaces what is no printable UTF-8. */
static void tame(char *s, size_t size)
{
	size_t n = strnlen(s, size - 1);

	s[n] = '\0';
	for (size_t i = 0; i < n;) {
		uint32_t cp = 0;
		size_t k = utf8_next(slice_of(s + i, n - i), &cp);

		if (k == 0 || cp < 0x20 || cp == 0x7f || (cp >= 0x80 && cp < 0xa0) ||
		    utf8_is_invisible(cp)) {
			memset(s + i, '?', k ? k : 1);
			k = k ? k : 1;
		}
		i += k;
	}
}

static bool is_word(char *s, size_t size)
{
	size_t n = strnlen(s, size);

	if (n == size)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((s[i] < 'a' || s[i] > 'z') && (s[i] < '0' || s[i] > '9'))
			return false;
	return true;
}

static bool tame_last(struct proto_last *last)
{
	if (last->magic != PROTO_LAST_MAGIC || last->err > ERR_USAGE)
		return false;
	if (!is_word(last->ext, sizeof last->ext) || !is_word(last->wrote, sizeof last->wrote))
		return false;
	tame(last->type, sizeof last->type);
	tame(last->part, sizeof last->part);
	tame(last->text, sizeof last->text);
	return true;
}

enum err proto_get_done(struct reader *r, struct proto_done *ret_done)
{
	struct proto_done d = {0};
	uint8_t end = wire_get_u8(r);
	struct slice last;

	d.number = (int32_t)wire_get_u32(r);
	d.wall_us = wire_get_u32(r);
	d.cpu_us = wire_get_u32(r);
	last = reader_take(r, end == END_REPLY ? sizeof d.last : 0);
	TRY(wire_end(r));
	if (end >= END_COUNT)
		return ERR_PEER;
	d.end = end;
	if (end == END_REPLY) {
		memcpy(&d.last, last.p, sizeof d.last);
		if (!tame_last(&d.last))
			d.end = END_LIE;
	}
	*ret_done = d;
	return OK;
}
