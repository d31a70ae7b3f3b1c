#include "format/opc.h"

#include <stdlib.h>
#include "base/hash.h"
#include "base/utf8.h"
#include "format/iri.h"

#define REL_MAIN \
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
#define REL_MAIN_STRICT "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"

static enum err refuse(const struct opc *o, const char *finding, struct slice part,
		       const char *what)
{
	return format_hold(o->job, ERR_SYNTAX, finding, part, 0, "%s", what);
}

/* --- part names ----------------------------------------------------------------------------- */

/*
 * The name without leading '/', percent-encoding and case. False where an encoded character would
 * be a separator, a dot or a control character, or where a segment is empty or "." or "..".
 */
static bool fold(struct arena *a, struct slice name, struct slice *ret)
{
	uint8_t *to;
	size_t n = 0, from = 0;

	if (name.n && name.p[0] == '/')
		name = slice_from(name, 1);
	to = arena_alloc(a, name.n + 1);
	if (!to)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (c == '%') {
			int hi = i + 2 < name.n ? hex_digit(name.p[i + 1]) : -1;
			int lo = i + 2 < name.n ? hex_digit(name.p[i + 2]) : -1;

			if (hi < 0 || lo < 0)
				return false;
			c = (uint8_t)(hi << 4 | lo);
			i += 2;
			if (c < 0x20 || c == '/' || c == '\\' || c == '.' || c == '%')
				return false;
		}
		if (c == '\\')
			return false;
		to[n++] = c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
	}
	for (size_t i = 0; i <= n; i++)
		if (i == n || to[i] == '/') {
			if (i == from || to[i - 1] == '.')
				return false;
			from = i + 1;
		}
	*ret = slice_of(to, n);
	return n > 0;
}

static int by_key(const void *a, const void *b)
{
	const struct opc_key *x = a, *y = b;

	return slice_cmp(x->key, y->key);
}

static const struct opc_key *find_key(const struct opc_key *keys, size_t n, struct slice key)
{
	struct opc_key want = {.key = key};

	return n ? bsearch(&want, keys, n, sizeof *keys, by_key) : NULL;
}

/*
 * ERR_NOT_FOUND where nothing claims to be the content types: then this is no package, and its
 * names need not be part names.
 */
static enum err read_names(struct opc *o)
{
	const struct zip_member *hides = NULL;
	struct arena *a = o->job->arena;
	bool types = false;

	o->parts = arena_array(a, o->zip.n, sizeof *o->parts);
	if (!o->parts)
		return ERR_MEMORY;
	for (size_t i = 0; i < o->zip.n; i++) {
		const struct zip_member *m = &o->zip.members[i];
		struct opc_key k = {.value = i};

		if (m->dir)
			continue;
		if (fold(a, m->name, &k.key)) {
			types |= slice_eq(k.key, S("[content_types].xml"));
			o->parts[o->parts_n++] = k;
		} else if (!hides) {
			hides = m;
		}
	}
	if (!types)
		return ERR_NOT_FOUND;
	if (hides)
		return refuse(o, "opc-part-name", hides->name, "a part name hides something");
	qsort(o->parts, o->parts_n, sizeof *o->parts, by_key);
	for (size_t i = 1; i < o->parts_n; i++)
		if (slice_eq(o->parts[i - 1].key, o->parts[i].key))
			return refuse(o, "zip-duplicate", o->zip.members[o->parts[i].value].name,
				      "two parts have the same name");
	return OK;
}

const struct zip_member *opc_find(const struct opc *o, struct slice name)
{
	const struct opc_key *k;
	struct slice key;

	if (!fold(o->job->arena, name, &key))
		return NULL;
	k = find_key(o->parts, o->parts_n, key);
	return k ? &o->zip.members[k->value] : NULL;
}

/* --- content types and relationships -------------------------------------------------------- */

static enum xml_verdict keep_flat(void *ctx, struct xml_node *node, unsigned depth)
{
	const uint16_t *ns = ctx;

	return node->ns == *ns && depth < 2 ? XML_KEEP : XML_DROP;
}

static bool no_text(void *ctx, const struct xml_node *node)
{
	(void)ctx, (void)node;
	return false;
}

const char *opc_xml_finding(enum err e, const struct diag *d)
{
	if (strncmp(d->text, "xml-doctype", 11) == 0)
		return "xml-doctype";
	if (strncmp(d->text, "xml-encoding", 12) == 0)
		return "xml-encoding";
	return e == ERR_LIMIT || e == ERR_MEMORY ? "limit" : "malformed";
}

enum err opc_xml(const struct opc *o, const struct zip_member *part, struct xml_filter *f,
		 struct arena *arena, struct xml_node **ret)
{
	AUTO_BUF scratch;
	struct diag d = {0};
	struct slice data;
	enum err e;

	buf_init(&scratch, o->job->limits->inflated_bytes);
	e = zip_read(&o->zip, part, &scratch, &data, &d);
	if (e != OK)
		return format_hold(o->job, e, e == ERR_SYNTAX ? "zip-checksum" : "zip-bomb",
				   part->name, 0, "%s", d.text);
	e = xml_parse(data, o->job->limits, f, arena, ret, &d);
	if (e != OK)
		return format_hold(o->job, e, opc_xml_finding(e, &d), part->name, 0,
				   "%s (line %u, column %u)", d.text, d.line, d.column);
	return OK;
}

static enum err read_flat(const struct opc *o, const struct zip_member *part, uint16_t ns,
			  const char *root_name, struct xml_node **ret)
{
	struct xml_filter f = {.element = keep_flat, .text = no_text, .ctx = &ns};

	TRY(opc_xml(o, part, &f, o->job->arena, ret));
	if (!xml_is(*ret, ns, root_name))
		return refuse(o, ns == NS_CT ? "opc-content-type" : "opc-relationship", part->name,
			      "the part has another root element");
	return OK;
}

static enum err add_type(struct opc *o, const struct xml_node *n)
{
	struct arena *a = o->job->arena;
	bool is_override = xml_is(n, NS_CT, "Override");
	struct opc_key k = {.type = xml_attr_value(n, NS_NONE, "ContentType")};
	struct slice name = xml_attr_value(n, NS_NONE, is_override ? "PartName" : "Extension");

	if (!is_override && !xml_is(n, NS_CT, "Default"))
		return OK;
	if (is_override && !fold(a, name, &k.key))
		return refuse(o, "opc-part-name", name, "a part name hides something");
	if (is_override) {
		TRY(arena_grow(a, (void **)&o->overrides, o->overrides_n, &o->overrides_cap,
			       sizeof k));
		o->overrides[o->overrides_n++] = k;
		return OK;
	}
	if (!name.n)
		return OK;
	if (!fold(a, name, &k.key))
		return refuse(o, "opc-content-type", S(""), "an extension is not one");
	TRY(arena_grow(a, (void **)&o->defaults, o->defaults_n, &o->defaults_cap, sizeof k));
	o->defaults[o->defaults_n++] = k;
	return OK;
}

/* Two types for one name are two readings of one package, unless they say the same. */
static enum err sort_types(const struct opc *o, struct opc_key *keys, size_t n)
{
	if (n)
		qsort(keys, n, sizeof *keys, by_key);
	for (size_t i = 1; i < n; i++)
		if (slice_eq(keys[i - 1].key, keys[i].key) &&
		    !slice_eq_nocase(keys[i - 1].type, keys[i].type))
			return refuse(o, "opc-content-type", keys[i].key,
				      "two content types for one name");
	return OK;
}

static enum err read_types(struct opc *o)
{
	const struct zip_member *m = zip_find(&o->zip, S("[Content_Types].xml"));
	struct xml_node *root;

	if (!m)
		return refuse(o, "opc-content-type", S("[Content_Types].xml"),
			      "the content types have another name");
	TRY(read_flat(o, m, NS_CT, "Types", &root));
	for (const struct xml_node *n = root->first; n; n = n->next)
		TRY(add_type(o, n));
	TRY(sort_types(o, o->overrides, o->overrides_n));
	return sort_types(o, o->defaults, o->defaults_n);
}

/* Closes the archive on failure. */
static enum err read_package(struct opc *o)
{
	enum err e = read_names(o);

	if (e == OK)
		e = read_types(o);
	if (e != OK)
		zip_close(&o->zip);
	return e;
}

enum err opc_open(struct job *job, struct opc *ret)
{
	struct opc o = {.job = job};

	TRY(zip_open(job, &o.zip));
	TRY(read_package(&o));
	*ret = o;
	return OK;
}

void opc_close(struct opc *o)
{
	zip_close(&o->zip);
}

struct slice opc_type(const struct opc *o, const struct zip_member *part)
{
	const struct opc_key *k;
	struct slice key;
	size_t dot;

	if (!fold(o->job->arena, part->name, &key))
		return S("");
	k = find_key(o->overrides, o->overrides_n, key);
	if (k)
		return k->type;
	dot = slice_rfind(key, S("."));
	if (dot == SIZE_MAX)
		return S("");
	k = find_key(o->defaults, o->defaults_n, slice_from(key, dot + 1));
	return k ? k->type : S("");
}

static struct slice folder_of(struct slice name)
{
	size_t slash = slice_rfind(name, S("/"));

	return slash == SIZE_MAX ? S("") : slice_head(name, slash);
}

/* The part that a target names from the folder of its source, or NULL. */
static const struct zip_member *resolve(const struct opc *o, struct slice folder,
					struct slice target)
{
	size_t hash = slice_find_byte(target, '#');
	AUTO_BUF path = {0};

	target = slice_head(target, hash);
	if (!target.n)
		return NULL;
	buf_init(&path, folder.n + target.n + 2);
	if (target.p[0] != '/')
		buf_slice(&path, folder);
	while (target.n) {
		size_t n = slice_find_byte(target, '/');
		struct slice seg = slice_head(target, n);

		target = n == SIZE_MAX ? S("") : slice_from(target, n + 1);
		if (seg.n == 0 || slice_eq(seg, S(".")))
			continue;
		if (slice_eq(seg, S(".."))) {
			if (!path.n)
				return NULL;
			path.n = folder_of(buf_view(&path)).n;
			continue;
		}
		if (path.n)
			buf_byte(&path, '/');
		buf_slice(&path, seg);
	}
	return buf_err(&path) ? NULL : opc_find(o, buf_view(&path));
}

/* The member that holds a part's relationships: a/_rels/b.xml.rels. */
static const struct zip_member *rels_of(const struct opc *o, const struct zip_member *part)
{
	struct slice folder = part ? folder_of(part->name) : S("");
	struct slice file = part ? slice_from(part->name, folder.n ? folder.n + 1 : 0) : S("");
	AUTO_BUF path;

	buf_init(&path, folder.n + file.n + 32);
	buf_slice(&path, folder);
	if (folder.n)
		buf_byte(&path, '/');
	buf_str(&path, "_rels/");
	buf_slice(&path, file);
	buf_str(&path, ".rels");
	return buf_err(&path) ? NULL : opc_find(o, buf_view(&path));
}

static int by_id(const void *a, const void *b)
{
	const struct opc_rel *x = a, *y = b;

	return slice_cmp(x->id, y->id);
}

enum err opc_rels(const struct opc *o, const struct zip_member *part, struct opc_rel **ret,
		  size_t *ret_n)
{
	const struct zip_member *m = rels_of(o, part);
	struct opc_rel *rels = NULL;
	size_t n = 0, cap = 0;
	struct xml_node *root;

	*ret = NULL;
	*ret_n = 0;
	if (!m)
		return OK;
	TRY(read_flat(o, m, NS_REL, "Relationships", &root));
	for (const struct xml_node *r = root->first; r; r = r->next) {
		struct opc_rel rel = {.id = xml_attr_value(r, NS_NONE, "Id"),
				      .type = xml_attr_value(r, NS_NONE, "Type"),
				      .target = xml_attr_value(r, NS_NONE, "Target")};

		if (!xml_is(r, NS_REL, "Relationship"))
			continue;
		if (!rel.id.n)
			return refuse(o, "opc-relationship", m->name, "a relationship has no id");
		rel.row = names_relation(rel.type);
		rel.external =
		    slice_eq_nocase(xml_attr_value(r, NS_NONE, "TargetMode"), S("External"));
		if (rel.external && rel.target.n) {
			TRY(iri_to_uri(o->job->arena, rel.target, &rel.target));
		}
		if (!rel.external)
			rel.part = resolve(o, part ? folder_of(part->name) : S(""), rel.target);
		TRY(arena_grow(o->job->arena, (void **)&rels, n, &cap, sizeof *rels));
		rel.order = n;
		rels[n++] = rel;
	}
	if (n)
		qsort(rels, n, sizeof *rels, by_id);
	for (size_t i = 1; i < n; i++)
		if (slice_eq(rels[i - 1].id, rels[i].id))
			return refuse(o, "opc-relationship", m->name,
				      "two relationships have the same id");
	*ret = rels;
	*ret_n = n;
	return OK;
}

enum err opc_main(const struct opc *o, const struct zip_member **ret)
{
	const struct zip_member *found = NULL;
	struct opc_rel *rels;
	size_t n;

	TRY(opc_rels(o, NULL, &rels, &n));
	for (size_t i = 0; i < n; i++) {
		if (!slice_eq_str(rels[i].type, REL_MAIN) &&
		    !slice_eq_str(rels[i].type, REL_MAIN_STRICT))
			continue;
		if (found || rels[i].external || !rels[i].part)
			return refuse(o, "opc-main-part", S("_rels/.rels"),
				      "the package does not have exactly one main part");
		found = rels[i].part;
	}
	if (!found)
		return refuse(o, "opc-main-part", S("_rels/.rels"), "the package has no main part");
	*ret = found;
	return OK;
}

static const char *kind_of(const struct opc *o)
{
	static const char *const kinds[] = {"docx", "xlsx", "pptx"};
	const struct names_content_type *type;
	const struct zip_member *part;
	struct slice name;

	if (opc_main(o, &part) != OK)
		return "package";
	name = opc_type(o, part);
	type = names_content_type(name);
	for (size_t i = 0; type && i < ARRAY_LEN(kinds); i++)
		if (type->part == names_family_main(names_family(slice_str(kinds[i]))))
			return kinds[i];
	return slice_find(name, S("ms-excel.sheet.binary")) != SIZE_MAX ? "xlsb" : "package";
}

struct package *package_sniff(struct job *job)
{
	struct package *p = arena_alloc(job->arena, sizeof *p);
	struct limits few = *job->limits;
	enum err e;

	if (!p)
		return NULL;
	few.findings = 4;
	p->quiet = *job;
	p->budget = *job->budget;
	p->quiet.budget = &p->budget;
	p->quiet.report = &p->report;
	p->quiet.diag = NULL;
	report_init(&p->report, job->arena, &few);
	p->opc.job = &p->quiet;
	if (zip_open(&p->quiet, &p->opc.zip) != OK)
		return NULL;
	e = read_package(&p->opc);
	if (e == ERR_NOT_FOUND)
		return NULL;
	p->open = e == OK;
	p->kind = p->open ? kind_of(&p->opc) : "package";
	return p;
}

struct opc *package_take(struct job *job)
{
	struct package *p = job->package;

	BUG_IF(!p || !p->open);
	*job->budget = p->budget;
	p->opc.job = job;
	p->opc.zip.job = job;
	return &p->opc;
}

void package_free(struct package *p)
{
	if (p && p->open)
		opc_close(&p->opc);
	if (p)
		p->open = false;
}
