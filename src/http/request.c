#include "http/internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>

#include "http/header.h"

static const char *const methods[] = {
    [HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT", [HTTP_DELETE] = "DELETE",
};

static const char *const header_names[HTTP_HEADERS] = {
    [HTTP_HOST] = "Host",
    [HTTP_AUTHORIZATION] = "Authorization",
    [HTTP_ACCEPT_LANGUAGE] = "Accept-Language",
    [HTTP_CONTENT_TYPE] = "Content-Type",
    [HTTP_IF_NONE_MATCH] = "If-None-Match",
    [HTTP_IF_RANGE] = "If-Range",
    [HTTP_RANGE] = "Range",
    [HTTP_ORIGIN] = "Origin",
    [HTTP_SEC_FETCH_SITE] = "Sec-Fetch-Site",
    [HTTP_HX_REQUEST] = "HX-Request",
    [HTTP_CSRF_TOKEN] = "X-CSRF-Token",
    [HTTP_USER_AGENT] = "User-Agent",
};

struct headers {
	struct call *call;
	unsigned lengths, encodings, cookies;
	struct slice length, cookie;
	bool doubled;
};

static enum MHD_Result take_header(void *cls, enum MHD_ValueKind kind, const char *name,
				   const char *value)
{
	struct headers *h = cls;
	struct slice v = slice_str(value ? value : "");

	(void)kind;
	if (strcasecmp(name, "Content-Length") == 0) {
		h->lengths++;
		h->length = v;
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		h->encodings++;
	} else if (strcasecmp(name, "Cookie") == 0) {
		h->cookies++;
		h->cookie = v;
	}
	for (size_t i = 0; i < HTTP_HEADERS; i++) {
		struct slice *to = &h->call->rq.headers[i];

		if (strcasecmp(name, header_names[i]) != 0)
			continue;
		if (to->p)
			h->doubled = true;
		*to = v;
	}
	return MHD_YES;
}

static bool take_method(struct call *c, const char *method)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(method, methods[i]) == 0) {
			c->rq.method = (enum http_method)i;
			return true;
		}
	return false;
}

static void take_peer(struct call *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info ? info->client_addr : NULL;

	if (!sa)
		return;
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof in);
		memcpy(&c->rq.peer, &in, sizeof in);
		inet_ntop(AF_INET, &in.sin_addr, c->rq.peer_text, sizeof c->rq.peer_text);
	} else if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof in6);
		memcpy(&c->rq.peer, &in6, sizeof in6);
		inet_ntop(AF_INET6, &in6.sin6_addr, c->rq.peer_text, sizeof c->rq.peer_text);
	}
}

/* Which way the body takes, by method and type; 0 or a status. */
static unsigned choose_body(struct call *c, const struct headers *h)
{
	const struct http_limits *l = &c->server->config.limits;
	struct http_request *rq = &c->rq;

	if (h->encodings > 0)
		return 501;
	if (h->lengths > 1 || (h->lengths == 1 && !slice_u64(h->length, &c->length)))
		return 400;
	if (rq->method != HTTP_POST && rq->method != HTTP_PUT) {
		c->kind = BODY_NONE;
		return c->length > 0 ? 400 : 0;
	}
	if (h->lengths == 0)
		return 411;
	if (rq->headers[HTTP_CONTENT_TYPE].n > 0) {
		rq->media = media_type(rq->arena, rq->headers[HTTP_CONTENT_TYPE]);
		if (rq->media.n == 0)
			return 400;
	}
	if (rq->method == HTTP_PUT) {
		c->kind = BODY_RAW;
		rq->upload = true;
		rq->upload_bytes = c->length;
		return c->length > l->upload_bytes ? 413 : 0;
	}
	if (slice_eq(rq->media, S("multipart/form-data"))) {
		struct slice boundary;

		if (media_boundary(rq->headers[HTTP_CONTENT_TYPE], &boundary) != OK)
			return 400;
		c->kind = BODY_MULTIPART;
		c->multipart = multipart_new(boundary, l->body_bytes);
		if (!c->multipart)
			return 503;
		return c->length > l->upload_bytes ? 413 : 0;
	}
	c->kind = BODY_COLLECT;
	buf_init(&c->collected, l->body_bytes);
	return c->length > l->body_bytes ? 413 : 0;
}

static unsigned take_uri(struct call *c)
{
	struct http_request *rq = &c->rq;
	size_t mark = slice_find_byte(c->uri, '?');

	if (path_decode(rq->arena, slice_head(c->uri, mark), &rq->path) != OK)
		return 400;
	if (mark != SIZE_MAX &&
	    form_parse(rq->arena, slice_from(c->uri, mark + 1), &rq->query) != OK)
		return 400;
	return 0;
}

unsigned request_read_head(struct call *c, const char *method, const char *version)
{
	struct headers h = {.call = c};
	struct http_request *rq = &c->rq;
	const struct http_config *config = &c->server->config;
	unsigned status;

	rq->tls = config->tls_cert != NULL;
	take_peer(c);
	MHD_get_connection_values(c->mhd, MHD_HEADER_KIND, take_header, &h);
	if (!take_method(c, method))
		return 405;
	if (strcmp(version, "HTTP/1.1") != 0)
		return 505;
	if (h.doubled || h.cookies > 1)
		return 400;
	if (!host_is_ours(rq->headers[HTTP_HOST], config->hosts, config->port))
		return 421;
	if (!limit_take(&c->server->limit, (const struct sockaddr *)&rq->peer, c->server->now_ms))
		return 429;
	if ((status = take_uri(c)) != 0 || (status = choose_body(c, &h)) != 0)
		return status;
	if (h.cookie.n > 0 && form_parse_cookies(rq->arena, h.cookie, &rq->cookies) != OK)
		return 400;
	return 0;
}

unsigned request_take_body(struct call *c)
{
	struct http_request *rq = &c->rq;
	struct slice body = buf_view(&c->collected);

	if (!slice_eq(rq->media, S("application/x-www-form-urlencoded"))) {
		rq->body = body;
		return 0;
	}
	return form_parse(rq->arena, body, &rq->form) == OK ? 0 : 400;
}
