/*
 * outbound: the message of the edge between the gateway and a process of role outbound, which asks
 * the one peer that it stands for. It has no network and no file but the certificates of the
 * machine; the parent dials for it. Whatever the peer answers is passed on as it is, capped.
 */
#ifndef SEKISHO_OUTBOUND_H
#define SEKISHO_OUTBOUND_H

#include "wire/wire.h"

enum outbound_type {
	/*
	 * -> bytes url, bytes body: POST of the body. One at a time.
	 * <- u32 status of HTTP (0: no answer came, then the rest is empty), bytes type, bytes body
	 */
	OUTBOUND_POST = 0x0401,
};

#define OUTBOUND_URL_MAX 512u
#define OUTBOUND_TYPE_MAX 128u
#define OUTBOUND_BODY_MAX 64000u   /* of a question */
#define OUTBOUND_ANSWER_MAX 16384u /* a longer one counts as none */
#define OUTBOUND_SECONDS 20        /* for one question and its answer */

#endif
