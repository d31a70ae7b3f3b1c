#include "format/docx.h"

#include "format/ooxml.h"

static const struct ooxml_kind kind = {.id = "docx"};

static bool probe(const struct job *job)
{
	return ooxml_probe(job, &kind);
}

static enum err rebuild(struct job *job)
{
	return ooxml_rebuild(job, &kind);
}

const struct format format_docx = {
    .id = "docx",
    .ext = "docx",
    .label_ja = "Word 文書",
    .label_en = "Word document",
    .probe = probe,
    .rebuild = rebuild,
    .hold = "method-unsupported",
};
