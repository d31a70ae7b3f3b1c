/*
 * opc: the package inside a ZIP (ECMA-376 part 2): part names, content types, relationships.
 *
 * Part names are compared without case and percent-encoding; a package where two parts have one
 * name, a name that hides a separator, or contradicting content types is refused. Targets are
 * resolved against their source and never leave the package. Life: as the zip it holds.
 */
#ifndef FORMAT_OPC_H
#define FORMAT_OPC_H

#include "format/xml.h"
#include "format/zip_read.h"
#include "names/names.h"

struct opc_key {
	struct slice key; /* folded part name, without the leading '/' */
	size_t value;     /* member number */
	struct slice type;
};

struct opc {
	struct job *job;
	struct zip zip;
	struct opc_key *parts; /* by key */
	size_t parts_n;
	struct opc_key *overrides; /* by key */
	size_t overrides_n, overrides_cap;
	struct opc_key *defaults; /* by extension */
	size_t defaults_n, defaults_cap;
};

struct opc_rel {
	struct slice id;
	struct slice type;                /* URI */
	struct slice target;              /* as written; of an external one, as ASCII */
	const struct names_relation *row; /* NULL: unknown */
	const struct zip_member *part;    /* internal target; NULL where there is no such part */
	bool external;
	size_t order; /* in the file */
	size_t out;   /* private to ooxml_refs.c: number of the relationship in the output, or 0 */
};

/* Refusals are held items; ERR_NOT_FOUND without any where there are no content types at all. */
enum err opc_open(struct job *job, struct opc *ret) NODISCARD;
void opc_close(struct opc *o);

const struct zip_member *opc_find(const struct opc *o, struct slice name);
/* Empty where none is declared. */
struct slice opc_type(const struct opc *o, const struct zip_member *part);
/* The relationships of a part, or of the package where part is NULL, sorted by id. */
enum err opc_rels(const struct opc *o, const struct zip_member *part, struct opc_rel **ret,
		  size_t *ret_n) NODISCARD;
/* The one main part. */
enum err opc_main(const struct opc *o, const struct zip_member **ret) NODISCARD;
/* Inflates and parses a part of the package; a failure holds the package with its reason. */
enum err opc_xml(const struct opc *o, const struct zip_member *part, struct xml_filter *f,
		 struct arena *arena, struct xml_node **ret) NODISCARD;
/* The finding id that fits a refusal of xml_parse. */
const char *opc_xml_finding(enum err e, const struct diag *d);

/*
 * What a ZIP holds, found out once per job: NULL where it cannot be read or has no content types.
 * It reads with a report of its own, so that only the row that is chosen speaks.
 */
struct package {
	const char *kind; /* "docx", "xlsx", "pptx", "xlsb" or "package" */
	bool open;
	struct opc opc;
	struct job quiet;
	struct budget budget;
	struct report report;
};
struct package *package_sniff(struct job *job);
/* The open package, from now on reading on the job's account. */
struct opc *package_take(struct job *job);
void package_free(struct package *p); /* NULL is a no-op */

extern const struct format format_package, format_binary_workbook;

#endif
