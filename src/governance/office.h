/*
 * office: who holds which office, from when to when (任命).
 *
 * An office is a name as the city uses it: 最高情報セキュリティ責任者(CISO),
 * 統括情報セキュリティ責任者, ... Functions that write work inside the caller's transaction and
 * append their entries.
 */
#ifndef GOVERNANCE_OFFICE_H
#define GOVERNANCE_OFFICE_H

#include "store/governance.h"

#define OFFICE_CISO "CISO"

/*
 * ERR_NOT_FOUND: no such account, or it is disabled. ERR_CONFLICT: that person holds that office
 * on one of these days already. ERR_USAGE: no name, or an end before the beginning.
 */
enum err office_appoint(struct store *s, struct arena *a, const struct store_appointment *v,
			struct slice actor, int64_t now_ms, int64_t *ret_id, struct diag *d)
    NODISCARD;
/* The last day in office. ERR_NOT_FOUND: no such appointment, or it ends before. */
enum err office_end(struct store *s, struct arena *a, int64_t id, int32_t to, struct slice actor,
		    int64_t now_ms) NODISCARD;
/* Whether this person holds the office (empty: any office) on that day. */
enum err office_holds(struct store *s, struct arena *a, struct slice login, struct slice office,
		      int32_t day, bool *ret) NODISCARD;

#endif
