#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/file.h"
#include "config/scan.h"

#define DEPTH_MOST 5 /* a list of a widget of a row of a page, and one more to be refused */

struct cursor {
	char *at;
	const char *name;
	int line;
	/* what came before, to tell a section's brace from a list's */
	bool after_equals;
	int depth, title_line;
	int open_lines[DEPTH_MOST]; /* of the braces that are open; 0: of a list */
	int outer_line;		    /* of the '{' at depth 0 */
};

static void blank(struct cursor *cursor)
{
	if (*cursor->at == '\n')
		cursor->line++;
	else
		*cursor->at = ' ';
	cursor->at++;
}

static bool refuse(const struct cursor *cursor, int line, const char *what, struct error *err)
{
	return fail(err, "%s:%d: %s", cursor->name, line, what);
}

static bool skip_comment(struct cursor *cursor, struct error *err)
{
	const int line = cursor->line;
	if (strncmp(cursor->at, "/*", 2) != 0) {
		while (*cursor->at && *cursor->at != '\n')
			blank(cursor);
		return true;
	}
	blank(cursor);
	blank(cursor);
	while (*cursor->at && strncmp(cursor->at, "*/", 2) != 0)
		blank(cursor);
	if (!*cursor->at)
		return refuse(cursor, line, "the comment that begins here has no end; close it with */", err);
	blank(cursor);
	blank(cursor);
	return true;
}

static bool skip_string(struct cursor *cursor, struct error *err)
{
	const char quote = *cursor->at++;
	cursor->title_line = cursor->line;
	for (; *cursor->at && *cursor->at != '\n' && *cursor->at != quote; cursor->at++) {
		if (quote == '"' && strncmp(cursor->at, "${", 2) == 0)
			return refuse(cursor, cursor->line,
				"environment variables are not put in; write the value, or '${' in single "
				"quotes",
				err);
		if (*cursor->at == '\\' && cursor->at[1] && cursor->at[1] != '\n')
			cursor->at++;
	}
	if (*cursor->at != quote)
		return refuse(cursor, cursor->line,
			"a string has no end on its line; close it with its quotation mark", err);
	cursor->at++;
	cursor->after_equals = false;
	return true;
}

static bool skip_word(struct cursor *cursor, struct error *err)
{
	if (strncmp(cursor->at, "${", 2) == 0)
		return refuse(
			cursor, cursor->line, "environment variables are not put in; write the value", err);
	const size_t length = strcspn(cursor->at, " \t\r\n#\"'={}()+,*");
	const char *end = cursor->at + length;
	const bool goes_on = *end == '*' || (*end == '+' && end[1] != '=');
	if (length == 0 || (length == 1 && *cursor->at == '/') || goes_on)
		return refuse(cursor, cursor->line,
			"a character that means nothing here; put the value in quotation marks", err);
	cursor->at += length;
	cursor->title_line = cursor->line;
	cursor->after_equals = false;
	return true;
}

static void open_brace(struct cursor *cursor)
{
	if (cursor->depth == 0)
		cursor->outer_line = cursor->line;
	if (cursor->depth < DEPTH_MOST)
		cursor->open_lines[cursor->depth] = cursor->after_equals ? 0 : cursor->title_line ? cursor->title_line : cursor->line;
	cursor->depth++;
}

static void close_brace(struct cursor *cursor, struct scan *scan)
{
	if (cursor->depth == 0)
		return;
	cursor->depth--;
	const int line = cursor->depth < DEPTH_MOST ? cursor->open_lines[cursor->depth] : 0;
	if (!line)
		return;
	scan->section_lines = memory_grow(scan->section_lines, &scan->room, scan->section_count + 1, sizeof *scan->section_lines);
	scan->section_lines[scan->section_count++] = line;
}

static bool step(struct cursor *cursor, struct scan *scan, struct error *err)
{
	const char letter = *cursor->at;
	if (letter == '#' || strncmp(cursor->at, "//", 2) == 0 || strncmp(cursor->at, "/*", 2) == 0)
		return skip_comment(cursor, err);
	if (letter == '"' || letter == '\'')
		return skip_string(cursor, err);
	if (!strchr(" \t\r\n={}(),", letter) && strncmp(cursor->at, "+=", 2) != 0)
		return skip_word(cursor, err);
	if (letter == '{')
		open_brace(cursor);
	else if (letter == '}')
		close_brace(cursor, scan);
	if (letter == '\n')
		cursor->line++;
	if (letter == '=' || letter == '{' || letter == '}' || letter == ',')
		cursor->after_equals = letter == '=';
	cursor->at++;
	return true;
}

/* NUL would end the text early, and control characters have no place in a setting. */
static bool is_clean(const char *name, struct view file, struct error *err)
{
	int line = 1;
	for (size_t i = 0; i < file.size; i++) {
		const unsigned char letter = (unsigned char)file.data[i];
		if ((letter < ' ' && !strchr("\t\r\n", letter)) || letter == 0 || letter == 0x7F)
			return fail(err, "%s:%d: a control character (0x%02x); is this a configuration file?",
				name, line, letter);
		line += letter == '\n';
	}
	if (text_valid(file))
		return true;
	line = 1;
	for (size_t begin = 0; begin < file.size; line++) {
		const char *end = memchr(file.data + begin, '\n', file.size - begin);
		const size_t size = end ? (size_t)(end - file.data) - begin : file.size - begin;
		if (!text_valid((struct view){file.data + begin, size}))
			break;
		begin += size + 1;
	}
	return fail(err, "%s:%d: not valid UTF-8; save the file as UTF-8", name, line);
}

bool scan_read(struct scan *scan, const char *name, struct view file, struct error *err)
{
	*scan = (struct scan){0};
	if (file.size > CONFIG_FILE_MOST)
		return fail(err, "%s: larger than 1 MiB; is this a configuration file?", name);
	if (!is_clean(name, file, err))
		return false;
	scan->text = memory_new(file.size + 1, 1);
	if (file.size)
		memcpy(scan->text, file.data, file.size);
	struct cursor cursor = {.at = scan->text, .name = name, .line = 1};
	if (file.size >= 3 && memcmp(file.data, "\xEF\xBB\xBF", 3) == 0) /* a byte order mark */
		memset(scan->text, ' ', 3);
	while (*cursor.at) {
		if (step(&cursor, scan, err))
			continue;
		scan_finish(scan);
		return false;
	}
	scan->unclosed_line = cursor.depth > 0 ? cursor.outer_line : 0;
	return true;
}

void scan_finish(struct scan *scan)
{
	free(scan->text);
	free(scan->section_lines);
	*scan = (struct scan){0};
}
