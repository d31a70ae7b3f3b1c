/* pdf_calculator: functions of type 4 (ISO 32000-1, 7.10.5), read once and then run. */
#ifndef FORMAT_PDF_CALCULATOR_H
#define FORMAT_PDF_CALCULATOR_H

#include "base/arena.h"

struct pdf_step {
	uint16_t op;   /* a row of the table of operators, or one of those for flow */
	uint32_t jump; /* step behind a block */
	double number;
};

struct pdf_calculator {
	struct pdf_step *steps;
	size_t n, cap;
};

/* ERR_SYNTAX for what is none, or has more than 10,000 steps; ERR_MEMORY. */
enum err pdf_calculator_read(struct slice text, struct arena *arena, struct pdf_calculator *ret)
    NODISCARD;
/* False where it takes more than there is; *n values stand on the stack, before and after. */
bool pdf_calculator_run(const struct pdf_calculator *c, double *stack, unsigned *n);

#define PDF_CALCULATOR_STACK 100u

#endif
