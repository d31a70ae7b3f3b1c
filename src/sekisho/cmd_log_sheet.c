/*
 * log sheet: the signed record of a moment on one page of paper, for the binder of decisions
 * (決裁). Paper cannot be rewritten afterwards: it is a witness without a machine.
 */
#include <fcntl.h>
#include <qrencode.h>
#include <stdio.h>
#include "base/calendar.h"
#include "os/file.h"
#include "record/signer.h"
#include "sekisho/site.h"

#define SHEET_MAX (1u << 20)

/* One path of squares; a quiet zone of four modules is part of the symbol. */
static enum err put_qr(struct buf *b, struct slice text)
{
	QRcode *qr = QRcode_encodeData((int)text.n, text.p, 0, QR_ECLEVEL_M);

	if (!qr)
		return ERR_LIMIT;
	buf_printf(b,
		   "<svg class=\"qr\" role=\"img\" aria-label=\"QR\" viewBox=\"0 0 %d %d\""
		   " shape-rendering=\"crispEdges\"><path d=\"",
		   qr->width + 8, qr->width + 8);
	for (int y = 0; y < qr->width; y++)
		for (int x = 0; x < qr->width; x++)
			if (qr->data[y * qr->width + x] & 1)
				buf_printf(b, "M%d %dh1v1h-1z", x + 4, y + 4);
	buf_str(b, "\"/></svg>\n");
	QRcode_free(qr);
	return buf_err(b);
}

static void put_escaped(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '&')
			buf_str(b, "&amp;");
		else if (s.p[i] == '<')
			buf_str(b, "&lt;");
		else
			buf_byte(b, s.p[i]);
	}
}

static void put_row(struct buf *b, const char *ja, const char *en, struct slice value)
{
	buf_printf(b, "<tr><th>%s<small>%s</small></th><td>", ja, en);
	put_escaped(b, value);
	buf_str(b, "</td></tr>\n");
}

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\">\n"
    "<title>記録の控え</title>\n<style>\n"
    "@page { size: A4; margin: 20mm }\n"
    "body { font: 11pt/1.6 'Noto Serif CJK JP', 'Noto Serif JP', serif; color: #000;"
    " max-width: 170mm; margin: 0 auto }\n"
    "h1 { font-size: 20pt; margin: 0 } h1 small, th small { display: block; font: 9pt sans-serif;"
    " color: #444 }\n"
    "table { border-collapse: collapse; width: 100%; margin: 6mm 0 }\n"
    "th, td { border: 1px solid #000; padding: 2mm 3mm; text-align: left; vertical-align: top }\n"
    "th { width: 34mm; font-weight: normal } td { overflow-wrap: anywhere }\n"
    ".hex, pre { font: 9.5pt/1.5 monospace; white-space: pre-wrap; overflow-wrap: anywhere }\n"
    "pre { border: 1px solid #000; padding: 3mm; margin: 3mm 0 } .note { font-size: 7pt }\n"
    ".qr { width: 62mm; height: 62mm; float: right; margin: 0 0 3mm 6mm }\n"
    ".seals { clear: both; display: flex; justify-content: flex-end }\n"
    ".seals div { border: 1px solid #000; width: 26mm; height: 30mm; text-align: center;"
    " margin-left: -1px; font-size: 9pt }\n"
    "</style></head><body>\n";

static const char how[] =
    "<p>"
    "この紙は、記録がここまでこの内容であったことの控えです。後日、記録が書き換えられていないことは"
    "、"
    "QR の文 (上の枠と同じもの) をファイル OLD に写し、次のとおり確かめます。<br>\n"
    "<span lang=\"en\">This sheet holds what the record was at this moment. To show later that it "
    "was "
    "only added to, copy the text of the QR code, the same as in the frame above, to a file "
    "OLD:</span></p>\n"
    "<pre>sekisho log consistency OLD DIR -o CLAIM\n"
    "sekisho-verify-log growth OLD CLAIM --key KEY</pre>\n";

static const char seals[] =
    "<div class=\"seals\"><div>最高情報セキュリティ責任者</div><div>統括責任者</div>"
    "<div>担当</div></div>\n</body></html>\n";

static enum err put_sheet(struct buf *b, const struct config *c, const struct tlog_key *key,
			  const struct tlog_checkpoint *cp, struct slice note, int64_t now_ms)
{
	struct jst j = jst_from_unix(now_ms / 1000);
	char text[128], root[65];
	struct wareki w;
	AUTO_BUF vkey;

	buf_init(&vkey, 4096);
	tlog_vkey_put(&vkey, key);
	TRY(buf_err(&vkey));
	TRY(wareki_of(j.date, &w));
	buf_str(b, head);
	buf_printf(b, "<h1>%s<small>%s</small></h1>\n",
		   cp->size == 0 ? "記録の起点の控え" : "記録の控え",
		   cp->size == 0 ? "The record at its beginning" : "The record at a moment");
	TRY(put_qr(b, note));
	buf_str(b, "<table style=\"width: 100mm\">\n");
	put_row(b, "団体", "city", c->city_name);
	snprintf(text, sizeof text, "%s%u年%u月%u日 %02u:%02u:%02u (%04d-%02u-%02u)", w.name,
		 w.year, w.month, w.day, j.hour, j.minute, j.second, j.date.year, j.date.month,
		 j.date.day);
	put_row(b, "印刷した時", "printed", slice_str(text));
	put_row(b, "記録の名", "origin", cp->origin);
	snprintf(text, sizeof text, "%llu", (unsigned long long)cp->size);
	put_row(b, "件数", "entries", slice_str(text));
	buf_str(b, "</table>\n<table class=\"hex\">\n");
	hash_hex(cp->root, root);
	put_row(b, "根 (SHA-256)", "root", slice_str(root));
	put_row(b, "公開鍵", "public key", buf_view(&vkey));
	buf_str(b, "</table>\n<pre class=\"note\">");
	put_escaped(b, note);
	buf_str(b, "</pre>\n");
	buf_str(b, how);
	buf_str(b, seals);
	return buf_err(b);
}

static int run_sheet(const struct cli *cli)
{
	const char *from = cli_flag(cli, "checkpoint");
	char path[4096];
	struct tlog_checkpoint cp;
	struct tlog_key key;
	AUTO_CLOSE log = -1;
	AUTO_SITE s = {0};
	AUTO_BUF note;
	AUTO_BUF out;
	enum err e;

	buf_init(&note, TLOG_NOTE_MAX);
	buf_init(&out, SHEET_MAX);
	if (site_open(cli, cli->operand[0], STORE_READ, &s) != OK)
		return EXIT_ERROR;
	snprintf(path, sizeof path, "%s/log", cli->operand[0]);
	log = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	e = log < 0 ? ERR_NOT_FOUND : log_read_key(log, &key);
	if (e == OK)
		e = from ? file_read(from, &note) : log_read_note(log, &note);
	if (e == OK)
		e = tlog_checkpoint_open(buf_view(&note), &key, 1, slice_str(key.name), &cp);
	if (e == OK)
		e = put_sheet(&out, s.config, &key, &cp, buf_view(&note), site_now_ms());
	if (e != OK)
		return cli_fail(cli, "%s: %s", from ? from : path, err_str(e));
	return site_put_out(cli, buf_view(&out));
}

static const struct flag flags[] = {
    {"output", 'o', "FILE", "この新しいファイルに書く", "write to this new file"},
    {"checkpoint", 0, "FILE", "最新でなく、この時点の記録",
     "of this checkpoint instead of the newest"},
    {NULL, 0, NULL, NULL, NULL},
};

const struct subcommand cmd_log_sheet = {
    .name = "log sheet",
    .usage = "DIR",
    .ja = "決裁の綴りに入れる記録の控え (QR 付きの A4、HTML) を作る",
    .en = "make the sheet of the record for the binder of decisions: A4 with QR, HTML",
    .flags = flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_sheet,
};
