/*
 * kinds: what the workers of the product do, inside their locked processes.
 */
#include <sodium.h>
#include <stdio.h>
#include "format/format.h"
#include "verify/verify.h"
#include "worker/zygote.h"

static void copy_word(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static void tell(struct proto_last *last, enum err e, const struct diag *d)
{
	last->err = e;
	if (e == OK)
		return;
	last->offset = d->offset;
	last->line = d->line;
	last->column = d->column;
	copy_word(last->part, sizeof last->part, d->part);
	copy_word(last->text, sizeof last->text, d->text[0] ? d->text : err_str(e));
}

static struct slice name_of(const struct proto_job *opt)
{
	return slice_of(opt->name, opt->name_n);
}

static enum err sanitize(const struct zygote_job *z, struct arena *arena, struct buf *out,
			 struct report *report, struct diag *d, struct proto_last *last)
{
	const struct limits *l = &z->opt->limits;
	struct budget budget = {l->inflated_bytes, l->members};
	struct job job = {
	    .arena = arena,
	    .in = z->in,
	    .name = name_of(z->opt),
	    .method = z->opt->method,
	    .hidden = z->opt->hidden,
	    .limits = l,
	    .budget = &budget,
	    .out = out,
	    .report = report,
	    .diag = d,
	};
	enum err e = format_sanitize(&job);

	copy_word(last->type, sizeof last->type, job.type ? job.type->id : NULL);
	TRY(e);
	copy_word(last->ext, sizeof last->ext, job.ext);
	copy_word(last->wrote, sizeof last->wrote, job.wrote);
	last->out_bytes = out->n;
	return fd_write_all(z->out, out->p, out->n);
}

static void run_sanitize(const struct zygote_job *z, struct proto_last *last)
{
	struct diag d = {0};
	struct report report;
	struct buf out, json;
	struct arena *arena = arena_new(z->opt->limits.memory_bytes);
	enum err e;

	if (!arena) {
		tell(last, ERR_MEMORY, &d);
		return;
	}
	buf_init(&out, z->opt->limits.output_bytes);
	buf_init(&json, PROTO_REPORT_MAX);
	report_init(&report, arena, &z->opt->limits);
	report.bytes_in = z->in.n;
	e = sanitize(z, arena, &out, &report, &d, last);
	report_json(&report, &json);
	/* A result without its report would hide what was removed: it is none. */
	if (e == OK)
		e = buf_err(&json);
	if (buf_err(&json) == OK) {
		enum err w = fd_write_all(z->report, json.p, json.n);

		e = e == OK ? w : e;
	}
	tell(last, e, &d);
}

/* Verifying needs no report and no output: err and diag say it all. */
static void run_verify(const struct zygote_job *z, struct proto_last *last)
{
	struct diag d = {0};
	const char *grammar = z->opt->grammar;
	struct arena *arena = arena_new(z->opt->limits.memory_bytes);
	enum err e = arena ? OK : ERR_MEMORY;

	if (e == OK && !grammar[0]) {
		e = verify_guess(name_of(z->opt), z->in, &grammar);
		if (e != OK)
			diag_set(&d, e, 0, "of no output grammar");
	}
	if (e == OK) {
		copy_word(last->wrote, sizeof last->wrote, grammar);
		e = verify_output(slice_str(grammar), z->in, &z->opt->limits, arena, &d);
	}
	tell(last, e, &d);
}

/* {0, password} asks for a hash; {1, hash (crypto_pwhash_STRBYTES), password} for a comparison. */
static enum err password(const struct zygote_job *z, struct diag *d)
{
	struct reader r = reader_of(z->in);
	uint8_t op = reader_u8(&r);
	struct slice hash = reader_take(&r, op == 1 ? crypto_pwhash_STRBYTES : 0);
	struct slice pass = reader_take(&r, reader_left(&r));
	char text[crypto_pwhash_STRBYTES];

	if (!reader_done(&r) || op > 1 || pass.n == 0)
		return diag_set(d, ERR_PEER, 0, "a malformed request");
	if (op == 1) {
		if (!memchr(hash.p, 0, hash.n))
			return diag_set(d, ERR_PEER, 0, "a malformed hash");
		return crypto_pwhash_str_verify((const char *)hash.p, (const char *)pass.p,
						pass.n) == 0
			   ? OK
			   : diag_set(d, ERR_FORBIDDEN, 0, "the password is wrong");
	}
	if (crypto_pwhash_str(text, (const char *)pass.p, pass.n,
			      crypto_pwhash_OPSLIMIT_INTERACTIVE,
			      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return diag_set(d, ERR_MEMORY, 0, "not enough memory for a password hash");
	return fd_write_all(z->report, text, strlen(text));
}

static void run_password(const struct zygote_job *z, struct proto_last *last)
{
	struct diag d = {0};
	enum err e = password(z, &d);

	tell(last, e, &d);
}

_Static_assert(PROTO_HASH_SIZE == crypto_pwhash_STRBYTES, "a hash field of another size");

static void warm_up_sodium(void)
{
	BUG_IF(sodium_init() < 0);
}

const struct zygote_kind zygote_kinds[WORKER_KINDS] = {
    [WORKER_SANITIZE] = {format_warm_up, run_sanitize},
    [WORKER_VERIFY] = {verify_warm_up, run_verify},
    [WORKER_PASSWORD] = {warm_up_sodium, run_password},
};

static void warm_up_both(void)
{
	format_warm_up();
	verify_warm_up();
}

static void run_one_of_both(const struct zygote_job *z, struct proto_last *last)
{
	if (z->opt->kind == WORKER_SANITIZE)
		run_sanitize(z, last);
	else if (z->opt->kind == WORKER_VERIFY)
		run_verify(z, last);
	else
		last->err = ERR_UNSUPPORTED;
}

const struct zygote_kind zygote_both_kinds = {warm_up_both, run_one_of_both};
