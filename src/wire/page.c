#include "wire/page.h"

#include "base/utf8.h"

enum { TEXT_MAX = 65535 };

static void put_pairs(struct buf *b, const struct page_pair *p, size_t n)
{
	wire_put_u8(b, (uint8_t)n);
	for (size_t i = 0; i < n; i++) {
		wire_put_bytes(b, p[i].name);
		wire_put_bytes(b, p[i].value);
	}
}

/* A text from a process of ours is still checked: what is not text ends its sender. */
static struct slice get_text(struct reader *r)
{
	struct slice s = wire_get_bytes(r, TEXT_MAX);

	if (utf8_first_bad(s) != SIZE_MAX)
		r->err = true;
	return s;
}

static size_t get_pairs(struct reader *r, struct page_pair *p, size_t max)
{
	size_t n = wire_get_u8(r);

	if (n > max) {
		r->err = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		p[i].name = get_text(r);
		p[i].value = get_text(r);
	}
	return n;
}

static uint8_t get_enum(struct reader *r, uint8_t last)
{
	uint8_t v = wire_get_u8(r);

	if (v > last) {
		r->err = true;
		return 0;
	}
	return v;
}

void page_request_put(struct buf *b, const struct page_request *r)
{
	wire_put_u8(b, (uint8_t)r->kind);
	wire_put_u8(b, (uint8_t)r->method);
	wire_put_bool(b, r->tls);
	wire_put_bool(b, r->partial);
	wire_put_bytes(b, r->path);
	wire_put_bytes(b, r->host);
	wire_put_bytes(b, r->peer);
	wire_put_bytes(b, r->authorization);
	wire_put_bytes(b, r->accept_language);
	wire_put_bytes(b, r->origin);
	wire_put_bytes(b, r->fetch_site);
	wire_put_bytes(b, r->csrf);
	wire_put_bytes(b, r->media);
	put_pairs(b, r->query.p, r->query.n);
	put_pairs(b, r->form.p, r->form.n);
	put_pairs(b, r->cookies.p, r->cookies.n);
	wire_put_bytes(b, r->body);
	wire_put_u64(b, r->size);
	wire_put_bytes(b, r->file_name);
	wire_put_bytes(b, r->tag);
	wire_put_u64(b, r->received);
	wire_put_bool(b, r->complete);
	wire_put_hash(b, r->hash);
}

enum err page_request_get(struct slice payload, struct page_request *ret)
{
	struct reader r = reader_of(payload);

	ret->kind = (enum page_kind)get_enum(&r, PAGE_UPLOADED);
	ret->method = (enum page_method)get_enum(&r, PAGE_DELETE);
	ret->tls = wire_get_bool(&r);
	ret->partial = wire_get_bool(&r);
	ret->path = get_text(&r);
	ret->host = get_text(&r);
	ret->peer = get_text(&r);
	ret->authorization = get_text(&r);
	ret->accept_language = get_text(&r);
	ret->origin = get_text(&r);
	ret->fetch_site = get_text(&r);
	ret->csrf = get_text(&r);
	ret->media = get_text(&r);
	ret->query.n = get_pairs(&r, ret->query.p, PAGE_PAIRS_MAX);
	ret->form.n = get_pairs(&r, ret->form.p, PAGE_PAIRS_MAX);
	ret->cookies.n = get_pairs(&r, ret->cookies.p, PAGE_PAIRS_MAX);
	ret->body = wire_get_bytes(&r, TEXT_MAX);
	ret->size = wire_get_u64(&r);
	ret->file_name = get_text(&r);
	ret->tag = get_text(&r);
	ret->received = wire_get_u64(&r);
	ret->complete = wire_get_bool(&r);
	ret->hash = wire_get_hash(&r);
	return wire_end(&r);
}

void page_reply_put(struct buf *b, const struct page_reply *r)
{
	wire_put_u8(b, (uint8_t)r->kind);
	wire_put_u16(b, r->status);
	wire_put_bytes(b, r->type);
	wire_put_bytes(b, r->etag);
	put_pairs(b, r->fields, r->fields_n);
	wire_put_bytes(b, r->body);
	buf_put(b, r->seal, sizeof r->seal);
	wire_put_u64(b, r->size);
	wire_put_u64(b, r->at);
	wire_put_bytes(b, r->tag);
}

enum err page_reply_get(struct slice payload, struct page_reply *ret)
{
	struct reader r = reader_of(payload);
	struct slice seal;

	ret->kind = (enum page_answer)get_enum(&r, PAGE_LATER);
	ret->status = wire_get_u16(&r);
	ret->type = get_text(&r);
	ret->etag = get_text(&r);
	ret->fields_n = get_pairs(&r, ret->fields, PAGE_FIELDS_MAX);
	ret->body = wire_get_bytes(&r, PAGE_BODY_MAX);
	seal = reader_take(&r, PAGE_SEAL);
	ret->size = wire_get_u64(&r);
	ret->at = wire_get_u64(&r);
	ret->tag = get_text(&r);
	TRY(wire_end(&r));
	memcpy(ret->seal, seal.p, PAGE_SEAL);
	return OK;
}

struct slice page_get(const struct page_pairs *pairs, const char *name)
{
	struct slice found = {0};

	for (size_t i = 0; i < pairs->n; i++) {
		if (!slice_eq_str(pairs->p[i].name, name))
			continue;
		if (found.p)
			return (struct slice){0}; /* doubled: two readers would disagree */
		found = pairs->p[i].value;
		if (!found.p)
			found.p = (const uint8_t *)"";
	}
	return found;
}
