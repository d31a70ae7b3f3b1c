/*
 * sekisho-ask: one question to one configured peer over HTTP, and nothing else of the program: the
 * libraries that speak to other hosts are in no process that holds a key, a store or a log. Not for
 * people.
 *
 *     sekisho-ask URL     posts what the memory file on fd 3 holds and writes the answer to the one
 *                         on fd 4 (sekisho/ask.h). Exit code 0 when there was one, whatever it
 *                         says.
 */
#include <curl/curl.h>
#include <stdio.h>
#include "os/file.h"
#include "sekisho/ask.h"

#define ASK_SECONDS 30L

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct buf *b = ctx;

	buf_put(b, data, size * n);
	return buf_err(b) == OK ? size * n : 0;
}

static enum err post(CURL *curl, const char *url, struct slice body, struct buf *ret_body)
{
	/* A form would be taken apart. */
	struct curl_slist head = {.data = (char[]){"Content-Type: application/octet-stream"}};

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, &head);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ASK_SECONDS);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)body.p);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.n);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, ret_body);
	return curl_easy_perform(curl) == CURLE_OK ? OK : ERR_IO;
}

static enum err answer(CURL *curl, struct slice body)
{
	AUTO_BUF out;
	const char *type = NULL;
	struct slice t;
	long status = 0;

	buf_init(&out, ASK_BODY_MAX + 4 + 1 + UINT8_MAX);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	t = slice_str(type);
	if (t.n > UINT8_MAX)
		t = slice_head(t, UINT8_MAX);
	buf_u32be(&out, (uint32_t)status);
	buf_byte(&out, (uint8_t)t.n);
	buf_slice(&out, t);
	buf_slice(&out, body);
	TRY(buf_err(&out));
	return fd_write_all(4, out.p, out.n);
}

int main(int argc, char **argv)
{
	CURL *curl = NULL;
	AUTO_BUF question = {0};
	AUTO_BUF body = {0};
	enum err e;

	if (argc != 2) {
		fprintf(stderr, "sekisho-ask: started by sekisho, not by people\n");
		return 1;
	}
	buf_init(&question, ASK_QUESTION_MAX);
	buf_init(&body, ASK_BODY_MAX);
	e = mem_read(3, &question);
	if (e == OK)
		curl = curl_easy_init();
	if (e == OK)
		e = curl ? post(curl, argv[1], buf_view(&question), &body) : ERR_MEMORY;
	if (e == OK)
		e = answer(curl, buf_view(&body));
	curl_easy_cleanup(curl);
	return e == OK ? 0 : 1;
}
