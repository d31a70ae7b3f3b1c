/*
 * What goes wrong on the way: uploads that break off, content that is lost, jobs that are stopped,
 * time that runs out, disks that fill, and the gateway's own death at every step.
 */
#include "gateway/box_test.h"
#include "store/writer_test.h"

static void uploads_resume_and_repeat(void)
{
	char session[65], id[33];
	size_t n = 2 * BLOB_CHUNK + 100;
	uint8_t *p = calloc(1, n);
	struct blob_writer *w;
	struct command c, open_c;
	struct hash h;
	uint64_t at;

	set_up();
	REQUIRE(p);
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	c = create(session, n);
	REQUIRE(command(INTERNET, c) == OK);
	strcpy(id, t.transfer);
	/* The same form sent twice is one transfer. */
	REQUIRE(command(INTERNET, c) == OK);
	CHECK_STR(slice_str(t.transfer), id);
	open_c = (struct command){.type = CMD_UPLOAD_OPEN,
				  .session = slice_str(session),
				  .transfer = slice_str(id),
				  .at = UINT64_MAX};
	REQUIRE(command(INTERNET, open_c) == OK);
	at = t.r.at;
	CHECK(at == 0);
	REQUIRE(writer_from(t.fd, &t.r.seal, n, &at, &w) == OK);
	CHECK(blob_writer_put(w, slice_of(p, BLOB_CHUNK + 5)) == OK);
	blob_writer_free(w);
	close(t.fd);
	/* Not complete: it cannot be committed. */
	CHECK(command(INTERNET, (struct command){.type = CMD_UPLOAD_COMMIT,
						 .session = slice_str(session),
						 .transfer = slice_str(id),
						 .size = n}) == ERR_CONFLICT);
	reopen();
	REQUIRE(command(INTERNET, open_c) == OK);
	at = t.r.at;
	CHECK(at == BLOB_CHUNK);
	REQUIRE(writer_from(t.fd, &t.r.seal, n, &at, &w) == OK);
	CHECK(blob_writer_put(w, slice_from(slice_of(p, n), at)) == OK);
	REQUIRE(blob_writer_finish(w, &h) == OK);
	blob_writer_free(w);
	close(t.fd);
	c = (struct command){.type = CMD_UPLOAD_COMMIT,
			     .session = slice_str(session),
			     .transfer = slice_str(id),
			     .size = n,
			     .hash = h};
	CHECK(command(INTERNET, c) == OK);
	CHECK(command(INTERNET, c) == OK);
	c.hash.b[0] ^= 1;
	CHECK(command(INTERNET, c) == ERR_CONFLICT);
	CHECK(entries(id, "transfer.received") == 1);
	run_all();
	CHECK(row(id).state == TRANSFER_READY);
	free(p);
	tear_down();
}

/* A hash that is not the content's, and a file that was changed: held before a worker sees it. */
static void broken_content_is_held(void)
{
	char session[65], id[33], cmd[200];

	set_up();
	files_only();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	REQUIRE(command(INTERNET, create(session, 5)) == OK);
	strcpy(id, t.transfer);
	REQUIRE(command(INTERNET, (struct command){.type = CMD_UPLOAD_OPEN,
						   .session = slice_str(session),
						   .transfer = slice_str(id)}) == OK);
	struct hash h;

	REQUIRE(blob_put_all(t.fd, &t.r.seal, S("hello"), &h) == OK);
	close(t.fd);
	h.b[3] ^= 1;
	CHECK(command(INTERNET, (struct command){.type = CMD_UPLOAD_COMMIT,
						 .session = slice_str(session),
						 .transfer = slice_str(id),
						 .size = 5,
						 .hash = h}) == OK);
	CHECK(row(id).state == TRANSFER_HELD && t.submitted == 0);
	CHECK_STR(row(id).reason, "blob-broken");
	/* Ready, and then its file is changed: no descriptor is given for a file of another size.
	 */
	send(session, id);
	run_all();
	REQUIRE(row(id).state == TRANSFER_READY);
	snprintf(cmd, sizeof cmd, "find %s/blobs -type f -delete", t.dir);
	REQUIRE(system(cmd) == 0);
	CHECK(collect("taro", id) == ERR_NOT_FOUND || t.r.err == ERR_IO);
	CHECK(entries(id, "transfer.collected") == 0);
	tear_down();
}

static unsigned files(void)
{
	char cmd[160];
	unsigned n = 0;

	snprintf(cmd, sizeof cmd, "find %s/blobs -type f | wc -l", t.dir);
	FILE *f = popen(cmd, "r");

	REQUIRE(f && fscanf(f, "%u", &n) == 1);
	pclose(f);
	return n;
}

static size_t contents(const char *id)
{
	struct blob_row *rows;
	size_t n;

	REQUIRE(store_blobs_of(t.store, slice_str(id), t.a, &rows, &n) == OK);
	return n;
}

static void withdrawing_stops_the_job(void)
{
	char session[65], id[33];

	set_up();
	files_only();
	send(session, id);
	struct command c = {
	    .type = CMD_WITHDRAW, .session = slice_str(session), .transfer = slice_str(id)};

	CHECK(command(INTERNET, c) == OK);
	CHECK(row(id).state == TRANSFER_WITHDRAWN && !gateway_busy(t.g));
	run_all();
	CHECK(row(id).state == TRANSFER_WITHDRAWN);
	CHECK(command(INTERNET, c) == OK);
	CHECK(entries(id, "transfer.withdrawn") == 1);
	/* Also while the recogniser reads: what was sanitized has no row and leaves no file. */
	send(session, id);
	REQUIRE(run_kinds(1u << WORKER_SANITIZE) && files() == 3);
	c.transfer = slice_str(id);
	CHECK(row(id).state == TRANSFER_SANITIZING && command(INTERNET, c) == OK);
	CHECK(files() == 2 && !gateway_busy(t.g) && !run_one());
	CHECK(entries(id, "transfer.sanitized") == 0 && entries(id, "transfer.withdrawn") == 1);
	/* What was collected cannot be taken back. */
	send(session, id);
	run_all();
	REQUIRE(collect("taro", id) == OK);
	close(t.fd);
	c.transfer = slice_str(id);
	CHECK(command(INTERNET, c) == ERR_CONFLICT);
	tear_down();
}

/* Whether the file name of the tests stands in any file of the installation. */
static bool anywhere(void)
{
	char cmd[128];

	snprintf(cmd, sizeof cmd, "grep -rq 申請書 %s", t.dir);
	return system(cmd) == 0;
}

static void retention(void)
{
	char session[65], id[33];
	struct record_entry *e;
	char stream[64];
	size_t n;

	send(session, id);
	run_all();
	CHECK(files() == (t.in_row ? 0 : 2) && contents(id) == 2 && anywhere());
	gateway_tick(t.g, 0);
	CHECK(row(id).state == TRANSFER_READY);
	/* 30 days are kept whole; on a jump of the clock nothing is purged. */
	t.now_ms += 29 * DAY_MS;
	gateway_tick(t.g, 20000);
	CHECK(row(id).state == TRANSFER_READY);
	t.now_ms += 3 * DAY_MS;
	gateway_tick(t.g, 40000);
	CHECK(row(id).state == TRANSFER_READY);
	reopen();
	gateway_tick(t.g, 0);
	gateway_tick(t.g, 20000);
	CHECK(row(id).state == TRANSFER_PURGED && files() == 0 && contents(id) == 0);
	CHECK(row(id).name.n == 0 && row(id).note.n == 0);
	CHECK(!anywhere());
	snprintf(stream, sizeof stream, "transfer/%s", id);
	REQUIRE(record_of_stream(t.store, slice_str(stream), t.a, &e, &n) == OK);
	CHECK(slice_starts(record_value(&e[0], "name"), S("c:")));
	CHECK(entries(id, "record.erased") == 1 && entries(id, "transfer.purged") == 1);
}

static void retention_ends(void)
{
	set_up();
	retention();
	tear_down();
	set_up();
	files_only();
	retention();
	tear_down();
}

static void uploads_are_not_waited_for_ever(void)
{
	char session[65], id[33];

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	REQUIRE(command(INTERNET, create(session, 5)) == OK);
	strcpy(id, t.transfer);
	t.now_ms += DAY_MS + 1;
	gateway_tick(t.g, 20000);
	CHECK(row(id).state == TRANSFER_PURGED);
	CHECK(entries(id, "transfer.expired") == 1);
	tear_down();
}

static void a_full_disk_refuses_politely(void)
{
	char session[65];

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	t.g->conf.watermark_bytes = UINT64_MAX;
	CHECK(command(INTERNET, create(session, 5)) == ERR_FULL);
	CHECK_STR(slice_str(t.reason), "disk-full");
	/* What was promised to one upload is not promised again. */
	uint64_t left, total;

	REQUIRE(blob_space(t.blobs, &left, &total) == OK);
	t.g->conf.watermark_bytes = 0;
	t.g->conf.upload_max = UINT64_MAX;
	CHECK(command(INTERNET, create(session, left / 4 * 3)) == OK);
	CHECK(command(INTERNET, create(session, left / 4 * 3)) == ERR_FULL);
	for (int i = 0; i < OPEN_MAX - 1; i++)
		REQUIRE(command(INTERNET, create(session, 1)) == OK);
	CHECK(command(INTERNET, create(session, 1)) == ERR_LIMIT);
	CHECK_STR(slice_str(t.reason), "too-many-open");
	t.g->conf.upload_max = 4;
	CHECK(command(INTERNET, create(session, 5)) == ERR_LIMIT);
	tear_down();
}

/* The process dies after every single job and commit: each time it goes on from where it was. */
static void it_goes_on_after_every_death(void)
{
	char session[65], id[33];

	set_up();
	files_only();
	send(session, id);
	for (int i = 0; i < 6 && row(id).state != TRANSFER_READY; i++) {
		reopen();
		memset(t.jobs, 0, sizeof t.jobs);
		reopen();
		for (int jobs = 0; jobs <= i; jobs++)
			run_one();
	}
	CHECK(row(id).state == TRANSFER_READY);
	reopen();
	run_all();
	CHECK(entries(id, "transfer.sanitized") == 1 && entries(id, "transfer.ready") == 1);
	CHECK(files() == 2);
	tear_down();
}

/* What must hold whatever failed: the row's state and its entries tell the same story. */
static void check_story(const char *id)
{
	struct transfer_row r = row(id);

	CHECK(entries(id, "transfer.created") == 1);
	CHECK(entries(id, "transfer.received") == (r.state >= TRANSFER_RECEIVED));
	CHECK(entries(id, "transfer.ready") ==
	      (r.state == TRANSFER_READY || r.state == TRANSFER_COLLECTED));
	CHECK(entries(id, "transfer.collected") == (r.state == TRANSFER_COLLECTED));
}

/* A fault at every call of the store in turn; after a restart the transfer still comes through. */
static void fault_at_every_call(bool files_too)
{
	unsigned fired = 0;

	for (uint64_t n = 1; n < 2000; n += n < 120 ? 1 : 7) {
		char session[65], id[33], receiver[65];
		bool late;

		set_up();
		if (files_too)
			files_only();
		REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
		REQUIRE(sign_in(LGWAN, "taro", receiver) == OK);
		REQUIRE(command(INTERNET, create(session, 5)) == OK);
		strcpy(id, t.transfer);
		store_fault_after(n, n % 2 ? ERR_IO : ERR_FULL);
		(void)upload(session, id, S("hello"));
		run_all();
		late = store_fault_calls() < n;
		fired += !late;
		store_fault_after(0, OK);
		check_story(id);
		reopen();
		if (row(id).state == TRANSFER_RECEIVING)
			REQUIRE(upload(session, id, S("hello")) == OK);
		run_all();
		CHECK(row(id).state == TRANSFER_READY);
		check_story(id);
		CHECK(files() == (files_too ? 2 : 0) && contents(id) == 2);
		CHECK(command(LGWAN, (struct command){.type = CMD_COLLECT_OPEN,
						      .session = slice_str(receiver),
						      .transfer = slice_str(id)}) == OK);
		fd_close(&t.fd);
		check_story(id);
		tear_down();
		if (late)
			break;
	}
	CHECK(fired > 40);
}

static void a_fault_at_every_call(void)
{
	fault_at_every_call(false);
	fault_at_every_call(true);
}

TESTS(CASE(uploads_resume_and_repeat), CASE(broken_content_is_held),
      CASE(withdrawing_stops_the_job), CASE(retention_ends), CASE(uploads_are_not_waited_for_ever),
      CASE(a_full_disk_refuses_politely), CASE(it_goes_on_after_every_death),
      CASE(a_fault_at_every_call))
