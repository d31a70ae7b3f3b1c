#include "verify/markup.h"

#include "base/buf.h"
#include "base/utf8.h"

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
/* More attributes than any element of the tables has. */
#define ATTRS_MAX 128

struct markup {
	struct verify *v;
	const struct markup_sink *sink;
	struct slice in;
	size_t at;
	uint32_t declared, used; /* bits 1 << namespace number */
	struct slice *open;      /* names as written of the open elements */
	size_t depth, cap;
	struct buf plain; /* a value or text with its references resolved */
};

static enum err bad(struct markup *m, const char *what)
{
	return verify_bad(m->v, m->at, "%s", what);
}

static inline bool next_is(const struct markup *m, const char *s)
{
	size_t n = strlen(s);

	return m->in.n - m->at >= n && m->in.p[m->at] == (uint8_t)s[0] &&
	       memcmp(m->in.p + m->at, s, n) == 0;
}

static inline bool skip(struct markup *m, const char *s)
{
	bool is = next_is(m, s);

	m->at += is ? strlen(s) : 0;
	return is;
}

/* What an ASCII character may be part of, in the plain. */
enum { IN_NAME = 1, IN_TEXT = 2, IN_VALUE = 4, IN_BOTH = IN_TEXT | IN_VALUE, IN_ALL = 7 };

static const uint8_t classes[128] = {
    ['\t'] = IN_TEXT,        ['\n'] = IN_TEXT,        [' ' ... '!'] = IN_BOTH,
    ['"'] = IN_TEXT,         ['#' ... '%'] = IN_BOTH, ['\'' ... ','] = IN_BOTH,
    ['-' ... '.'] = IN_ALL,  ['/'] = IN_BOTH,         ['0' ... '9'] = IN_ALL,
    [':' ... ';'] = IN_BOTH, ['='] = IN_BOTH,         ['?' ... '@'] = IN_BOTH,
    ['A' ... 'Z'] = IN_ALL,  ['[' ... '^'] = IN_BOTH, ['_'] = IN_ALL,
    ['`'] = IN_BOTH,         ['a' ... 'z'] = IN_ALL,  ['{' ... '~'] = IN_BOTH,
};

static inline bool is_in(uint8_t c, unsigned class)
{
	return c < 128 && classes[c] & class;
}

/* A run of name bytes; the tables hold ASCII names only. */
static struct slice word(struct markup *m)
{
	size_t from = m->at;

	while (m->at < m->in.n && is_in(m->in.p[m->at], IN_NAME))
		m->at++;
	return slice_of(m->in.p + from, m->at - from);
}

/*
 * [prefix ':'] local. Without a prefix it is in the default namespace, or in none where it is an
 * attribute. The prefix must be one of ours; whether it is declared is checked at the end of the
 * part, where all declared ones must be used and all used ones declared.
 */
static enum err read_name(struct markup *m, bool attr, struct markup_name *ret,
			  struct slice *ret_written)
{
	size_t from = m->at;
	struct slice a = word(m), b;
	const struct names_ns *ns;

	if (a.n == 0)
		return bad(m, "a name should stand here");
	if (skip(m, ":")) {
		b = word(m);
		ns = names_ns_by_prefix(a);
		if (b.n == 0 || !ns)
			return bad(m, "a name has a prefix that is not ours");
		*ret = (struct markup_name){ns->number, b};
	} else if (attr) {
		*ret = (struct markup_name){NS_NONE, a};
	} else {
		ret->local = a;
		ret->ns = m->declared >> NS_CT & 1 ? NS_CT : NS_REL;
	}
	*ret_written = slice_of(m->in.p + from, m->at - from);
	m->used |= 1u << ret->ns;
	return OK;
}

/* Length of the reference at the start of s and the character it stands for; 0 where none. */
static size_t reference(struct slice s, bool attr, char *ret)
{
	static const struct {
		const char *text;
		char c;
		bool attr_only;
	} refs[] = {
	    {"&amp;", '&', false},  {"&lt;", '<', false},  {"&gt;", '>', false},
	    {"&#13;", '\r', false}, {"&quot;", '"', true}, {"&#9;", '\t', true},
	    {"&#10;", '\n', true},
	};

	for (size_t i = 0; i < ARRAY_LEN(refs); i++)
		if (slice_starts(s, slice_str(refs[i].text)) && (attr || !refs[i].attr_only)) {
			*ret = refs[i].c;
			return strlen(refs[i].text);
		}
	return 0;
}

static bool wide_ok(uint32_t cp)
{
	return cp >= 0xa0 && (cp & 0xfffe) != 0xfffe;
}

/*
 * Characters up to (not with) '"' of a value or '<' of text. *ret points into the input where
 * nothing was to be resolved.
 */
static enum err read_characters(struct markup *m, bool attr, struct slice *ret)
{
	uint8_t end = attr ? '"' : '<';
	unsigned class = attr ? IN_VALUE : IN_TEXT;
	size_t from = m->at, n;
	uint32_t cp;
	char c;

	m->plain.n = 0;
	while (m->at < m->in.n && m->in.p[m->at] != end) {
		if (m->in.p[m->at] == '&') {
			n = reference(slice_from(m->in, m->at), attr, &c);
			if (n == 0)
				return bad(m, "a reference that our writer does not print");
			buf_put(&m->plain, m->in.p + from, m->at - from);
			buf_byte(&m->plain, (uint8_t)c);
			from = m->at + n;
		} else if (m->in.p[m->at] < 0x80) {
			n = 0;
			while (m->at + n < m->in.n && is_in(m->in.p[m->at + n], class))
				n++;
		} else {
			n = utf8_next(slice_from(m->in, m->at), &cp);
			n = wide_ok(cp) ? n : 0;
		}
		if (n == 0)
			return bad(m, "a character that may not stand here");
		m->at += n;
	}
	if (m->at == m->in.n)
		return bad(m, "the part is cut off");
	*ret = slice_of(m->in.p + from, m->at - from);
	if (m->plain.n > 0) {
		buf_slice(&m->plain, *ret);
		*ret = buf_view(&m->plain);
	}
	return buf_err(&m->plain);
}

static enum err read_value(struct markup *m, struct slice *ret)
{
	if (!skip(m, "=\""))
		return bad(m, "a value should stand here");
	TRY(read_characters(m, true, ret));
	m->at++;
	return OK;
}

/* The declarations of the root: ours, in our order, each with its URI. */
static enum err read_declarations(struct markup *m)
{
	unsigned last = 0;

	while (next_is(m, " xmlns")) {
		const struct names_ns *ns = NULL;
		struct slice prefix = {NULL, 0}, uri;

		m->at += strlen(" xmlns");
		if (skip(m, ":")) {
			prefix = word(m);
			ns = names_ns_by_prefix(prefix);
		}
		TRY(read_value(m, &uri));
		if (!prefix.n) {
			ns = names_ns_by_uri(uri);
			ns = ns && ns->prefix && !ns->prefix[0] ? ns : NULL;
		}
		if (!ns || ns->number == NS_XML || ns->number <= last ||
		    !slice_eq_str(uri, ns->uri))
			return bad(m, "a namespace declaration that our writer does not print");
		last = ns->number;
		m->declared |= 1u << ns->number;
	}
	return OK;
}

static enum err read_attrs(struct markup *m)
{
	struct markup_name seen[ATTRS_MAX];
	struct slice written, value;
	size_t n = 0, at;

	while (skip(m, " ")) {
		at = m->at;
		if (n == ATTRS_MAX)
			return bad(m, "too many attributes");
		TRY(read_name(m, true, &seen[n], &written));
		for (size_t i = 0; i < n; i++)
			if (seen[i].ns == seen[n].ns && slice_eq(seen[i].local, seen[n].local))
				return bad(m, "an attribute stands twice");
		TRY(read_value(m, &value));
		TRY(m->sink->attr(m->sink->ctx, seen[n], value, at));
		n++;
	}
	return OK;
}

static enum err push(struct markup *m, struct slice written)
{
	if (m->depth >= m->v->limits->xml_depth)
		return diag_set(m->v->d, ERR_LIMIT, m->at, "limit xml_depth");
	TRY(arena_grow(m->v->arena, (void **)&m->open, m->depth, &m->cap, sizeof *m->open));
	m->open[m->depth++] = written;
	return OK;
}

/* Behind '<'. The root's name decides whether a default namespace is declared. */
static enum err read_start(struct markup *m)
{
	struct markup_name name;
	struct slice written;
	size_t at = m->at;

	if (m->depth == 0) {
		/* The declarations stand behind the name that needs them. */
		word(m);
		if (skip(m, ":"))
			word(m);
		TRY(read_declarations(m));
		size_t behind = m->at;

		m->at = at;
		TRY(read_name(m, false, &name, &written));
		m->at = behind;
	} else {
		TRY(read_name(m, false, &name, &written));
	}
	TRY(m->sink->open(m->sink->ctx, name, at));
	TRY(read_attrs(m));
	if (skip(m, "/>"))
		return m->sink->close(m->sink->ctx, m->at);
	if (!skip(m, ">"))
		return bad(m, "a tag should end here");
	if (next_is(m, "</"))
		return bad(m, "an empty element that is not printed as one");
	return push(m, written);
}

/* Behind '</'. */
static enum err read_end(struct markup *m)
{
	struct slice want = m->open[m->depth - 1];

	if (m->in.n - m->at <= want.n || memcmp(m->in.p + m->at, want.p, want.n) != 0 ||
	    m->in.p[m->at + want.n] != '>')
		return bad(m, "an end tag that ends something else");
	m->at += want.n + 1;
	m->depth--;
	return m->sink->close(m->sink->ctx, m->at);
}

static enum err read_content(struct markup *m)
{
	while (m->depth > 0) {
		struct slice text;
		size_t at = m->at;

		if (skip(m, "</")) {
			TRY(read_end(m));
		} else if (skip(m, "<")) {
			TRY(read_start(m));
		} else {
			TRY(read_characters(m, false, &text));
			TRY(m->sink->text(m->sink->ctx, text, at));
		}
	}
	return OK;
}

static enum err read_part(struct markup *m)
{
	uint32_t undeclared = 1u << NS_NONE | 1u << NS_XML;

	if (!skip(m, DECLARATION) || !skip(m, "<"))
		return bad(m, "the XML declaration is not ours");
	TRY(read_start(m));
	TRY(read_content(m));
	if (m->at != m->in.n)
		return bad(m, "there is something behind the root");
	if ((m->used & ~undeclared) != m->declared)
		return bad(m, "the namespaces declared are not those that are used");
	return OK;
}

enum err markup_read(struct verify *v, struct slice part, const struct markup_sink *sink)
{
	struct markup m = {.v = v, .sink = sink, .in = part};
	enum err e;

	buf_init(&m.plain, part.n + 1);
	e = read_part(&m);
	buf_free(&m.plain);
	return e;
}
