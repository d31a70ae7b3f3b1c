#include "base/calendar.h"

#include "base/utf8.h"

#define JST_OFFSET 9 * 3600

struct era {
	char letter;
	const char *name;
	struct date first, last; /* last is 9999-12-31 for the present one */
	int before;              /* the calendar year before the era's first */
};

static const struct era eras[] = {
    {'R', "令和", {2019, 5, 1}, {9999, 12, 31}, 2018},
    {'H', "平成", {1989, 1, 8}, {2019, 4, 30}, 1988},
    {'S', "昭和", {1926, 12, 25}, {1989, 1, 7}, 1925},
    {'T', "大正", {1912, 7, 30}, {1926, 12, 25}, 1911},
    {'M', "明治", {1873, 1, 1}, {1912, 7, 30}, 1867},
};

static bool leap(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static unsigned month_days(int y, unsigned m)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return m == 2 && leap(y) ? 29 : days[m - 1];
}

bool date_valid(struct date d)
{
	return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
	       d.day <= month_days(d.year, d.month);
}

int date_cmp(struct date a, struct date b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return a.day == b.day ? 0 : a.day < b.day ? -1 : 1;
}

/* Days from 0001-01-01 to the first of January of year y. */
static int64_t days_before(int64_t y)
{
	return (y - 1) * 365 + (y - 1) / 4 - (y - 1) / 100 + (y - 1) / 400;
}

int64_t date_days(struct date d)
{
	int64_t n = days_before(d.year) - days_before(1970) + d.day - 1;

	BUG_IF(!date_valid(d));
	for (unsigned m = 1; m < d.month; m++)
		n += month_days(d.year, m);
	return n;
}

struct date date_from_days(int64_t days)
{
	int64_t n = days + days_before(1970), y = n / 366 + 1;
	struct date d = {.month = 1};

	BUG_IF(n < 0 || n >= days_before(10000));
	while (days_before(y + 1) <= n)
		y++;
	d.year = (int)y;
	n -= days_before(y);
	while (n >= month_days(d.year, d.month))
		n -= month_days(d.year, d.month++);
	d.day = (unsigned)n + 1;
	return d;
}

struct date date_add_days(struct date d, int64_t days)
{
	return date_from_days(date_days(d) + days);
}

struct date date_add_months(struct date d, int n)
{
	int all = d.year * 12 + (int)d.month - 1 + n;
	unsigned last;

	d.year = all / 12;
	d.month = (unsigned)(all % 12) + 1;
	last = month_days(d.year, d.month);
	d.day = d.day < last ? d.day : last;
	BUG_IF(!date_valid(d));
	return d;
}

static unsigned weekday(int64_t days)
{
	return (unsigned)(((days + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

unsigned date_weekday(struct date d)
{
	return weekday(date_days(d));
}

struct jst jst_from_unix(int64_t seconds)
{
	int64_t t = seconds + JST_OFFSET, days = t / 86400, rest = t % 86400;

	if (rest < 0) {
		days--;
		rest += 86400;
	}
	return (struct jst){
	    .date = date_from_days(days),
	    .hour = (unsigned)(rest / 3600),
	    .minute = (unsigned)(rest / 60 % 60),
	    .second = (unsigned)(rest % 60),
	    .weekday = weekday(days),
	};
}

int64_t jst_midnight(struct date d)
{
	return date_days(d) * 86400 - JST_OFFSET;
}

enum err wareki_of(struct date d, struct wareki *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(eras); i++)
		if (date_cmp(d, eras[i].first) >= 0) {
			*ret = (struct wareki){
			    .name = eras[i].name,
			    .letter = eras[i].letter,
			    .year = (unsigned)(d.year - eras[i].before),
			    .month = d.month,
			    .day = d.day,
			};
			return OK;
		}
	return ERR_UNSUPPORTED;
}

enum err wareki_date(char letter, unsigned year, unsigned month, unsigned day, struct date *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(eras); i++) {
		struct date d = {(int)year + eras[i].before, month, day};

		if (eras[i].letter != letter)
			continue;
		if (year < 1 || year > 9999 || !date_valid(d) || date_cmp(d, eras[i].first) < 0 ||
		    date_cmp(d, eras[i].last) > 0)
			return ERR_SYNTAX;
		*ret = d;
		return OK;
	}
	return ERR_SYNTAX;
}

/* Takes the given text off the front of *s. */
static bool take(struct slice *s, const char *text)
{
	struct slice t = slice_str(text);

	if (!slice_starts(*s, t))
		return false;
	*s = slice_from(*s, t.n);
	return true;
}

/* Takes 1 to 4 digits, ASCII or full-width, off the front of *s. */
static bool take_number(struct slice *s, unsigned *ret)
{
	unsigned n = 0, digits = 0;

	while (digits < 4) {
		uint32_t cp = 0;
		size_t len = utf8_next(*s, &cp);

		if (cp >= 0xFF10 && cp <= 0xFF19)
			cp -= 0xFF10 - '0';
		if (!len || cp < '0' || cp > '9')
			break;
		n = n * 10 + (cp - '0');
		*s = slice_from(*s, len);
		digits++;
	}
	*ret = n;
	return digits > 0;
}

static const struct era *take_era(struct slice *s)
{
	for (size_t i = 0; i < ARRAY_LEN(eras); i++) {
		char letter = eras[i].letter;

		if (take(s, eras[i].name))
			return &eras[i];
		if (s->n && (s->p[0] == letter || s->p[0] == letter + 'a' - 'A')) {
			*s = slice_from(*s, 1);
			return &eras[i];
		}
	}
	return NULL;
}

enum err date_parse(struct slice s, struct date *ret)
{
	static const char *const marks[][3] = {
	    {"年", "月", "日"}, {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}};
	const struct era *era = take_era(&s);
	unsigned year, month, day;
	struct date d;

	if (era && take(&s, "元"))
		year = 1;
	else if (!take_number(&s, &year))
		return ERR_SYNTAX;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (!take(&s, marks[i][0]))
			continue;
		if (!take_number(&s, &month) || !take(&s, marks[i][1]) || !take_number(&s, &day) ||
		    !take(&s, marks[i][2]) || s.n)
			return ERR_SYNTAX;
		if (era)
			return wareki_date(era->letter, year, month, day, ret);
		d = (struct date){(int)year, month, day};
		if (!date_valid(d))
			return ERR_SYNTAX;
		*ret = d;
		return OK;
	}
	return ERR_SYNTAX;
}

int fiscal_year(struct date d)
{
	return d.month >= 4 ? d.year : d.year - 1;
}

void date_put_iso(struct buf *b, struct date d)
{
	buf_printf(b, "%04d-%02u-%02u", d.year, d.month, d.day);
}

struct slice date_iso_text(struct arena *a, int64_t day)
{
	AUTO_BUF b;

	buf_init(&b, 64);
	if (day)
		date_put_iso(&b, date_from_days(day));
	return arena_copy(a, buf_view(&b));
}

static void put_era_year(struct buf *b, const struct wareki *w)
{
	if (w->year == 1)
		buf_printf(b, "%s元", w->name);
	else
		buf_printf(b, "%s%u", w->name, w->year);
}

void date_put_wareki(struct buf *b, struct date d)
{
	struct wareki w;

	if (wareki_of(d, &w) != OK) {
		date_put_iso(b, d);
		return;
	}
	put_era_year(b, &w);
	buf_printf(b, "年%u月%u日", w.month, w.day);
}

void date_put_short(struct buf *b, struct date d)
{
	struct wareki w;

	if (wareki_of(d, &w) != OK)
		date_put_iso(b, d);
	else
		buf_printf(b, "%c%u.%u.%u", w.letter, w.year, w.month, w.day);
}

void fiscal_year_put(struct buf *b, int year)
{
	struct wareki w;

	/* 1 May, so that 2019 is 令和元年度, as the ministries wrote from that day on. */
	if (wareki_of((struct date){year, 5, 1}, &w) != OK)
		buf_printf(b, "%d", year);
	else
		put_era_year(b, &w);
	buf_str(b, "年度");
}

void jst_put(struct buf *b, int64_t seconds)
{
	struct jst t = jst_from_unix(seconds);

	date_put_wareki(b, t.date);
	buf_printf(b, " %u時%02u分", t.hour, t.minute);
}
