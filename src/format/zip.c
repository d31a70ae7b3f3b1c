/*
 * zip: an archive out of the clean forms of its members. Each member goes through format_sanitize
 * like a file of its own, with the archive's budget; one that is held leaves a note in its place
 * and costs only itself. Folders exist by the names of the files in them.
 */
#include "format/zip.h"

#include <stdio.h>
#include "format/member_name.h"
#include "format/zip_read.h"
#include "format/zip_write.h"

struct zipping {
	struct job *job;
	struct zip zip;
	struct zip_writer out;
	struct member_names names;
	struct buf scratch, result;
	uint32_t passed, held;
};

static bool probe(const struct job *job)
{
	return zip_probe(job->in);
}

/* The last held item since `from` items, as the reason for the note; never NULL. */
static const struct finding *reason_of(const struct report *r, size_t from)
{
	for (size_t i = r->n; i > from; i--)
		if (r->items[i - 1].act == ACT_HELD)
			return finding_by_id(slice_str(r->items[i - 1].finding));
	return finding_by_id(S("archive-member-held"));
}

/* A member that cannot pass: a text that says so, under its name with ".held.txt". */
static enum err add_note(struct zipping *z, const struct zip_member *m, const struct finding *why)
{
	struct slice name;

	z->held++;
	report_add(z->job->report, ACT_HELD, "archive-member-held", m->name, S(""), S(""));
	TRY(member_name(&z->names, m->name, NULL, "held.txt", &name));
	z->result.n = 0;
	buf_str(&z->result, "このファイルは保留されました。\n理由: ");
	buf_str(&z->result, why->ja);
	buf_str(&z->result, "\n元のファイルは送信元の領域に保管されています。\n\n"
			    "This file was held.\nReason: ");
	buf_str(&z->result, why->en);
	buf_str(&z->result, "\nThe original is kept in the zone it came from.\n");
	TRY(buf_err(&z->result));
	return zip_add(&z->out, name, buf_view(&z->result));
}

/* Errors that end the whole archive: what all members share is used up. */
static bool is_shared(const struct job *job, enum err e)
{
	return e == ERR_MEMORY || (e == ERR_LIMIT && (job->budget->inflated_left == 0 ||
						      job->budget->members_left == 0));
}

static enum err sanitize_member(struct zipping *z, const struct zip_member *m, struct slice data,
				struct job *ret)
{
	struct job nested = *z->job;
	AUTO_ARENA arena = arena_new(z->job->limits->memory_bytes);
	struct slice outer = z->job->report->within;
	struct report *r = z->job->report;
	enum err e;

	if (!arena)
		return ERR_MEMORY;
	nested.in = data;
	nested.name = m->name;
	nested.arena = arena;
	nested.depth = z->job->depth + 1;
	nested.out = &z->result;
	nested.package = NULL;
	nested.charset_out = CHARSET_UTF8;
	z->result.n = 0;
	r->within = outer.n ? slice_str(arena_printf(z->job->arena, "%.*s/%.*s", (int)outer.n,
						     (const char *)outer.p, (int)m->name.n,
						     (const char *)m->name.p))
			    : m->name;
	e = format_sanitize(&nested);
	r->within = outer;
	*ret = nested;
	ret->arena = NULL;
	return e;
}

static enum err add_member(struct zipping *z, const struct zip_member *m)
{
	struct job done = {0};
	struct slice data, name;
	size_t items = z->job->report->n;
	struct diag d = {0};
	enum err e = zip_read(&z->zip, m, &z->scratch, &data, &d);

	if (e != OK) {
		const char *finding = e == ERR_SYNTAX ? "zip-checksum" : "zip-bomb";

		e = format_hold(z->job, e, finding, m->name, 0, "%s", d.text);
	} else {
		e = sanitize_member(z, m, data, &done);
	}
	if (is_shared(z->job, e))
		return e;
	if (e != OK) {
		buf_free(&z->result);
		return add_note(z, m, reason_of(z->job->report, items));
	}
	z->passed++;
	TRY(member_name(&z->names, m->name, done.type, done.ext, &name));
	if (!slice_eq(name, m->name))
		report_add(z->job->report, ACT_CHANGED, "name-changed", m->name, S(""), name);
	return zip_add(&z->out, name, buf_view(&z->result));
}

static enum err add_members(struct zipping *z)
{
	for (size_t i = 0; i < z->zip.n; i++)
		if (!z->zip.members[i].dir)
			TRY(add_member(z, &z->zip.members[i]));
	if (z->held && !z->passed)
		return format_hold(z->job, ERR_UNSUPPORTED, "archive-member-held", S(""), 0,
				   "no member of the archive can pass");
	if (!z->passed)
		return format_hold(z->job, ERR_UNSUPPORTED, "zip-empty", S(""), 0,
				   "the archive holds no file");
	return zip_finish(&z->out, z->job->out);
}

static enum err run(struct job *job)
{
	struct zipping z = {.job = job};
	enum err e;

	if (job->depth >= job->limits->depth)
		return format_hold(job, ERR_LIMIT, "zip-nesting", S(""), 0,
				   "depth: containers within containers beyond the limit");
	TRY(zip_open(job, &z.zip));
	buf_init(&z.scratch, job->limits->inflated_bytes);
	buf_init(&z.result, job->limits->output_bytes);
	member_names_init(&z.names, job->arena);
	e = zip_writer_init(&z.out, job->arena, job->limits->output_bytes);
	if (e == OK)
		e = add_members(&z);
	zip_writer_free(&z.out);
	buf_free(&z.result);
	buf_free(&z.scratch);
	zip_close(&z.zip);
	TRY(e);
	job->ext = "zip";
	job->wrote = "zip";
	return OK;
}

const struct format format_zip = {
    .id = "zip",
    .ext = "zip",
    .label_ja = "ZIP アーカイブ",
    .label_en = "ZIP archive",
    .probe = probe,
    .rebuild = run,
    .text = run,
};
