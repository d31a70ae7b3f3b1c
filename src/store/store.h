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

static inline void store_cleanup(struct store **s)
{
	store_close(*s);
}
#define AUTO_STORE __attribute__((cleanup(store_cleanup))) struct store *

#endif
