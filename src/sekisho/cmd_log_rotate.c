/*
 * log rotate-key: another key for the record, signed in by the old one.
 */
#include <stdio.h>
#include "record/chain.h"
#include "record/publish.h"
#include "record/record.h"
#include "record/signer.h"
#include "sekisho/site.h"
#include "store/log.h"

/* The old key signs everything that is committed. */
static enum err publish_all(struct store *s, struct signer *g)
{
	for (;;) {
		AUTO_ARENA a = arena_new(8u << 20);
		struct hash prev;
		AUTO_BUF bundle;
		size_t n;

		buf_init(&bundle, PUBLISH_BUNDLE_MAX);
		if (!a)
			return ERR_MEMORY;
		TRY(record_batch(s, signer_size(g), a, &bundle, &n, &prev));
		if (n == 0)
			return OK;
		TRY(signer_add(g, signer_size(g), prev, buf_view(&bundle), n));
	}
}

/* The entry that names the new key; the signer wants it to be the last one. */
static enum err append_change(struct store *s, const char *login, struct slice vkey)
{
	const struct record_field field = {.key = "new", .value = vkey};
	const struct record_event e = {.type = "log.key-changed",
				       .stream = S("city"),
				       .actor = slice_str(login),
				       .at_ms = site_now_ms(),
				       .fields = &field,
				       .n = 1};
	enum err got = store_begin(s);

	if (got == OK)
		got = record_append(s, &e, NULL);
	return got == OK ? store_commit(s) : got;
}

static enum err rotate(struct store *s, const char *login, struct signer *g, struct buf *vkey)
{
	struct tlog_key next;

	TRY(signer_next_key(g, &next));
	tlog_vkey_put(vkey, &next);
	TRY(buf_err(vkey));
	TRY(append_change(s, login, buf_view(vkey)));
	TRY(publish_all(s, g));
	return signer_cross(g);
}

static int run_rotate(const struct cli *cli)
{
	struct signer *g = NULL;
	AUTO_SITE s = {0};
	AUTO_BUF vkey;
	enum err e;

	buf_init(&vkey, 4096);
	if (site_open(cli, cli->operand[0], STORE_WRITE, &s) != OK)
		return EXIT_ERROR;
	e = signer_open(cli->operand[0], &g);
	if (e == ERR_CONFLICT)
		return cli_fail(
		    cli,
		    cli_say(cli, "%s: 動いています。sekisho serve を止めてから行ってください",
			    "%s: is running; stop sekisho serve first"),
		    cli->operand[0]);
	if (e == OK)
		e = rotate(s.store, site_by(cli), g, &vkey);
	signer_close(g);
	if (e != OK)
		return cli_fail(cli, "%s: %s", cli->operand[0], err_str(e));
	printf(
	    cli_say(cli,
		    "記録の鍵を替えました。新しい公開鍵を監査人と立会いに渡してください:\n%.*s\n",
		    "the record has a new key; give it to auditors and witnesses:\n%.*s\n"),
	    (int)vkey.n, (const char *)vkey.p);
	return EXIT_DONE;
}

const struct subcommand cmd_log_rotate = {
    .name = "log rotate-key",
    .usage = "DIR",
    .ja = "記録の署名鍵を替える: 新しい鍵を古い鍵の署名で引き継ぐ",
    .en = "change the key of the record; the old key signs the new one in",
    .flags = site_by_flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_rotate,
};
