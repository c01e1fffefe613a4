#include "feed/identifiers_key.h"

#include <stdio.h>

#include "base/random.h"
#include "feed/curve_file.h"

#define WORD "identifiers "
#define DIGITS (2 * SIPHASH_KEY_SIZE)

static int digit_of(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool read_digits(const char *text, uint8_t key[SIPHASH_KEY_SIZE])
{
	for (int i = 0; i < SIPHASH_KEY_SIZE; i++) {
		const int high = digit_of(text[2 * i]), low = high < 0 ? -1 : digit_of(text[2 * i + 1]);
		if (low < 0)
			return false;
		key[i] = (uint8_t)(high << 4 | low);
	}
	return text[DIGITS] == 0 || text[DIGITS] == '\n';
}

/* The line that holds it; `text` is terminated. */
static bool find_key(const char *text, struct veil *veil)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	const char *line = text;
	while (*line == '#' || *line == '\n') {
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	if (strncmp(line, WORD, sizeof WORD - 1) != 0 || !read_digits(line + sizeof WORD - 1, key))
		return false;
	memcpy(veil->key, key, sizeof key);
	explicit_bzero(key, sizeof key);
	return true;
}

bool identifiers_key_read(const char *path, struct veil *veil, struct error *err)
{
	size_t size;
	struct error why;
	char *text = curve_file_read(path, CURVE_FILE_SECRET, &size, &why);
	if (!text)
		return fail(err, "identifiers_key_file: %.400s; tablo keygen --identifiers --out FILE makes one", why.text);
	const bool good = find_key(text, veil);
	curve_file_forget(text, size);
	return good || fail(err, "identifiers_key_file: %.300s: no line \"identifiers\" with 32 hexadecimal digits; tablo keygen --identifiers --out FILE "
				 "makes such a file", path);
}

bool identifiers_key_write(const char *path, struct error *err)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	char text[160] = "# tablo: keeps names and ids at their site; whoever has it can test a name against a hash\n" WORD;
	size_t size = strlen(text);
	random_bytes(key, sizeof key);
	for (size_t i = 0; i < sizeof key; i++)
		size += (size_t)snprintf(text + size, sizeof text - size, "%02x", key[i]);
	text[size++] = '\n';
	const bool good = curve_file_write(path, 0600, text, size, err);
	explicit_bzero(text, sizeof text);
	explicit_bzero(key, sizeof key);
	return good;
}
