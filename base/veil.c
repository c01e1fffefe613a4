#include "base/veil.h"

#include <strings.h>

#include "base/map.h"

#define BOARD "board:"

static uint64_t turn(uint64_t word, int by)
{
	return word << by | word >> (64 - by);
}

/* "SipHash: a fast short-input PRF", Aumasson and Bernstein 2012. */
static void round_of(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = turn(v[1], 13) ^ v[0];
	v[0] = turn(v[0], 32);
	v[2] += v[3];
	v[3] = turn(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = turn(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = turn(v[1], 17) ^ v[2];
	v[2] = turn(v[2], 32);
}

static void take(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	round_of(v);
	round_of(v);
	v[0] ^= word;
}

/* Up to eight bytes, little endian. */
static uint64_t word_at(const char *bytes, size_t size)
{
	uint64_t word = 0;
	for (size_t i = 0; i < size; i++)
		word |= (uint64_t)(uint8_t)bytes[i] << 8 * i;
	return word;
}

static uint64_t hash_with(const uint64_t key[2], struct view bytes)
{
	uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d), key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573)};
	size_t at = 0;
	for (; bytes.size - at >= 8; at += 8)
		take(v, word_at(bytes.data + at, 8));
	take(v, word_at(bytes.data + at, bytes.size - at) | (uint64_t)bytes.size << 56);
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		round_of(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void write_hex(uint64_t number, char to[VEIL_ROOM])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < VEIL_ROOM - 1; i++)
		to[i] = digits[number >> (60 - 4 * i) & 15];
	to[VEIL_ROOM - 1] = 0;
}

uint64_t veil_hash(const struct veil *veil, struct view bytes)
{
	return hash_with(veil->key, bytes);
}

void veil_text(const struct veil *veil, struct view text, char to[VEIL_ROOM])
{
	if (text.size == 0 || view_is(text, "other"))
		view_copy(text, to, VEIL_ROOM);
	else
		write_hex(veil_hash(veil, text), to);
}

struct view veil_reason(const struct veil *veil, struct view text, char to[VEIL_ROOM])
{
	for (size_t list = 0; list < sizeof veil->spoken / sizeof *veil->spoken; list++)
		for (int i = 0; i < veil->spoken[list].count; i++) {
			const char *word = veil->spoken[list].words[i];
			if (strlen(word) == text.size && strncasecmp(word, text.data, text.size) == 0)
				return text;
		}
	veil_text(veil, text, to);
	return view_of(to);
}

struct view veil_source(const struct veil *veil, struct view src, char to[VEIL_SOURCE_ROOM])
{
	const size_t prefix = sizeof BOARD - 1;
	if (src.size <= prefix || memcmp(src.data, BOARD, prefix) != 0)
		return src;
	memcpy(to, BOARD, prefix);
	veil_text(veil, (struct view){src.data + prefix, src.size - prefix}, to + prefix);
	return view_of(to);
}

uint64_t pseudonym_hash(struct view pseudonym)
{
	if (pseudonym.size == 0)
		return 0;
	const uint64_t hash = map_hash(pseudonym);
	return hash ? hash : 1;
}

void veil_pseudonym(const struct veil *veil, uint64_t hash, char to[VEIL_ROOM])
{
	/* Another key than that of texts: a text of eight bytes is no customer. */
	const uint64_t key[2] = {~veil->key[0], veil->key[1]};
	char bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (char)(hash >> 8 * i & 0xff);
	to[0] = 0;
	if (hash)
		write_hex(hash_with(key, (struct view){bytes, sizeof bytes}), to);
}

uint64_t veil_customer(const struct veil *veil, uint64_t hash)
{
	char pseudonym[VEIL_ROOM];
	veil_pseudonym(veil, hash, pseudonym);
	return pseudonym_hash(view_of(pseudonym));
}
