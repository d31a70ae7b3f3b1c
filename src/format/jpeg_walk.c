#include "format/jpeg_walk.h"

#include <stdio.h>
#include "base/reader.h"
#include "format/picture.h"

/* Each scan of a progressive picture costs a pass over all of it; encoders use about ten. */
#define SCANS_MAX 100u

enum {
	M_SOF0 = 0xC0,
	M_SOF1 = 0xC1,
	M_SOF2 = 0xC2,
	M_DHT = 0xC4,
	M_JPG = 0xC8,
	M_SOF9 = 0xC9,
	M_SOF10 = 0xCA,
	M_DAC = 0xCC,
	M_RST0 = 0xD0,
	M_RST7 = 0xD7,
	M_SOI = 0xD8,
	M_EOI = 0xD9,
	M_SOS = 0xDA,
	M_DQT = 0xDB,
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
	unsigned scans;
	bool framed;
};

static enum err malformed(struct walk *w, size_t at, const char *what)
{
	return format_hold(w->job, ERR_SYNTAX, "malformed", S(""), at, "the JPEG is broken: %s",
			   what);
}

static enum err read_frame(struct walk *w, unsigned marker, struct slice data, size_t at)
{
	const struct limits *l = w->job->limits;
	struct jpeg_info *info = w->info;
	struct reader r = reader_of(data);
	unsigned depth = reader_u8(&r);

	if (w->framed)
		return malformed(w, at, "it has two frames");
	w->framed = true;
	info->height = reader_u16be(&r);
	info->width = reader_u16be(&r);
	info->components = reader_u8(&r);
	if (info->components > 4 || !reader_ok(&r))
		return malformed(w, at, "the frame header");
	for (unsigned i = 0; i < info->components; i++) {
		reader_u8(&r);
		info->sampling[i] = reader_u8(&r);
		info->table[i] = reader_u8(&r);
		if (info->table[i] > 3)
			return malformed(w, at, "the frame header");
	}
	if (!reader_done(&r) || !info->width || !info->height)
		return malformed(w, at, "the frame header");
	if (depth != 8 || (marker > M_SOF2 && marker != M_SOF9 && marker != M_SOF10) ||
	    info->components == 2)
		return format_hold(w->job, ERR_UNSUPPORTED, "picture-unsupported", S(""), at,
				   "a JPEG of %u bits, %u components, process %u", depth,
				   info->components, marker - M_SOF0);
	if (info->width > l->side || info->height > l->side ||
	    (uint64_t)info->width * info->height > l->pixels)
		return format_hold(w->job, ERR_LIMIT, "limit", S(""), at,
				   "the picture has %u x %u pixels; the limit is %u a side and "
				   "%llu in all",
				   info->width, info->height, l->side,
				   (unsigned long long)l->pixels);
	return OK;
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

	if ((marker == M_APP0 && slice_starts(data, S("JFIF\0"))) || marker == M_APP14)
		return;
	if (marker == M_APP1 && slice_starts(data, S("Exif\0"))) {
		unsigned o = exif_orientation(slice_from(data, 6), &gps);

		w->info->orientation = o != 1 ? o : w->info->orientation;
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

/* Moves behind the entropy-coded data of a scan, to the 0xFF of the next marker. */
static void skip_scan(struct reader *r)
{
	while (reader_left(r) >= 2) {
		struct slice rest = slice_from(r->in, r->at);
		size_t at = slice_find_byte(rest, 0xFF);
		unsigned next;

		if (at == SIZE_MAX || at + 1 >= rest.n)
			break;
		next = rest.p[at + 1];
		if (next != 0 && next != 0xFF && (next < M_RST0 || next > M_RST7)) {
			reader_seek(r, r->at + at);
			return;
		}
		reader_seek(r, r->at + at + (next == 0xFF ? 1 : 2));
	}
	reader_seek(r, SIZE_MAX);
}

static enum err segment(struct walk *w, unsigned marker, size_t at)
{
	unsigned n = reader_u16be(&w->r);
	struct slice data = reader_take(&w->r, n >= 2 ? n - 2 : SIZE_MAX);

	if (!reader_ok(&w->r))
		return malformed(w, at, "it is cut short");
	if (marker == M_DQT)
		return read_quant(w, data, at);
	if (marker >= M_SOF0 && marker <= 0xCF && marker != M_DHT && marker != M_JPG &&
	    marker != M_DAC)
		return read_frame(w, marker, data, at);
	if (marker == M_APP14 && slice_starts(data, S("Adobe")))
		w->info->adobe = true;
	if ((marker >= M_APP0 && marker <= M_APP15) || marker == M_COM)
		report_left_behind(w, marker, data);
	if (marker != M_SOS)
		return OK;
	if (!w->framed)
		return malformed(w, at, "a scan before the frame");
	if (++w->scans > SCANS_MAX)
		return format_hold(w->job, ERR_LIMIT, "limit", S(""), at,
				   "the picture has more than %u scans", SCANS_MAX);
	skip_scan(&w->r);
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
		if (marker == 0 || marker == M_SOI)
			return malformed(&w, at, "a marker where none may be");
		if (marker == M_TEM || (marker >= M_RST0 && marker <= M_RST7))
			continue;
		TRY(segment(&w, marker, at));
	}
	if (!w.scans)
		return malformed(&w, w.r.at, "it has no picture");
	ret->end = w.r.at;
	if (reader_left(&w.r)) {
		char place[32];

		snprintf(place, sizeof place, "@%zu", ret->end);
		report_add(job->report, ACT_REMOVED, "trailing-data", S(""), slice_str(place),
			   S(""));
	}
	return OK;
}
