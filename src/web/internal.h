/* internal: what the files of room web share. */
#ifndef WEB_INTERNAL_H
#define WEB_INTERNAL_H

#include "web/templates.h"
#include "web/web.h"

enum { LIST_MAX = 50, PAGES_MAX = 20000, SIGN_INS_MAX = 20, PEOPLE_MAX = 500, COOKIE_MAX = 256 };

struct req {
	const struct web *web;
	const struct page_request *rq;
	struct arena *arena;
	struct web_answer *out;
	struct page pg;
	struct identity_session who; /* where signed_in */
	bool signed_in;
	bool api;
	bool bearer;        /* by API token, not by cookie */
	struct slice token; /* of the session, or the API token */
	struct slice id;    /* what stood for '*' in the route */
};

/* web.c */
struct view_who web_who(const struct req *r);
/* Fills the command's session and peer and sends it; a refusal or failure is answered by itself. */
bool web_command(struct req *r, struct command *c, struct reply *ret, int *ret_fd);
/* The same, but the caller answers refusals; false only where no answer came (answered then). */
bool web_try(struct req *r, struct command *c, struct reply *ret, int *ret_fd);
void web_refused(struct req *r, const struct reply *reply);
void web_error(struct req *r, unsigned status);
void web_error_text(struct req *r, unsigned status, const char *code, const char *ja,
		    const char *en);
void web_html(struct req *r, unsigned status); /* what the page's buffer holds */
void web_redirect(struct req *r, const char *to);
void web_field(struct req *r, const char *name, struct slice value);
void web_set_session(struct req *r, struct slice token); /* an empty token ends it */
unsigned web_status(const struct reply *reply);

/* One transfer the person may see, or 404 by itself. */
bool web_transfer(struct req *r, struct view_transfer *ret);
bool web_may_collect(const struct view_transfer *t);
bool web_may_withdraw(const struct view_transfer *t);

/* Common to the form and the API. */
struct create {
	struct slice once, name, note, to_zone, method, exception;
	uint64_t size;
	uint32_t confidentiality;
	bool to_me;
	struct slice to; /* a division or a login, where not to_me */
};
bool web_create(struct req *r, const struct create *c, struct reply *ret);
/* Opens the upload at exactly `at` and answers PAGE_TAKE. */
void web_take(struct req *r, struct slice transfer, uint64_t at);
void web_collect(struct req *r);

/* pages.c */
void page_home(struct req *r);
void page_home_lists(struct req *r);
void page_receive(struct req *r);
void page_receive_list(struct req *r);
void page_send(struct req *r);
void page_transfer(struct req *r);
void page_transfer_part(struct req *r);
void page_me(struct req *r);
void page_me_with(struct req *r, struct me_view *v, unsigned status);
void page_sign_in(struct req *r);
void page_sign_in_with(struct req *r, const struct sign_in_view *v, unsigned status);
void page_lang(struct req *r);

/* policy_page.c */
void page_policy(struct req *r);
void page_policy_entry(struct req *r);

/* What the person may read at most: staff 庁内, holders of an office 非公開. */
enum err web_audience(struct req *r, enum policy_visibility *ret) NODISCARD;
int32_t web_today(const struct req *r); /* in Japan */

/* change_page.c, change_forms.c */
void page_changes(struct req *r);
void page_change(struct req *r);
void page_change_edit(struct req *r);
void page_change_drafting(struct req *r);
void page_change_notice(struct req *r);
void form_change_open(struct req *r);
void form_change_save(struct req *r);
void form_change_submit(struct req *r);
void form_change_review(struct req *r);
void form_change_decide(struct req *r);
void form_change_withdraw(struct req *r);
bool web_change_id(struct req *r, int64_t *ret); /* the route's number, or 404 by itself */

/* ask_page.c */
void page_policy_ask(struct req *r);

/* past_page.c */
void page_transfer_decision(struct req *r);

/* version_page.c */
void page_policy_history(struct req *r);
void page_policy_version(struct req *r);

/* policy_item.c: a board as the template shows it. ERR_MEMORY. */
enum err policy_items(struct page *pg, const struct board *b, enum policy_visibility audience,
		      struct policy_view *v) NODISCARD;

/* log_pages.c */
void page_log_file(struct req *r);
void page_record(struct req *r);
void page_transfer_proof(struct req *r);

/* forms.c */
void form_sign_in(struct req *r);
void form_sign_out(struct req *r);
void form_send(struct req *r);
void form_withdraw(struct req *r);
void form_password(struct req *r);
void form_token(struct req *r);
void form_token_revoke(struct req *r);

/* api.c */
void api_sign_in(struct req *r);
void api_sign_out(struct req *r);
void api_session(struct req *r);
void api_create(struct req *r);
void api_list(struct req *r);
void api_get(struct req *r);
void api_put(struct req *r);
void api_report(struct req *r);
void api_withdraw(struct req *r);
void api_people(struct req *r);
void api_error(struct req *r, unsigned status, struct slice code, struct slice ja, struct slice en,
	       struct slice clause);

#endif
