/*
 * CSV and TSV in one canonical form: records end in CRLF, fields are quoted where they must be and
 * nowhere else, line ends within a field are LF. A field that a spreadsheet would evaluate gets an
 * apostrophe before it, which spreadsheets take for "this is text" and every program reads as one
 * more character; numbers and telephone numbers are no formulas and stay as they are.
 */
#include "format/text.h"

#include <stdio.h>
#include "base/utf8.h"
#include "format/csv_field.h"

#define SAMPLE ((size_t)65536)
#define SAMPLE_RECORDS 50u

struct csv {
	struct job *job;
	struct slice rest; /* cleaned text: UTF-8, LF */
	uint8_t delimiter;
	struct buf field, line, out;
	size_t row, column, columns;
	bool ragged, first;
};

/* How one delimiter divides a sample. */
struct division {
	uint32_t records, fields; /* records that are not empty; fields of the first */
	bool even;                /* all have as many fields as the first */
};

static struct division divide(struct slice s, uint8_t delimiter)
{
	struct division d = {.even = true};
	uint32_t fields = 1;
	bool quoted = false, blank = true;

	for (size_t i = 0; i <= s.n && d.records < SAMPLE_RECORDS; i++) {
		uint8_t c = i < s.n ? s.p[i] : '\n';

		if (c == '"')
			quoted = !quoted;
		fields += c == delimiter && !quoted;
		if ((c != '\n' && c != '\r') || (quoted && i < s.n)) {
			blank = false;
			continue;
		}
		if (!blank) {
			d.fields = d.records ? d.fields : fields;
			d.even &= fields == d.fields;
			d.records++;
		}
		fields = 1;
		blank = true;
	}
	return d;
}

static bool is_tsv_name(const struct job *job)
{
	static const char *const endings[] = {".tsv", ".tab", NULL};

	return text_name_ends(job, endings);
}

/*
 * The delimiter that divides the sample best; the comma where none does. Our own output has no
 * other candidate outside of quotes, so that it reads the same again.
 */
static uint8_t choose_delimiter(const struct job *job, struct slice s)
{
	static const uint8_t all[] = {',', '\t', ';', '|'};
	struct division b = divide(s, ',');
	uint8_t best = ',';

	if (is_tsv_name(job))
		return '\t';
	for (size_t i = 1; i < ARRAY_LEN(all); i++) {
		struct division d = divide(s, all[i]);

		if (d.fields > 1 && (b.fields <= 1 || (d.even && !b.even))) {
			best = all[i];
			b = d;
		}
	}
	return best;
}

/* Commas and semicolons of prose have a blank behind them. */
static bool is_prose(struct slice s, uint8_t delimiter)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == delimiter && s.p[i + 1] == ' ' && delimiter != '\t')
			return true;
	return false;
}

/*
 * A table by its name, or, whatever its name, three records and more that divide evenly into three
 * fields and more. To METHOD_TEXT, which writes no tables, what is named a text is one: so its own
 * output reads the same again.
 */
static bool probe_csv(const struct job *job)
{
	static const char *const endings[] = {".csv", ".tsv", ".tab", NULL};
	static const char *const text[] = {".txt", NULL};
	static const uint8_t all[] = {',', '\t', ';'};
	uint8_t *sample;
	size_t n;

	if (!text_probe(job))
		return false;
	if (text_name_ends(job, endings))
		return true;
	if (job->method == METHOD_TEXT && text_name_ends(job, text))
		return false;
	sample = arena_alloc(job->arena, SAMPLE);
	if (!sample)
		return false;
	n = text_head(job->in, sample, SAMPLE);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct division d = divide(slice_of(sample, n), all[i]);

		if (d.even && d.records >= 3 && d.fields >= 3 &&
		    !is_prose(slice_of(sample, n), all[i]))
			return true;
	}
	return false;
}

/* Takes a first line `sep=X` off: a hint to Excel that would be read as data elsewhere. */
static enum err take_hint(struct csv *c)
{
	struct slice head = slice_head(c->rest, 5), after = slice_from(c->rest, 5);
	uint8_t x = 0;

	if (slice_starts(head, S("\"sep=")) && after.n >= 2 && after.p[1] == '"') {
		x = after.p[0];
		after = slice_from(after, 2);
	} else if (slice_eq_nocase(slice_head(head, 4), S("sep=")) && head.n == 5) {
		x = head.p[4];
	}
	if (!x || (after.n && after.p[0] != '\n'))
		return OK;
	report_add(c->job->report, ACT_REMOVED, "delimiter-hint", S(""), S("R1"), S(""));
	if (x != ',' && x != '\t' && x != ';' && x != '|')
		return format_hold(c->job, ERR_UNSUPPORTED, "delimiter-hint", S(""), 0,
				   "the first line names a delimiter that is not handled");
	c->delimiter = x;
	c->rest = slice_from(after, 1);
	return OK;
}

static void place_of(const struct csv *c, char to[48])
{
	snprintf(to, 48, "R%zuC%zu", c->row, c->column);
}

/* Reads one field into c->field; *ret_last where it ends its record. */
static enum err read_field(struct csv *c, bool *ret_last)
{
	struct slice s = c->rest;
	bool quoted = s.n && s.p[0] == '"', open = quoted, mended = false;
	size_t i = quoted ? 1 : 0;
	char place[48];

	c->field.n = 0;
	while (i < s.n) {
		uint8_t b = s.p[i];

		if (!open && (b == c->delimiter || b == '\n'))
			break;
		if (b != '"' || !quoted) {
			mended |= b == '"' || (quoted && !open);
		} else if (open && i + 1 < s.n && s.p[i + 1] == '"') {
			i++;
		} else if (open) {
			open = false;
			i++;
			continue;
		} else {
			mended = true;
		}
		buf_byte(&c->field, b);
		i++;
	}
	place_of(c, place);
	if (open)
		return format_hold(c->job, ERR_SYNTAX, "malformed", S(""), 0,
				   "the quotation mark that begins row %zu, column %zu has no end",
				   c->row, c->column);
	if (mended)
		report_add(c->job->report, ACT_CHANGED, "csv-quotes", S(""), slice_str(place),
			   S(""));
	*ret_last = i >= s.n || s.p[i] == '\n';
	c->rest = slice_from(s, i < s.n ? i + 1 : i);
	return buf_err(&c->field);
}

/*
 * Where something in the field could be mistaken for its end. In CSV these are the delimiters of
 * all countries and the bar.
 */
static bool needs_quotes(const struct csv *c, struct slice f)
{
	const char *marks = c->delimiter == '\t' ? "\"\n\t" : "\"\n\t,;|";

	if (f.n == 0)
		return false;
	for (; *marks; marks++)
		if (slice_find_byte(f, (uint8_t)*marks) != SIZE_MAX)
			return true;
	if (f.p[0] == ' ' || f.p[0] == '\t' || f.p[f.n - 1] == ' ' || f.p[f.n - 1] == '\t')
		return true;
	/* "ID" at the start of a file is SYLK to Excel. */
	return c->first && slice_starts(f, S("ID"));
}

static void print_field(struct csv *c, struct slice f)
{
	if (!needs_quotes(c, f)) {
		buf_slice(&c->out, f);
		return;
	}
	buf_byte(&c->out, '"');
	while (f.n) {
		size_t at = slice_find_byte(f, '"');
		size_t n = at == SIZE_MAX ? f.n : at + 1;

		buf_put(&c->out, f.p, n);
		if (at != SIZE_MAX)
			buf_byte(&c->out, '"');
		f = slice_from(f, n);
	}
	buf_byte(&c->out, '"');
}

/* METHOD_TEXT: one line a record, fields by TAB, so blanks for what would break that. */
static void print_plain(struct csv *c, struct slice f)
{
	for (size_t i = 0; i < f.n; i++)
		buf_byte(&c->out, f.p[i] == '\n' || f.p[i] == '\t' ? ' ' : f.p[i]);
}

static enum err one_field(struct csv *c, bool text, bool *ret_last)
{
	char place[48];

	TRY(read_field(c, ret_last));
	c->line.n = 0;
	/* What take_hint did not take for a hint, some program might. */
	if (c->first && slice_eq_nocase(slice_head(buf_view(&c->field), 4), S("sep=")))
		buf_byte(&c->line, '\'');
	if (csv_field_disarm(buf_view(&c->field), c->delimiter == '\t', &c->line)) {
		place_of(c, place);
		report_add(c->job->report, ACT_CHANGED, "formula-prefixed", S(""), slice_str(place),
			   buf_view(&c->field));
	}
	TRY(buf_err(&c->line));
	if (text)
		print_plain(c, buf_view(&c->line));
	else
		print_field(c, buf_view(&c->line));
	c->first = false;
	return OK;
}

static enum err one_record(struct csv *c, bool text)
{
	bool last = false;
	char place[48];

	c->row++;
	for (c->column = 1; !last; c->column++) {
		if (c->column > 1)
			buf_byte(&c->out, text ? '\t' : c->delimiter == '\t' ? '\t' : ',');
		TRY(one_field(c, text, &last));
	}
	if (c->row == 1)
		c->columns = c->column;
	if (c->column != c->columns && !c->ragged) {
		c->ragged = true;
		snprintf(place, sizeof place, "R%zu", c->row);
		report_add(c->job->report, ACT_NOTE, "csv-ragged", S(""), slice_str(place), S(""));
	}
	buf_str(&c->out, text ? "\n" : "\r\n");
	return buf_err(&c->out);
}

static enum err run(struct csv *c, enum charset came_in)
{
	bool text = c->job->method == METHOD_TEXT;
	bool tsv;

	c->delimiter = choose_delimiter(c->job, slice_head(c->rest, SAMPLE));
	TRY(take_hint(c));
	tsv = c->delimiter == '\t';
	c->first = true;
	while (c->rest.n)
		TRY(one_record(c, text));
	c->job->ext = text ? "txt" : tsv ? "tsv" : "csv";
	return text_emit(c->job, came_in, buf_view(&c->out), c->job->ext);
}

static enum err sanitize_csv(struct job *job)
{
	struct csv c = {.job = job};
	struct charset_text t;
	enum err e;

	TRY(text_load(job, &t));
	c.rest = slice_of(t.p, t.n);
	buf_init(&c.field, job->limits->output_bytes);
	buf_init(&c.line, job->limits->output_bytes);
	buf_init(&c.out, job->limits->output_bytes);
	e = run(&c, t.charset);
	buf_free(&c.field);
	buf_free(&c.line);
	buf_free(&c.out);
	return e;
}

const struct format format_csv = {
    .id = "csv",
    .ext = "csv",
    .label_ja = "CSV(表形式のテキスト)",
    .label_en = "CSV table",
    .probe = probe_csv,
    .rebuild = sanitize_csv,
    .text = sanitize_csv,
    .hold = "unknown-type",
};
