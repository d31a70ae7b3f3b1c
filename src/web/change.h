/* change: what the files about changes of the policy share. */
#ifndef WEB_CHANGE_H
#define WEB_CHANGE_H

#include <stdio.h>
#include "governance/study.h"
#include "web/internal.h"

/* A study holds whole policies: more than a request's arena. */
#define STUDY_ARENA (1u << 30)
#define EDIT_MAX 32000u /* bytes of a text that a form brings */

/* A fault of a draft with its line and a caret. */
struct slice change_fault(struct page *pg, const struct policy_texts *t, const struct diag *d);
/* The study in words. */
enum err change_words(struct page *pg, const struct change_study *st, struct change_view *v)
    NODISCARD;

#endif
