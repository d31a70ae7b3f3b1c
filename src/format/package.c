/*
 * package: the rows for ZIP packages that are recognised and held: the binary workbook, and any
 * other package (an Office file without a main part, drawings, XPS ...).
 */
#include "format/opc.h"

static bool is_kind(const struct job *job, const char *kind)
{
	return job->package && strcmp(job->package->kind, kind) == 0;
}

static bool probe_package(const struct job *job)
{
	return is_kind(job, "package");
}

static bool probe_binary(const struct job *job)
{
	return is_kind(job, "xlsb");
}

/* Says why: the reading that failed is repeated with the job's own report. */
static enum err hold_package(struct job *job)
{
	const struct zip_member *part;
	struct opc o;
	enum err e = opc_open(job, &o);

	if (e == OK) {
		e = opc_main(&o, &part);
		opc_close(&o);
	}
	TRY(e);
	return format_hold(job, ERR_UNSUPPORTED, "unknown-type", S(""), 0,
			   "a package that is no Word, Excel or PowerPoint document");
}

const struct format format_package = {
    .id = "opc",
    .ext = "zip",
    .label_ja = "その他の文書パッケージ",
    .label_en = "other document package",
    .probe = probe_package,
    .rebuild = hold_package,
    .text = hold_package,
};

const struct format format_binary_workbook = {
    .id = "xlsb",
    .ext = "xlsb",
    .label_ja = "Excel バイナリーブック",
    .label_en = "binary Excel workbook",
    .probe = probe_binary,
    .hold = "binary-workbook",
};
