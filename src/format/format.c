#include "format/format.h"
#include "format/opc.h"

#include <libdeflate.h>
#include <stdarg.h>
#include <stdio.h>
#include "format/charset.h"
#include "format/member_name.h"

enum err format_hold(struct job *job, enum err e, const char *finding, struct slice part,
		     size_t offset, const char *fmt, ...)
{
	char text[sizeof job->diag->text], place[32] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (offset)
		snprintf(place, sizeof place, "@%zu", offset);
	report_add(job->report, ACT_HELD, finding, part, slice_str(place), slice_str(text));
	if (job->diag) {
		size_t n = part.n < sizeof job->diag->part ? part.n : sizeof job->diag->part - 1;

		*job->diag = (struct diag){.offset = offset};
		if (n)
			memcpy(job->diag->part, part.p, n);
		memcpy(job->diag->text, text, sizeof text);
	}
	return e;
}

static enum err identify(struct job *job)
{
	job->type = NULL;
	if (job->depth == 0 && job->in.n > job->limits->input_bytes)
		return format_hold(job, ERR_LIMIT, "limit", S(""), 0,
				   "the file has %zu bytes, the limit is %llu", job->in.n,
				   (unsigned long long)job->limits->input_bytes);
	job->package = zip_probe(job->in) ? package_sniff(job) : NULL;
	for (size_t i = 0; i < format_registry_n; i++)
		if (format_registry[i]->probe(job)) {
			job->type = format_registry[i];
			return OK;
		}
	return format_hold(job, ERR_UNSUPPORTED, "unknown-type", S(""), 0,
			   "the content is of no type that may pass");
}

enum err format_identify(struct job *job)
{
	enum err e = identify(job);

	package_free(job->package);
	job->package = NULL;
	return e;
}

static enum err run(struct job *job)
{
	enum err (*step)(struct job *) =
	    job->method == METHOD_TEXT ? job->type->text : job->type->rebuild;

	if (!step)
		return format_hold(job, ERR_UNSUPPORTED, job->type->hold, S(""), 0,
				   "%s cannot be passed by this method", job->type->label_en);
	TRY(step(job));
	TRY(buf_err(job->out));
	return arena_failed(job->arena) ? ERR_MEMORY : OK;
}

static bool is_held_since(const struct report *r, size_t items)
{
	for (size_t i = items; i < r->n; i++)
		if (r->items[i].act == ACT_HELD)
			return true;
	return false;
}

enum err format_sanitize(struct job *job)
{
	size_t items = job->report->n;
	enum err e;

	e = identify(job);
	if (job->depth == 0) {
		job->report->type_in = e == OK ? job->type->id : NULL;
		job->report->bytes_in = job->in.n;
	}
	if (e == OK)
		e = run(job);
	package_free(job->package);
	job->package = NULL;
	/* A limit that no deeper step has named is named here: every refusal has its reason. */
	if ((e == ERR_MEMORY || e == ERR_LIMIT) && !is_held_since(job->report, items))
		return format_hold(job, e, "limit", S(""), 0,
				   e == ERR_MEMORY ? "the memory limit was reached"
						   : "the output limit was reached");
	TRY(e);
	BUG_IF(!job->ext || !job->wrote);
	if (job->depth == 0) {
		job->report->type_out = job->wrote;
		job->report->bytes_out = job->out->n;
	}
	return OK;
}

void format_warm_up(void)
{
	AUTO_BUF name;

	charset_warm_up();
	/* Beyond ASCII, so that ICU loads its tables. */
	buf_init(&name, 64);
	(void)!name_fold(S("\xE3\x81\x82"), &name);
	/* They ask the processor what it can, which is slow where that is a virtual one. */
	libdeflate_free_compressor(libdeflate_alloc_compressor(1));
	libdeflate_free_decompressor(libdeflate_alloc_decompressor());
	(void)libdeflate_crc32(0, "", 1);
	(void)libdeflate_adler32(1, "", 1);
}
