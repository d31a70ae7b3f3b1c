/*
 * Content streams: operators of an allow-list with typed operands, balanced, one a line. Marks
 * (BMC, BDC, MP ...), which show nothing, stay behind; colour spaces become the device spaces that
 * stand for them; names become F1, X1, G1 in the order of their first use.
 */
#include "format/pdf.h"
#include "format/pdf_function.h"
#include "format/pdf_lex.h"

#define OPERANDS_MAX 33u
#define DEPTH_MAX 256u
#define USES_MAX 2000u
#define EARLY_MAX 4096u /* bytes of a path that an operator may move in front of */

struct operand {
	char type;  /* n s t d as in pdf_operator; N name; D dictionary */
	bool plain; /* an array of numbers that are not negative */
	int64_t number;
	size_t at, n; /* its text: printed, but for a name */
};

/* The colour spaces that are set; what scn means. */
struct colours {
	const struct pdf_space *fill, *stroke;
};

/* Spaces of the resources, read once. */
struct named_space {
	struct slice name;
	const struct pdf_space *space;
};

struct content {
	struct pdf *p;
	struct pdf_lexer lexer;
	qpdf_oh resources;
	struct pdf_uses *uses;
	struct buf *out;
	struct buf text; /* of the operands */
	struct buf scratch;
	struct operand operands[OPERANDS_MAX];
	size_t n;
	uint8_t place;
	struct colours colours[DEPTH_MAX];
	size_t depth;
	size_t path; /* in `out`, where the path began */
	struct named_space *spaces;
	size_t spaces_n, spaces_cap;
};

static enum err refuse(struct content *c, const char *what)
{
	return format_hold(c->p->job, ERR_UNSUPPORTED, "pdf-content", S(""), c->lexer.at, "%s",
			   what);
}

enum err pdf_use(struct pdf *p, struct pdf_uses *uses, enum pdf_resource r, struct slice name,
		 qpdf_oh oh, struct slice colour, size_t *ret)
{
	struct pdf_use use = {.oh = oh, .colour = colour};

	for (size_t i = 0; name.n && i < uses->n[r]; i++)
		if (slice_eq(uses->of[r][i].name, name) &&
		    slice_eq(uses->of[r][i].colour, colour)) {
			*ret = i + 1;
			return OK;
		}
	if (uses->n[r] >= USES_MAX)
		return format_hold(p->job, ERR_LIMIT, "limit", S(""), 0,
				   "a page uses more than %u fonts or pictures", USES_MAX);
	use.name = arena_copy(p->job->arena, name);
	use.colour = arena_copy(p->job->arena, colour);
	if (!use.name.p || !use.colour.p)
		return ERR_MEMORY;
	TRY(arena_grow(p->job->arena, (void **)&uses->of[r], uses->n[r], &uses->cap[r],
		       sizeof use));
	uses->of[r][uses->n[r]++] = use;
	*ret = uses->n[r];
	return OK;
}

/* The object that the resources have for a name, as a key without its slash; 0 for none. */
static qpdf_oh resource(struct content *c, const char *map, struct slice name)
{
	struct pdf *p = c->p;
	char *key = arena_printf(p->job->arena, "/%.*s", (int)name.n, (const char *)name.p);
	qpdf_oh of = pdf_get(p, c->resources, map), ret;

	if (!key || !qpdf_oh_is_dictionary(p->q, of))
		return 0;
	ret = qpdf_oh_get_key(p->q, of, key);
	return qpdf_oh_is_null(p->q, ret) ? 0 : ret;
}

/* --- operands ------------------------------------------------------------------------------- */

static enum err push(struct content *c, struct operand o)
{
	if (c->n == OPERANDS_MAX)
		return refuse(c, "too many operands");
	o.n = c->text.n - o.at;
	c->operands[c->n++] = o;
	return buf_err(&c->text);
}

static enum err read_array(struct content *c)
{
	struct operand o = {.type = 'd', .at = c->text.n, .plain = true};
	size_t items = 0;

	buf_byte(&c->text, '[');
	for (;; items++) {
		enum pdf_token t = pdf_next(&c->lexer);

		if (t == PDF_TOKEN_ARRAY_END)
			break;
		if (t == PDF_TOKEN_NUMBER) {
			if (items && c->text.p[c->text.n - 1] != '>')
				buf_byte(&c->text, ' ');
			o.plain &= c->lexer.number >= 0;
			pdf_put_number(&c->text, c->lexer.number);
		} else if (t == PDF_TOKEN_STRING) {
			o.type = 't';
			pdf_put_string(&c->text, c->lexer.text);
		} else {
			return refuse(c, "an array that is neither text nor dashes");
		}
	}
	buf_byte(&c->text, ']');
	o.plain &= items <= 16;
	return push(c, o);
}

/* A property list; nothing of it is kept. */
static enum err skip_dict(struct content *c)
{
	struct operand o = {.type = 'D', .at = c->text.n};
	unsigned depth = 1;

	while (depth) {
		enum pdf_token t = pdf_next(&c->lexer);

		if (t == PDF_TOKEN_END || t == PDF_TOKEN_BAD)
			return refuse(c, "a dictionary without its end");
		depth += t == PDF_TOKEN_DICT;
		depth -= t == PDF_TOKEN_DICT_END;
	}
	return push(c, o);
}

static enum err read_operand(struct content *c, enum pdf_token t)
{
	struct operand o = {.at = c->text.n};

	switch (t) {
	case PDF_TOKEN_NUMBER:
		o.type = 'n';
		o.number = c->lexer.number;
		pdf_put_number(&c->text, o.number);
		return push(c, o);
	case PDF_TOKEN_NAME:
		o.type = 'N';
		buf_slice(&c->text, c->lexer.text);
		return push(c, o);
	case PDF_TOKEN_STRING:
		o.type = 's';
		pdf_put_string(&c->text, c->lexer.text);
		return push(c, o);
	case PDF_TOKEN_ARRAY:
		return read_array(c);
	case PDF_TOKEN_DICT:
		return skip_dict(c);
	case PDF_TOKEN_END:
	case PDF_TOKEN_BAD:
	case PDF_TOKEN_WORD:
	case PDF_TOKEN_ARRAY_END:
	case PDF_TOKEN_DICT_END:
		break;
	}
	return refuse(c, "something that is neither operand nor operator");
}

static struct slice text_of(const struct content *c, size_t i)
{
	return slice_of(c->text.p + c->operands[i].at, c->operands[i].n);
}

static bool fits(const struct operand *o, char want)
{
	switch (want) {
	case 'n':
		return o->type == 'n';
	case 'i':
		return o->type == 'n' && o->number % PDF_ONE == 0 && o->number >= 0 &&
		       o->number <= 7 * PDF_ONE;
	case 's':
		return o->type == 's';
	case 'd':
		return o->type == 'd' && o->plain;
	case 't':
		return o->type == 't' || o->type == 'd';
	default:
		return o->type == 'N';
	}
}

static bool are_numbers(const struct content *c, size_t n)
{
	bool ret = c->n == n;

	for (size_t i = 0; i < c->n; i++)
		ret &= c->operands[i].type == 'n';
	return ret;
}

/* --- operators ------------------------------------------------------------------------------ */

static enum err put_resource(struct content *c, char kind, struct slice name)
{
	static const struct {
		char kind;
		const char *map;
		enum pdf_resource use;
	} maps[] = {{'F', "/Font", PDF_USE_FONT},
		    {'X', "/XObject", PDF_USE_XOBJECT},
		    {'G', "/ExtGState", PDF_USE_STATE},
		    {'S', "/Shading", PDF_USE_SHADING}};
	size_t i = 0, number = 0;
	qpdf_oh oh;

	while (maps[i].kind != kind)
		i++;
	oh = resource(c, maps[i].map, name);
	if (!oh)
		return refuse(c, "a name that the page's resources do not have");
	TRY(pdf_use(c->p, c->uses, maps[i].use, name, oh, S(""), &number));
	buf_printf(c->out, "/%c%zu", kind, number);
	return OK;
}

/* An operator for the state alone, within a path: it may as well stand in front of it. */
static bool is_early(const struct content *c)
{
	return c->place == PDF_IN_PATH && c->out->n - c->path < EARLY_MAX;
}

static enum err move_up(struct content *c, size_t mark)
{
	struct slice line = slice_of(c->out->p + mark, c->out->n - mark);
	size_t path = mark - c->path;

	c->scratch.n = 0;
	buf_slice(&c->scratch, line);
	TRY(buf_err(&c->scratch));
	memmove(c->out->p + c->path + line.n, c->out->p + c->path, path);
	memcpy(c->out->p + c->path, c->scratch.p, line.n);
	c->path += line.n;
	return OK;
}

/* Prints the operator with its operands, which are of the types that it wants. */
static enum err put(struct content *c, const struct pdf_operator *op)
{
	size_t want = strlen(op->operands), mark = c->out->n;
	bool early = false;

	if (c->n != want)
		return refuse(c, "an operator with too many or too few operands");
	for (size_t i = 0; i < want; i++)
		if (!fits(&c->operands[i], op->operands[i]))
			return refuse(c, "an operator with an operand of another type");
	if (!(op->places & c->place)) {
		if (op->places != (PDF_AT_PAGE | PDF_IN_TEXT) || !is_early(c))
			return refuse(c, "an operator where it may not stand");
		early = true;
	}
	if (c->place == PDF_AT_PAGE && op->next == PDF_IN_PATH)
		c->path = mark;
	for (size_t i = 0; i < want; i++) {
		if (c->operands[i].type == 'N')
			TRY(put_resource(c, op->operands[i], text_of(c, i)));
		else
			buf_slice(c->out, text_of(c, i));
		buf_byte(c->out, ' ');
	}
	buf_str(c->out, op->name);
	buf_byte(c->out, '\n');
	if (op->next)
		c->place = op->next;
	TRY(buf_err(c->out));
	return early ? move_up(c, mark) : OK;
}

static enum err put_plain(struct content *c, const char *name)
{
	c->n = 0;
	return put(c, pdf_operator(slice_str(name)));
}

/* The operator that sets a colour of n components. */
static const char *setter(unsigned n, bool stroke)
{
	if (n == 1)
		return stroke ? "G" : "g";
	if (n == 3)
		return stroke ? "RG" : "rg";
	return stroke ? "K" : "k";
}

static enum err read_space(struct content *c, struct slice name, const struct pdf_space **ret)
{
	struct named_space named = {0};
	char *key;

	for (size_t i = 0; i < c->spaces_n; i++)
		if (slice_eq(c->spaces[i].name, name)) {
			*ret = c->spaces[i].space;
			return OK;
		}
	key = arena_printf(c->p->job->arena, "/%.*s", (int)name.n, (const char *)name.p);
	if (!key)
		return ERR_MEMORY;
	named.name = slice_from(slice_str(key), 1);
	named.space = pdf_read_space(c->p, qpdf_oh_new_name(c->p->q, key), c->resources);
	if (!named.space)
		return refuse(c, "a colour space that is not read");
	TRY(arena_grow(c->p->job->arena, (void **)&c->spaces, c->spaces_n, &c->spaces_cap,
		       sizeof named));
	c->spaces[c->spaces_n++] = named;
	*ret = named.space;
	return OK;
}

static void put_part(struct buf *out, double v)
{
	pdf_put_number(out, (int64_t)(v * (double)PDF_ONE + 0.5));
	buf_byte(out, ' ');
}

/* A colour of the space as one of its device space. */
static void put_colour(const struct pdf_space *s, const double *in, bool stroke, struct buf *out)
{
	double device[4] = {0};

	pdf_to_device(s, in, device);
	for (unsigned i = 0; i < s->device; i++)
		put_part(out, device[i]);
	buf_printf(out, "%s\n", setter(s->device, stroke));
}

static enum err set_space(struct content *c, bool stroke)
{
	struct colours *now = &c->colours[c->depth];
	double first[PDF_VALUES_MAX] = {0};
	const struct pdf_space *s = NULL;

	if (c->n != 1 || c->operands[0].type != 'N')
		return refuse(c, "a colour space that is not read");
	TRY(read_space(c, text_of(c, 0), &s));
	*(stroke ? &now->stroke : &now->fill) = s;
	if (s->pattern)
		return OK;
	/* Setting a space sets black, or all of its inks. */
	if (s->plain && s->device == 4)
		first[3] = 1;
	for (unsigned i = 0; s->tint && i < s->n; i++)
		first[i] = 1;
	put_colour(s, first, stroke, c->out);
	return buf_err(c->out);
}

static void read_parts(const struct content *c, size_t n, double *ret)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = (double)c->operands[i].number / (double)PDF_ONE;
}

/* An uncoloured pattern is one of its own for each colour. */
static enum err set_pattern(struct content *c, const struct pdf_space *s, bool stroke)
{
	struct slice name = text_of(c, c->n - 1);
	qpdf_oh oh = resource(c, "/Pattern", name), type;
	double in[PDF_VALUES_MAX] = {0};
	size_t number = 0;
	AUTO_BUF colour;

	buf_init(&colour, 4096);
	if (!oh || !s->pattern)
		return refuse(c, "a pattern that the page's resources do not have");
	c->n--;
	if (c->n && !are_numbers(c, s->n))
		return refuse(c, "a colour that does not fit its space");
	type = qpdf_oh_is_stream(c->p->q, oh)
		   ? pdf_get(c->p, qpdf_oh_get_dict(c->p->q, oh), "/PaintType")
		   : c->p->null;
	if (qpdf_oh_is_integer(c->p->q, type) && qpdf_oh_get_int_value_as_int(c->p->q, type) == 2) {
		if (!s->device || c->n != s->n)
			return refuse(c, "an uncoloured pattern without a colour");
		read_parts(c, c->n, in);
		put_colour(s, in, false, &colour);
		put_colour(s, in, true, &colour);
	}
	TRY(pdf_use(c->p, c->uses, PDF_USE_PATTERN, name, oh, buf_view(&colour), &number));
	buf_printf(c->out, stroke ? "/Pattern CS\n/P%zu SCN\n" : "/Pattern cs\n/P%zu scn\n",
		   number);
	return buf_err(c->out);
}

static enum err set_colour(struct content *c, bool stroke)
{
	const struct colours *now = &c->colours[c->depth];
	const struct pdf_space *s = stroke ? now->stroke : now->fill;
	double in[PDF_VALUES_MAX] = {0};

	if (!c->n)
		return OK; /* sets nothing */
	if (c->n && c->operands[c->n - 1].type == 'N')
		return set_pattern(c, s, stroke);
	if (s->pattern || !are_numbers(c, s->n))
		return refuse(c, "a colour that does not fit its space");
	read_parts(c, s->n, in);
	put_colour(s, in, stroke, c->out);
	return buf_err(c->out);
}

/* Marked content that belongs to a layer nobody sees would come to light. */
static enum err begin_mark(struct content *c)
{
	if (c->n == 2 && c->operands[0].type == 'N' && c->operands[1].type == 'N' &&
	    slice_eq(text_of(c, 0), S("OC"))) {
		qpdf_oh layer = resource(c, "/Properties", text_of(c, 1));

		if (layer && pdf_is_layer_hidden(c->p, layer))
			return format_hold(c->p->job, ERR_UNSUPPORTED, "pdf-hidden-layer", S(""),
					   c->lexer.at, "the page has a layer that is not shown");
	}
	return OK;
}

static enum err save(struct content *c)
{
	if (c->place != PDF_AT_PAGE || c->n)
		return refuse(c, "q where it may not stand");
	if (c->depth + 1 == DEPTH_MAX)
		return refuse(c, "graphics states within more than 255 others");
	c->colours[c->depth + 1] = c->colours[c->depth];
	c->depth++;
	return put_plain(c, "q");
}

static enum err restore(struct content *c)
{
	if (c->place != PDF_AT_PAGE || c->n)
		return refuse(c, "Q where it may not stand");
	if (c->depth == 0)
		return OK; /* there is nothing to come back to; viewers ignore it */
	c->depth--;
	return put_plain(c, "Q");
}

static void note_colours(struct content *c, struct slice op)
{
	struct colours *now = &c->colours[c->depth];
	unsigned n = slice_eq_nocase(op, S("g"))    ? 1
		     : slice_eq_nocase(op, S("rg")) ? 3
		     : slice_eq_nocase(op, S("k"))  ? 4
						    : 0;

	if (n)
		*(op.p[0] < 'a' ? &now->stroke : &now->fill) = pdf_device_space(n);
}

static enum err colour_operator(struct content *c, struct slice op)
{
	size_t mark = c->out->n;
	bool stroke = op.p[0] < 'a', space = (op.p[0] | 0x20) == 'c';
	bool early = !(c->place & (PDF_AT_PAGE | PDF_IN_TEXT));

	if (early && !is_early(c))
		return refuse(c, "an operator where it may not stand");
	TRY(space ? set_space(c, stroke) : set_colour(c, stroke));
	return early && c->out->n > mark ? move_up(c, mark) : OK;
}

static enum err operator_of(struct content *c, struct slice op)
{
	const struct pdf_operator *row;

	if (c->p->colourless && pdf_word_in("g G rg RG k K cs CS sc SC scn SCN sh", op))
		return OK;
	if (pdf_word_in("BMC BDC", op))
		return begin_mark(c);
	if (pdf_word_in("EMC MP DP BX EX ri i", op))
		return OK;
	if (slice_eq(op, S("q")))
		return save(c);
	if (slice_eq(op, S("Q")))
		return restore(c);
	if (pdf_word_in("cs CS sc scn SC SCN", op))
		return colour_operator(c, op);
	if (slice_eq(op, S("F")))
		op = S("f");
	if (slice_eq(op, S("BI")))
		return refuse(c, "a picture within the operators");
	if (slice_eq(op, S("ET")) && c->place == PDF_AT_PAGE)
		return OK;
	if (c->place == PDF_AT_PAGE && !c->n && pdf_word_in("B B* S b b* f f* h n s W W*", op))
		return OK; /* there is no path */
	row = pdf_operator(op);
	if (!row)
		return refuse(c, "an operator that is not read");
	if (slice_eq(op, S("Tr")) && c->n == 1 &&
	    c->operands[0].number % (4 * PDF_ONE) == 3 * PDF_ONE)
		c->p->invisible_text = true;
	note_colours(c, op);
	return put(c, row);
}

/* Ends what is still open. */
static enum err finish(struct content *c)
{
	c->n = 0;
	if (c->place == PDF_IN_PATH || c->place == PDF_AT_CLIP)
		TRY(put_plain(c, "n"));
	if (c->place == PDF_IN_TEXT)
		TRY(put_plain(c, "ET"));
	for (; c->depth; c->depth--)
		TRY(put_plain(c, "Q"));
	return OK;
}

static enum err run(struct content *c)
{
	for (;;) {
		enum pdf_token t = pdf_next(&c->lexer);

		if (t == PDF_TOKEN_END)
			break;
		if (t != PDF_TOKEN_WORD) {
			TRY(read_operand(c, t));
			continue;
		}
		TRY(operator_of(c, c->lexer.text));
		c->n = 0;
		c->text.n = 0;
	}
	return c->n ? refuse(c, "operands without an operator") : finish(c);
}

enum err pdf_content(struct pdf *p, struct slice in, qpdf_oh resources, struct pdf_uses *uses,
		     struct buf *out)
{
	struct content *c = arena_alloc(p->job->arena, sizeof *c);
	enum err e;

	if (!c)
		return ERR_MEMORY;
	*c = (struct content){.p = p,
			      .lexer = {.in = in},
			      .resources = resources,
			      .uses = uses,
			      .out = out,
			      .place = PDF_AT_PAGE,
			      .colours = {{pdf_device_space(1), pdf_device_space(1)}}};
	buf_init(&c->text, p->job->limits->output_bytes);
	buf_init(&c->scratch, p->job->limits->output_bytes);
	c->lexer.scratch = &c->scratch;
	e = run(c);
	buf_free(&c->text);
	buf_free(&c->scratch);
	return e;
}
