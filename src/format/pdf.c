#include "format/pdf.h"

#include "format/pdf_print.h"

static bool probe(const struct job *job)
{
	return slice_find(slice_head(job->in, 1024), S("%PDF-")) != SIZE_MAX;
}

static void close_pdf(struct pdf *p)
{
	if (p->q)
		qpdf_cleanup(&p->q);
}

static enum err open_pdf(struct pdf *p)
{
	struct slice in = p->job->in;
	QPDF_ERROR_CODE e;

	p->q = qpdf_init();
	if (!p->q)
		return ERR_MEMORY;
	qpdf_silence_errors(p->q);
	qpdf_set_suppress_warnings(p->q, QPDF_TRUE);
	e = qpdf_read_memory(p->q, "", (const char *)in.p, in.n, NULL);
	if (e & QPDF_ERRORS) {
		qpdf_error why = qpdf_get_error(p->q);

		/* Without ciphers libqpdf fails in another way than without the password. */
		if (qpdf_get_error_code(p->q, why) == qpdf_e_password ||
		    slice_rfind(in, S("/Encrypt")) != SIZE_MAX)
			return pdf_hold(p, "encrypted", 0, "the document has a password");
		return format_hold(p->job, ERR_SYNTAX, "malformed", S(""), 0,
				   "the PDF is broken: %s",
				   qpdf_get_error_message_detail(p->q, why));
	}
	if (qpdf_is_encrypted(p->q))
		return pdf_hold(p, "encrypted", 0, "the document is encrypted");
	p->null = qpdf_oh_new_null(p->q);
	return OK;
}

/* What stands in the catalogue and does not come along. */
static void report_left_behind(struct pdf *p, qpdf_oh root)
{
	static const struct {
		const char *outer, *inner, *finding;
	} known[] = {
	    {"/OpenAction", NULL, "action"},
	    {"/AA", NULL, "action"},
	    {"/Names", "/JavaScript", "pdf-javascript"},
	    {"/Names", "/EmbeddedFiles", "pdf-attachment"},
	    {"/Collection", NULL, "pdf-attachment"},
	    {"/AF", NULL, "pdf-attachment"},
	    {"/AcroForm", "/XFA", "pdf-xfa"},
	    {"/AcroForm", NULL, "pdf-form"},
	    {"/OCProperties", NULL, "pdf-layers"},
	    {"/Outlines", NULL, "pdf-outlines"},
	    {"/StructTreeRoot", NULL, "pdf-tags"},
	    {"/Metadata", NULL, "metadata"},
	    {"/Perms", NULL, "signature"},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		qpdf_oh at = pdf_get(p, root, known[i].outer);

		if (known[i].inner)
			at = pdf_get(p, at, known[i].inner);
		/* To open at a page does nothing. */
		if (i == 0 && (qpdf_oh_is_array(p->q, at) || pdf_is(p, at, "/S", "/GoTo")))
			continue;
		if (!qpdf_oh_is_null(p->q, at))
			report_add(p->job->report, ACT_REMOVED, known[i].finding, S(""), S(""),
				   slice_str(known[i].inner ? known[i].inner : known[i].outer));
	}
	if (qpdf_oh_has_key(p->q, qpdf_get_trailer(p->q), "/Info"))
		report_add(p->job->report, ACT_REMOVED, "metadata", S(""), S(""), S("/Info"));
}

static enum err rebuild_pdf(struct job *job)
{
	__attribute__((cleanup(close_pdf))) struct pdf p = {.job = job, .out = job->out};
	qpdf_oh root;

	TRY(open_pdf(&p));
	root = qpdf_get_root(p.q);
	if (qpdf_get_num_pages(p.q) < 1)
		return format_hold(job, ERR_SYNTAX, "malformed", S(""), 0,
				   "the PDF is broken: it has no page that can be found");
	if (qpdf_more_warnings(p.q))
		report_add(job->report, ACT_NOTE, "pdf-repaired", S(""), S(""), S(""));
	TRY(pdf_print(&p, root));
	report_left_behind(&p, root);
	if (p.invisible_text)
		report_add(job->report, ACT_HIDDEN, "hidden-text", S(""), S(""), S("Tr 3"));
	job->ext = "pdf";
	job->wrote = "pdf";
	return OK;
}

const struct format format_pdf = {
    .id = "pdf",
    .ext = "pdf",
    .label_ja = "PDF文書",
    .label_en = "PDF document",
    .probe = probe,
    .rebuild = rebuild_pdf,
    .hold = "pdf-no-text",
};
