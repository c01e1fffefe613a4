#include "feed/bridges/login_file.h"

#include <string.h>

#include "feed/curve_file.h"

void login_text_erase(struct login_text *text)
{
	explicit_bzero(text, sizeof *text);
}

static bool take_line(struct login_text *to, const char *path, const char *text, size_t size, struct error *err)
{
	const char *end = memchr(text, '\n', size);
	size_t length = end ? (size_t)(end - text) : size;
	if (length && text[length - 1] == '\r')
		length--;
	if (length == 0 || length > LOGIN_TEXT_MOST)
		return fail(err, "%.300s: its first line must have 1 to %d bytes", path, LOGIN_TEXT_MOST);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 127)
			return fail(err, "%.300s: there is a control character in its first line", path);
	memcpy(to->text, text, length);
	to->text[length] = 0;
	to->size = length;
	return true;
}

bool login_file_read(const char *path, struct login_text *to, struct error *err)
{
	size_t size;
	*to = (struct login_text){0};
	char *text = curve_file_read(path, CURVE_FILE_SECRET, &size, err);
	if (!text)
		return false;
	const bool good = take_line(to, path, text, size, err);
	curve_file_forget(text, size);
	return good;
}
