/* reason: the table of reasons; see reason.h. */
#include "gateway/reason.h"

static const struct reason table[] = {
    {"forbidden", "この領域間の受渡しは、方針により認められていません",
     "the policy does not permit this transfer between these zones",
     "根拠の条項を確かめ、必要なら所属の情報セキュリティ管理者へ相談してください",
     "Read the clause and, if it must pass, ask your information security manager"},
    {"obligation", "方針が求める手続のうち、この装置がまだ行えないものがあるため保留しました",
     "held: the policy obliges a step that this installation has no working handler for",
     "情報政策課へ連絡してください", "Contact the information policy division"},
    {"too-large", "無害化できる大きさの上限を超えるため、保管して保留しました",
     "held: larger than the limit for sanitising; the original is kept",
     "分けて送るか、情報政策課へ連絡してください",
     "Send it in parts, or contact the information policy division"},
    {"too-large-to-send", "受け付けられる大きさの上限を超えています",
     "larger than what is accepted at all", "分けて送ってください", "Send it in parts"},
    {"sanitize-failed", "無害化できなかったため保留しました", "held: it could not be sanitised",
     "明細を確かめ、作り直して送るか、情報政策課へ連絡してください",
     "See the details, then send it anew or contact the information policy division"},
    {"verify-failed", "無害化の結果が独立の検査に合格しなかったため保留しました",
     "held: the sanitised result was not accepted by the independent recogniser",
     "情報政策課へ連絡してください", "Contact the information policy division"},
    {"worker-limit", "無害化の処理が資源の上限に達したため保留しました",
     "held: sanitising reached a resource limit", "分けて送るか、情報政策課へ連絡してください",
     "Send it in parts, or contact the information policy division"},
    {"worker-crash", "無害化の処理が異常終了したため保留しました",
     "held: the worker that sanitised it crashed", "情報政策課へ連絡してください",
     "Contact the information policy division"},
    {"worker-report", "無害化の報告が規定の形でなかったため保留しました",
     "held: the worker's report was not in its form", "情報政策課へ連絡してください",
     "Contact the information policy division"},
    {"blob-broken", "保管した内容が受け取ったものと一致しないため保留しました",
     "held: the stored content is not what was received", "もう一度送ってください",
     "Send it again"},
    {"marking-higher", "文書の機密性の表示が申告より高いため、あらためて判定しました",
     "the document carries a higher confidentiality marking than was declared",
     "表示を確かめてください", "Check the marking"},
    {"zone-networks", "接続元がこの領域のネットワークではありません",
     "the connection does not come from this zone's networks", "この領域の端末から利用してください",
     "Use a terminal of this zone"},
    {"disk-full", "保管場所の残りが少ないため、新しい受付を停止しています",
     "storage is nearly full: no new uploads for now", "しばらくしてからもう一度送ってください",
     "Try again later"},
    {"too-many-open", "終わっていない送信が多すぎます", "too many uploads that are not finished",
     "送信を終えるか取り消してから、もう一度送ってください",
     "Finish or withdraw some of them, then send again"},
    {"signed-out", "サインインしていないか、有効期限が切れています",
     "not signed in, or the session has ended", "もう一度サインインしてください", "Sign in again"},
    {"wrong-password", "利用者名またはパスワードが違います", "wrong login or password",
     "入力を確かめてください", "Check what you typed"},
    {"throttled", "続けて失敗したため、しばらく待つ必要があります",
     "too many failed tries: wait a while", "表示された時間をおいてから試してください",
     "Wait the time shown, then try again"},
    {"not-this-zone", "この領域を利用する権限がありません", "you may not use this zone",
     "所属の情報セキュリティ管理者へ相談してください", "Ask your information security manager"},
    {"no-recipient", "宛先の利用者または所属が、その領域にありません",
     "no such recipient in that zone", "宛先を確かめてください", "Check the recipient"},
    {"bad-request", "入力に誤りがあります", "something in the request is not valid",
     "入力を確かめてください", "Check what you entered"},
    {"weak-password", "パスワードが条件を満たしていません", "the password does not meet the rules",
     "10文字以上で、利用者名を含まないものにしてください",
     "Use at least 10 characters, without your login name"},
    {"wrong-state", "この受渡しは、いまその操作ができる状態ではありません",
     "the transfer is not in a state that allows this", "一覧で状態を確かめてください",
     "See its state in the list"},
    {"incomplete", "受け取った内容が申告の大きさと違います",
     "what arrived is not of the size that was announced", "もう一度送ってください",
     "Send it again"},
    {"upload-abandoned", "送信が完了しないまま期限が過ぎました",
     "the upload was not finished in time", "もう一度送ってください", "Send it again"},
    {"error", "システムの異常により処理できませんでした", "the system failed",
     "しばらくしてから試し、続くときは情報政策課へ連絡してください",
     "Try again later; if it persists contact the information policy division"},
};

const struct reason *reason_by_id(struct slice id)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (slice_eq_str(id, table[i].id))
			return &table[i];
	return NULL;
}

const struct reason *reason_table(size_t *ret_n)
{
	*ret_n = sizeof table / sizeof table[0];
	return table;
}
