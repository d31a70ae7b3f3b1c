/* GIF in: blocks, LZW, interlaced rows; a PNG out, or a GIF of all frames. */
#include "format/gif.h"

#include "base/reader.h"

#define FRAMES_MAX 20000u

struct gif_in {
	struct job *job;
	struct reader r;
	struct gif gif;
	struct gif_frame *last;
	struct gif_frame control; /* of the graphic control block before the next frame */
	const uint8_t *palette;   /* of the whole file, or NULL */
	unsigned bits;
	bool extra; /* picture-extra was reported */
};

static enum err malformed(struct gif_in *in, size_t at, const char *what)
{
	return format_hold(in->job, ERR_SYNTAX, "malformed", S(""), at, "the GIF is broken: %s",
			   what);
}

static void no_control(struct gif_in *in)
{
	in->control = (struct gif_frame){.transparent = -1};
}

/* The next sub-block; empty at the end of a row of them. */
static struct slice sub_block(struct gif_in *in)
{
	return reader_take(&in->r, reader_u8(&in->r));
}

static uint64_t skip_blocks(struct gif_in *in)
{
	uint64_t all = 0;
	struct slice s;

	while ((s = sub_block(in)).n)
		all += s.n;
	return all;
}

static enum err read_palette(struct gif_in *in, unsigned flags, const uint8_t **ret, unsigned *bits)
{
	struct slice s;

	if (!(flags & 0x80))
		return OK;
	*bits = (flags & 7) + 1;
	s = reader_take(&in->r, (size_t)3 << *bits);
	if (!reader_ok(&in->r))
		return malformed(in, in->r.at, "it is cut short");
	*ret = s.p;
	return OK;
}

static enum err read_screen(struct gif_in *in)
{
	unsigned flags;

	reader_take(&in->r, 6);
	in->gif.width = reader_u16le(&in->r);
	in->gif.height = reader_u16le(&in->r);
	flags = reader_u8(&in->r);
	reader_take(&in->r, 2);
	if (!reader_ok(&in->r))
		return malformed(in, in->r.at, "it is cut short");
	TRY(picture_fits(in->job, in->gif.width, in->gif.height, 6));
	return read_palette(in, flags, &in->palette, &in->bits);
}

/* --- extensions ------------------------------------------------------------------------------- */

static enum err read_control(struct gif_in *in)
{
	size_t at = in->r.at;
	struct slice s = sub_block(in);
	unsigned flags;

	if (s.n != 4 || sub_block(in).n || !reader_ok(&in->r))
		return malformed(in, at, "a graphic control block");
	flags = s.p[0];
	in->control.disposal = flags >> 2 & 7;
	/* Values 4 to 7 are not defined; 4 is what old programs wrote for 3. */
	if (in->control.disposal > 3)
		in->control.disposal = in->control.disposal == 4 ? 3 : 0;
	in->control.delay = (uint16_t)(s.p[1] | s.p[2] << 8);
	in->control.transparent = flags & 1 ? s.p[3] : -1;
	return OK;
}

static enum err read_application(struct gif_in *in)
{
	struct slice name = sub_block(in), s = {0};
	bool loops = slice_eq(name, S("NETSCAPE2.0")) || slice_eq(name, S("ANIMEXTS1.0"));

	if (loops) {
		s = sub_block(in);
		if (s.n == 3 && s.p[0] == 1)
			in->gif.loops = s.p[1] | s.p[2] << 8;
	} else {
		report_add(in->job->report, ACT_REMOVED, "picture-metadata", S(""), S(""), name);
	}
	if (!loops || s.n)
		(void)skip_blocks(in);
	return reader_ok(&in->r) ? OK : malformed(in, in->r.at, "it is cut short");
}

static enum err read_extension(struct gif_in *in)
{
	unsigned label = reader_u8(&in->r);

	switch (label) {
	case 0xF9:
		return read_control(in);
	case 0xFF:
		return read_application(in);
	default:
		(void)skip_blocks(in);
		report_add(in->job->report, ACT_REMOVED, "picture-metadata", S(""), S(""),
			   label == 0xFE ? S("comment") : S("extension"));
		/* Plain text is a frame of its own kind, to which the control block belonged. */
		if (label == 0x01)
			no_control(in);
		return reader_ok(&in->r) ? OK : malformed(in, in->r.at, "it is cut short");
	}
}

/* --- pixels ----------------------------------------------------------------------------------- */

/* The bits of a row of sub-blocks, from the lowest upwards. */
struct bits {
	struct gif_in *in;
	struct slice block;
	size_t at;
	uint32_t held;
	unsigned n;
	bool over; /* the empty block was read */
};

/* The next code, or -1 at the end of the data. */
static int next_code(struct bits *b, unsigned size)
{
	int code;

	while (b->n < size) {
		if (b->at == b->block.n) {
			b->block = sub_block(b->in);
			b->at = 0;
			if (!b->block.n) {
				b->over = true;
				return -1;
			}
		}
		b->held |= (uint32_t)b->block.p[b->at++] << b->n;
		b->n += 8;
	}
	code = (int)(b->held & ((1u << size) - 1));
	b->held >>= size;
	b->n -= size;
	return code;
}

struct lzw {
	uint16_t prefix[GIF_CODES];
	uint8_t suffix[GIF_CODES], first[GIF_CODES];
	uint16_t length[GIF_CODES];
};

/* Writes the string of a code, from its end; false where it is longer than what is left. */
static bool put_string(const struct lzw *t, unsigned code, struct gif_frame *f, size_t *at,
		       size_t all)
{
	size_t n = t->length[code];

	if (n > all - *at)
		return false;
	for (size_t i = n; i-- > 0; code = t->prefix[code])
		f->pixels[*at + i] = t->suffix[code];
	*at += n;
	return true;
}

/* All pixels of a frame; *ret_more: the data go on behind them. NULL, or what is wrong. */
static const char *unfold(struct bits *b, unsigned min, struct gif_frame *f, struct lzw *t,
			  bool *ret_more)
{
	unsigned clear = 1u << min, end = clear + 1, next = end + 1, size = min + 1;
	size_t all = (size_t)f->width * f->height, at = 0;
	int last = -1, code;

	for (unsigned i = 0; i < clear; i++) {
		t->suffix[i] = t->first[i] = (uint8_t)i;
		t->length[i] = 1;
	}
	while (at < all) {
		unsigned c;

		code = next_code(b, size);
		c = (unsigned)code;
		if (code < 0 || c == end)
			return "there are fewer pixels than its size says";
		if (c == clear) {
			next = end + 1;
			size = min + 1;
			last = -1;
			continue;
		}
		if (c > next || (c == next && (last < 0 || next >= GIF_CODES)) ||
		    (last < 0 && c >= clear))
			return "a code that stands for nothing";
		if (last >= 0 && next < GIF_CODES) {
			t->prefix[next] = (uint16_t)last;
			t->suffix[next] = t->first[c == next ? (unsigned)last : c];
			t->first[next] = t->first[last];
			t->length[next] = (uint16_t)(t->length[last] + 1);
			next++;
			if (next == 1u << size && size < 12)
				size++;
		}
		if (!put_string(t, c, f, &at, all))
			return "there are more pixels than its size says";
		last = code;
	}
	code = next_code(b, size);
	*ret_more = code >= 0 && code != (int)end;
	return NULL;
}

static enum err deinterlace(struct gif_in *in, struct gif_frame *f)
{
	static const uint8_t from[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
	uint8_t *rows = arena_room(in->job->arena, (size_t)f->width * f->height), *row = f->pixels;

	if (!rows)
		return ERR_MEMORY;
	for (size_t pass = 0; pass < ARRAY_LEN(from); pass++)
		for (size_t y = from[pass]; y < f->height; y += step[pass], row += f->width)
			memcpy(rows + y * f->width, row, f->width);
	f->pixels = rows;
	return OK;
}

/* Indices beyond the palette show nothing that is defined: they become the last colour. */
static void settle_pixels(struct gif_frame *f)
{
	uint8_t top = (uint8_t)((1u << f->bits) - 1);

	for (size_t i = 0; i < (size_t)f->width * f->height; i++)
		if (f->pixels[i] > top)
			f->pixels[i] = top;
	if (f->transparent > top)
		f->transparent = -1;
}

static enum err read_pixels(struct gif_in *in, struct gif_frame *f, bool interlaced)
{
	size_t at = in->r.at;
	unsigned min = reader_u8(&in->r);
	struct bits b = {.in = in};
	struct lzw *table = arena_room(in->job->arena, sizeof *table);
	const char *wrong;
	bool more = false;

	if (min < 2 || min > 8)
		return malformed(in, at, "the size of its codes");
	TRY(picture_budget(in->job, (uint64_t)f->width * f->height, at));
	f->pixels = arena_room(in->job->arena, (size_t)f->width * f->height);
	if (!table || !f->pixels)
		return ERR_MEMORY;
	wrong = unfold(&b, min, f, table, &more);
	if (wrong)
		return malformed(in, in->r.at, wrong);
	more |= b.at < b.block.n;
	if (!b.over)
		more |= skip_blocks(in) > 0;
	if (!reader_ok(&in->r))
		return malformed(in, in->r.at, "it is cut short");
	if (more && !in->extra) {
		in->extra = true;
		report_add(in->job->report, ACT_REMOVED, "picture-extra", S(""), S(""), S(""));
	}
	if (interlaced)
		TRY(deinterlace(in, f));
	settle_pixels(f);
	return OK;
}

static enum err read_frame(struct gif_in *in)
{
	struct gif_frame *f = arena_alloc(in->job->arena, sizeof *f);
	size_t at = in->r.at;
	unsigned flags;

	if (!f)
		return ERR_MEMORY;
	*f = in->control;
	no_control(in);
	f->x = reader_u16le(&in->r);
	f->y = reader_u16le(&in->r);
	f->width = reader_u16le(&in->r);
	f->height = reader_u16le(&in->r);
	flags = reader_u8(&in->r);
	if (!reader_ok(&in->r))
		return malformed(in, at, "it is cut short");
	if (!f->width || !f->height || f->x + f->width > in->gif.width ||
	    f->y + f->height > in->gif.height)
		return malformed(in, at, "a frame that is not within the picture");
	if (++in->gif.frames > FRAMES_MAX)
		return format_hold(in->job, ERR_LIMIT, "limit", S(""), at,
				   "the picture has more than %u frames", FRAMES_MAX);
	f->palette = in->palette;
	f->bits = in->bits;
	TRY(read_palette(in, flags, &f->palette, &f->bits));
	if (!f->palette)
		return malformed(in, at, "a frame without colours");
	TRY(read_pixels(in, f, flags & 0x40));
	if (in->last)
		in->last->next = f;
	else
		in->gif.first = f;
	in->last = f;
	return OK;
}

static enum err read_all(struct gif_in *in)
{
	TRY(read_screen(in));
	no_control(in);
	for (;;) {
		size_t at = in->r.at;
		unsigned kind = reader_u8(&in->r);

		if (!reader_ok(&in->r))
			return malformed(in, at, "it is cut short");
		if (kind == ';')
			break;
		if (kind != '!' && kind != ',')
			return malformed(in, at, "a block of unknown kind");
		TRY(kind == '!' ? read_extension(in) : read_frame(in));
		if (in->gif.first && in->job->still)
			break; /* what follows was asked to stay behind */
	}
	if (!in->gif.first)
		return malformed(in, in->r.at, "it has no picture");
	if (!in->job->still)
		picture_trailing(in->job, in->r.at);
	else if (reader_left(&in->r) > 1)
		report_add(in->job->report, ACT_REMOVED, "picture-frames", S(""), S(""), S(""));
	return OK;
}

/* --- out -------------------------------------------------------------------------------------- */

/* The first frame on its canvas; around it nothing is seen. */
static enum err one_picture(struct job *job, const struct gif *g)
{
	const struct gif_frame *f = g->first;
	bool whole = f->width == g->width && f->height == g->height;
	struct png_image im = {.width = g->width, .height = g->height, .depth = 8};

	im.colour = whole ? 3 : 6;
	TRY(picture_rows(job, &im, 0));
	if (whole) {
		im.palette_n = 1u << f->bits;
		memcpy(im.palette, f->palette, (size_t)im.palette_n * 3);
		if (f->transparent >= 0) {
			im.trns_n = (uint32_t)f->transparent + 1;
			memset(im.trns, 0xFF, im.trns_n);
			im.trns[f->transparent] = 0;
		}
	}
	for (uint32_t y = 0; y < f->height; y++) {
		const uint8_t *from = f->pixels + (size_t)y * f->width;
		uint8_t *to = png_row(&im, f->y + y) + (whole ? 0 : (size_t)f->x * 4);

		if (whole)
			memcpy(to, from, f->width);
		for (uint32_t x = 0; !whole && x < f->width; x++) {
			memcpy(to + (size_t)x * 4, f->palette + (size_t)from[x] * 3, 3);
			to[(size_t)x * 4 + 3] = from[x] == f->transparent ? 0 : 0xFF;
		}
	}
	return picture_png(job, &im);
}

static bool probe_gif(const struct job *job)
{
	return slice_starts(job->in, S("GIF87a")) || slice_starts(job->in, S("GIF89a"));
}

static enum err rebuild_gif(struct job *job)
{
	struct gif_in in = {.job = job, .r = reader_of(job->in), .gif = {.loops = -1}};

	TRY(read_all(&in));
	if (in.gif.frames == 1)
		return one_picture(job, &in.gif);
	TRY(gif_write(job->out, &in.gif, job->arena));
	return picture_done(job, "gif", "gif");
}

const struct format format_gif = {
    .id = "gif",
    .ext = "gif",
    .label_ja = "GIF画像",
    .label_en = "GIF picture",
    .picture = true,
    .probe = probe_gif,
    .rebuild = rebuild_gif,
    .hold = "picture-no-text",
};
