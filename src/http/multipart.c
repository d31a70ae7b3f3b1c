#include "http/multipart.h"

#include <stdlib.h>

#include "base/utf8.h"

enum state { ST_DELIM, ST_AFTER, ST_HEAD, ST_FIELD, ST_FILE, ST_EPILOGUE, ST_FAILED };

struct multipart {
	enum state state;
	uint8_t delim[4 + MULTIPART_BOUNDARY_MAX]; /* CR LF "--" boundary */
	size_t delim_n;
	size_t matched; /* bytes of delim seen; CR occurs in it only once, so no other overlap */
	uint8_t after[2];
	size_t after_n;
	unsigned parts;
	struct buf head;  /* header block, with the CRLF of its last line */
	struct buf value; /* of a plain field */
	struct buf name, filename;
	bool is_file;
	size_t epilogue;
	struct slice data;
};

struct multipart *multipart_new(struct slice boundary, size_t value_max)
{
	struct multipart *m;

	if (boundary.n < 1 || boundary.n > MULTIPART_BOUNDARY_MAX)
		return NULL;
	m = calloc(1, sizeof *m);
	if (!m)
		return NULL;
	memcpy(m->delim, "\r\n--", 4);
	memcpy(m->delim + 4, boundary.p, boundary.n);
	m->delim_n = 4 + boundary.n;
	m->matched = 2; /* the first boundary stands at the start of the body, without a line end */
	buf_init(&m->head, MULTIPART_HEAD_MAX);
	buf_init(&m->value, value_max);
	buf_init(&m->name, 256);
	buf_init(&m->filename, 1024);
	return m;
}

void multipart_free(struct multipart *m)
{
	if (!m)
		return;
	buf_free(&m->head);
	buf_free(&m->value);
	buf_free(&m->name);
	buf_free(&m->filename);
	free(m);
}

struct slice multipart_name(const struct multipart *m)
{
	return buf_view(&m->name);
}

struct slice multipart_filename(const struct multipart *m)
{
	return buf_view(&m->filename);
}

struct slice multipart_data(const struct multipart *m)
{
	return m->data;
}

bool multipart_complete(const struct multipart *m)
{
	return m->state == ST_EPILOGUE;
}

uint64_t multipart_last_size(const struct multipart *m, uint64_t left)
{
	uint64_t tail = m->delim_n + strlen("--\r\n");

	return left >= tail ? left - tail : UINT64_MAX;
}

/*
 * A quoted string at the start of *s into ret. Browsers write %22, %0D and %0A for a quote and line
 * ends, and nothing else is an escape: a backslash is a backslash.
 */
static enum err quoted(struct slice *s, struct buf *ret)
{
	size_t end;

	if (s->n < 2 || s->p[0] != '"')
		return ERR_SYNTAX;
	*s = slice_from(*s, 1);
	end = slice_find_byte(*s, '"');
	if (end == SIZE_MAX)
		return ERR_SYNTAX;
	for (struct slice in = slice_head(*s, end); in.n > 0;) {
		if (slice_starts(in, S("%22"))) {
			buf_byte(ret, '"');
			in = slice_from(in, 3);
		} else if (slice_starts(in, S("%0D")) || slice_starts(in, S("%0A"))) {
			buf_byte(ret, ' ');
			in = slice_from(in, 3);
		} else if (in.p[0] < 0x20 || in.p[0] == 0x7f) {
			return ERR_SYNTAX;
		} else {
			buf_byte(ret, in.p[0]);
			in = slice_from(in, 1);
		}
	}
	*s = slice_from(*s, end + 1);
	if (utf8_first_bad(buf_view(ret)) != SIZE_MAX)
		return ERR_SYNTAX;
	return buf_err(ret) ? ERR_LIMIT : OK;
}

/* form-data; name="..." [; filename="..."] */
static enum err disposition(struct multipart *m, struct slice v)
{
	struct slice kind = S("form-data");
	bool has_name = false;

	if (!slice_eq_nocase(slice_head(v, kind.n), kind))
		return ERR_SYNTAX;
	v = slice_from(v, kind.n);
	while (v.n > 0) {
		struct slice key_name = S("; name="), key_file = S("; filename=");

		if (slice_starts(v, key_name) && !has_name) {
			v = slice_from(v, key_name.n);
			TRY(quoted(&v, &m->name));
			has_name = true;
		} else if (slice_starts(v, key_file) && !m->is_file) {
			v = slice_from(v, key_file.n);
			TRY(quoted(&v, &m->filename));
			m->is_file = true;
		} else {
			return ERR_SYNTAX;
		}
	}
	return has_name ? OK : ERR_SYNTAX;
}

static enum err parse_head(struct multipart *m)
{
	struct slice head = buf_view(&m->head), disp = S("content-disposition:");
	bool seen = false;

	buf_free(&m->name);
	buf_free(&m->filename);
	m->is_file = false;
	while (head.n > 0) {
		size_t end = slice_find(head, S("\r\n"));
		struct slice line = slice_head(head, end);

		if (end == SIZE_MAX)
			return ERR_SYNTAX;
		head = slice_from(head, end + 2);
		if (slice_eq_nocase(slice_head(line, disp.n), disp)) {
			if (seen)
				return ERR_SYNTAX;
			seen = true;
			TRY(disposition(m, slice_trim(slice_from(line, disp.n))));
		} else if (!slice_eq_nocase(slice_head(line, 13), S("content-type:"))) {
			return ERR_SYNTAX;
		}
	}
	return seen ? OK : ERR_SYNTAX;
}

/* Collects the header block up to its empty line. */
static enum err take_head(struct multipart *m, struct slice *in, bool *ret_done)
{
	while (in->n > 0) {
		buf_byte(&m->head, in->p[0]);
		*in = slice_from(*in, 1);
		if (buf_err(&m->head))
			return ERR_LIMIT;
		if (slice_eq(buf_view(&m->head), S("\r\n")))
			return ERR_SYNTAX; /* no header at all */
		if (!slice_ends(buf_view(&m->head), S("\r\n\r\n")))
			continue;
		m->head.n -= 2;
		TRY(parse_head(m));
		buf_free(&m->head);
		*ret_done = true;
		return OK;
	}
	return OK;
}

/*
 * Moves over content up to the delimiter. Sets m->data to bytes that are content; *ret_end when the
 * whole delimiter was read. Both may be unset when only a part of the delimiter has come.
 */
static void take_body(struct multipart *m, struct slice *in, bool *ret_end)
{
	m->data = (struct slice){0};
	*ret_end = false;
	while (in->n > 0) {
		if (m->matched == 0) {
			size_t cr = slice_find_byte(*in, '\r');

			if (cr != 0) {
				m->data = slice_head(*in, cr);
				*in = slice_from(*in, m->data.n);
				return;
			}
		}
		if (in->p[0] == m->delim[m->matched]) {
			*in = slice_from(*in, 1);
			if (++m->matched < m->delim_n)
				continue;
			m->matched = 0;
			*ret_end = true;
			return;
		}
		/* Not the delimiter after all: what matched so far was content. */
		m->data = slice_of(m->delim, m->matched);
		m->matched = 0;
		return;
	}
}

static enum err step_delim(struct multipart *m, struct slice *in)
{
	bool end;

	take_body(m, in, &end);
	if (m->data.n > 0)
		return ERR_SYNTAX; /* a preamble */
	if (end)
		m->state = ST_AFTER;
	return OK;
}

static enum err step_after(struct multipart *m, struct slice *in, enum multipart_event *ret)
{
	while (in->n > 0 && m->after_n < 2) {
		m->after[m->after_n++] = in->p[0];
		*in = slice_from(*in, 1);
	}
	if (m->after_n < 2)
		return OK;
	m->after_n = 0;
	if (memcmp(m->after, "--", 2) == 0) {
		m->state = ST_EPILOGUE;
		*ret = MULTIPART_END;
		return OK;
	}
	if (memcmp(m->after, "\r\n", 2) != 0)
		return ERR_SYNTAX;
	if (++m->parts > MULTIPART_PARTS_MAX)
		return ERR_LIMIT;
	m->state = ST_HEAD;
	return OK;
}

static enum err step_head(struct multipart *m, struct slice *in, enum multipart_event *ret)
{
	bool done = false;

	TRY(take_head(m, in, &done));
	if (!done)
		return OK;
	m->state = m->is_file ? ST_FILE : ST_FIELD;
	if (m->is_file)
		*ret = MULTIPART_FILE;
	else
		buf_free(&m->value);
	return OK;
}

static enum err step_content(struct multipart *m, struct slice *in, enum multipart_event *ret)
{
	bool end;

	take_body(m, in, &end);
	if (end)
		m->state = ST_AFTER;
	if (m->is_file) {
		if (m->data.n > 0)
			*ret = MULTIPART_DATA;
		else if (end)
			*ret = MULTIPART_DONE;
		return OK;
	}
	buf_slice(&m->value, m->data);
	if (buf_err(&m->value))
		return ERR_LIMIT;
	if (end) {
		m->data = buf_view(&m->value);
		if (utf8_first_bad(m->data) != SIZE_MAX)
			return ERR_SYNTAX;
		*ret = MULTIPART_FIELD;
	}
	return OK;
}

/* One line end may follow the closing boundary. */
static enum err step_epilogue(struct multipart *m, struct slice *in)
{
	while (in->n > 0) {
		if (m->epilogue >= 2 || in->p[0] != (uint8_t) "\r\n"[m->epilogue])
			return ERR_SYNTAX;
		m->epilogue++;
		*in = slice_from(*in, 1);
	}
	return OK;
}

static enum err step(struct multipart *m, struct slice *in, enum multipart_event *ret)
{
	switch (m->state) {
	case ST_DELIM:
		return step_delim(m, in);
	case ST_AFTER:
		return step_after(m, in, ret);
	case ST_HEAD:
		return step_head(m, in, ret);
	case ST_FIELD:
	case ST_FILE:
		return step_content(m, in, ret);
	case ST_EPILOGUE:
		return step_epilogue(m, in);
	case ST_FAILED:
		break;
	}
	return ERR_SYNTAX;
}

enum err multipart_next(struct multipart *m, struct slice *in, enum multipart_event *ret)
{
	enum multipart_event event = MULTIPART_MORE;

	while (in->n > 0 && event == MULTIPART_MORE) {
		enum err e = step(m, in, &event);

		if (e != OK) {
			m->state = ST_FAILED;
			return e;
		}
	}
	*ret = event;
	return OK;
}
