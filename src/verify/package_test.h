/*
 * package_test: hand-made outputs for the tests of this room: a small archive printer, part bodies
 * without declarations, and what content types and relationships follow from them.
 */
#ifndef VERIFY_PACKAGE_TEST_H
#define VERIFY_PACKAGE_TEST_H

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "names/names.h"
#include "verify/verify.h"

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define RELS "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

struct file {
	const char *name;
	struct slice data;
};

/* The smallest picture of the grammar png: one black pixel. */
static const uint8_t pixel_bytes[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
    0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00,
    0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78,
    0x5e, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01, 0xde, 0x9e, 0x8f, 0xbf, 0x00,
    0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
#define PIXEL slice_of(pixel_bytes, sizeof pixel_bytes)

static inline void put_common(struct buf *b, const struct file *f, struct slice packed)
{
	bool wide = false;

	for (const char *c = f->name; *c; c++)
		wide |= (uint8_t)*c >= 0x80;
	buf_u16le(b, 20);
	buf_u16le(b, wide ? 0x800 : 0);
	buf_u16le(b, packed.n < f->data.n ? 8 : 0);
	buf_u16le(b, 0);
	buf_u16le(b, 0x21);
	buf_u32le(b, libdeflate_crc32(0, f->data.p, f->data.n));
	buf_u32le(b, (uint32_t)packed.n);
	buf_u32le(b, (uint32_t)f->data.n);
	buf_u16le(b, (uint16_t)strlen(f->name));
	buf_u16le(b, 0);
}

/* The one ZIP form; deflate: whether members that shrink are packed. */
static inline void archive_print(const struct file *files, size_t n, bool deflate, struct buf *out)
{
	struct libdeflate_compressor *z = libdeflate_alloc_compressor(6);
	AUTO_BUF central;
	size_t directory;

	buf_init(&central, 1 << 26);
	for (size_t i = 0; i < n; i++) {
		struct slice packed = files[i].data;
		uint8_t *to = malloc(packed.n + 1);
		size_t at = out->n, k = 0;

		if (deflate && packed.n > 1)
			k = libdeflate_deflate_compress(z, packed.p, packed.n, to, packed.n - 1);
		packed = k ? slice_of(to, k) : packed;
		buf_str(out, "PK\3\4");
		put_common(out, &files[i], packed);
		buf_str(out, files[i].name);
		buf_slice(out, packed);
		buf_str(&central, "PK\1\2");
		buf_u16le(&central, 20);
		put_common(&central, &files[i], packed);
		buf_put(&central, "\0\0\0\0\0\0\0\0\0\0", 10);
		buf_u32le(&central, (uint32_t)at);
		buf_str(&central, files[i].name);
		free(to);
	}
	directory = out->n;
	buf_slice(out, buf_view(&central));
	buf_str(out, "PK\5\6");
	buf_u32le(out, 0);
	buf_u16le(out, (uint16_t)n);
	buf_u16le(out, (uint16_t)n);
	buf_u32le(out, (uint32_t)(out->n - directory - 12));
	buf_u32le(out, (uint32_t)directory);
	buf_u16le(out, 0);
	libdeflate_free_compressor(z);
}

static inline bool body_uses(struct slice body, const char *prefix)
{
	size_t n = strlen(prefix);
	bool tag = false, value = false;

	for (size_t i = 0; i + n + 1 < body.n; i++) {
		uint8_t c = body.p[i];

		if (tag && c == '"')
			value = !value;
		else if (!value && (c == '<' || c == '>'))
			tag = c == '<';
		if (tag && !value && (c == '<' || c == ' ') &&
		    memcmp(body.p + i + 1, prefix, n) == 0 && body.p[i + 1 + n] == ':')
			return true;
	}
	return false;
}

/* A whole part: the head, and in the root the declarations that the body needs. */
static inline void part_print(struct slice body, struct buf *out)
{
	size_t name = 1;

	while (name < body.n && body.p[name] != '>' && body.p[name] != ' ' && body.p[name] != '/')
		name++;
	buf_str(out, XML_HEAD);
	buf_slice(out, slice_head(body, name));
	for (unsigned i = NS_W; i < NS_CT; i++)
		if (i != NS_XML && body_uses(body, names_ns(i)->prefix))
			buf_printf(out, " xmlns:%s=\"%s\"", names_ns(i)->prefix, names_ns(i)->uri);
	buf_slice(out, slice_from(body, name));
}

/* A part of a package under test: its kind, body, and relationships ("type target" or a link). */
struct member {
	enum names_part_id id;
	const char *name;
	const char *body; /* NULL: the picture */
	const char *rels[6][2];
};

static inline void print_rels(const char *const rels[6][2], struct buf *out)
{
	buf_str(out, XML_HEAD "<Relationships xmlns=\"");
	buf_str(out, names_ns(NS_REL)->uri);
	buf_str(out, "\">");
	for (unsigned i = 0; i < 6 && rels[i][0]; i++)
		buf_printf(out, "<Relationship Id=\"rId%u\" Type=\"" RELS "%s\" Target=\"%s\"%s/>",
			   i + 1, rels[i][0], rels[i][1],
			   rels[i][1][0] == '/' ? "" : " TargetMode=\"External\"");
	buf_str(out, "</Relationships>");
}

static inline void print_types(const struct member *m, size_t n, struct buf *out)
{
	bool picture = false;

	for (size_t i = 0; i < n; i++)
		picture |= !m[i].body;
	buf_str(out, XML_HEAD "<Types xmlns=\"");
	buf_str(out, names_ns(NS_CT)->uri);
	buf_str(out, "\">");
	if (picture)
		buf_str(out, "<Default Extension=\"png\" ContentType=\"image/png\"/>");
	buf_str(out, "<Default Extension=\"rels\" ContentType=\"application/"
		     "vnd.openxmlformats-package.relationships+xml\"/>");
	for (size_t i = 0; i < n; i++)
		if (m[i].body)
			buf_printf(out, "<Override PartName=\"/%s\" ContentType=\"%s\"/>",
				   m[i].name, names_part(m[i].id)->type);
	buf_str(out, "</Types>");
}

#define FILES_MAX 64

/* Everything a package under test is made of; package_free at the end. */
struct package {
	struct file files[FILES_MAX];
	struct buf data[FILES_MAX];
	char names[FILES_MAX][128];
	size_t n;
};

static inline struct buf *package_add(struct package *p, const char *name)
{
	snprintf(p->names[p->n], sizeof p->names[0], "%s", name);
	p->files[p->n].name = p->names[p->n];
	buf_init(&p->data[p->n], 1 << 26);
	return &p->data[p->n++];
}

static inline void package_make(struct package *p, const struct member *m, size_t n)
{
	char name[128], main_part[64];
	const char *const root[6][2] = {{"officeDocument", main_part}};

	p->n = 0;
	snprintf(main_part, sizeof main_part, "/%s", m[0].name);
	print_types(m, n, package_add(p, "[Content_Types].xml"));
	print_rels(root, package_add(p, "_rels/.rels"));
	for (size_t i = 0; i < n; i++) {
		struct buf *b = package_add(p, m[i].name);
		const char *slash = strrchr(m[i].name, '/');

		if (m[i].body)
			part_print(slice_str(m[i].body), b);
		else
			buf_slice(b, PIXEL);
		if (!m[i].rels[0][0])
			continue;
		snprintf(name, sizeof name, "%.*s/_rels/%s.rels", (int)(slash - m[i].name),
			 m[i].name, slash + 1);
		print_rels(m[i].rels, package_add(p, name));
	}
}

static inline void package_print(struct package *p, bool deflate, struct buf *out)
{
	for (size_t i = 0; i < p->n; i++)
		p->files[i].data = buf_view(&p->data[i]);
	out->n = 0;
	archive_print(p->files, p->n, deflate, out);
}

static inline void package_free(struct package *p)
{
	for (size_t i = 0; i < p->n; i++)
		buf_free(&p->data[i]);
	p->n = 0;
}

static inline enum err verify_as(const char *grammar, struct slice out, struct diag *d)
{
	struct limits limits = limits_default();
	struct arena *arena = arena_new(64 << 20);
	enum err e = verify_output(slice_str(grammar), out, &limits, arena, d);

	arena_free(arena);
	return e;
}

static inline enum err package_verify(struct package *p, const char *grammar, struct diag *d)
{
	AUTO_BUF out;

	buf_init(&out, 1 << 26);
	package_print(p, false, &out);
	return verify_as(grammar, buf_view(&out), d);
}

#endif
