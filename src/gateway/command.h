/*
 * command: what a portal may ask the gateway to do, and what it answers.
 *
 * A command is one message of type COMMAND_WIRE, its answer (wire_reply) has the same id; a collect
 * or upload answer carries one descriptor beside it. Payloads are encoded and decoded by one field
 * table (command.c), consumed exactly; a payload that is not exactly one command is ERR_PEER and
 * ends the sender's role. Texts are valid UTF-8 without control characters (note: also newline),
 * within the sizes below.
 *
 * The zone of a command is the edge it came over and is no field. `peer` is the client's address as
 * the http role saw it. `session` is the token of a session, or an API token; the gateway checks it
 * again for every command but sign_in. Checking a form's CSRF value is the portal's part, against
 * the csrf of the session.
 *
 * A command is idempotent where a repeated one would do harm: transfer_create carries a random
 * `once`, and the same once of the same person answers with the same transfer.
 *
 * Slices of a decoded command or reply point into the message.
 */
#ifndef GATEWAY_COMMAND_H
#define GATEWAY_COMMAND_H

#include "base/buf.h"
#include "base/hash.h"
#include "store/blob.h"
#include "store/transfers.h"

#define COMMAND_WIRE 0x0201     /* wire type of commands and, with WIRE_REPLY, of answers */
#define COMMAND_MAX 57344u      /* bytes of an encoded command or reply */
#define COMMAND_NAME_MAX 765u   /* bytes of a file name (255 characters) */
#define COMMAND_NOTE_MAX 6000u  /* bytes of a note */
#define COMMAND_TEXT_MAX 49152u /* bytes of a draft; longer ones come by the command line */
#define COMMAND_AWAIT_MAX 60u   /* seconds */

enum command_type {
	CMD_SIGN_IN = 1,     /* login, password */
	CMD_SIGN_OUT,        /* - */
	CMD_SESSION_CHECK,   /* -: who is this, and keep the session alive */
	CMD_PASSWORD_CHANGE, /* password (present), new_password */
	CMD_TOKEN_CREATE,    /* label, purpose, host, days */
	CMD_TOKEN_REVOKE,    /* token_id */
	CMD_TRANSFER_CREATE, /* once, name, size, to_zone, note, method, confidentiality,
				exception, recipient_* */
	CMD_UPLOAD_OPEN,     /* transfer, at: resume from at most there */
	CMD_UPLOAD_PROGRESS, /* transfer, at: bytes durable so far */
	CMD_UPLOAD_COMMIT,   /* transfer, size, hash: what blob_writer_finish gave */
	CMD_WITHDRAW,        /* transfer */
	CMD_COLLECT_OPEN,    /* transfer */
	CMD_CHANGE_OPEN,     /* title, note: why */
	CMD_CHANGE_SAVE,     /* change, part, text */
	CMD_CHANGE_SUBMIT,   /* change */
	CMD_CHANGE_COMMENT,  /* change, choice: an opinion, note */
	CMD_CHANGE_DECIDE,   /* change, choice: a verdict, note */
	CMD_CHANGE_WITHDRAW, /* change */
	CMD_AWAIT,           /* transfer, seconds: answered as soon as it rests, or then */
	CMD_TYPES
};

/* Fields that a command has not are zero or empty. */
struct command {
	enum command_type type;
	struct slice peer;                   /* text form of the address, at most 64 bytes */
	struct slice session;                /* 64 hex digits, or empty */
	struct slice login;                  /* at most 64 */
	struct slice password, new_password; /* at most 256 */
	struct slice label;                  /* at most 192 */
	struct slice purpose;                /* "send", "receive", "both" */
	struct slice host;                   /* address */
	uint32_t days;
	int64_t token_id;
	struct slice once; /* 32 hex digits */
	struct slice transfer;
	struct slice name, note;
	uint64_t size;
	struct slice to_zone;     /* at most 32 */
	struct slice method;      /* "rebuild" or "text" */
	uint32_t confidentiality; /* 0: not declared */
	struct slice exception;   /* 例外措置 cited, a name of the policy; or empty */
	struct slice recipient_login, recipient_division; /* exactly one */
	uint64_t at;
	struct hash hash;
	/* changes of the policy */
	int64_t change;
	struct slice title;
	struct slice part;   /* "policy", "basis" or "standard" */
	struct slice text;   /* the whole part; UTF-8, else unchecked: a faulty draft is kept too */
	struct slice choice; /* governance/change.h: an opinion or a verdict */
	uint32_t seconds;    /* at most COMMAND_AWAIT_MAX */
};

/*
 * err says how it went. Beside ERR_FORBIDDEN, ERR_FULL, ERR_USAGE, ERR_CONFLICT and ERR_LIMIT stand
 * a stable reason id (gateway/reason.h) and, where a rule decided, its clause and two sentences
 * that may be shown. ERR_NOT_FOUND says nothing more. ERR_TIMEOUT: wait `wait_ms` (throttled).
 */
struct reply {
	enum command_type type; /* of the command */
	enum err err;
	struct slice reason, clause, why_ja, why_en;
	int64_t wait_ms;
	/* sign_in, session_check */
	struct slice session; /* sign_in only: the new token, 64 hex digits */
	struct slice csrf;
	int64_t account, expires_ms;
	struct slice login, person, division;
	/* token_create: the token is shown once */
	struct slice token;
	int64_t token_id;
	/* transfers */
	struct slice transfer, receipt;
	enum transfer_state state; /* 0: not about a transfer */
	/* upload_open, collect_open: with one descriptor */
	struct blob_seal seal;
	uint64_t size;           /* of the plaintext, bytes */
	uint64_t at;             /* upload_open: the offset of the next byte, a chunk boundary */
	struct slice name, mime; /* collect_open: name with the extension of what was written */
	struct hash hash;        /* collect_open */
	int64_t change;          /* change_open */
};

/* Appends the payload. ERR_LIMIT where a field is too long, ERR_USAGE where a text is not valid. */
enum err command_encode(const struct command *c, struct buf *out) NODISCARD;
enum err command_decode(struct slice payload, struct command *ret) NODISCARD;
enum err reply_encode(const struct reply *r, struct buf *out) NODISCARD;
enum err reply_decode(struct slice payload, struct reply *ret) NODISCARD;

const char *command_word(enum command_type t); /* "sign_in", never NULL */

#endif
