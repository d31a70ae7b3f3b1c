/* change_forms: what people do with a change of the policy, from its page. */
#include "web/internal.h"

static struct slice field(const struct req *r, const char *name)
{
	return page_get(&r->rq->form, name);
}

bool web_change_id(struct req *r, int64_t *ret)
{
	uint64_t id;

	if (!slice_u64(r->id, &id) || id == 0 || id > INT64_MAX) {
		web_error(r, 404);
		return false;
	}
	*ret = (int64_t)id;
	return true;
}

/* Browsers end lines with CRLF; a text has LF. Copied, and never without a place. */
static struct slice text_of(struct req *r, const char *name)
{
	struct slice in = field(r, name);
	uint8_t *out = arena_alloc(r->arena, in.n + 1);
	size_t n = 0;

	for (size_t i = 0; out && i < in.n; i++)
		if (in.p[i] != '\r')
			out[n++] = in.p[i];
	return slice_of(out, n);
}

static void go_to(struct req *r, int64_t id)
{
	char *to = arena_printf(r->arena, "/policy/changes/%lld", (long long)id);

	web_redirect(r, to ? to : "/policy/changes");
}

/* Sends the command about the route's change and shows it again. */
static void run(struct req *r, struct command *c)
{
	struct reply reply;

	if (!web_change_id(r, &c->change))
		return;
	if (web_command(r, c, &reply, NULL))
		go_to(r, c->change);
}

void form_change_open(struct req *r)
{
	struct command c = {
	    .type = CMD_CHANGE_OPEN, .title = field(r, "title"), .note = text_of(r, "why")};
	struct reply reply;

	if (web_command(r, &c, &reply, NULL))
		go_to(r, reply.change);
}

void form_change_save(struct req *r)
{
	static const char *const parts[] = {"policy", "basis", "standard"};
	struct slice text = text_of(r, "text");
	struct command c = {.type = CMD_CHANGE_SAVE, .part = field(r, "part"), .text = text};
	struct reply reply;

	if (!web_change_id(r, &c.change) || !web_command(r, &c, &reply, NULL))
		return;
	/* Back to the editor where it is to be written on, with the fault, if there is one. */
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (slice_eq_str(c.part, parts[i]) && slice_eq_str(field(r, "then"), "edit")) {
			char *to = arena_printf(r->arena, "/policy/changes/%lld/edit?part=%s",
						(long long)c.change, parts[i]);

			web_redirect(r, to ? to : "/policy/changes");
			return;
		}
	go_to(r, c.change);
}

void form_change_submit(struct req *r)
{
	run(r, &(struct command){.type = CMD_CHANGE_SUBMIT});
}

void form_change_review(struct req *r)
{
	run(r, &(struct command){.type = CMD_CHANGE_COMMENT,
				 .choice = field(r, "opinion"),
				 .note = text_of(r, "note")});
}

void form_change_decide(struct req *r)
{
	run(r, &(struct command){.type = CMD_CHANGE_DECIDE,
				 .choice = field(r, "verdict"),
				 .note = text_of(r, "note")});
}

void form_change_withdraw(struct req *r)
{
	run(r, &(struct command){.type = CMD_CHANGE_WITHDRAW});
}
