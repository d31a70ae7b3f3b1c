/*
 * ask: one question to a configured peer on another host, asked by the program sekisho-ask
 * (ask_main.c), a process of its own for each.
 *
 * Its answer is hostile input: status as four bytes, length of the content type as one, the type,
 * the body; big-endian.
 */
#ifndef SEKISHO_ASK_H
#define SEKISHO_ASK_H

#include "base/buf.h"

#define ASK_PROGRAM "sekisho-ask"
#define ASK_QUESTION_MAX ((size_t)1 << 20)
#define ASK_BODY_MAX ((size_t)16384)

struct ask_answer {
	uint32_t status; /* of HTTP */
	char type[256];
	struct buf body; /* the caller's; at most ASK_BODY_MAX */
};

/*
 * Posts the question to the URL (http, https). ERR_IO: no answer; ERR_NOT_FOUND: the program is
 * missing; ERR_PEER: its answer has another form. ret_answer->body is emptied first.
 */
enum err ask_peer(const char *url, struct slice question, struct ask_answer *ret_answer) NODISCARD;

#endif
