#include "base/redact.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>
#include <xxhash.h>

#include "base/text.h"
#include "base/view.h"

/* ---- initials ---- */

struct initials {
	int32_t first, last; /* 0: none */
	int telling;	     /* letters and digits in all */
};

/* A word begins with a letter; marks belong to it, and digits within it. What stands behind the sign of an address is where somebody is, not
 * who. */
static struct initials find_initials(const char *text)
{
	struct initials initials = {0};
	bool within = false, is_name = true;
	int32_t code;
	for (int width, bytes; (code = text_next(text, &width, &bytes)); text += bytes) {
		const utf8proc_category_t category = utf8proc_category(code);
		const bool is_letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
		const bool is_mark = category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
		const bool is_digit = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
		initials.telling += is_letter || is_digit;
		is_name = is_name && (code != '@' || !initials.first);
		if (is_name && !within && is_letter) {
			initials.last = initials.first ? code : 0;
			initials.first = initials.first ? initials.first : code;
		}
		within = is_letter || is_mark || (within && is_digit);
	}
	return initials;
}

static size_t put_initial(int32_t code, char *to)
{
	const size_t size = (size_t)utf8proc_encode_char(utf8proc_toupper(code), (utf8proc_uint8_t *)to);
	to[size] = '.';
	return size + 1;
}

void redact_person(const char *text, char *to, size_t room)
{
	const struct initials initials = find_initials(text);
	char shown[16];
	size_t size = 0;
	if (initials.first && initials.telling > 1)
		size = put_initial(initials.first, shown);
	if (initials.last && initials.telling > 2) {
		shown[size++] = ' ';
		size += put_initial(initials.last, shown + size);
	}
	shown[size] = 0;
	view_copy(view_of(size || !*text ? shown : REDACT_NOTHING), to, room);
}

/* ---- SipHash-2-4 ---- */

static uint64_t rotated(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static uint64_t little_endian(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

static void mix(uint64_t v[4], int rounds)
{
	for (int i = 0; i < rounds; i++) {
		v[0] += v[1];
		v[1] = rotated(v[1], 13) ^ v[0];
		v[0] = rotated(v[0], 32);
		v[2] += v[3];
		v[3] = rotated(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotated(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotated(v[1], 17) ^ v[2];
		v[2] = rotated(v[2], 32);
	}
}

static void take(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	mix(v, 2);
	v[0] ^= word;
}

static uint64_t siphash(const uint8_t key[REDACT_KEY_SIZE], const uint8_t *bytes, size_t size)
{
	const uint64_t low = little_endian(key, 8), high = little_endian(key + 8, 8);
	uint64_t v[4] = {low ^ UINT64_C(0x736f6d6570736575), high ^ UINT64_C(0x646f72616e646f6d), low ^ UINT64_C(0x6c7967656e657261),
		high ^ UINT64_C(0x7465646279746573)};
	size_t at = 0;
	for (; at + 8 <= size; at += 8)
		take(v, little_endian(bytes + at, 8));
	take(v, little_endian(bytes + at, size - at) | (uint64_t)size << 56);
	v[2] ^= 0xff;
	mix(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void redact_hash(const uint8_t key[REDACT_KEY_SIZE], const char *domain, const char *text, char *to, size_t room)
{
	char message[300];
	const int size = snprintf(message, sizeof message, "%s%c%s", domain, 0, text);
	const size_t whole = size < 0 ? 0 : (size_t)size < sizeof message ? (size_t)size : sizeof message - 1;
	const uint64_t hash = siphash(key, (const uint8_t *)message, whole);
	snprintf(to, room, "%010" PRIx64, hash >> (64 - 4 * REDACT_HASH_DIGITS));
}

void redact_key(const void *bytes, size_t size, uint8_t key[REDACT_KEY_SIZE])
{
	XXH128_canonical_t canonical;
	_Static_assert(sizeof canonical == REDACT_KEY_SIZE, "a key is 128 bits");
	XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, size));
	memcpy(key, &canonical, REDACT_KEY_SIZE);
}
