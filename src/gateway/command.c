/* command: one table of fields prints and reads all commands and answers; see command.h. */
#include "gateway/command.h"
#include "base/utf8.h"
#include "governance/change.h"
#include "wire/wire.h"

enum kind {
	FIELD_TEXT,  /* struct slice: UTF-8 without control characters */
	FIELD_LINES, /* the same, but line feeds are good */
	FIELD_RAW,   /* struct slice: UTF-8 only (a password) */
	FIELD_U32,
	FIELD_U64,
	FIELD_I64,
	FIELD_HASH,
	FIELD_SEAL,
};

struct field {
	enum kind kind;
	size_t offset;
	uint32_t max;   /* bytes of a text */
	uint32_t types; /* bits of the commands that have it */
};

#define BIT(t) (1u << (t))
#define EVERY UINT32_MAX
#define ABOUT_TRANSFER \
	(BIT(CMD_UPLOAD_OPEN) | BIT(CMD_UPLOAD_PROGRESS) | BIT(CMD_UPLOAD_COMMIT) | \
	 BIT(CMD_WITHDRAW) | BIT(CMD_COLLECT_OPEN) | BIT(CMD_AWAIT))
#define ABOUT_CHANGE \
	(BIT(CMD_CHANGE_SAVE) | BIT(CMD_CHANGE_SUBMIT) | BIT(CMD_CHANGE_COMMENT) | \
	 BIT(CMD_CHANGE_DECIDE) | BIT(CMD_CHANGE_WITHDRAW))
#define CHOICE (BIT(CMD_CHANGE_COMMENT) | BIT(CMD_CHANGE_DECIDE))
#define SESSION (BIT(CMD_SIGN_IN) | BIT(CMD_SESSION_CHECK))
#define C(kind, name, max, types) \
	{ \
		kind, offsetof(struct command, name), max, types \
	}
#define R(kind, name, max, types) \
	{ \
		kind, offsetof(struct reply, name), max, types \
	}

static const struct field command_fields[] = {
    C(FIELD_TEXT, peer, 64, EVERY),
    C(FIELD_TEXT, session, 64, EVERY & ~BIT(CMD_SIGN_IN)),
    C(FIELD_TEXT, login, 64, BIT(CMD_SIGN_IN)),
    C(FIELD_RAW, password, 256, BIT(CMD_SIGN_IN) | BIT(CMD_PASSWORD_CHANGE)),
    C(FIELD_RAW, new_password, 256, BIT(CMD_PASSWORD_CHANGE)),
    C(FIELD_TEXT, label, 192, BIT(CMD_TOKEN_CREATE)),
    C(FIELD_TEXT, purpose, 16, BIT(CMD_TOKEN_CREATE)),
    C(FIELD_TEXT, host, 64, BIT(CMD_TOKEN_CREATE)),
    C(FIELD_U32, days, 0, BIT(CMD_TOKEN_CREATE)),
    C(FIELD_I64, token_id, 0, BIT(CMD_TOKEN_REVOKE)),
    C(FIELD_TEXT, once, 32, BIT(CMD_TRANSFER_CREATE)),
    C(FIELD_TEXT, transfer, TRANSFER_ID_LEN, ABOUT_TRANSFER),
    C(FIELD_TEXT, name, COMMAND_NAME_MAX, BIT(CMD_TRANSFER_CREATE)),
    C(FIELD_LINES, note, COMMAND_NOTE_MAX,
      BIT(CMD_TRANSFER_CREATE) | BIT(CMD_CHANGE_OPEN) | CHOICE),
    C(FIELD_U64, size, 0, BIT(CMD_TRANSFER_CREATE) | BIT(CMD_UPLOAD_COMMIT)),
    C(FIELD_TEXT, to_zone, 32, BIT(CMD_TRANSFER_CREATE)),
    C(FIELD_TEXT, method, 16, BIT(CMD_TRANSFER_CREATE)),
    C(FIELD_U32, confidentiality, 0, BIT(CMD_TRANSFER_CREATE)),
    C(FIELD_TEXT, exception, 64, BIT(CMD_TRANSFER_CREATE)),
    C(FIELD_TEXT, recipient_login, 64, BIT(CMD_TRANSFER_CREATE)),
    C(FIELD_TEXT, recipient_division, 192, BIT(CMD_TRANSFER_CREATE)),
    C(FIELD_U64, at, 0, BIT(CMD_UPLOAD_OPEN) | BIT(CMD_UPLOAD_PROGRESS)),
    C(FIELD_HASH, hash, 0, BIT(CMD_UPLOAD_COMMIT)),
    C(FIELD_I64, change, 0, ABOUT_CHANGE),
    C(FIELD_TEXT, title, CHANGE_TITLE_MAX, BIT(CMD_CHANGE_OPEN)),
    C(FIELD_TEXT, part, 16, BIT(CMD_CHANGE_SAVE)),
    C(FIELD_RAW, text, COMMAND_TEXT_MAX, BIT(CMD_CHANGE_SAVE)),
    C(FIELD_TEXT, choice, 16, CHOICE),
    C(FIELD_U32, seconds, 0, BIT(CMD_AWAIT)),
};

static const struct field reply_fields[] = {
    R(FIELD_TEXT, reason, 64, EVERY),
    R(FIELD_TEXT, clause, 128, EVERY),
    R(FIELD_LINES, why_ja, 2000, EVERY),
    R(FIELD_LINES, why_en, 2000, EVERY),
    R(FIELD_I64, wait_ms, 0, EVERY),
    R(FIELD_TEXT, session, 64, BIT(CMD_SIGN_IN)),
    R(FIELD_TEXT, csrf, 64, SESSION),
    R(FIELD_I64, account, 0, SESSION),
    R(FIELD_I64, expires_ms, 0, SESSION),
    R(FIELD_TEXT, login, 64, SESSION),
    R(FIELD_TEXT, person, 256, SESSION),
    R(FIELD_TEXT, division, 192, SESSION),
    R(FIELD_TEXT, token, 64, BIT(CMD_TOKEN_CREATE)),
    R(FIELD_I64, token_id, 0, BIT(CMD_TOKEN_CREATE)),
    R(FIELD_TEXT, transfer, TRANSFER_ID_LEN, BIT(CMD_TRANSFER_CREATE) | ABOUT_TRANSFER),
    R(FIELD_TEXT, receipt, 32, BIT(CMD_TRANSFER_CREATE) | ABOUT_TRANSFER),
    R(FIELD_U32, state, 0, BIT(CMD_TRANSFER_CREATE) | ABOUT_TRANSFER),
    R(FIELD_SEAL, seal, 0, BIT(CMD_UPLOAD_OPEN) | BIT(CMD_COLLECT_OPEN)),
    R(FIELD_U64, size, 0, BIT(CMD_UPLOAD_OPEN) | BIT(CMD_COLLECT_OPEN)),
    R(FIELD_U64, at, 0, BIT(CMD_UPLOAD_OPEN)),
    R(FIELD_TEXT, name, COMMAND_NAME_MAX + 64, BIT(CMD_COLLECT_OPEN)),
    R(FIELD_TEXT, mime, 128, BIT(CMD_COLLECT_OPEN)),
    R(FIELD_HASH, hash, 0, BIT(CMD_COLLECT_OPEN)),
    R(FIELD_I64, change, 0, BIT(CMD_CHANGE_OPEN)),
};

_Static_assert(sizeof(enum transfer_state) == sizeof(uint32_t), "a state is read as one");
_Static_assert(CMD_TYPES <= 32, "commands fit the bits of a field");

const char *command_word(enum command_type t)
{
	static const char *const words[CMD_TYPES] = {
	    [CMD_SIGN_IN] = "sign_in",
	    [CMD_SIGN_OUT] = "sign_out",
	    [CMD_SESSION_CHECK] = "session_check",
	    [CMD_PASSWORD_CHANGE] = "password_change",
	    [CMD_TOKEN_CREATE] = "token_create",
	    [CMD_TOKEN_REVOKE] = "token_revoke",
	    [CMD_TRANSFER_CREATE] = "transfer_create",
	    [CMD_UPLOAD_OPEN] = "upload_open",
	    [CMD_UPLOAD_PROGRESS] = "upload_progress",
	    [CMD_UPLOAD_COMMIT] = "upload_commit",
	    [CMD_WITHDRAW] = "withdraw",
	    [CMD_COLLECT_OPEN] = "collect_open",
	    [CMD_CHANGE_OPEN] = "change_open",
	    [CMD_CHANGE_SAVE] = "change_save",
	    [CMD_CHANGE_SUBMIT] = "change_submit",
	    [CMD_CHANGE_COMMENT] = "change_comment",
	    [CMD_CHANGE_DECIDE] = "change_decide",
	    [CMD_CHANGE_WITHDRAW] = "change_withdraw",
	    [CMD_AWAIT] = "await",
	};

	return t > 0 && t < CMD_TYPES ? words[t] : "none";
}

static bool text_ok(struct slice s, enum kind kind)
{
	if (utf8_first_bad(s) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool control = s.p[i] < 0x20 || s.p[i] == 0x7f;

		if (s.p[i] == 0)
			return false;
		if (control && kind != FIELD_RAW && !(kind == FIELD_LINES && s.p[i] == '\n'))
			return false;
	}
	return true;
}

static enum err put_field(const struct field *f, const void *at, struct buf *out)
{
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_LINES:
	case FIELD_RAW: {
		const struct slice *s = at;

		if (s->n > f->max)
			return ERR_LIMIT;
		if (!text_ok(*s, f->kind))
			return ERR_USAGE;
		wire_put_bytes(out, *s);
		break;
	}
	case FIELD_U32:
		wire_put_u32(out, *(const uint32_t *)at);
		break;
	case FIELD_U64:
		wire_put_u64(out, *(const uint64_t *)at);
		break;
	case FIELD_I64:
		wire_put_i64(out, *(const int64_t *)at);
		break;
	case FIELD_HASH:
		wire_put_hash(out, *(const struct hash *)at);
		break;
	case FIELD_SEAL:
		wire_put_bytes(out, slice_of(at, sizeof(struct blob_seal)));
		break;
	}
	return OK;
}

static enum err get_field(const struct field *f, struct reader *r, void *at)
{
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_LINES:
	case FIELD_RAW: {
		struct slice s = wire_get_bytes(r, f->max);

		if (!text_ok(s, f->kind))
			return ERR_PEER;
		*(struct slice *)at = s;
		break;
	}
	case FIELD_U32:
		*(uint32_t *)at = wire_get_u32(r);
		break;
	case FIELD_U64:
		*(uint64_t *)at = wire_get_u64(r);
		break;
	case FIELD_I64:
		*(int64_t *)at = wire_get_i64(r);
		break;
	case FIELD_HASH:
		*(struct hash *)at = wire_get_hash(r);
		break;
	case FIELD_SEAL: {
		struct slice s = wire_get_bytes(r, sizeof(struct blob_seal));

		if (s.n != sizeof(struct blob_seal))
			return ERR_PEER;
		memcpy(at, s.p, s.n);
		break;
	}
	}
	return OK;
}

static enum err put_all(const struct field *f, size_t n, uint32_t type, const void *from,
			struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		if (f[i].types & BIT(type))
			TRY(put_field(&f[i], (const char *)from + f[i].offset, out));
	return buf_err(out);
}

static enum err get_all(const struct field *f, size_t n, uint32_t type, struct reader *r, void *to)
{
	for (size_t i = 0; i < n; i++)
		if (f[i].types & BIT(type))
			TRY(get_field(&f[i], r, (char *)to + f[i].offset));
	return wire_end(r);
}

enum err command_encode(const struct command *c, struct buf *out)
{
	BUG_IF(c->type <= 0 || c->type >= CMD_TYPES);
	wire_put_u8(out, (uint8_t)c->type);
	return put_all(command_fields, ARRAY_LEN(command_fields), c->type, c, out);
}

enum err command_decode(struct slice payload, struct command *ret)
{
	struct reader r = reader_of(payload);
	uint8_t type = wire_get_u8(&r);
	struct command c = {0};

	if (payload.n > COMMAND_MAX || type == 0 || type >= CMD_TYPES)
		return ERR_PEER;
	c.type = (enum command_type)type;
	TRY(get_all(command_fields, ARRAY_LEN(command_fields), type, &r, &c));
	*ret = c;
	return OK;
}

/* Of a refusal only what says why travels: never a seal, a token or a name. */
static uint32_t reply_type(const struct reply *r)
{
	return r->err == OK ? (uint32_t)r->type : 0;
}

enum err reply_encode(const struct reply *r, struct buf *out)
{
	BUG_IF(r->type <= 0 || r->type >= CMD_TYPES);
	wire_put_u8(out, (uint8_t)r->type);
	wire_put_u8(out, (uint8_t)r->err);
	return put_all(reply_fields, ARRAY_LEN(reply_fields), reply_type(r), r, out);
}

enum err reply_decode(struct slice payload, struct reply *ret)
{
	struct reader r = reader_of(payload);
	struct reply v = {.type = (enum command_type)wire_get_u8(&r),
			  .err = (enum err)wire_get_u8(&r)};

	if (payload.n > COMMAND_MAX || v.type <= 0 || v.type >= CMD_TYPES || v.err > ERR_USAGE)
		return ERR_PEER;
	TRY(get_all(reply_fields, ARRAY_LEN(reply_fields), reply_type(&v), &r, &v));
	*ret = v;
	return OK;
}
