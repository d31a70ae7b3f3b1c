/*
 * policy_page_bench N DIR: how long the policy page takes with N entries behind it.
 *
 * Makes an installation's store and log in DIR (removed by the caller), fills the record with N
 * entries of decisions, and asks for the page 100 times as a portal does: text, statements,
 * evidence, markup. Prints one line: entries, bytes of the store, median and worst milliseconds.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include "governance/board.h"
#include "governance/texts.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/rand.h"
#include "record/signer.h"
#include "store/log.h"
#include "web/web.h"

#define ROUNDS 100

static void need(enum err e, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "%s: %s\n", what, err_str(e));
	exit(1);
}

/*
 * N entries as record_append prints them, and the summary that it keeps beside them, all by the
 * permit from internet to lgwan of policy/chofu.
 */
static void fill(const char *path, long n)
{
	static const char sql[] =
	    "PRAGMA synchronous=OFF; BEGIN;"
	    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %ld)"
	    " INSERT INTO entry (city, n, stream, body) SELECT 'bench', i + 99,"
	    " 'transfer/' || (i / 5), CAST('transfer.ready v1' || char(10) ||"
	    " 'actor=c:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef' ||"
	    " char(10) || 'at=2026-11-24T05:46:04.123Z' || char(10) || 'city=bench' || char(10) ||"
	    " 'clause=8(3)イ' || char(10) || 'rule=permit/b391ee4f7c208ba7' || char(10) || "
	    "'stream=transfer/' ||"
	    " (i / 5) || char(10) AS BLOB) FROM c;"
	    "INSERT INTO tally VALUES ('bench', 'type', 'transfer.ready', %ld, %ld + 99, 0);"
	    "INSERT INTO tally VALUES ('bench', 'rule', 'permit/b391ee4f7c208ba7', %ld, %ld + 99, "
	    "0);"
	    "COMMIT;";
	char text[2048], *why = NULL;
	sqlite3 *db;

	snprintf(text, sizeof text, sql, n, n, n, n, n);
	if (n == 0)
		return;
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK) {
		fprintf(stderr, "%s\n", why ? why : "cannot open");
		exit(1);
	}
	sqlite3_close(db);
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t ask(const struct web *web, const struct page_request *rq)
{
	int64_t from = now_us();
	struct arena *a = arena_new(32u << 20);
	struct web_answer answer;

	web_answer_init(&answer);
	web_handle(web, rq, a, clock_utc_us() / 1000, &answer);
	if (answer.reply.status != 200)
		need(ERR_PEER, "the page");
	web_answer_clear(&answer);
	arena_free(a);
	return now_us() - from;
}

static struct slice file(struct arena *a, const char *path)
{
	AUTO_BUF b;

	buf_init(&b, 1u << 20);
	need(file_read(path, &b), path);
	return arena_copy(a, buf_view(&b));
}

static void make(struct arena *a, const char *dir, const char *path, long n, struct web *web)
{
	struct slice organ = S("市長");
	struct text_adoption ad = {.organs = &organ,
				   .organs_n = 1,
				   .is_public = true,
				   .actor = S("operator"),
				   .now_ms = clock_utc_us() / 1000};
	struct text_adopted made;
	struct store *s;
	struct diag d;

	web->basis = ad.source = file(a, "policy/chofu/basic-policy.txt");
	need(policy_load(a, file(a, "policy/chofu/chofu.policy"), web->basis, &web->policy, &d),
	     d.text);
	need(signer_create(dir, S("sekisho/bench")), "signer");
	need(store_open(&store_sqlite, path, STORE_CREATE, S("bench"), &s), "store");
	need(store_begin(s), "begin");
	need(store_fact_set(s, "city_name", S("bench")), "fact");
	need(text_adopt(s, a, &ad, &made, &d), "adopt");
	need(store_commit(s), "commit");
	fill(path, n);
	need(board_heartbeat(s, web->policy, clock_utc_us() / 1000), "heartbeat");
	store_close(s);
	need(view_open(dir, S("bench"), &web->view), "view");
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new(1u << 30);
	struct page_request *rq = calloc(1, sizeof *rq);
	struct web web = {.zone = S("lgwan"), .city = S("bench"), .random_hex = rand_hex};
	int64_t took[ROUNDS];
	struct stat st = {0};
	char path[4096];
	long n;

	if (argc != 3 || !a || !rq) {
		fprintf(stderr, "usage: policy_page_bench N DIR\n");
		return 1;
	}
	n = strtol(argv[1], NULL, 10);
	snprintf(path, sizeof path, "%s/%s", argv[2], STORE_FILE);
	make(a, argv[2], path, n, &web);
	rq->method = PAGE_GET;
	rq->path = S("/policy");
	for (int i = 0; i < ROUNDS; i++)
		took[i] = ask(&web, rq);
	qsort(took, ROUNDS, sizeof *took, by_size);
	stat(path, &st);
	printf("{\"bench\":\"policy-page\",\"entries\":%ld,\"store_bytes\":%lld,\"median_ms\":%.2f,"
	       "\"worst_ms\":%.2f,\"goal\":\"<= 50\"}\n",
	       n, (long long)st.st_size, (double)took[ROUNDS / 2] / 1000,
	       (double)took[ROUNDS - 1] / 1000);
	view_close(web.view);
	free(rq);
	arena_free(a);
	return 0;
}
