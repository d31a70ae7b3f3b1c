/* store: one connection, its transaction, and what verbs are made of. */
#include <stdlib.h>
#include "store/driver.h"
#include "store/log.h"

#define ARGS_MAX 24
#define CITY_MAX 64

enum turn {
	TURN_NONE,
	TURN_LOOK, /* reads only */
	TURN_OPEN,
	TURN_LOST, /* the engine has undone every step of it */
};

struct store {
	const struct store_driver *driver;
	void *db;
	char city[CITY_MAX + 1];
	size_t city_n;
	enum store_mode mode;
	bool in_step, failed;
	enum turn turn;
	struct step_memory memory, before; /* before: at the begin of a step of a turn */
};

static enum err store_check_version(struct store *s)
{
	int64_t version;

	/* A file without our table is not a store of ours. */
	if (store_one(s, SQL_VERSION, NULL, 0, ERR_UNSUPPORTED, &version) != OK)
		return ERR_UNSUPPORTED;
	return version == STORE_SCHEMA ? OK : ERR_UNSUPPORTED;
}

static enum err store_make(struct store *s)
{
	TRY(store_begin(s));
	TRY(s->driver->script(s->db, store_schema));
	TRY(RUN(s, SQL_VERSION_SET, v_int(STORE_SCHEMA)));
	return store_commit(s);
}

enum err store_open(const struct store_driver *driver, const char *where, enum store_mode mode,
		    struct slice city, struct store **ret)
{
	struct store *s;
	enum err e;

	if (city.n == 0 || city.n > CITY_MAX)
		return ERR_USAGE;
	s = calloc(1, sizeof *s);
	if (!s)
		return ERR_MEMORY;
	s->driver = driver;
	s->mode = mode;
	memcpy(s->city, city.p, city.n);
	s->city_n = city.n;
	e = driver->open(where, mode, &s->db);
	if (e == OK)
		e = mode == STORE_CREATE ? store_make(s) : store_check_version(s);
	if (e != OK) {
		store_close(s);
		return e;
	}
	*ret = s;
	return OK;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->db) {
		store_turn_rollback(s);
		store_rollback(s);
		s->driver->close(s->db);
	}
	free(s);
}

struct slice store_city(const struct store *s)
{
	return slice_of(s->city, s->city_n);
}

const char *store_message(const struct store *s)
{
	const char *m = s->driver->message(s->db);

	return m ? m : "";
}

static void forget(struct store *s)
{
	s->memory.tallies = 0;
	s->memory.entries_known = false;
}

/* -- one step -----------------------------------------------------------------------------------
 */

static enum err begin_in_turn(struct store *s)
{
	if (s->turn == TURN_OPEN && !s->driver->in_transaction(s->db))
		s->turn = TURN_LOST;
	if (s->turn == TURN_LOST)
		return ERR_IO;
	memcpy(&s->before, &s->memory, offsetof(struct step_memory, random));
	return s->driver->step_begin(s->db);
}

enum err store_begin(struct store *s)
{
	BUG_IF(s->in_step);
	if (s->mode == STORE_READ)
		return ERR_FORBIDDEN;
	if (s->turn == TURN_LOOK)
		TRY(store_turn_commit(s));
	TRY(s->turn ? begin_in_turn(s) : s->driver->begin(s->db));
	s->in_step = true;
	s->failed = false;
	return OK;
}

static enum err keep(struct store *s)
{
	if (s->turn)
		return s->driver->step_keep(s->db);
	TRY(tallies_flush(s));
	return s->driver->commit(s->db);
}

enum err store_commit(struct store *s)
{
	enum err e;

	BUG_IF(!s->in_step);
	e = s->failed ? ERR_CONFLICT : keep(s);
	if (e != OK) {
		store_rollback(s);
		return e;
	}
	if (!s->turn)
		forget(s);
	s->in_step = false;
	return OK;
}

void store_rollback(struct store *s)
{
	if (!s->in_step)
		return;
	if (s->turn) {
		s->driver->step_undo(s->db);
		memcpy(&s->memory, &s->before, offsetof(struct step_memory, random));
		if (!s->driver->in_transaction(s->db))
			s->turn = TURN_LOST;
	} else {
		s->driver->rollback(s->db);
		forget(s);
	}
	s->in_step = false;
	s->failed = false;
}

/* -- the turn: several steps in one transaction -------------------------------------------------
 */

enum err store_turn_begin(struct store *s)
{
	BUG_IF(s->in_step);
	if (s->turn == TURN_OPEN)
		return OK;
	if (s->turn == TURN_LOST)
		return ERR_IO;
	TRY(store_turn_commit(s));
	TRY(s->driver->begin(s->db));
	s->turn = TURN_OPEN;
	return OK;
}

enum err store_turn_look(struct store *s)
{
	if (s->turn || s->in_step)
		return OK;
	TRY(s->driver->look(s->db));
	s->turn = TURN_LOOK;
	return OK;
}

enum err store_turn_commit(struct store *s)
{
	enum err e = OK;

	BUG_IF(s->turn && s->in_step);
	if (s->turn == TURN_NONE)
		return OK;
	if (s->turn == TURN_LOST || !s->driver->in_transaction(s->db))
		e = ERR_IO;
	if (e == OK && s->turn == TURN_OPEN)
		e = tallies_flush(s);
	if (e == OK)
		e = s->driver->commit(s->db);
	if (e != OK) {
		store_turn_rollback(s);
		return e;
	}
	forget(s);
	s->turn = TURN_NONE;
	return OK;
}

void store_turn_rollback(struct store *s)
{
	if (!s->turn)
		return;
	s->driver->rollback(s->db);
	forget(s);
	s->turn = TURN_NONE;
	s->in_step = s->failed = false;
}

enum err store_write_alone(struct store *s)
{
	return s->turn == TURN_LOOK ? store_turn_commit(s) : OK;
}

bool store_in_turn(const struct store *s)
{
	return s->turn == TURN_OPEN || s->turn == TURN_LOST;
}

struct step_memory *store_memory(struct store *s)
{
	return &s->memory;
}

enum err store_scrub(struct store *s)
{
	BUG_IF(s->in_step || s->turn);
	return s->driver->scrub(s->db);
}

bool store_in_step(const struct store *s)
{
	return s->in_step;
}

/* Remembers a failure, so that the step it stood in cannot be committed. */
static enum err store_note(struct store *s, enum err e)
{
	if (e != OK && s->in_step)
		s->failed = true;
	return e;
}

static enum err store_start(struct store *s, enum statement id, const struct store_value *args,
			    size_t n)
{
	struct store_value all[ARGS_MAX];

	BUG_IF(n + 1 > ARGS_MAX);
	/* Outside of its transaction a statement would stand alone. */
	if (s->failed && !s->driver->in_transaction(s->db))
		return ERR_IO;
	all[0] = v_text(store_city(s));
	if (n)
		memcpy(all + 1, args, n * sizeof *args);
	return store_note(s, s->driver->run(s->db, id, all, n + 1));
}

enum err store_run(struct store *s, enum statement id, const struct store_value *args, size_t n)
{
	bool row = true;
	enum err e = store_start(s, id, args, n);

	while (e == OK && row)
		e = s->driver->step(s->db, id, &row);
	s->driver->reset(s->db, id);
	return store_note(s, e);
}

enum err store_one(struct store *s, enum statement id, const struct store_value *args, size_t n,
		   enum err none, int64_t *ret)
{
	struct store_value v = {0};
	bool row = false;
	enum err e = store_start(s, id, args, n);

	if (e == OK)
		e = s->driver->step(s->db, id, &row);
	if (e == OK && !row)
		e = none;
	if (e == OK)
		e = s->driver->column(s->db, id, 0, &v);
	/* A statement with RETURNING has done all its work only when it is stepped to its end. */
	while (e == OK && row)
		e = s->driver->step(s->db, id, &row);
	s->driver->reset(s->db, id);
	/* A missing row is an answer, not a broken step. */
	if (e == none && none == ERR_NOT_FOUND)
		return e;
	if (e == OK && ret)
		*ret = v.i;
	return store_note(s, e);
}

enum err store_query(struct store *s, enum statement id, struct arena *a, struct cursor *ret,
		     const struct store_value *args, size_t n)
{
	TRY(store_start(s, id, args, n));
	*ret = (struct cursor){.s = s, .id = id, .a = a};
	return OK;
}

bool cursor_next(struct cursor *c)
{
	bool row = false;

	if (c->err != OK)
		return false;
	c->at = 0;
	c->err = c->s->driver->step(c->s->db, c->id, &row);
	return c->err == OK && row;
}

static struct store_value cursor_value(struct cursor *c)
{
	struct store_value v = {0};

	if (c->err == OK)
		c->err = c->s->driver->column(c->s->db, c->id, c->at++, &v);
	return v;
}

int64_t cursor_int(struct cursor *c)
{
	return cursor_value(c).i;
}

struct slice cursor_text(struct cursor *c)
{
	struct slice s = cursor_value(c).s;

	s = arena_copy(c->a, s);
	if (!s.p && c->err == OK)
		c->err = ERR_MEMORY;
	return s;
}

enum err cursor_close(struct cursor *c)
{
	c->s->driver->reset(c->s->db, c->id);
	return store_note(c->s, c->err);
}

enum err store_all(struct cursor *c, size_t size, void (*fn)(struct cursor *c, void *row),
		   void **ret, size_t *ret_n)
{
	void *rows = NULL;
	size_t n = 0, cap = 0;

	while (cursor_next(c)) {
		if (c->err == OK)
			c->err = arena_grow(c->a, &rows, n, &cap, size);
		if (c->err != OK)
			break;
		memset((char *)rows + n * size, 0, size);
		fn(c, (char *)rows + n * size);
		n++;
	}
	TRY(cursor_close(c));
	*ret = rows;
	*ret_n = n;
	return OK;
}

enum err store_first(struct cursor *c, size_t size, void (*fn)(struct cursor *c, void *row),
		     void *ret)
{
	void *rows;
	size_t n;

	TRY(store_all(c, size, fn, &rows, &n));
	if (n == 0)
		return ERR_NOT_FOUND;
	memcpy(ret, rows, size);
	return OK;
}
