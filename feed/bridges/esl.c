#include "feed/bridges/esl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

void esl_finish(struct esl *esl)
{
	free(esl->bytes);
	*esl = (struct esl){0};
}

void esl_forget(struct esl *esl)
{
	esl->size = esl->at = 0;
}

char *esl_room(struct esl *esl, size_t least)
{
	if (esl->at) {
		memmove(esl->bytes, esl->bytes + esl->at, esl->size - esl->at);
		esl->size -= esl->at;
		esl->at = 0;
	}
	if (esl->room < esl->size + least)
		esl->bytes = memory_grow(esl->bytes, &esl->room, esl->size + least, 1);
	return esl->bytes + esl->size;
}

void esl_added(struct esl *esl, size_t size)
{
	esl->size += size;
}

/* ---- lines ---- */

static struct view without_end(struct view line)
{
	if (line.size && line.data[line.size - 1] == '\r')
		line.size--;
	return line;
}

/* Up to the newline, which is taken too; where there is none, all of it. */
static struct view take_line(struct view *rest)
{
	const char *end = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
	const size_t size = end ? (size_t)(end - rest->data) : rest->size;
	const struct view line = {rest->data, size};
	rest->data += size + (end != NULL);
	rest->size -= size + (end != NULL);
	return without_end(line);
}

bool esl_line(struct view *rest, struct view *name, struct view *value)
{
	while (rest->size) {
		const struct view line = take_line(rest);
		const char *colon = line.size ? memchr(line.data, ':', line.size) : NULL;
		if (!colon || colon == line.data)
			continue;
		*name = (struct view){line.data, (size_t)(colon - line.data)};
		*value = (struct view){colon + 1, line.size - name->size - 1};
		while (value->size && *value->data == ' ') {
			value->data++;
			value->size--;
		}
		return true;
	}
	return false;
}

static bool is_named(struct view name, const char *wanted)
{
	return name.size == strlen(wanted) && strncasecmp(name.data, wanted, name.size) == 0;
}

struct view esl_header(struct view block, const char *name)
{
	struct view found, value;
	while (esl_line(&block, &found, &value))
		if (is_named(found, name))
			return value;
	return (struct view){0};
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	const int letter = tolower((unsigned char)c);
	return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* A % that is followed by no two digits stands for itself: not every version encodes. */
struct view esl_value(struct view block, const char *name, char *to, size_t room)
{
	const struct view raw = esl_header(block, name);
	size_t size = 0;
	for (size_t i = 0; i < raw.size && size + 1 < room; i++) {
		const bool encoded = raw.data[i] == '%' && i + 2 < raw.size && digit_of(raw.data[i + 1]) >= 0 && digit_of(raw.data[i + 2]) >= 0;
		to[size++] = encoded ? (char)(digit_of(raw.data[i + 1]) * 16 + digit_of(raw.data[i + 2])) : raw.data[i];
		i += encoded ? 2 : 0;
	}
	to[size] = 0;
	return (struct view){to, size};
}

int64_t esl_number(struct view block, const char *name, int64_t most)
{
	return text_whole(esl_header(block, name), most);
}

/* ---- frames ---- */

/* Size of the block that begins there, with its empty line; 0: its end has not come. */
static size_t block_size(struct view bytes)
{
	for (size_t at = 0; at < bytes.size;) {
		const char *end = memchr(bytes.data + at, '\n', bytes.size - at);
		if (!end)
			return 0;
		const size_t size = (size_t)(end - bytes.data) - at;
		if (size == 0 || (size == 1 && bytes.data[at] == '\r'))
			return at + size + 1;
		at += size + 1;
	}
	return 0;
}

/* Of its content; -1: err says what is wrong with it. Two lengths that differ could be read in two ways. */
static int64_t content_size(struct view head, struct error *err)
{
	struct view rest = head, name, value;
	int64_t size = 0;
	bool known = false;
	while (esl_line(&rest, &name, &value)) {
		if (!is_named(name, "Content-Length"))
			continue;
		const int64_t told = text_whole(value, ESL_CONTENT_MOST);
		if (told < 0)
			return fail(err, "a Content-Length that is no number up to %d", ESL_CONTENT_MOST), -1;
		if (known && told != size)
			return fail(err, "two Content-Length that differ"), -1;
		size = told;
		known = true;
	}
	return size;
}

enum esl_state esl_next(struct esl *esl, struct esl_frame *frame, struct error *err)
{
	while (esl->at < esl->size && (esl->bytes[esl->at] == '\n' || esl->bytes[esl->at] == '\r'))
		esl->at++;
	const struct view bytes = {esl->bytes ? esl->bytes + esl->at : NULL, esl->size - esl->at};
	const size_t head = block_size(bytes);
	if ((head ? head : bytes.size) > ESL_HEAD_MOST) {
		fail(err, "a block of headers longer than %d bytes", ESL_HEAD_MOST);
		return ESL_BROKEN;
	}
	if (!head)
		return ESL_MORE;
	frame->head = (struct view){bytes.data, head};
	const int64_t content = content_size(frame->head, err);
	if (content < 0)
		return ESL_BROKEN;
	if (bytes.size - head < (size_t)content)
		return ESL_MORE;
	frame->content = (struct view){bytes.data + head, (size_t)content};
	esl->at += head + (size_t)content;
	return ESL_FRAME;
}
