#include "store/redis_bundle.h"

#include <stdlib.h>

#include "base/memory.h"

#define WORDS_ENOUGH 100 /* in small bundles Lua's tables stay in the cache */
#define HEAD_ROOM 5

static void send_words(struct redis_bundle *bundle)
{
	if (bundle->size)
		redis_call_word(bundle->call, (struct view){bundle->bytes, bundle->size});
	bundle->size = bundle->words = 0;
}

static char *reserve(struct redis_bundle *bundle, size_t size)
{
	bundle->bytes = memory_grow(bundle->bytes, &bundle->room, bundle->size + HEAD_ROOM + size, 1);
	bundle->words++;
	return bundle->bytes + bundle->size;
}

static char *put_big_endian(char *to, uint32_t number, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		*to++ = (char)(number >> (8 * i));
	return to;
}

static char *put_head(char *to, uint8_t kind, uint32_t number, int bytes)
{
	*to++ = (char)kind;
	return put_big_endian(to, number, bytes);
}

void redis_bundle_number(struct redis_bundle *bundle, uint32_t number)
{
	char *to = reserve(bundle, 0);
	if (number < 0x80)
		*to++ = (char)number;
	else
		to = put_head(to, 0xce, number, 4);
	bundle->size = (size_t)(to - bundle->bytes);
}

void redis_bundle_text(struct redis_bundle *bundle, struct view text)
{
	char *to = reserve(bundle, text.size);
	const uint32_t size = (uint32_t)text.size;
	if (size < 32)
		*to++ = (char)(0xa0 | size);
	else if (size <= UINT8_MAX)
		to = put_head(to, 0xd9, size, 1);
	else if (size <= UINT16_MAX)
		to = put_head(to, 0xda, size, 2);
	else
		to = put_head(to, 0xdb, size, 4);
	if (size)
		memcpy(to, text.data, size);
	bundle->size = (size_t)(to - bundle->bytes) + size;
}

void redis_bundle_operation(struct redis_bundle *bundle, char verb, size_t place)
{
	if (bundle->words >= WORDS_ENOUGH)
		send_words(bundle);
	redis_bundle_text(bundle, (struct view){&verb, 1});
	redis_bundle_number(bundle, (uint32_t)place);
}

void redis_bundle_finish(struct redis_bundle *bundle)
{
	send_words(bundle);
	free(bundle->bytes);
	bundle->bytes = NULL;
}
