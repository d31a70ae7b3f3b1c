#include "wire/page.h"
#include "base/test.h"

static struct page_request sample(void)
{
	struct page_request r = {
	    .kind = PAGE_UPLOADED,
	    .method = PAGE_PUT,
	    .tls = true,
	    .path = S("/api/v1/transfers/ab/content"),
	    .host = S("localhost:8443"),
	    .peer = S("127.0.0.1"),
	    .csrf = S("c"),
	    .size = 7,
	    .tag = S("ab"),
	    .received = 5,
	    .complete = true,
	    .hash = hash_of(S("x")),
	};

	r.query.n = 1;
	r.query.p[0] = (struct page_pair){S("offset"), S("0")};
	r.form.n = 2;
	r.form.p[0] = (struct page_pair){S("a"), S("申請")};
	r.form.p[1] = (struct page_pair){S("a"), S("2")};
	return r;
}

static void request_round_trip(void)
{
	static struct page_request in, out;
	AUTO_BUF b;
	AUTO_BUF again;

	in = sample();
	wire_buf(&b);
	wire_buf(&again);
	page_request_put(&b, &in);
	REQUIRE(page_request_get(buf_view(&b), &out) == OK);
	CHECK_STR(out.path, "/api/v1/transfers/ab/content");
	CHECK(out.kind == PAGE_UPLOADED && out.tls && out.complete && out.received == 5);
	CHECK_STR(page_get(&out.query, "offset"), "0");
	CHECK(!page_get(&out.form, "a").p); /* doubled */
	page_request_put(&again, &out);
	CHECK(slice_eq(buf_view(&b), buf_view(&again)));
}

static void reply_round_trip(void)
{
	static struct page_reply in, out;
	AUTO_BUF b;

	in = (struct page_reply){
	    .kind = PAGE_SEND, .status = 200, .type = S("text/plain"), .size = 9, .fields_n = 1};
	in.fields[0] = (struct page_pair){S("Location"), S("/")};
	memset(in.seal, 7, sizeof in.seal);
	wire_buf(&b);
	page_reply_put(&b, &in);
	REQUIRE(page_reply_get(buf_view(&b), &out) == OK);
	CHECK(out.kind == PAGE_SEND && out.status == 200 && out.size == 9 && out.seal[63] == 7);
	CHECK_STR(out.fields[0].name, "Location");
}

/* Every cut and every wrong first byte is refused, without reading beyond the end. */
static void broken_is_refused(void)
{
	static struct page_request in, out;
	AUTO_BUF b;

	in = sample();
	wire_buf(&b);
	page_request_put(&b, &in);
	for (size_t n = 0; n < b.n; n++)
		CHECK(page_request_get(slice_of(b.p, n), &out) == ERR_PEER);
	b.p[0] = 9;
	CHECK(page_request_get(buf_view(&b), &out) == ERR_PEER);
	b.p[0] = 0;
	buf_byte(&b, 0);
	CHECK(page_request_get(buf_view(&b), &out) == ERR_PEER);
}

TESTS(CASE(request_round_trip), CASE(reply_round_trip), CASE(broken_is_refused))
