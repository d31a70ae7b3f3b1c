/* sqlite: the embedded engine. WAL, synchronous FULL, one connection per store. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/buf.h"
#include "os/file.h"
#include "store/driver.h"

#define BUSY_MS 10000
#define SCRUB_MS 200

/* What opens and ends transactions; prepared once like every other statement. */
enum verb { VERB_BEGIN, VERB_LOOK, VERB_COMMIT, VERB_STEP, VERB_KEEP, VERB_UNDO, VERBS };

static const char *const verb_sql[VERBS] = {
    [VERB_BEGIN] = "BEGIN IMMEDIATE", [VERB_LOOK] = "BEGIN",
    [VERB_COMMIT] = "COMMIT",         [VERB_STEP] = "SAVEPOINT step",
    [VERB_KEEP] = "RELEASE step",     [VERB_UNDO] = "ROLLBACK TO step",
};

struct lite {
	sqlite3 *db;
	sqlite3_stmt *stmt[STATEMENTS];
	sqlite3_stmt *verb[VERBS];
};

static enum err lite_err(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_TIMEOUT;
	case SQLITE_CONSTRAINT:
		return ERR_CONFLICT;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_CANTOPEN:
		return ERR_NOT_FOUND;
	case SQLITE_NOTADB:
		return ERR_UNSUPPORTED;
	case SQLITE_READONLY:
		return ERR_FORBIDDEN;
	}
	return ERR_IO;
}

static void lite_close(void *db)
{
	struct lite *l = db;

	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(l->stmt[i]);
	for (size_t i = 0; i < VERBS; i++)
		sqlite3_finalize(l->verb[i]);
	sqlite3_close(l->db);
	free(l);
}

static enum err lite_exec(struct lite *l, const char *sql)
{
	return lite_err(sqlite3_exec(l->db, sql, NULL, NULL, NULL));
}

static enum err lite_settings(struct lite *l, enum store_mode mode)
{
	sqlite3_busy_timeout(l->db, BUSY_MS);
	sqlite3_extended_result_codes(l->db, 1);
	sqlite3_db_config(l->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(l->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(l->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	TRY(lite_exec(l, "PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;"
			 "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY"));
	if (mode == STORE_READ)
		return lite_exec(l, "PRAGMA query_only=ON");
	return lite_exec(l, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			    "PRAGMA wal_autocheckpoint=8000; PRAGMA journal_size_limit=67108864;"
			    "PRAGMA cache_size=-16000");
}

/* The folder of a path, where it is missing. */
static enum err lite_folder(const char *where)
{
	char folder[4096];
	const char *slash = strrchr(where, '/');

	if (!slash || slash == where || (size_t)(slash - where) >= sizeof folder)
		return OK;
	snprintf(folder, sizeof folder, "%.*s", (int)(slash - where), where);
	if (access(folder, F_OK) == 0)
		return OK;
	return file_mkdir(folder, 0700);
}

/* A new database is readable by its owner only, from its first byte on. */
static enum err lite_make(const char *where)
{
	int fd;

	if (where[0] == ':')
		return OK;
	TRY(lite_folder(where));
	fd = open(where, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return access(where, F_OK) == 0 ? ERR_CONFLICT : ERR_IO;
	close(fd);
	return OK;
}

static enum err lite_open(const char *where, enum store_mode mode, void **ret)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	struct lite *l;
	enum err e;

	if (mode == STORE_CREATE)
		TRY(lite_make(where));
	l = calloc(1, sizeof *l);
	if (!l)
		return ERR_MEMORY;
	flags |= mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	if (where[0] == ':')
		flags |= SQLITE_OPEN_CREATE;
	e = lite_err(sqlite3_open_v2(where, &l->db, flags, NULL));
	if (e == OK)
		e = lite_settings(l, mode);
	if (e != OK) {
		lite_close(l);
		return e;
	}
	*ret = l;
	return OK;
}

static const char *lite_message(void *db)
{
	return sqlite3_errmsg(((struct lite *)db)->db);
}

static enum err lite_verb(struct lite *l, enum verb v)
{
	int rc = SQLITE_OK;

	if (!l->verb[v])
		rc = sqlite3_prepare_v3(l->db, verb_sql[v], -1, SQLITE_PREPARE_PERSISTENT,
					&l->verb[v], NULL);
	if (rc != SQLITE_OK)
		return lite_err(rc);
	rc = sqlite3_step(l->verb[v]);
	sqlite3_reset(l->verb[v]);
	return lite_err(rc);
}

static enum err lite_begin(void *db)
{
	return lite_verb(db, VERB_BEGIN);
}

static enum err lite_look(void *db)
{
	return lite_verb(db, VERB_LOOK);
}

static enum err lite_commit(void *db)
{
	return lite_verb(db, VERB_COMMIT);
}

static bool lite_in_transaction(void *db)
{
	return !sqlite3_get_autocommit(((struct lite *)db)->db);
}

static void lite_reset_all(struct lite *l)
{
	for (size_t i = 0; i < STATEMENTS; i++)
		if (l->stmt[i])
			sqlite3_reset(l->stmt[i]);
}

static void lite_rollback(void *db)
{
	struct lite *l = db;

	lite_reset_all(l);
	/* SQLite has rolled back by itself after some errors: then this says so and is harmless. */
	if (lite_in_transaction(l))
		sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
}

static enum err lite_step_begin(void *db)
{
	return lite_verb(db, VERB_STEP);
}

static enum err lite_step_keep(void *db)
{
	return lite_verb(db, VERB_KEEP);
}

/* What cannot be undone alone is undone with all the rest. */
static void lite_step_undo(void *db)
{
	struct lite *l = db;

	lite_reset_all(l);
	if (lite_verb(l, VERB_UNDO) != OK || lite_verb(l, VERB_KEEP) != OK)
		lite_rollback(l);
}

/*
 * Deleted cells are zeroed at once (secure_delete); the write-ahead file still holds them. Whoever
 * scrubs may have others to serve and can try again, so a reader is not waited for as long as else.
 */
static enum err lite_scrub(void *db)
{
	struct lite *l = db;
	int left = 0, done = 0, rc;

	sqlite3_busy_timeout(l->db, SCRUB_MS);
	rc = sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, &done);
	sqlite3_busy_timeout(l->db, BUSY_MS);

	return lite_err(rc);
}

static enum err lite_script(void *db, const char *sql)
{
	return lite_exec(db, sql);
}

/* SQLite numbers `$n` by first use but `?n` by n. */
static enum err lite_prepare(struct lite *l, enum statement id)
{
	AUTO_BUF sql;

	buf_init(&sql, 1 << 16);
	for (const char *p = store_sql[id]; *p; p++)
		buf_byte(&sql, *p == '$' ? '?' : (uint8_t)*p);
	buf_byte(&sql, 0);
	TRY(buf_err(&sql));
	return lite_err(sqlite3_prepare_v3(l->db, (const char *)sql.p, -1,
					   SQLITE_PREPARE_PERSISTENT, &l->stmt[id], NULL));
}

static int lite_bind(sqlite3_stmt *st, int at, const struct store_value *v)
{
	static const char none[] = "";
	const char *p = v->s.p ? (const char *)v->s.p : none;

	if (v->type == STORE_INT)
		return sqlite3_bind_int64(st, at, v->i);
	if (v->type == STORE_TEXT)
		return sqlite3_bind_text64(st, at, p, v->s.n, SQLITE_STATIC, SQLITE_UTF8);
	if (v->type == STORE_BYTES)
		return sqlite3_bind_blob64(st, at, p, v->s.n, SQLITE_STATIC);
	return sqlite3_bind_null(st, at);
}

static enum err lite_run(void *db, enum statement id, const struct store_value *args, size_t n)
{
	struct lite *l = db;

	if (!l->stmt[id])
		TRY(lite_prepare(l, id));
	sqlite3_reset(l->stmt[id]);
	BUG_IF(n != (size_t)sqlite3_bind_parameter_count(l->stmt[id]));
	for (size_t i = 0; i < n; i++)
		TRY(lite_err(lite_bind(l->stmt[id], (int)i + 1, &args[i])));
	return OK;
}

static enum err lite_step(void *db, enum statement id, bool *ret_row)
{
	int rc = sqlite3_step(((struct lite *)db)->stmt[id]);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return lite_err(rc);
	*ret_row = rc == SQLITE_ROW;
	return OK;
}

static enum err lite_column(void *db, enum statement id, size_t at, struct store_value *ret)
{
	sqlite3_stmt *st = ((struct lite *)db)->stmt[id];
	int i = (int)at, type = sqlite3_column_type(st, i);

	*ret = (struct store_value){.type = STORE_NULL};
	if (type == SQLITE_INTEGER) {
		*ret = v_int(sqlite3_column_int64(st, i));
	} else if (type == SQLITE_TEXT || type == SQLITE_BLOB) {
		const void *p = sqlite3_column_blob(st, i);

		ret->type = type == SQLITE_TEXT ? STORE_TEXT : STORE_BYTES;
		ret->s = slice_of(p, (size_t)sqlite3_column_bytes(st, i));
		if (!p && ret->s.n)
			return ERR_MEMORY;
	}
	return OK;
}

static void lite_reset(void *db, enum statement id)
{
	struct lite *l = db;

	if (l->stmt[id]) {
		sqlite3_reset(l->stmt[id]);
		sqlite3_clear_bindings(l->stmt[id]);
	}
}

const struct store_driver store_sqlite = {
    .name = "sqlite",
    .open = lite_open,
    .close = lite_close,
    .message = lite_message,
    .begin = lite_begin,
    .look = lite_look,
    .commit = lite_commit,
    .rollback = lite_rollback,
    .step_begin = lite_step_begin,
    .step_keep = lite_step_keep,
    .step_undo = lite_step_undo,
    .in_transaction = lite_in_transaction,
    .scrub = lite_scrub,
    .script = lite_script,
    .run = lite_run,
    .step = lite_step,
    .column = lite_column,
    .reset = lite_reset,
};
