#include "sekisho/audit.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include "os/file.h"
#include "record/chain.h"
#include "record/signer.h"
#include "record/walk.h"
#include "sekisho/subcommand.h"
#include "tlog/tile.h"

static int PRINTF_LIKE(2, 3) complain(const struct audit *a, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", a->program);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_ERROR;
}

__attribute__((format_arg(2), format_arg(3))) static const char *say(const struct audit *a,
								     const char *ja, const char *en)
{
	return a->ja ? ja : en;
}

/* -- keys ------------------------------------------------------------------------------------- */

/* The words of `text`, or of the file that it names. */
static enum err read_keys(const char *text, struct tlog_key *keys, size_t *ret_n)
{
	struct slice rest;
	size_t n = 0;
	AUTO_BUF file;

	buf_init(&file, TLOG_NOTE_MAX);
	rest = slice_trim(slice_str(text));
	if (slice_find_byte(rest, '+') == SIZE_MAX) {
		TRY(file_read(text, &file));
		rest = slice_trim(buf_view(&file));
	}
	while (rest.n) {
		size_t end = 0;

		while (end < rest.n && rest.p[end] != ' ' && rest.p[end] != '\n')
			end++;
		if (n == AUDIT_KEYS_MAX)
			return ERR_LIMIT;
		TRY(tlog_vkey_parse(slice_head(rest, end), &keys[n++]));
		rest = slice_trim(slice_from(rest, end));
	}
	*ret_n = n;
	return OK;
}

int audit_trust(struct audit *a, const struct audit_words *w, uint64_t now)
{
	uint64_t require, fresh;
	enum err e;

	a->trust = (struct tlog_trust){.log = a->log, .witness = a->witness};
	e = w->key ? read_keys(w->key, a->log, &a->trust.log_n) : ERR_USAGE;
	if (e != OK || !a->trust.log_n)
		return complain(
		    a, "--key: %s",
		    say(a, "記録の公開鍵 (名前+8桁+文字列) か、そのファイルを示してください",
			"give the log's public key, name+8 digits+text, or its file"));
	if (w->witness && read_keys(w->witness, a->witness, &a->trust.witness_n) != OK)
		return complain(a, "--witness: %s",
				say(a, "立会いの公開鍵を空白で区切って示してください",
				    "give the public keys of witnesses, separated by blanks"));
	require = a->trust.witness_n;
	if (w->require &&
	    (!slice_u64(slice_str(w->require), &require) || require > a->trust.witness_n))
		return complain(a, "--require: %s",
				say(a, "示した立会いの数までの整数です",
				    "a number, at most that of the witnesses given"));
	a->trust.require = (unsigned)require;
	if (w->fresh && (!slice_u64(slice_str(w->fresh), &fresh) || fresh > now))
		return complain(a, "--fresh: %s", say(a, "秒数です", "a number of seconds"));
	if (w->fresh)
		a->trust.not_before = now - fresh;
	return EXIT_DONE;
}

/* -- answers ---------------------------------------------------------------------------------- */

static int refuse(const struct audit *a, const char *where, const char *ja, const char *en)
{
	AUTO_BUF b;

	buf_init(&b, 65536);
	if (a->json) {
		buf_str(&b, "{\"ok\":false,\"where\":");
		buf_json(&b, slice_str(where));
		buf_str(&b, ",\"what\":");
		buf_json(&b, slice_str(say(a, ja, en)));
		buf_str(&b, "}\n");
	} else {
		buf_printf(&b, "%s: %s\n", where, a->ja ? ja : en);
	}
	fwrite(b.p, 1, b.n, stdout);
	return EXIT_HELD;
}

static int refuse_note(const struct audit *a, const char *where, enum err e)
{
	if (e == ERR_USAGE)
		return complain(
		    a, "%s",
		    say(a,
			"鍵の組合せが使えません: 記録の鍵は1つの記録のもの、立会いの鍵は"
			"立会いのものを、1度ずつ示してください",
			"these keys do not go together: keys of one log, and each witness "
			"once with a witness's key"));
	if (e == ERR_FORBIDDEN)
		return refuse(a, where, "立会いの署名が足りないか、古すぎます",
			      "too few witnesses have cosigned, or too long ago");
	return refuse(a, where, "署名が、示された鍵のものではありません",
		      "the signature is not by the given key");
}

static void print_seal(const struct audit *a, const struct tlog_seal *s, struct buf *b)
{
	char root[65];

	hash_hex(s->checkpoint.root, root);
	if (a->json)
		buf_printf(b, "\"size\":%llu,\"root\":\"%s\",\"witnesses\":%u}\n",
			   (unsigned long long)s->checkpoint.size, root, s->witnesses);
	else
		buf_printf(b,
			   say(a, "記録の大きさ %llu 件、根 %s、立会い %u\n",
			       "log of %llu entries, root %s, witnesses %u\n"),
			   (unsigned long long)s->checkpoint.size, root, s->witnesses);
}

static int print_done(const struct audit *a, const struct tlog_seal *s, struct buf *b)
{
	print_seal(a, s, b);
	if (buf_err(b) != OK)
		return complain(a, "%s", err_str(buf_err(b)));
	fwrite(b->p, 1, b->n, stdout);
	return EXIT_DONE;
}

/* -- a proof ---------------------------------------------------------------------------------- */

int audit_proof(const struct audit *a, const char *file)
{
	struct tlog_proof_file f;
	struct tlog_seal seal;
	enum err e;
	AUTO_BUF in;
	AUTO_BUF entry;
	AUTO_BUF out;

	buf_init(&in, TLOG_PROOF_FILE_MAX);
	buf_init(&entry, TLOG_ENTRY_MAX);
	buf_init(&out, 1 << 20);
	e = file_read(file, &in);
	if (e == ERR_LIMIT)
		return refuse(a, file, "大きすぎます", "too large for a proof");
	if (e != OK)
		return complain(a, "%s: %s", file, err_str(e));
	if (tlog_proof_file_parse(buf_view(&in), &f) != OK ||
	    tlog_proof_file_entry(&f, &entry) != OK)
		return refuse(a, file, "記録の項目を含む証跡証明書ではありません",
			      "not a tlog-proof that carries its entry");
	e = tlog_seal_open(f.checkpoint, &a->trust, &seal);
	if (e != OK)
		return refuse_note(a, file, e);
	if (tlog_proof_file_check(&f, buf_view(&entry), &a->trust, &seal) != OK)
		return refuse(a, file, "項目はこの記録にありません",
			      "the entry is not in this log");
	if (a->json) {
		buf_printf(&out,
			   "{\"ok\":true,\"index\":%llu,\"entry\":", (unsigned long long)f.index);
		buf_json(&out, buf_view(&entry));
		buf_byte(&out, ',');
	} else {
		buf_printf(&out,
			   say(a, "項目 %llu は記録にあります。\n", "entry %llu is in the log.\n"),
			   (unsigned long long)f.index);
		buf_slice(&out, buf_view(&entry));
	}
	return print_done(a, &seal, &out);
}

/* -- growth ----------------------------------------------------------------------------------- */

int audit_growth(const struct audit *a, const char *old, const char *claim)
{
	struct tlog_trust before = a->trust;
	struct tlog_seal from, to;
	struct tlog_growth g;
	enum err e;
	AUTO_BUF note;
	AUTO_BUF in;
	AUTO_BUF out;

	buf_init(&note, TLOG_NOTE_MAX);
	buf_init(&in, TLOG_PROOF_FILE_MAX);
	buf_init(&out, 65536);
	e = file_read(old, &note);
	if (e != OK)
		return complain(a, "%s: %s", old, err_str(e));
	e = file_read(claim, &in);
	if (e != OK)
		return complain(a, "%s: %s", claim, err_str(e));
	before.require = 0; /* what was held before needs no new witness */
	e = tlog_seal_open(buf_view(&note), &before, &from);
	if (e != OK)
		return refuse_note(a, old, e);
	if (tlog_growth_parse(buf_view(&in), &g) != OK)
		return refuse(a, claim, "追記だけであることの証明の形ではありません",
			      "not a claim of growth");
	e = tlog_seal_open(g.checkpoint, &a->trust, &to);
	if (e != OK)
		return refuse_note(a, claim, e);
	if (g.old_size != from.checkpoint.size ||
	    tlog_check_consistency(from.checkpoint.size, from.checkpoint.root, to.checkpoint.size,
				   to.checkpoint.root, &g.proof) != OK)
		return refuse(a, claim, "前の記録に追記したものではありません",
			      "did not grow from the older checkpoint");
	if (a->json)
		buf_printf(&out, "{\"ok\":true,\"old\":%llu,",
			   (unsigned long long)from.checkpoint.size);
	else
		buf_printf(&out,
			   say(a, "%llu 件までは変わらず、そのあとに追記されています。\n",
			       "the first %llu entries are unchanged.\n"),
			   (unsigned long long)from.checkpoint.size);
	return print_done(a, &to, &out);
}

/* -- a whole log ------------------------------------------------------------------------------ */

int audit_log(const struct audit *a, const char *dir)
{
	AUTO_CLOSE log = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct tlog_key keys[AUDIT_KEYS_MAX];
	struct tlog_trust trust = a->trust;
	struct log_fault fault = {0};
	struct tlog_seal seal;
	struct hash root;
	enum err e;
	AUTO_BUF note;
	AUTO_BUF out;

	buf_init(&note, TLOG_NOTE_MAX);
	buf_init(&out, 65536);
	if (log < 0)
		return complain(a, "%s: %s", dir, say(a, "開けません", "cannot be opened"));
	memcpy(keys, a->log, sizeof keys);
	trust.log = keys;
	e = log_trust_follow(log, keys, &trust.log_n, AUDIT_KEYS_MAX);
	if (e != OK)
		return complain(a, "%s/keys: %s", dir, err_str(e));
	e = log_read_seal(log, &trust, &note, &seal);
	if (e == ERR_NOT_FOUND)
		return refuse(a, "checkpoint", "ありません", "missing");
	if (e != OK)
		return refuse_note(a, "checkpoint", e);
	const struct log_walk w = {.log = log, .size = seal.checkpoint.size};

	e = log_walk(&w, &root, &fault);
	if (e != OK)
		return complain(a, "%s: %s", dir, err_str(e));
	if (fault.where[0])
		return refuse(a, fault.where, "無いか、署名された記録のものではありません",
			      fault.what);
	if (!hash_eq(root, seal.checkpoint.root))
		return refuse(a, "checkpoint", "署名された根が項目と一致しません",
			      "the entries do not give the root that is signed");
	if (a->json)
		buf_str(&out, "{\"ok\":true,");
	else
		buf_str(&out, say(a, "記録のすべてが署名と一致します。\n",
				  "all of the log is as it was signed.\n"));
	return print_done(a, &seal, &out);
}
