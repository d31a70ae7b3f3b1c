/*
 * store: the one database of a city, behind a small engine driver.
 *
 * A store is one connection, used by one thread. Domain verbs (store/people.h, store/transfers.h,
 * store/log.h) are written once over the statement table (store/statements.h) and never see an
 * engine; a second engine is a second struct store_driver. Every key holds the city id, and every
 * verb works on the city the store was opened for.
 *
 * Life cycle: store_open, then either single reads or store_begin ... store_commit. A transaction
 * takes the writer's lock at its begin, so what it reads is what it changes. After any error inside
 * a transaction the caller calls store_rollback; store_commit after a failed verb is refused with
 * ERR_CONFLICT, so a half-done step cannot be made durable by mistake.
 *
 * A turn makes several steps durable together, with one sync. Inside it store_begin and
 * store_commit open and close one step, store_rollback undoes that step alone, and reads see what
 * the turn has written. Nothing of it is durable, and nothing may be told, before store_turn_commit
 * has returned OK. Where the engine gave the whole transaction up (a full disk), every further step
 * is refused, and store_turn_commit says so: then no step of the turn has happened.
 *
 * Times are UTC milliseconds since 1970 (int64_t at_ms); 0 means never.
 * Slices in rows live in the arena that was passed to the verb.
 *
 * Errors: ERR_IO (engine or disk), ERR_FULL (disk full), ERR_TIMEOUT (another writer held the lock
 * too long), ERR_CONFLICT (duplicate key or lost race), ERR_NOT_FOUND, ERR_UNSUPPORTED (schema of
 * another version), ERR_MEMORY.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"

/* In the folder of an installation. The engine makes files of its own beside the store. */
#define STORE_FOLDER "store"
#define STORE_FILE STORE_FOLDER "/store.db"

struct store;
struct store_driver;

enum store_mode {
	STORE_READ,   /* no write is possible through this connection */
	STORE_WRITE,  /* an existing store of our schema version */
	STORE_CREATE, /* makes the schema; ERR_CONFLICT where a store exists already */
};

extern const struct store_driver store_sqlite;

/* where: a path for SQLite, ":memory:" for tests. city: the city id, at most 64 bytes. */
enum err store_open(const struct store_driver *driver, const char *where, enum store_mode mode,
		    struct slice city, struct store **ret) NODISCARD;
void store_close(struct store *s); /* NULL is a no-op; an open transaction is rolled back */

struct slice store_city(const struct store *s);
/* What the engine said last, for the operator's log; never NULL. */
const char *store_message(const struct store *s);

enum err store_begin(struct store *s) NODISCARD;
enum err store_commit(struct store *s) NODISCARD;
void store_rollback(struct store *s); /* no-op outside a transaction */
bool store_in_step(const struct store *s);

/* Takes the writer's lock until store_turn_commit; OK where a turn is open already. */
enum err store_turn_begin(struct store *s) NODISCARD;
/* Single reads until the next store_turn_ call see one state and take one lock together. */
enum err store_turn_look(struct store *s) NODISCARD;
/* Ends both; OK where neither is open. After an error no step of the turn has happened. */
enum err store_turn_commit(struct store *s) NODISCARD;
void store_turn_rollback(struct store *s);
bool store_in_turn(const struct store *s); /* steps may be waiting for store_turn_commit */

static inline void store_cleanup(struct store **s)
{
	store_close(*s);
}
#define AUTO_STORE __attribute__((cleanup(store_cleanup))) struct store *

#endif
