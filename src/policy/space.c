/* Attributes and their values: one table for the parser, the proofs and the printers. */
#include "policy/internal.h"

static const char *const attr_words[POLICY_ATTRS] = {
    "channel",   "source",       "destination", "exception", "contains", "confidentiality",
    "integrity", "availability", "recipient",   "type",      "role",     "factors",
    "hours"};

struct fixed_value {
	enum policy_attr attr;
	unsigned value;
	const char *word, *ja, *en;
};

static const struct fixed_value fixed[] = {
    {POLICY_A_CHANNEL, POLICY_TRANSFER, "transfer", "受渡し", "transfer"},
    {POLICY_A_CHANNEL, POLICY_MAIL, "mail", "メール", "mail"},
    {POLICY_A_CHANNEL, POLICY_WEB, "web", "Web閲覧", "web"},
    {POLICY_A_CHANNEL, POLICY_SCREEN, "screen", "画面転送", "screen"},
    {POLICY_A_CHANNEL, POLICY_MEDIA, "media", "電磁的記録媒体による移動", "media"},
    {POLICY_A_CONTAINS, POLICY_CONTAINS_UNKNOWN, "unknown", "内容を検査できない",
     "content that cannot be inspected"},
    {POLICY_A_CONTAINS, POLICY_CONTAINS_NOTHING, "nothing", "個人情報なし", "no personal data"},
    {POLICY_A_CONTAINS, POLICY_CONTAINS_PERSONAL_NUMBER, "personal-number", "個人番号を含む",
     "a personal number"},
    {POLICY_A_CONTAINS, POLICY_CONTAINS_PERSONAL_DATA, "personal-data", "個人情報を含む",
     "personal data"},
    {POLICY_A_TYPE, POLICY_TYPE_UNKNOWN, "unknown", "種類が不明", "of unknown type"},
    {POLICY_A_TYPE, POLICY_TYPE_TEXT, "text", "テキスト", "text"},
    {POLICY_A_TYPE, POLICY_TYPE_DOCUMENT, "document", "Office文書", "office document"},
    {POLICY_A_TYPE, POLICY_TYPE_PDF, "pdf", "PDF", "PDF"},
    {POLICY_A_TYPE, POLICY_TYPE_PICTURE, "picture", "画像", "picture"},
    {POLICY_A_TYPE, POLICY_TYPE_ARCHIVE, "archive", "圧縮ファイル", "archive"},
    {POLICY_A_TYPE, POLICY_TYPE_MAIL, "mail", "保存されたメール", "saved mail"},
    {POLICY_A_TYPE, POLICY_TYPE_OTHER, "other", "その他の種類", "of another type"},
    {POLICY_A_RECIPIENT, POLICY_RECIPIENT_UNKNOWN, "unknown", "送付先が未照合",
     "recipient not looked up"},
    {POLICY_A_RECIPIENT, POLICY_RECIPIENT_REGISTERED, "registered", "登録済送付先",
     "registered recipient"},
    {POLICY_A_RECIPIENT, POLICY_RECIPIENT_UNREGISTERED, "unregistered", "未登録の送付先",
     "unregistered recipient"},
    {POLICY_A_EXCEPTION, POLICY_EXCEPTION_NONE, "none", "例外措置なし", "no exception"},
    {POLICY_A_EXCEPTION, POLICY_EXCEPTION_OTHER, "other", "台帳の例外措置",
     "an exception of the register"},
    {POLICY_A_FACTORS, 0, "unknown", "認証の要素数が不明", "factors unknown"},
    {POLICY_A_FACTORS, 1, "1", "単要素認証", "one factor"},
    {POLICY_A_FACTORS, 2, "2", "多要素認証", "two factors"},
    {POLICY_A_HOURS, POLICY_HOURS_UNKNOWN, "unknown", "時間帯が不明", "time unknown"},
    {POLICY_A_HOURS, POLICY_HOURS_OFFICE, "office", "執務時間内", "office hours"},
    {POLICY_A_HOURS, POLICY_HOURS_OUTSIDE, "outside", "執務時間外", "outside office hours"},
    {POLICY_A_ROLE, 0, "unknown", "役割が不明", "role unknown"},
    {POLICY_A_CONFIDENTIALITY, 0, "unknown", "機密性が未申告", "confidentiality not declared"},
    {POLICY_A_INTEGRITY, 0, "unknown", "完全性が未申告", "integrity not declared"},
    {POLICY_A_AVAILABILITY, 0, "unknown", "可用性が未申告", "availability not declared"},
};

const char *policy_attr_word(enum policy_attr a)
{
	return attr_words[a];
}

const char *policy_attr_asked(enum policy_attr a)
{
	return a == POLICY_A_SOURCE ? "from" : a == POLICY_A_DESTINATION ? "to" : attr_words[a];
}

static uint32_t fixed_count(enum policy_attr a)
{
	uint32_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		n += fixed[i].attr == a;
	return n;
}

static const struct scale *scale_of(const struct policy *p, enum policy_attr a)
{
	return a >= POLICY_A_CONFIDENTIALITY && a <= POLICY_A_AVAILABILITY
		   ? &p->scale[a - POLICY_A_CONFIDENTIALITY]
		   : NULL;
}

uint32_t policy_value_count(const struct policy *p, enum policy_attr a)
{
	const struct scale *s = scale_of(p, a);

	if (a == POLICY_A_SOURCE || a == POLICY_A_DESTINATION)
		return p->n_zones ? p->n_zones : 1;
	if (s)
		return 1 + (uint32_t)s->n;
	return fixed_count(a) + (a == POLICY_A_ROLE        ? (uint32_t)p->n_roles
				 : a == POLICY_A_EXCEPTION ? (uint32_t)p->n_exceptions
							   : 0);
}

struct policy_value policy_value(const struct policy *p, enum policy_attr a, uint32_t v)
{
	const struct scale *s = scale_of(p, a);
	uint32_t named = v - fixed_count(a);

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		if (fixed[i].attr == a && fixed[i].value == v)
			return (struct policy_value){slice_str(fixed[i].word),
						     slice_str(fixed[i].ja), slice_str(fixed[i].en),
						     POLICY_PUBLIC};
	if (s && named < s->n)
		return (struct policy_value){s->levels[named].code, s->levels[named].label,
					     s->levels[named].label, POLICY_PUBLIC};
	if (a == POLICY_A_ROLE && named < p->n_roles)
		return (struct policy_value){p->roles[named].name, p->roles[named].label,
					     p->roles[named].label, p->role_seen[named]};
	if (a == POLICY_A_EXCEPTION && named < p->n_exceptions)
		return (struct policy_value){p->exceptions[named].name, p->exceptions[named].label,
					     p->exceptions[named].label, p->exception_seen[named]};
	if ((a == POLICY_A_SOURCE || a == POLICY_A_DESTINATION) && v < p->n_zones)
		return (struct policy_value){p->zones[v].name, p->zones[v].label, p->zones[v].label,
					     p->zones[v].visibility};
	return (struct policy_value){S("unknown"), S("不明"), S("unknown"), POLICY_PUBLIC};
}

struct policy_request policy_case_request(const uint32_t v[POLICY_ATTRS], int32_t day)
{
	return (struct policy_request){
	    .channel = v[POLICY_A_CHANNEL],
	    .source = v[POLICY_A_SOURCE],
	    .destination = v[POLICY_A_DESTINATION],
	    .exception = v[POLICY_A_EXCEPTION],
	    .contains = v[POLICY_A_CONTAINS],
	    .confidentiality = (uint8_t)v[POLICY_A_CONFIDENTIALITY],
	    .integrity = (uint8_t)v[POLICY_A_INTEGRITY],
	    .availability = (uint8_t)v[POLICY_A_AVAILABILITY],
	    .recipient = v[POLICY_A_RECIPIENT],
	    .type = v[POLICY_A_TYPE],
	    .role = v[POLICY_A_ROLE],
	    .factors = (uint8_t)v[POLICY_A_FACTORS],
	    .hours = v[POLICY_A_HOURS],
	    .day = day,
	};
}

static void count_cases(struct policy_space *s)
{
	s->cases = 1;
	for (size_t a = 0; a < POLICY_ATTRS; a++)
		s->cases *= s->n[a];
}

enum err policy_space_of(struct arena *a, const struct policy *p, struct policy_space *ret)
{
	struct policy_space s = {.cases = 1};

	for (enum policy_attr k = 0; k < POLICY_ATTRS; k++) {
		s.n[k] = policy_value_count(p, k);
		s.value[k] = arena_array(a, s.n[k], sizeof **s.value);
		if (!s.value[k])
			return ERR_MEMORY;
		for (uint32_t v = 0; v < s.n[k]; v++)
			s.value[k][v] = policy_value(p, k, v);
	}
	count_cases(&s);
	*ret = s;
	return OK;
}

struct policy_box policy_box_all(const struct policy_space *s)
{
	struct policy_box b;

	for (size_t a = 0; a < POLICY_ATTRS; a++)
		b.set[a] = SET_ALL >> (32 - s->n[a]);
	return b;
}

static enum err find_value(struct arena *a, const struct policy_space *s, enum policy_attr k,
			   struct slice word, enum policy_visibility audience, uint32_t *ret,
			   struct diag *d)
{
	struct slice words[POLICY_VALUES_MAX];
	const char *near, *all = NULL;
	size_t n = 0;

	for (uint32_t v = 0; v < s->n[k]; v++) {
		if (s->value[k][v].visibility > audience)
			continue;
		words[n++] = s->value[k][v].word;
		if (slice_eq(words[n - 1], word)) {
			*ret = v;
			return OK;
		}
	}
	near = policy_suggest(a, word, words, n);
	for (size_t v = 0; v < n && !near[0]; v++)
		all = arena_printf(a, "%s%s%.*s", all ? all : "", v ? ", " : ": one of ",
				   (int)words[v].n, (const char *)words[v].p);
	return diag_set(d, ERR_NOT_FOUND, 0, "'%.*s' is no value of %s%s", (int)word.n,
			(const char *)word.p, attr_words[k], all ? all : near);
}

enum err policy_box_narrow(struct arena *a, const struct policy_space *s, struct policy_box *b,
			   struct slice attr, struct slice values, enum policy_visibility audience,
			   struct diag *d)
{
	struct slice words[POLICY_ATTRS];
	uint32_t set = 0, v = 0;

	for (enum policy_attr k = 0; k < POLICY_ATTRS; k++) {
		words[k] = slice_str(attr_words[k]);
		if (!slice_eq(words[k], attr))
			continue;
		while (values.n) {
			size_t comma = slice_find_byte(values, ',');
			struct slice one = slice_head(values, comma == SIZE_MAX ? values.n : comma);

			TRY(find_value(a, s, k, one, audience, &v, d));
			set |= BIT(v);
			values = slice_from(values, comma == SIZE_MAX ? values.n : comma + 1);
		}
		b->set[k] &= set;
		return b->set[k] ? OK
				 : diag_set(d, ERR_NOT_FOUND, 0, "no value is left for %s",
					    attr_words[k]);
	}
	return diag_set(d, ERR_NOT_FOUND, 0, "'%.*s' is no attribute%s", (int)attr.n,
			(const char *)attr.p, policy_suggest(a, attr, words, POLICY_ATTRS));
}
