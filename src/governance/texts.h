/*
 * texts: the versions of the three texts, who adopted them, and which one is in force on a day.
 *
 *     basic      基本方針
 *     standard   対策基準
 *     procedure  実施手順, never public unless it is said
 *
 * A text names in its supplements every day on which a version of it came into force. Adopting it
 * registers all of those that are not registered yet: the last one with the text, the earlier ones
 * without. A version whose text is not on file stays 「本文未登録」 until that very text is added;
 * no other version's text ever stands in for it. Versions are never changed or removed.
 *
 * Every function that writes works inside the caller's transaction and appends its entries.
 * Errors: as store.h; ERR_USAGE, ERR_CONFLICT and ERR_SYNTAX with a sentence in *d.
 */
#ifndef GOVERNANCE_TEXTS_H
#define GOVERNANCE_TEXTS_H

#include "clauses/clauses.h"
#include "store/governance.h"

#define TEXTS_ORGANS_MAX 32

enum text_tree { TEXT_BASIC, TEXT_STANDARD, TEXT_PROCEDURE, TEXT_TREES };

const char *text_tree_word(enum text_tree t); /* "basic" */
const char *text_tree_label(enum text_tree t, bool ja);
enum err text_tree_of(struct slice word, enum text_tree *ret) NODISCARD;

struct text_adoption {
	enum text_tree tree;
	struct slice source;        /* the whole text */
	const struct slice *organs; /* one, or several that adopt it jointly */
	size_t organs_n;
	int32_t decided;   /* day of the 決裁, 0: not known */
	int32_t effective; /* 0: the last day that the supplements name */
	bool is_public;
	struct slice actor;
	int64_t now_ms;
};

struct text_adopted {
	int64_t id; /* of the version with the text */
	int32_t effective;
	unsigned versions; /* rows that are new, those without text among them */
	struct clauses clauses;
};

/*
 * ERR_CONFLICT: a version of that day has a text already, or a later one is registered that these
 * organs adopted. ERR_USAGE: no organ, or no day is named anywhere.
 */
enum err text_adopt(struct store *s, struct arena *a, const struct text_adoption *ad,
		    struct text_adopted *ret, struct diag *d) NODISCARD;

/* All versions, oldest first. effective_to is the day before the next version of the same organ. */
enum err text_versions(struct store *s, enum text_tree tree, struct arena *a,
		       struct store_text **ret, size_t *ret_n) NODISCARD;
/* The last day of versions[i], as long as another one of its organs follows; 0: no end. */
int32_t text_until(const struct store_text *versions, size_t n, size_t i);
/*
 * The version in force for the organ (empty: any) on that day, with its text where it is on file.
 * ERR_NOT_FOUND where there is none.
 */
enum err text_as_of(struct store *s, enum text_tree tree, struct slice organ, int32_t day,
		    struct arena *a, struct store_text *ret) NODISCARD;

#endif
