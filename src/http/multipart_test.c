#include "http/multipart.h"
#include "base/test.h"

/* Runs a body through the parser in pieces of `step` bytes and prints the events. */
static enum err run(struct slice body, size_t step, struct buf *log, bool *ret_complete)
{
	struct multipart *m = multipart_new(S("B"), 1024);
	enum err e = OK;
	bool in_data = false;

	REQUIRE(m);
	while (body.n > 0 && e == OK) {
		struct slice piece = slice_head(body, step);

		body = slice_from(body, step);
		while (piece.n > 0 && e == OK) {
			enum multipart_event ev;

			e = multipart_next(m, &piece, &ev);
			if (e != OK)
				break;
			if (ev == MULTIPART_FIELD) {
				buf_str(log, "F ");
				buf_slice(log, multipart_name(m));
				buf_byte(log, '=');
				buf_slice(log, multipart_data(m));
				buf_byte(log, '\n');
			} else if (ev == MULTIPART_FILE) {
				buf_str(log, "U ");
				buf_slice(log, multipart_name(m));
				buf_byte(log, ' ');
				buf_slice(log, multipart_filename(m));
				buf_byte(log, ':');
				in_data = true;
			} else if (ev == MULTIPART_DATA) {
				CHECK(in_data);
				buf_slice(log, multipart_data(m));
			} else if (ev == MULTIPART_DONE) {
				buf_str(log, "|\n");
				in_data = false;
			} else if (ev == MULTIPART_END) {
				buf_str(log, "E\n");
			}
		}
	}
	*ret_complete = multipart_complete(m);
	multipart_free(m);
	return e;
}

#define HEAD(x) "Content-Disposition: form-data; " x "\r\n"

static const char good[] = "--B\r\n" HEAD(
    "name=\"csrf\"") "\r\nabc\r\n"
		     "--B\r\n" HEAD(
			 "name=\"file\"; filename=\"\xE5\x90\x8D%22.csv\"") "Content-Type: "
									    "text/"
									    "csv\r\n\r\n1,"
									    "2\r\n--\r\n--"
									    "b\r\n\r\n\r--"
									    "B\r\n-\r\n"
									    "--B\r\n" HEAD(
										"name="
										"\"empty\";"
										" filename="
										"\"\"") "\r"
											"\n"
											"\r"
											"\n"
											"--"
											"B-"
											"-"
											"\r"
											"\n";

static void any_split_gives_the_same(void)
{
	for (size_t step = 1; step < sizeof good; step++) {
		AUTO_BUF log;
		bool complete;

		buf_init(&log, 4096);
		CHECK(run(slice_of(good, sizeof good - 1), step, &log, &complete) == OK);
		CHECK(complete);
		CHECK_STR(buf_view(&log),
			  "F csrf=abc\nU file \xE5\x90\x8D\".csv:1,2\r\n--\r\n--b\r\n"
			  "\r\n\r--B\r\n-|\nU empty :|\nE\n");
	}
}

static void refuses(void)
{
	static const struct {
		const char *body;
		enum err err;
	} bad[] = {
	    {"preamble\r\n--B\r\n", ERR_SYNTAX},
	    {"--Bx\r\n", ERR_SYNTAX},
	    {"--B\r\n\r\n", ERR_SYNTAX},
	    {"--B\r\nX-Other: 1\r\n\r\n", ERR_SYNTAX},
	    {"--B\r\n" HEAD("filename=\"a\"") "\r\n", ERR_SYNTAX},
	    {"--B\r\n" HEAD("name=a") "\r\n", ERR_SYNTAX},
	    {"--B\r\n" HEAD("name=\"a\"; name=\"b\"") "\r\n", ERR_SYNTAX},
	    {"--B\r\n" HEAD("name=\"a\"; filename*=\"b\"") "\r\n", ERR_SYNTAX},
	    {"--B\r\n" HEAD("name=\"a\"") HEAD("name=\"a\"") "\r\n", ERR_SYNTAX},
	    {"--B\r\n" HEAD("name=\"\xFF\"") "\r\n", ERR_SYNTAX},
	    {"--B\r\n" HEAD("name=\"a\x01\"") "\r\n", ERR_SYNTAX},
	    {"--B\r\n" HEAD("name=\"a\"") "\r\n\xFF\r\n--B--", ERR_SYNTAX},
	    {"--B--\r\nepilogue", ERR_SYNTAX},
	    {"--B--\r\n--B\r\n", ERR_SYNTAX},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO_BUF log;
		bool complete;

		buf_init(&log, 4096);
		CHECK(run(slice_str(bad[i].body), SIZE_MAX, &log, &complete) == bad[i].err);
		CHECK(!complete);
	}
}

static void cut_is_not_complete(void)
{
	for (size_t n = 0; n < sizeof good - 5; n++) {
		AUTO_BUF log;
		bool complete;

		buf_init(&log, 4096);
		CHECK(run(slice_of(good, n), 7, &log, &complete) == OK);
		CHECK(!complete);
	}
}

static void bounded(void)
{
	AUTO_BUF body;
	AUTO_BUF log;
	bool complete;

	buf_init(&body, 1 << 20);
	buf_init(&log, 1 << 20);
	buf_str(&body, "--B\r\n" HEAD("name=\"a\"") "\r\n");
	for (int i = 0; i < 1025; i++)
		buf_byte(&body, 'x');
	buf_str(&body, "\r\n--B--");
	CHECK(run(buf_view(&body), 100, &log, &complete) == ERR_LIMIT);
	buf_free(&body);
	buf_str(&body, "--B\r\nContent-Type: ");
	for (int i = 0; i < MULTIPART_HEAD_MAX; i++)
		buf_byte(&body, 'x');
	CHECK(run(buf_view(&body), 100, &log, &complete) == ERR_LIMIT);
	buf_free(&body);
	for (int i = 0; i < MULTIPART_PARTS_MAX + 1; i++)
		buf_str(&body, "--B\r\n" HEAD("name=\"a\"") "\r\nx\r\n");
	CHECK(run(buf_view(&body), 100, &log, &complete) == ERR_LIMIT);
}

TESTS(CASE(any_split_gives_the_same), CASE(refuses), CASE(cut_is_not_complete), CASE(bounded))
