/*
 * http_face: what the role http shows its zone: a server made of one configuration. Another one may
 * be made beside it; the one before takes no new connection then and ends with its last.
 */
#ifndef SEKISHO_HTTP_FACE_H
#define SEKISHO_HTTP_FACE_H

#include "http/server.h"
#include "os/loop.h"
#include "sekisho/roles.h"

struct face; /* one server */

struct faces {
	struct loop *loop;
	const struct http_ops *ops;
	void *ctx;         /* of ops */
	struct face *face; /* the one in use first, then older ones */
	struct face *next; /* offered, not in use */
};

/*
 * Makes a server of what the parent gave for this zone; it is used from face_use on. ERR_USAGE:
 * certificate and key do not fit, or the zone has no listener. The descriptors are borrowed.
 */
enum err face_make(struct faces *f, const struct role_env *env, const struct role_offer *o)
    NODISCARD;
enum err face_use(struct faces *f) NODISCARD; /* the one that was made */
void face_drop(struct faces *f);              /* the same, unused */

void faces_run(struct faces *f, uint64_t now_ms);
int faces_timeout(struct faces *f); /* ms, as http_server_timeout */
unsigned faces_connections(const struct faces *f);
void faces_quiesce(struct faces *f);
void faces_free(struct faces *f);

#endif
