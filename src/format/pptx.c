#include "format/pptx.h"

#include "format/ooxml.h"

static const struct ooxml_kind kind = {.id = "pptx"};

static bool probe(const struct job *job)
{
	return ooxml_probe(job, &kind);
}

static enum err rebuild(struct job *job)
{
	return ooxml_rebuild(job, &kind);
}

const struct format format_pptx = {
    .id = "pptx",
    .ext = "pptx",
    .label_ja = "PowerPoint 文書",
    .label_en = "PowerPoint presentation",
    .probe = probe,
    .rebuild = rebuild,
    .hold = "method-unsupported",
};
