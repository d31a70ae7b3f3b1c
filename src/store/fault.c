/* fault: the SQLite driver behind a counter; the n-th call fails and changes nothing. For tests. */
#include "store/driver.h"

/* Tests are single-threaded and a driver has no place of its own for a counter. */
static struct {
	uint64_t calls, at;
	enum err err;
} fault;

void store_fault_after(uint64_t n, enum err e)
{
	fault.calls = 0;
	fault.at = n;
	fault.err = e;
}

uint64_t store_fault_calls(void)
{
	return fault.calls;
}

static enum err hit(void)
{
	fault.calls++;
	return fault.at && fault.calls == fault.at ? fault.err : OK;
}

static enum err faulty_open(const char *where, enum store_mode mode, void **ret)
{
	TRY(hit());
	return store_sqlite.open(where, mode, ret);
}

static void faulty_close(void *db)
{
	store_sqlite.close(db);
}

static const char *faulty_message(void *db)
{
	return store_sqlite.message(db);
}

static enum err faulty_begin(void *db)
{
	TRY(hit());
	return store_sqlite.begin(db);
}

static enum err faulty_look(void *db)
{
	TRY(hit());
	return store_sqlite.look(db);
}

static enum err faulty_step_begin(void *db)
{
	TRY(hit());
	return store_sqlite.step_begin(db);
}

static enum err faulty_step_keep(void *db)
{
	TRY(hit());
	return store_sqlite.step_keep(db);
}

static void faulty_step_undo(void *db)
{
	store_sqlite.step_undo(db);
}

static bool faulty_in_transaction(void *db)
{
	return store_sqlite.in_transaction(db);
}

static enum err faulty_commit(void *db)
{
	TRY(hit());
	return store_sqlite.commit(db);
}

static enum err faulty_scrub(void *db)
{
	TRY(hit());
	return store_sqlite.scrub(db);
}

static void faulty_rollback(void *db)
{
	store_sqlite.rollback(db);
}

static enum err faulty_script(void *db, const char *sql)
{
	TRY(hit());
	return store_sqlite.script(db, sql);
}

static enum err faulty_run(void *db, enum statement id, const struct store_value *args, size_t n)
{
	TRY(hit());
	return store_sqlite.run(db, id, args, n);
}

static enum err faulty_step(void *db, enum statement id, bool *ret_row)
{
	TRY(hit());
	return store_sqlite.step(db, id, ret_row);
}

static enum err faulty_column(void *db, enum statement id, size_t at, struct store_value *ret)
{
	return store_sqlite.column(db, id, at, ret);
}

static void faulty_reset(void *db, enum statement id)
{
	store_sqlite.reset(db, id);
}

const struct store_driver store_faulty = {
    .name = "sqlite with faults",
    .open = faulty_open,
    .close = faulty_close,
    .message = faulty_message,
    .begin = faulty_begin,
    .look = faulty_look,
    .commit = faulty_commit,
    .rollback = faulty_rollback,
    .step_begin = faulty_step_begin,
    .step_keep = faulty_step_keep,
    .step_undo = faulty_step_undo,
    .in_transaction = faulty_in_transaction,
    .scrub = faulty_scrub,
    .script = faulty_script,
    .run = faulty_run,
    .step = faulty_step,
    .column = faulty_column,
    .reset = faulty_reset,
};
