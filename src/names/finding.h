/*
 * finding: the closed list of reasons a report may give, with the sentence a clerk reads.
 *
 * A report names a finding by its id ("macro", "external-link", ...). Ids are stable: they are part
 * of the JSON report and of the record. A new id is one row of finding.c.
 */
#ifndef NAMES_FINDING_H
#define NAMES_FINDING_H

#include "base/slice.h"

enum severity {
	SEVERITY_INFO,   /* housekeeping: metadata, printer settings, unused parts */
	SEVERITY_NOTICE, /* a person may miss it: a placeholder, a link made text, something hidden
			  */
	SEVERITY_DANGER, /* could act or fetch by itself: macro, external template, DDE, OLE */
};

struct finding {
	const char *id;
	enum severity severity;
	const char *ja, *en; /* what it is and what became of it, one sentence without full stop */
};

/* NULL where no row has that id. */
const struct finding *finding_by_id(struct slice id);
/* All rows, for documentation and tests. */
const struct finding *finding_table(size_t *ret_n);

#endif
