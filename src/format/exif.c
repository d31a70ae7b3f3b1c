/*
 * exif: the one value of EXIF that matters to pixels, tag 0x0112 of IFD0 (TIFF 6.0, EXIF 2.32),
 * and whether there is a GPS directory (tag 0x8825), which the report mentions.
 */
#include "base/reader.h"
#include "format/picture.h"

#define TAG_ORIENTATION 0x0112u
#define TAG_GPS 0x8825u
#define TYPE_SHORT 3u

unsigned exif_orientation(struct slice tiff, bool *ret_gps)
{
	struct reader r = reader_of(tiff);
	bool big = slice_starts(tiff, S("MM\0*"));
	unsigned ret = 0, n;

	*ret_gps = false;
	if (!big && !slice_starts(tiff, S("II*\0")))
		return 1;
	reader_take(&r, 4);
	reader_seek(&r, big ? reader_u32be(&r) : reader_u32le(&r));
	n = big ? reader_u16be(&r) : reader_u16le(&r);
	for (unsigned i = 0; i < n && reader_ok(&r); i++) {
		unsigned tag = big ? reader_u16be(&r) : reader_u16le(&r);
		unsigned type = big ? reader_u16be(&r) : reader_u16le(&r);
		struct reader v;

		reader_take(&r, 4);
		v = reader_sub(&r, 4);
		if (!reader_ok(&r))
			break;
		if (tag == TAG_GPS)
			*ret_gps = true;
		/* Where the tag stands twice viewers believe the first. */
		if (tag == TAG_ORIENTATION && type == TYPE_SHORT && !ret)
			ret = big ? reader_u16be(&v) : reader_u16le(&v);
	}
	return ret >= 1 && ret <= 8 ? ret : 1;
}
