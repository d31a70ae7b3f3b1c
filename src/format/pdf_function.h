/*
 * pdf_function: functions of PDF (ISO 32000-1, 7.10) of all four types, and colour spaces, which
 * may need them. Nothing of them is written: colours come out as those of a device space, and the
 * run of a shading as 256 of them.
 */
#ifndef FORMAT_PDF_FUNCTION_H
#define FORMAT_PDF_FUNCTION_H

#include "format/pdf.h"

#define PDF_VALUES_MAX 32u

struct pdf_function;

/* NULL where it is not understood, or memory is short. The arena of the job owns it. */
const struct pdf_function *pdf_read_function(struct pdf *p, qpdf_oh oh);
unsigned pdf_function_inputs(const struct pdf_function *f);
unsigned pdf_function_outputs(const struct pdf_function *f);
/* Exactly so many values; those that are outside of its domain are moved to its edge. */
void pdf_evaluate(const struct pdf_function *f, const double *in, double *out);

struct pdf_space {
	unsigned n;      /* components that a colour of it has */
	unsigned device; /* of the device space that it becomes: 1, 3, 4; 0 for patterns alone */
	bool pattern;    /* the components are those of an uncoloured pattern */
	bool lab;
	bool plain; /* it is that device space, or a profile for it */
	double range[4];
	const struct pdf_function *tint;
	const struct pdf_space *base; /* of Indexed, of what a tint becomes */
	struct slice table;           /* of Indexed */
};

/* NULL where it is not understood. resources: 0 where no name can be asked for. */
const struct pdf_space *pdf_read_space(struct pdf *p, qpdf_oh oh, qpdf_oh resources);
const struct pdf_space *pdf_device_space(unsigned n); /* 1, 3, 4 */
/* A colour as space->device numbers from 0 to 1. */
void pdf_to_device(const struct pdf_space *s, const double *in, double *out);

#endif
