#include "format/marking.h"

#include "base/utf8.h"

/* The strictest first. Written as they stand in Japanese public offices and their templates. */
static const char *const markings[] = {
    "極秘",         "機密性3",      "機密性３",   "厳秘",         "秘密",
    "部外秘",       "社外秘",       "関係者外秘", "取扱厳重注意", "機密性2",
    "機密性２",     "取扱注意",     "取扱い注意", "関係者限り",   "庁内限り",
    "CONFIDENTIAL", "Confidential", "機密性1",    "機密性１",
};

#define TEXT_MAX ((size_t)8192)

struct slice marking_in(struct slice text)
{
	for (size_t i = 0; i < ARRAY_LEN(markings); i++)
		if (slice_find(text, slice_str(markings[i])) != SIZE_MAX)
			return slice_str(markings[i]);
	return (struct slice){0};
}

/* The text up to TEXT_MAX bytes; a fixed buf just stops taking more. */
static struct slice marking_in_tree(const struct xml_node *root)
{
	uint8_t room[TEXT_MAX];
	struct buf b = {.p = room, .cap = sizeof room, .max = sizeof room};

	for (const struct xml_node *n = root; n && !buf_err(&b); n = xml_following(n, root))
		if (!n->name.n)
			buf_slice(&b, n->text);
	return marking_in(buf_view(&b));
}

struct slice marking_of_part(struct ooxml *o, const struct xml_node *root)
{
	switch ((unsigned)ooxml_part_id(o)) {
	case PART_HEADER:
	case PART_FOOTER:
	case PART_DOCUMENT:
	case PART_SLIDE:
	case PART_SLIDE_MASTER:
	case PART_WORKSHEET:
	case PART_SHARED_STRINGS:
		return marking_in_tree(root);
	}
	return (struct slice){0};
}

static enum xml_verdict keep_all(void *ctx, struct xml_node *node, unsigned depth)
{
	(void)ctx, (void)node, (void)depth;
	return XML_KEEP;
}

static bool all_text(void *ctx, const struct xml_node *node)
{
	(void)ctx, (void)node;
	return true;
}

enum err marking_of_properties(struct ooxml *o, const struct opc *opc, const struct opc_rel *rel)
{
	struct xml_filter f = {.element = keep_all, .text = all_text};
	struct slice type = rel->type, found;
	struct xml_node *root;
	AUTO_ARENA arena = NULL;

	if (!rel->part || !slice_ends(type, S("properties")))
		return OK;
	arena = arena_new(o->job->limits->memory_bytes);
	if (!arena)
		return ERR_MEMORY;
	TRY(opc_xml(opc, rel->part, &f, arena, &root));
	found = marking_in_tree(root);
	if (found.n)
		o->job->report->marking = found;
	return OK;
}
