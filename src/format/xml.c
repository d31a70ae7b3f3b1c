#include "format/xml.h"

#include <expat.h>
#include <libdeflate.h>
#include <stdio.h>
#include "format/xml_ns.h"

#define ATTRS_MAX 512
#define ATTRS_FEW 16   /* nearly all elements have no more */
#define STACK_MAX 1024 /* hard bound of limits->xml_depth */

struct parse {
	XML_Parser expat;
	const struct limits *limits;
	struct xml_filter *filter;
	struct arena *arena;
	struct diag *d;
	enum err err;
	struct xml_node *root, *parent; /* parent: the innermost kept element */
	unsigned depth;                 /* open elements that are not inside a dropped one */
	unsigned dropped;               /* open elements inside (and with) a dropped one */
	bool skipped;
	bool lost;       /* the innermost element of a dropped subtree holds visible text */
	struct buf text; /* character data since the last tag */
	struct xml_scope scope;
	bool *kept; /* STACK_MAX: by depth, whether the element is in the tree */
	/* Of the element that begins: the first ones, and all others, up to ATTRS_MAX. */
	struct xml_attr few[ATTRS_FEW], *many;
};

static void fail(struct parse *x, enum err e, const char *why)
{
	if (x->err)
		return;
	x->err = diag_set(x->d, e, 0, "%s", why);
	if (x->d) {
		x->d->line = (unsigned)XML_GetCurrentLineNumber(x->expat);
		x->d->column = (unsigned)XML_GetCurrentColumnNumber(x->expat) + 1;
	}
	(void)XML_StopParser(x->expat, XML_FALSE);
}

/* Turns the character data since the last tag into a text node of the open element. */
static void flush_text(struct parse *x)
{
	struct xml_node *n;

	if (x->text.n == 0)
		return;
	if (buf_err(&x->text)) {
		fail(x, buf_err(&x->text), "the text is too long");
		return;
	}
	if (x->parent && x->filter->text(x->filter->ctx, x->parent)) {
		n = arena_room(x->arena, sizeof *n + x->text.n);
		if (!n) {
			fail(x, ERR_MEMORY, "memory_bytes: the part is too large");
			return;
		}
		memcpy(n + 1, x->text.p, x->text.n);
		*n = (struct xml_node){.text = slice_of(n + 1, x->text.n)};
		xml_append(x->parent, n);
	}
	x->text.n = 0;
}

/* Splits "p:local"; false for more than one colon or an empty half. */
static bool split_name(struct slice q, struct slice *ret_prefix, struct slice *ret_local)
{
	size_t colon = slice_find_byte(q, ':');

	if (colon == SIZE_MAX) {
		*ret_prefix = (struct slice){0};
		*ret_local = q;
		return true;
	}
	*ret_prefix = slice_head(q, colon);
	*ret_local = slice_from(q, colon + 1);
	return colon > 0 && ret_local->n > 0 && slice_find_byte(*ret_local, ':') == SIZE_MAX;
}

/* xmlns or xmlns:..., which most attributes are not. */
static bool is_declaration(const char *name)
{
	return name[0] == 'x' && strncmp(name, "xmlns", 5) == 0 && (name[5] == 0 || name[5] == ':');
}

/* First the xmlns attributes, for they also bind the names that stand before them. */
static bool declare(struct parse *x, const XML_Char **atts)
{
	size_t n = 0;

	for (; atts[n]; n += 2) {
		struct slice name, prefix = {0};

		if (n / 2 >= ATTRS_MAX) {
			fail(x, ERR_LIMIT, "an element has too many attributes");
			return false;
		}
		if (!is_declaration(atts[n]))
			continue;
		name = slice_str(atts[n]);
		prefix = slice_from(name, 6);
		if (!xml_scope_bind(&x->scope, x->arena, x->depth, prefix,
				    slice_str(atts[n + 1]))) {
			fail(x, ERR_SYNTAX, "a namespace declaration is not allowed");
			return false;
		}
	}
	return true;
}

/* Room for attribute i; NULL when memory is short. */
static struct xml_attr *attr_room(struct parse *x, size_t i)
{
	if (i < ATTRS_FEW)
		return &x->few[i];
	if (!x->many)
		x->many = arena_room(x->arena, (ATTRS_MAX - ATTRS_FEW) * sizeof *x->many);
	return x->many ? &x->many[i - ATTRS_FEW] : NULL;
}

/* Two attributes of the same expanded name that had different prefixes. */
static bool has_twin(const struct xml_attr *attrs)
{
	for (const struct xml_attr *a = attrs; a; a = a->next)
		for (const struct xml_attr *b = attrs; a->ns && b != a; b = b->next)
			if (a->ns == b->ns && a->ns != NS_UNKNOWN && slice_eq(a->name, b->name))
				return true;
	return false;
}

/* Fills node (borrowed strings) from what expat gives. */
static bool read_element(struct parse *x, const XML_Char *name, const XML_Char **atts,
			 struct xml_node *node)
{
	struct slice prefix;
	struct xml_attr *last = NULL;
	size_t n = 0;

	if (!split_name(slice_str(name), &prefix, &node->name) ||
	    !xml_scope_find(&x->scope, prefix, true, &node->ns)) {
		fail(x, ERR_SYNTAX, "an element has an undeclared prefix");
		return false;
	}
	for (size_t i = 0; atts[i]; i += 2) {
		struct xml_attr *a;

		if (is_declaration(atts[i]))
			continue;
		a = attr_room(x, n++);
		if (!a) {
			fail(x, ERR_MEMORY, "memory_bytes: the part is too large");
			return false;
		}
		*a = (struct xml_attr){.value = slice_str(atts[i + 1])};
		if (!split_name(slice_str(atts[i]), &prefix, &a->name) ||
		    !xml_scope_find(&x->scope, prefix, false, &a->ns)) {
			fail(x, ERR_SYNTAX, "an attribute has an undeclared prefix");
			return false;
		}
		*(last ? &last->next : &node->attrs) = a;
		last = a;
	}
	if (has_twin(node->attrs)) {
		fail(x, ERR_SYNTAX, "an element has the same attribute twice");
		return false;
	}
	return true;
}

static struct slice put_string(uint8_t **at, struct slice s)
{
	struct slice ret = slice_of(*at, s.n);

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return ret;
}

/* The kept element as one arena object with its attributes and strings. */
static struct xml_node *copy_element(struct arena *arena, const struct xml_node *n)
{
	size_t count = 0, bytes = n->row ? 0 : n->name.n;
	struct xml_attr *a;
	struct xml_node *ret;
	uint8_t *at;

	for (const struct xml_attr *p = n->attrs; p; p = p->next, count++)
		bytes += p->value.n + (p->row ? 0 : p->name.n);
	ret = arena_room(arena, sizeof *ret + count * sizeof *a + bytes);
	if (!ret)
		return NULL;
	*ret = *n;
	a = (struct xml_attr *)(void *)(ret + 1);
	at = (uint8_t *)(a + count);
	ret->attrs = count ? a : NULL;
	if (!n->row)
		ret->name = put_string(&at, n->name);
	for (const struct xml_attr *p = n->attrs; p; p = p->next, a++) {
		*a = *p;
		a->value = put_string(&at, p->value);
		if (!p->row)
			a->name = put_string(&at, p->name);
		a->next = p->next ? a + 1 : NULL;
	}
	return ret;
}

static void keep(struct parse *x, const struct xml_node *node)
{
	struct xml_node *n = copy_element(x->arena, node);

	if (!n) {
		fail(x, ERR_MEMORY, "memory_bytes: the part is too large");
		return;
	}
	if (x->parent)
		xml_append(x->parent, n);
	else if (!x->root)
		x->root = n;
	else
		fail(x, ERR_SYNTAX, "the part has two roots");
	x->parent = n;
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **atts)
{
	struct parse *x = ctx;
	struct xml_node node = {0};
	enum xml_verdict v;

	if (x->err)
		return;
	flush_text(x);
	if (x->depth + x->dropped >= x->limits->xml_depth || x->depth >= STACK_MAX) {
		fail(x, ERR_LIMIT, "xml_depth: elements are nested too deep");
		return;
	}
	if (x->dropped) {
		const char *colon = strchr(name, ':');

		x->dropped++;
		x->lost = !x->skipped && strcmp(colon ? colon + 1 : name, "t") == 0;
		return;
	}
	if (!declare(x, atts) || !read_element(x, name, atts, &node))
		return;
	node.parent = x->parent;
	v = x->filter->element(x->filter->ctx, &node, x->depth);
	if (v == XML_HOLD) {
		/* The filter has filled *d already. */
		if (!x->err)
			x->err = ERR_UNSUPPORTED;
		(void)XML_StopParser(x->expat, XML_FALSE);
		return;
	}
	if (v == XML_DROP || v == XML_SKIP) {
		xml_scope_leave(&x->scope, x->depth);
		x->dropped = 1;
		x->skipped = v == XML_SKIP;
		x->lost = !x->skipped && slice_eq(node.name, S("t"));
		return;
	}
	x->kept[x->depth++] = v == XML_KEEP;
	if (v == XML_KEEP)
		keep(x, &node);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	struct parse *x = ctx;

	(void)name;
	if (x->err)
		return;
	if (x->dropped) {
		x->dropped--;
		x->lost = false;
		return;
	}
	flush_text(x);
	BUG_IF(x->depth == 0);
	x->depth--;
	xml_scope_leave(&x->scope, x->depth);
	if (x->kept[x->depth])
		x->parent = x->parent ? x->parent->parent : NULL;
}

static void XMLCALL on_text(void *ctx, const XML_Char *s, int n)
{
	struct parse *x = ctx;

	if (x->err)
		return;
	if (!x->dropped)
		buf_put(&x->text, s, (size_t)n);
	else if (x->lost && x->filter->lost)
		x->filter->lost(x->filter->ctx, slice_of(s, (size_t)n));
}

static void XMLCALL on_instruction(void *ctx, const XML_Char *target, const XML_Char *data)
{
	struct parse *x = ctx;

	(void)data;
	if (!x->err && x->filter->instruction)
		x->filter->instruction(x->filter->ctx, slice_str(target));
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *sys,
			       const XML_Char *pub, int internal)
{
	(void)name, (void)sys, (void)pub, (void)internal;
	fail(ctx, ERR_UNSUPPORTED, "xml-doctype: a DOCTYPE or entity declaration");
}

static void XMLCALL on_declaration(void *ctx, const XML_Char *version, const XML_Char *encoding,
				   int standalone)
{
	struct slice e = slice_str(encoding);

	(void)standalone;
	if (version && strcmp(version, "1.0") != 0)
		fail(ctx, ERR_UNSUPPORTED, "an XML version other than 1.0");
	if (encoding && !slice_eq_nocase(e, S("UTF-8")) && !slice_eq_nocase(e, S("UTF-16")))
		fail(ctx, ERR_UNSUPPORTED, "xml-encoding: an encoding other than UTF-8 or UTF-16");
}

static int XMLCALL on_encoding(void *ctx, const XML_Char *name, XML_Encoding *info)
{
	(void)name, (void)info;
	fail(ctx, ERR_UNSUPPORTED, "xml-encoding: an encoding other than UTF-8 or UTF-16");
	return XML_STATUS_ERROR;
}

static void run(struct parse *x, struct slice in)
{
	enum XML_Status status;

	XML_SetUserData(x->expat, x);
	XML_SetElementHandler(x->expat, on_start, on_end);
	XML_SetCharacterDataHandler(x->expat, on_text);
	XML_SetProcessingInstructionHandler(x->expat, on_instruction);
	XML_SetStartDoctypeDeclHandler(x->expat, on_doctype);
	XML_SetXmlDeclHandler(x->expat, on_declaration);
	XML_SetUnknownEncodingHandler(x->expat, on_encoding, x);
	/*
	 * expat would ask the system for a random salt, which a locked worker may not. The salt
	 * that the input itself gives cannot be known before the input is complete.
	 */
	(void)XML_SetHashSalt(x->expat, libdeflate_crc32(0x5EC15405u, in.p, in.n) | 1ul);
	status = XML_Parse(x->expat, (const char *)in.p, (int)in.n, XML_TRUE);
	if (status != XML_STATUS_OK && x->err == OK) {
		enum XML_Error code = XML_GetErrorCode(x->expat);
		bool memory = code == XML_ERROR_NO_MEMORY;

		fail(x, memory ? ERR_MEMORY : ERR_SYNTAX, XML_ErrorString(code));
	}
	if (x->err == OK && !x->root)
		fail(x, ERR_UNSUPPORTED, "the part's root element is of no type that may pass");
}

enum err xml_parse(struct slice in, const struct limits *limits, struct xml_filter *filter,
		   struct arena *arena, struct xml_node **ret_root, struct diag *d)
{
	bool kept[STACK_MAX];
	struct parse x = {.limits = limits, .filter = filter, .arena = arena, .d = d};

	if (in.n > INT32_MAX / 2)
		return diag_set(d, ERR_LIMIT, 0, "inflated_bytes: the part is too large");
	x.kept = kept;
	buf_init(&x.text, in.n * 2 + 16);
	xml_scope_init(&x.scope);
	filter->scope = &x.scope;
	x.expat = XML_ParserCreate(NULL);
	if (!x.expat)
		return ERR_MEMORY;
	run(&x, in);
	XML_ParserFree(x.expat);
	buf_free(&x.text);
	filter->scope = NULL;
	TRY(x.err);
	*ret_root = x.root;
	return OK;
}
