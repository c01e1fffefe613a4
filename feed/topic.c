#include <string.h>

#include "feed/topic.h"

static bool plain(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
	       byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

/* 0: no room. */
static size_t encode(char *to, size_t room, struct view text)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t size = 0;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char byte = (unsigned char)text.data[i];
		if (size + 3 > room)
			return 0;
		if (plain(byte)) {
			to[size++] = (char)byte;
			continue;
		}
		to[size++] = '%';
		to[size++] = digits[byte >> 4];
		to[size++] = digits[byte & 15];
	}
	return size;
}

bool topic_write(char to[TOPIC_ROOM], const char *site, struct view queue)
{
	size_t length = strlen(site);
	if (length + 2 > TOPIC_MAX || strchr(site, '/'))
		return false;
	memcpy(to, site, length);
	to[length++] = '/';
	length += encode(to + length, TOPIC_MAX - 1 - length, queue);
	to[length++] = '/';
	to[length] = 0;
	return true;
}
