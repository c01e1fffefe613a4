#include "feed/identifiers_key.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/random.h"
#include "feed/curve_file.h"

#define WORD "identifiers "
#define DIGITS 16 /* of each half */

static bool read_half(const char *text, uint64_t *half)
{
	uint64_t number = 0;
	for (int i = 0; i < DIGITS; i++) {
		const char digit = text[i];
		const int value = digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
		if (value < 0)
			return false;
		number = number << 4 | (uint64_t)value;
	}
	*half = number;
	return true;
}

/* The line that holds it; `text` is terminated. */
static bool find_key(const char *text, struct veil *veil)
{
	struct veil found = *veil;
	const char *line = text;
	while (*line == '#' || *line == '\n') {
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	if (strncmp(line, WORD, sizeof WORD - 1) != 0)
		return false;
	line += sizeof WORD - 1;
	if (!read_half(line, &found.key[0]) || !read_half(line + DIGITS, &found.key[1]) || (line[2 * DIGITS] && line[2 * DIGITS] != '\n'))
		return false;
	*veil = found;
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
	return good || fail(err, "identifiers_key_file: %.300s: no line \"identifiers\" with 32 hexadecimal digits; tablo keygen --identifiers --out FILE makes "
				 "such a file", path);
}

bool identifiers_key_write(const char *path, struct error *err)
{
	struct veil veil;
	char text[160];
	random_bytes(&veil, sizeof veil);
	const int size = snprintf(text, sizeof text, "# tablo: keeps names and ids at their site; whoever has it can test a name against a hash\n" WORD
		"%016" PRIx64 "%016" PRIx64 "\n", veil.key[0], veil.key[1]);
	const bool good = curve_file_write(path, 0600, text, (size_t)size, err);
	explicit_bzero(text, sizeof text);
	explicit_bzero(&veil, sizeof veil);
	return good;
}
