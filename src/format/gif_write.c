/* Prints the grammar `gif`. Strings of indices are looked up in a table by their prefix. */
#include "format/gif.h"

enum { BLOCK = 255, SLOTS = 8192 /* of the hash table; a power of two above GIF_CODES */ };

struct packer {
	struct buf *out;
	uint32_t held; /* bits that make no whole byte yet */
	unsigned n;
	uint8_t block[BLOCK];
	unsigned filled;
	uint32_t key[SLOTS]; /* prefix << 8 | index, plus 1 */
	uint16_t code[SLOTS];
};

static void put_byte(struct packer *p, uint8_t v)
{
	p->block[p->filled++] = v;
	if (p->filled == BLOCK) {
		buf_byte(p->out, BLOCK);
		buf_put(p->out, p->block, BLOCK);
		p->filled = 0;
	}
}

static void put_code(struct packer *p, unsigned code, unsigned size)
{
	p->held |= code << p->n;
	p->n += size;
	for (; p->n >= 8; p->n -= 8, p->held >>= 8)
		put_byte(p, (uint8_t)p->held);
}

static void put_rest(struct packer *p)
{
	if (p->n)
		put_byte(p, (uint8_t)p->held);
	if (p->filled) {
		buf_byte(p->out, (uint8_t)p->filled);
		buf_put(p->out, p->block, p->filled);
	}
	buf_byte(p->out, 0);
}

/* The slot of a string, or the free one where it would stand. */
static uint32_t slot_of(const struct packer *p, uint32_t key)
{
	uint32_t at = (key * 2654435761u) >> 19;

	while (p->key[at] && p->key[at] != key + 1)
		at = (at + 1) % SLOTS;
	return at;
}

/* As every reader expects: the longest known string, one new one a code, cleared when full. */
static void put_pixels(struct packer *p, const struct gif_frame *f)
{
	unsigned min = f->bits < 2 ? 2 : f->bits, clear = 1u << min, next = clear + 2,
		 size = min + 1;
	size_t all = (size_t)f->width * f->height;
	unsigned prefix = f->pixels[0];

	memset(p->key, 0, sizeof p->key);
	p->held = p->n = p->filled = 0;
	buf_byte(p->out, (uint8_t)min);
	put_code(p, clear, size);
	for (size_t i = 1; i < all; i++) {
		uint32_t key = prefix << 8 | f->pixels[i], at = slot_of(p, key);

		if (p->key[at]) {
			prefix = p->code[at];
			continue;
		}
		put_code(p, prefix, size);
		prefix = f->pixels[i];
		if (next < GIF_CODES) {
			/* The reader knows a string one code later than the writer. */
			if (next == 1u << size && size < 12)
				size++;
			p->key[at] = key + 1;
			p->code[at] = (uint16_t)next++;
		} else {
			put_code(p, clear, size);
			memset(p->key, 0, sizeof p->key);
			next = clear + 2;
			size = min + 1;
		}
	}
	put_code(p, prefix, size);
	if (next == 1u << size && size < 12)
		size++;
	put_code(p, clear + 1, size);
	put_rest(p);
}

static void put_u16(struct buf *out, uint32_t v)
{
	buf_byte(out, (uint8_t)v);
	buf_byte(out, (uint8_t)(v >> 8));
}

static void put_frame(struct packer *p, const struct gif_frame *f)
{
	struct buf *out = p->out;

	buf_put(out, "!\xF9\x04", 3);
	buf_byte(out, (uint8_t)(f->disposal << 2 | (f->transparent >= 0)));
	put_u16(out, f->delay);
	buf_byte(out, (uint8_t)(f->transparent >= 0 ? f->transparent : 0));
	buf_put(out, "\0,", 2);
	put_u16(out, f->x);
	put_u16(out, f->y);
	put_u16(out, f->width);
	put_u16(out, f->height);
	buf_byte(out, (uint8_t)(0x80 | (f->bits - 1)));
	buf_put(out, f->palette, (size_t)3 << f->bits);
	put_pixels(p, f);
}

enum err gif_write(struct buf *out, const struct gif *g, struct arena *arena)
{
	struct packer *p = arena_alloc(arena, sizeof *p);

	if (!p)
		return ERR_MEMORY;
	p->out = out;
	buf_str(out, "GIF89a");
	put_u16(out, g->width);
	put_u16(out, g->height);
	buf_put(out, "\0\0\0", 3);
	if (g->loops >= 0) {
		buf_put(out, "!\xFF\x0BNETSCAPE2.0\3\1", 16);
		put_u16(out, (uint32_t)g->loops);
		buf_byte(out, 0);
	}
	for (const struct gif_frame *f = g->first; f; f = f->next)
		put_frame(p, f);
	buf_byte(out, ';');
	return buf_err(out);
}
