/*
 * Content streams: operators of an allow-list with typed operands, balanced, one a line. Marks
 * (BMC, BDC, MP ...), which show nothing, stay behind; colour spaces become the device spaces that
 * stand for them; names become F1, X1, G1 in the order of their first use.
 */
#include "format/pdf.h"
#include "format/pdf_lex.h"

#define OPERANDS_MAX 33u
#define DEPTH_MAX 256u
#define USES_MAX 2000u

struct operand {
	char type;  /* n s t d as in pdf_operator; N name; D dictionary */
	bool plain; /* an array of numbers that are not negative */
	int64_t number;
	size_t at, n; /* its text: printed, but for a name */
};

/* Components of the colour space that is set; what scn means. */
struct colours {
	uint8_t fill, stroke;
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
};

static enum err refuse(struct content *c, const char *what)
{
	return format_hold(c->p->job, ERR_UNSUPPORTED, "pdf-content", S(""), c->lexer.at, "%s",
			   what);
}

enum err pdf_use(struct pdf *p, struct pdf_uses *uses, enum pdf_resource r, struct slice name,
		 qpdf_oh oh, size_t *ret)
{
	struct pdf_use use = {.oh = oh};

	for (size_t i = 0; name.n && i < uses->n[r]; i++)
		if (slice_eq(uses->of[r][i].name, name)) {
			*ret = i + 1;
			return OK;
		}
	if (uses->n[r] >= USES_MAX)
		return format_hold(p->job, ERR_LIMIT, "limit", S(""), 0,
				   "a page uses more than %u fonts or pictures", USES_MAX);
	use.name = arena_copy(p->job->arena, name);
	if (!use.name.p)
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
		    {'G', "/ExtGState", PDF_USE_STATE}};
	size_t i = 0, number = 0;
	qpdf_oh oh;

	while (maps[i].kind != kind)
		i++;
	oh = resource(c, maps[i].map, name);
	if (!oh)
		return refuse(c, "a name that the page's resources do not have");
	TRY(pdf_use(c->p, c->uses, maps[i].use, name, oh, &number));
	buf_printf(c->out, "/%c%zu", kind, number);
	return OK;
}

/* Prints the operator with its operands, which are of the types that it wants. */
static enum err put(struct content *c, const struct pdf_operator *op)
{
	size_t want = strlen(op->operands);

	if (c->n != want)
		return refuse(c, "an operator with too many or too few operands");
	for (size_t i = 0; i < want; i++)
		if (!fits(&c->operands[i], op->operands[i]))
			return refuse(c, "an operator with an operand of another type");
	if (!(op->places & c->place))
		return refuse(c, "an operator where it may not stand");
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
	return buf_err(c->out);
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

static enum err set_space(struct content *c, bool stroke)
{
	struct colours *now = &c->colours[c->depth];
	struct slice name = c->n == 1 && c->operands[0].type == 'N' ? text_of(c, 0) : S("");
	static const char *const devices[] = {"DeviceGray", "DeviceRGB", "DeviceCMYK"};
	static const uint8_t counts[] = {1, 3, 4};
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_LEN(devices); i++)
		if (slice_eq_str(name, devices[i]))
			n = counts[i];
	if (!n && name.n) {
		qpdf_oh space = resource(c, "/ColorSpace", name);

		n = space ? pdf_components(c->p, space, c->resources) : 0;
	}
	if (!n)
		return refuse(c, "a colour space that is not read");
	*(stroke ? &now->stroke : &now->fill) = (uint8_t)n;
	/* Setting a space sets black. */
	buf_printf(c->out, "%s %s\n",
		   n == 1   ? "0"
		   : n == 3 ? "0 0 0"
			    : "0 0 0 1",
		   setter(n, stroke));
	return buf_err(c->out);
}

static enum err set_colour(struct content *c, bool stroke)
{
	const struct colours *now = &c->colours[c->depth];
	unsigned n = stroke ? now->stroke : now->fill;

	if (!are_numbers(c, n))
		return refuse(c, "a colour that does not fit its space, or a pattern");
	return put(c, pdf_operator(slice_str(setter(n, stroke))));
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
	uint8_t n = slice_eq_nocase(op, S("g"))    ? 1
		    : slice_eq_nocase(op, S("rg")) ? 3
		    : slice_eq_nocase(op, S("k"))  ? 4
						   : 0;

	if (n)
		*(op.p[0] < 'a' ? &now->stroke : &now->fill) = n;
}

static enum err operator_of(struct content *c, struct slice op)
{
	const struct pdf_operator *row;

	if (pdf_word_in("BMC BDC", op))
		return begin_mark(c);
	if (pdf_word_in("EMC MP DP BX EX ri i", op))
		return OK;
	if (slice_eq(op, S("q")))
		return save(c);
	if (slice_eq(op, S("Q")))
		return restore(c);
	if (pdf_word_in("cs CS", op))
		return set_space(c, op.p[0] == 'C');
	if (pdf_word_in("sc scn SC SCN", op))
		return set_colour(c, op.p[0] == 'S');
	if (slice_eq(op, S("F")))
		op = S("f");
	if (slice_eq(op, S("BI")))
		return refuse(c, "a picture within the operators");
	if (slice_eq(op, S("ET")) && c->place == PDF_AT_PAGE)
		return OK;
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
			      .colours = {{1, 1}}};
	buf_init(&c->text, p->job->limits->output_bytes);
	buf_init(&c->scratch, p->job->limits->output_bytes);
	c->lexer.scratch = &c->scratch;
	e = run(c);
	buf_free(&c->text);
	buf_free(&c->scratch);
	return e;
}
