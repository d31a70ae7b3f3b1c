/*
 * driver: what an engine must do, and nothing a domain verb could see.
 *
 * A driver prepares a statement of the table the first time it is used and keeps it. One statement
 * is active at a time per id: run binds and starts, step moves to the next row, reset ends. Values
 * of a row live until the next step or reset of that statement, and the arguments of run must live
 * until its reset.
 */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include "store/statements.h"
#include "store/store.h"

#define STORE_SCHEMA 5 /* version of the tables in statements.c */

enum store_type { STORE_NULL, STORE_INT, STORE_TEXT, STORE_BYTES };

struct store_value {
	enum store_type type;
	int64_t i;
	struct slice s;
};

struct store_driver {
	const char *name;
	/* ERR_NOT_FOUND: no such store; ERR_CONFLICT: STORE_CREATE over an existing one. */
	enum err (*open)(const char *where, enum store_mode mode, void **ret);
	void (*close)(void *db);
	const char *(*message)(void *db);
	enum err (*begin)(void *db); /* takes the writer's lock */
	enum err (*look)(void *db);  /* a transaction that only reads; ended by commit */
	enum err (*commit)(void *db);
	void (*rollback)(void *db);
	/* A step inside a transaction: kept, or undone alone. */
	enum err (*step_begin)(void *db);
	enum err (*step_keep)(void *db);
	void (*step_undo)(void *db);
	bool (*in_transaction)(void *db); /* false where the engine gave it up by itself */
	enum err (*scrub)(void *db);      /* nothing that was deleted is left in any file */
	enum err (*script)(void *db, const char *sql); /* the schema, at creation only */
	enum err (*run)(void *db, enum statement id, const struct store_value *args, size_t n);
	enum err (*step)(void *db, enum statement id, bool *ret_row);
	enum err (*column)(void *db, enum statement id, size_t at, struct store_value *ret);
	void (*reset)(void *db, enum statement id);
};

/* -- what verbs are made of (store.c) -----------------------------------------------------------
 */

static inline struct store_value v_int(int64_t i)
{
	return (struct store_value){.type = STORE_INT, .i = i};
}
static inline struct store_value v_text(struct slice s)
{
	return (struct store_value){.type = STORE_TEXT, .s = s};
}
static inline struct store_value v_null(void)
{
	return (struct store_value){.type = STORE_NULL};
}
static inline struct store_value v_bytes(struct slice s)
{
	return (struct store_value){.type = STORE_BYTES, .s = s};
}

/* Rows of one statement, read column after column. The first error sticks. */
struct cursor {
	struct store *s;
	enum statement id;
	struct arena *a;
	size_t at;
	enum err err;
};

/* $1 is always the city; args are $2 ... */
#define RUN(s, id, ...) \
	store_run(s, id, (const struct store_value[]){__VA_ARGS__}, \
		  sizeof((const struct store_value[]){__VA_ARGS__}) / sizeof(struct store_value))
#define OPEN(s, id, arena, cur, ...) \
	store_query(s, id, arena, cur, (const struct store_value[]){__VA_ARGS__}, \
		    sizeof((const struct store_value[]){__VA_ARGS__}) / \
			sizeof(struct store_value))

/* Before a single write outside of a step: it must not stand in a transaction that only reads. */
enum err store_write_alone(struct store *s) NODISCARD;
/* A statement whose rows do not matter. */
enum err store_run(struct store *s, enum statement id, const struct store_value *args, size_t n)
    NODISCARD;
/* A statement that must touch (RETURNING) exactly one row: *ret is its first column. */
enum err store_one(struct store *s, enum statement id, const struct store_value *args, size_t n,
		   enum err none, int64_t *ret) NODISCARD;
enum err store_query(struct store *s, enum statement id, struct arena *a, struct cursor *ret,
		     const struct store_value *args, size_t n) NODISCARD;
/* Moves on; false at the end or after an error. The statement is reset at the end. */
bool cursor_next(struct cursor *c);
int64_t cursor_int(struct cursor *c);
struct slice cursor_text(struct cursor *c); /* text or bytes, copied to the arena */
/* Ends the statement; what went wrong, ERR_MEMORY included. */
enum err cursor_close(struct cursor *c) NODISCARD;

/* Reads all rows through fn into an arena array. */
enum err store_all(struct cursor *c, size_t size, void (*fn)(struct cursor *c, void *row),
		   void **ret, size_t *ret_n) NODISCARD;
/* The first row of a cursor into *ret (size bytes), or ERR_NOT_FOUND. Ends the cursor. */
enum err store_first(struct cursor *c, size_t size, void (*fn)(struct cursor *c, void *row),
		     void *ret) NODISCARD;

/* A row that the open step adds to the summary beside the record (governance.c). */
struct tally {
	uint8_t kind[8], name[128];
	size_t kind_n, name_n;
	uint64_t n, last_entry;
	int64_t last_ms;
};

/*
 * What a connection remembers of its open step or turn: the writer's lock makes it exact. What
 * stands before `random` goes back where a step is undone alone.
 */
struct step_memory {
	uint64_t entries; /* of the log, where entries_known */
	bool entries_known;
	struct tally tally[16]; /* written before the commit */
	size_t tallies;
	/* Random bytes not yet handed out: the kernel is asked once for many, and none is handed
	 * out twice. A connection never crosses a fork, and so nor does this. */
	uint8_t random[2048];
	size_t random_left;
};
struct step_memory *store_memory(struct store *s);
enum err tallies_flush(struct store *s) NODISCARD;

/* A driver over another one whose n-th call from now fails (0: none); for tests. */
extern const struct store_driver store_faulty;
void store_fault_after(uint64_t n, enum err e);
uint64_t store_fault_calls(void); /* calls since the last store_fault_after */

#endif
