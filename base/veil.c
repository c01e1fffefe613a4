#include "base/veil.h"

#include <strings.h>

#include "base/map.h"

#define BOARD "board:"

static void write_hex(uint64_t number, char to[VEIL_ROOM])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < VEIL_ROOM - 1; i++)
		to[i] = digits[number >> (60 - 4 * i) & 15];
	to[VEIL_ROOM - 1] = 0;
}

uint64_t veil_hash(const struct veil *veil, struct view bytes)
{
	return siphash(veil->key, bytes.data, bytes.size);
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
	uint8_t key[SIPHASH_KEY_SIZE], bytes[8];
	memcpy(key, veil->key, sizeof key);
	key[0] ^= 0xff;
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(hash >> 8 * i);
	to[0] = 0;
	if (hash)
		write_hex(siphash(key, bytes, sizeof bytes), to);
}

uint64_t veil_customer(const struct veil *veil, uint64_t hash)
{
	char pseudonym[VEIL_ROOM];
	veil_pseudonym(veil, hash, pseudonym);
	return pseudonym_hash(view_of(pseudonym));
}
