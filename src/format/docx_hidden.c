#include "format/docx_parts.h"

enum revision { REV_NONE, REV_ADDED, REV_GONE, REV_FORMER };

/* What a tracked change is: text added, text gone, or a note of former formatting. */
static enum revision revision_of(const struct xml_node *n)
{
	static const char *const former[] = {"rPrChange",   "pPrChange",     "sectPrChange",
					     "tblPrChange", "tblGridChange", "trPrChange",
					     "tcPrChange",  "tblPrExChange", "numberingChange",
					     "cellIns",     "cellDel",       "cellMerge"};
	bool mark = xml_is(n->parent, NS_W, "rPr") || xml_is(n->parent, NS_W, "trPr");

	for (size_t i = 0; i < ARRAY_LEN(former); i++)
		if (xml_is(n, NS_W, former[i]))
			return REV_FORMER;
	if (xml_is(n, NS_W, "ins") || xml_is(n, NS_W, "moveTo"))
		return mark ? REV_FORMER : REV_ADDED;
	if (xml_is(n, NS_W, "del") || xml_is(n, NS_W, "moveFrom"))
		return mark ? REV_FORMER : REV_GONE;
	return REV_NONE;
}

static bool is_comment_mark(const struct xml_node *n)
{
	return xml_is(n, NS_W, "commentReference") || xml_is(n, NS_W, "commentRangeStart") ||
	       xml_is(n, NS_W, "commentRangeEnd");
}

/* Ids of comments differ; what is worth a line is who and what. */
static void report_revision(struct ooxml *o, const struct xml_node *n, bool drop)
{
	ooxml_found(o, drop ? ACT_REMOVED : ACT_HIDDEN, drop ? "revision-dropped" : "revision-kept",
		    n->name, xml_text_slice(o->scratch, n));
}

/* Returns the node to go on with. */
static struct xml_node *revision(struct ooxml *o, struct xml_node *n, const struct xml_node *root)
{
	enum revision rev = revision_of(n);
	bool drop = o->job->hidden == HIDDEN_DROP;
	struct xml_node *next = xml_following(n, root);

	if (rev == REV_NONE)
		return next;
	report_revision(o, n, drop);
	if (!drop)
		return next;
	if (rev == REV_ADDED) {
		xml_unwrap(n);
		return next;
	}
	next = xml_skip(n, root);
	xml_remove(n);
	return next;
}

enum { PAGE_MAX = 20116800 }; /* EMU: pages have at most 22 inches on a side */

/* Whether a floating drawing lies beyond any page along one axis. */
static bool is_beyond(struct ooxml *o, const struct xml_node *frame, const char *axis,
		      const char *size)
{
	const struct xml_node *n = xml_child(xml_child(frame, NS_WP, axis), NS_WP, "posOffset");
	struct slice s = slice_trim(xml_text_slice(o->scratch, n));
	bool minus = s.n && s.p[0] == '-';
	uint64_t offset = 0, extent = 0;

	(void)slice_u64(xml_attr_value(xml_child(frame, NS_WP, "extent"), NS_NONE, size), &extent);
	if (!slice_u64(slice_from(s, minus), &offset))
		return false;
	return minus ? offset > extent && offset - extent > PAGE_MAX : offset > PAGE_MAX;
}

/* Why nobody sees a drawing, or NULL. */
static const char *drawing_hidden(struct ooxml *o, const struct xml_node *frame)
{
	struct slice hidden = xml_attr_value(xml_child(frame, NS_WP, "docPr"), NS_NONE, "hidden");

	if (!xml_is(frame, NS_WP, "anchor") && !xml_is(frame, NS_WP, "inline"))
		return NULL;
	if (slice_eq(hidden, S("1")) || slice_eq(hidden, S("true")))
		return "hidden";
	return is_beyond(o, frame, "positionH", "cx") || is_beyond(o, frame, "positionV", "cy")
		   ? "off-page"
		   : NULL;
}

void docx_hidden(struct ooxml *o, struct xml_node *root)
{
	bool drop = o->job->hidden == HIDDEN_DROP;
	struct xml_node *next;
	const char *why;

	for (struct xml_node *n = root; n; n = next) {
		next = xml_following(n, root);
		if (n->ns == NS_WP && (why = drawing_hidden(o, n)))
			ooxml_found(o, ACT_HIDDEN, "hidden-shape", slice_str(why),
				    xml_text_slice(o->scratch, n));
		if (!n->name.n || n->ns != NS_W)
			continue;
		why = docx_run_hidden(o, n);
		if (why) {
			ooxml_found(o, drop ? ACT_REMOVED : ACT_HIDDEN,
				    drop ? "hidden-text-dropped" : "hidden-text", slice_str(why),
				    xml_text_slice(o->scratch, n));
			if (drop) {
				next = xml_skip(n, root);
				xml_remove(n);
			}
		} else if (xml_is(n, NS_W, "comment")) {
			ooxml_found(o, ACT_HIDDEN, "comment-kept",
				    xml_attr_value(n, NS_W, "author"),
				    xml_text_slice(o->scratch, n));
		} else if (is_comment_mark(n) && drop) {
			next = xml_skip(n, root);
			xml_remove(n);
		} else {
			next = revision(o, n, root);
		}
	}
}
