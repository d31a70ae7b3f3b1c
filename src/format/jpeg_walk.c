#include "format/jpeg_walk.h"

#include <stdio.h>
#include "base/reader.h"
#include "format/picture.h"

/* Each scan of a progressive picture costs a pass over all of it; encoders use about ten. */
#define SCANS_MAX 100u
/* A profile or XMP in pieces of 64 KiB stays far below it. */
#define SEGMENTS_MAX 10000u
/*
 * A Huffman code has at least one bit, and each block of 64 samples of each component one code.
 * With the strangest subsampling every 256 pixels have a block; data below that are not there.
 */
#define PIXELS_PER_BYTE_MAX 2048u

enum {
	M_SOF0 = 0xC0,
	M_SOF1 = 0xC1,
	M_SOF2 = 0xC2,
	M_DHT = 0xC4,
	M_JPG = 0xC8,
	M_SOF15 = 0xCF,
	M_DAC = 0xCC,
	M_RST0 = 0xD0,
	M_RST7 = 0xD7,
	M_SOI = 0xD8,
	M_EOI = 0xD9,
	M_SOS = 0xDA,
	M_DQT = 0xDB,
	M_DNL = 0xDC,
	M_DRI = 0xDD,
	M_APP0 = 0xE0,
	M_APP1 = 0xE1,
	M_APP14 = 0xEE,
	M_APP15 = 0xEF,
	M_COM = 0xFE,
	M_TEM = 0x01,
};

struct walk {
	struct job *job;
	struct jpeg_info *info;
	struct reader r;
	unsigned scans, segments;
	size_t scan_bytes; /* entropy-coded data of all scans */
	uint32_t interval; /* between restart markers, in block groups; 0 for none */
	uint8_t ids[4];    /* of the components */
	bool framed, has_exif;
};

static enum err malformed(struct walk *w, size_t at, const char *what)
{
	return format_hold(w->job, ERR_SYNTAX, "malformed", S(""), at, "the JPEG is broken: %s",
			   what);
}

static bool is_factor(unsigned v)
{
	return v >= 1 && v <= 4;
}

static enum err read_frame(struct walk *w, unsigned marker, struct slice data, size_t at)
{
	struct jpeg_info *info = w->info;
	struct reader r = reader_of(data);
	unsigned depth = reader_u8(&r);
	uint8_t *ids = w->ids;
	bool twice = false;

	if (w->framed)
		return malformed(w, at, "it has two frames");
	w->framed = true;
	info->height = reader_u16be(&r);
	info->width = reader_u16be(&r);
	info->components = reader_u8(&r);
	if (info->components > 4 || !reader_ok(&r))
		return malformed(w, at, "the frame header");
	for (unsigned i = 0; i < info->components; i++) {
		ids[i] = reader_u8(&r);
		info->sampling[i] = reader_u8(&r);
		info->table[i] = reader_u8(&r);
		twice |= i && memchr(ids, ids[i], i);
		if (info->table[i] > 3 || !is_factor(info->sampling[i] >> 4) ||
		    !is_factor(info->sampling[i] & 15) || twice)
			return malformed(w, at, "the frame header");
	}
	if (!reader_done(&r) || !info->width || !info->height)
		return malformed(w, at, "the frame header");
	/* Arithmetic coding, lossless and hierarchical: no viewer in use shows them. */
	if (depth != 8 || marker > M_SOF2 || info->components == 2)
		return format_hold(w->job, ERR_UNSUPPORTED, "picture-unsupported", S(""), at,
				   "a JPEG of %u bits, %u components, process %u", depth,
				   info->components, marker - M_SOF0);
	return picture_fits(w->job, info->width, info->height, at);
}

static enum err read_quant(struct walk *w, struct slice data, size_t at)
{
	struct reader r = reader_of(data);

	while (reader_left(&r)) {
		unsigned head = reader_u8(&r), id = head & 15;
		uint32_t sum = 0;

		for (int i = 0; i < 64; i++)
			sum += head >> 4 ? reader_u16be(&r) : reader_u8(&r);
		if (!reader_ok(&r) || id > 3 || head >> 4 > 1)
			return malformed(w, at, "a quantisation table");
		w->info->quant_sum[id] = sum;
	}
	return OK;
}

static void report_left_behind(struct walk *w, unsigned marker, struct slice data)
{
	static const struct {
		unsigned marker;
		struct slice head;
		const char *finding, *what;
	} known[] = {
	    {0xE1, {(const uint8_t *)"Exif\0", 5}, "picture-metadata", "Exif"},
	    {0xE1, {(const uint8_t *)"http://ns.adobe.com/", 20}, "picture-metadata", "XMP"},
	    {0xE2, {(const uint8_t *)"ICC_PROFILE", 11}, "picture-metadata", "ICC"},
	    {0xE2, {(const uint8_t *)"MPF", 3}, "picture-frames", "MPF"},
	    {0xED, {(const uint8_t *)"Photoshop", 9}, "picture-metadata", "IPTC"},
	    {0xFE, {NULL, 0}, "picture-metadata", "comment"},
	};
	struct slice none = S("");
	char app[16];
	bool gps = false;

	/* As long as they hold what they must and nothing else. */
	if (marker == M_APP0 && slice_starts(data, S("JFIF\0")) && data.n == 14)
		return;
	if (marker == M_APP14 && slice_starts(data, S("Adobe")) && data.n == 12)
		return;
	if (marker == M_APP1 && slice_starts(data, S("Exif\0"))) {
		unsigned o = exif_orientation(slice_from(data, 6), &gps);

		/* Where two of them contradict each other viewers believe the first. */
		if (!w->has_exif && !w->scans)
			w->info->orientation = o;
		w->has_exif = true;
	}
	if (gps)
		report_add(w->job->report, ACT_REMOVED, "picture-location", none, none, S("GPS"));
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (marker == known[i].marker && slice_starts(data, known[i].head)) {
			report_add(w->job->report, ACT_REMOVED, known[i].finding, none, none,
				   slice_str(known[i].what));
			return;
		}
	snprintf(app, sizeof app, "APP%u", (marker - M_APP0) & 15);
	report_add(w->job->report, ACT_REMOVED, "picture-metadata", none, none, slice_str(app));
}

static bool is_restart(unsigned marker)
{
	return marker >= M_RST0 && marker <= M_RST7;
}

/*
 * Moves behind the entropy-coded data of a scan, to the 0xFF of the next marker. *ret_restarts: how
 * many restart markers stand in it; false where they are not in their order.
 */
static bool skip_scan(struct reader *r, uint64_t *ret_restarts)
{
	uint64_t n = 0;
	bool ordered = true;

	while (reader_left(r) >= 2) {
		struct slice rest = slice_from(r->in, r->at);
		size_t at = slice_find_byte(rest, 0xFF);
		unsigned next;

		if (at == SIZE_MAX || at + 1 >= rest.n)
			break;
		next = rest.p[at + 1];
		if (is_restart(next))
			ordered &= next == M_RST0 + n++ % 8;
		if (next != 0 && next != 0xFF && !is_restart(next)) {
			reader_seek(r, r->at + at);
			*ret_restarts = n;
			return ordered;
		}
		reader_seek(r, r->at + at + (next == 0xFF ? 1 : 2));
	}
	reader_seek(r, SIZE_MAX); /* the caller finds that the file is cut short */
	return true;
}

static uint64_t up(uint64_t a, uint64_t b)
{
	return (a + b - 1) / b;
}

/* Block groups (MCUs) of a scan: T.81 A.2. 0 where the scan is of a component nobody told of. */
static uint64_t groups(const struct walk *w, struct slice scan)
{
	const struct jpeg_info *info = w->info;
	uint64_t h = 1, v = 1, ch, cv;

	for (unsigned i = 0; i < info->components; i++) {
		h = info->sampling[i] >> 4 > h ? info->sampling[i] >> 4 : h;
		v = (info->sampling[i] & 15) > v ? info->sampling[i] & 15 : v;
	}
	if (scan.p[0] != 1)
		return up(info->width, 8 * h) * up(info->height, 8 * v);
	for (unsigned i = 0; i < info->components; i++)
		if (w->ids[i] == scan.p[1]) {
			ch = info->sampling[i] >> 4;
			cv = info->sampling[i] & 15;
			return up(up(info->width * ch, h), 8) * up(up(info->height * cv, v), 8);
		}
	return 0;
}

/*
 * The data of a scan and its restart markers: as many as the interval demands, in their order. One
 * more at the end is a habit of some encoders.
 */
static enum err read_scan(struct walk *w, struct slice head, size_t at)
{
	uint64_t restarts = 0, want = 0;
	size_t from = w->r.at;

	if (!w->framed)
		return malformed(w, at, "a scan before the frame");
	if (head.n < 6)
		return malformed(w, at, "the head of a scan");
	if (++w->scans > SCANS_MAX)
		return format_hold(w->job, ERR_LIMIT, "limit", S(""), at,
				   "the picture has more than %u scans", SCANS_MAX);
	if (!skip_scan(&w->r, &restarts))
		return malformed(w, at, "restart markers out of order");
	if (!reader_ok(&w->r))
		return malformed(w, at, "it is cut short");
	w->scan_bytes += w->r.at - from;
	want = w->interval ? up(groups(w, head), w->interval) : 1;
	if (restarts + 1 != want && (restarts != want || !w->interval))
		return malformed(w, at, "its restart markers do not fit its size");
	return OK;
}

/* The markers that a decoder has use for, and those that stay behind. */
static bool is_known(unsigned marker)
{
	return (marker >= M_SOF0 && marker <= M_SOF15 && marker != M_JPG) || marker == M_SOS ||
	       marker == M_DQT || marker == M_DNL || marker == M_DRI ||
	       (marker >= M_APP0 && marker <= M_APP15) || marker == M_COM;
}

/* DNL tells the height after the first scan; some decoders believe it and some the frame. */
static enum err read_lines(struct walk *w, struct slice data, size_t at)
{
	struct reader r = reader_of(data);

	if (reader_u16be(&r) != w->info->height || !reader_done(&r))
		return malformed(w, at, "its height is told in two ways");
	return OK;
}

static enum err segment(struct walk *w, unsigned marker, size_t at)
{
	unsigned n = reader_u16be(&w->r);
	struct slice data = reader_take(&w->r, n >= 2 ? n - 2 : SIZE_MAX);

	if (!reader_ok(&w->r))
		return malformed(w, at, "it is cut short");
	if (++w->segments > SEGMENTS_MAX)
		return format_hold(w->job, ERR_LIMIT, "limit", S(""), at,
				   "the picture has more than %u parts", SEGMENTS_MAX);
	if (!is_known(marker))
		return format_hold(w->job, ERR_UNSUPPORTED, "picture-unsupported", S(""), at,
				   "a JPEG with marker 0x%02X", marker);
	if (marker == M_DNL)
		return read_lines(w, data, at);
	if (marker == M_DRI) {
		if (data.n != 2)
			return malformed(w, at, "the restart interval");
		w->interval = (uint32_t)(data.p[0] << 8 | data.p[1]);
	}
	if (marker == M_DQT)
		return read_quant(w, data, at);
	if (marker >= M_SOF0 && marker <= M_SOF15 && marker != M_DHT && marker != M_JPG &&
	    marker != M_DAC)
		return read_frame(w, marker, data, at);
	if (marker == M_APP14 && slice_starts(data, S("Adobe")) && data.n >= 12 && !w->scans)
		w->info->adobe = true;
	if ((marker >= M_APP0 && marker <= M_APP15) || marker == M_COM)
		report_left_behind(w, marker, data);
	return marker == M_SOS ? read_scan(w, data, at) : OK;
}

static enum err check_scans(struct walk *w)
{
	const struct jpeg_info *info = w->info;

	if (!w->scans)
		return malformed(w, w->r.at, "it has no picture");
	if (w->scan_bytes < (uint64_t)info->width * info->height / PIXELS_PER_BYTE_MAX)
		return format_hold(w->job, ERR_LIMIT, "limit", S(""), w->r.at,
				   "ratio: %zu bytes cannot hold a picture of %u x %u pixels",
				   w->scan_bytes, info->width, info->height);
	return OK;
}

enum err jpeg_walk(struct job *job, struct jpeg_info *ret)
{
	struct walk w = {.job = job, .info = ret, .r = reader_of(job->in)};

	*ret = (struct jpeg_info){.orientation = 1};
	reader_take(&w.r, 2);
	for (;;) {
		size_t at = w.r.at;
		unsigned marker = 0xFF;

		if (reader_u8(&w.r) != 0xFF)
			return malformed(&w, at,
					 reader_ok(&w.r) ? "bytes between its parts"
							 : "it is cut short");
		while (marker == 0xFF && reader_ok(&w.r))
			marker = reader_u8(&w.r);
		if (marker == M_EOI)
			break;
		if (marker == 0 || marker == M_SOI || marker == M_TEM || is_restart(marker))
			return malformed(&w, at, "a marker where none may be");
		TRY(segment(&w, marker, at));
	}
	TRY(check_scans(&w));
	ret->end = w.r.at;
	picture_trailing(job, ret->end);
	return OK;
}
