#include "widgets/palette.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "widgets/parts.h"

#define WIDTH_MOST 100
#define NAME_WIDTH 30
#define LETTERS_MOST 96 /* of a name, where slips of the pen are counted */

void palette_finish(struct palette *palette)
{
	free(palette->commands);
	*palette = (struct palette){.commands = NULL};
}

void palette_begin(struct palette *palette)
{
	palette->count = 0;
	palette->chosen = -1;
	palette->at = 0;
}

struct palette_command *palette_add(struct palette *palette, enum palette_kind kind, int value, const char *name, const char *help)
{
	palette->commands = memory_grow(palette->commands, &palette->room, palette->count + 1, sizeof *palette->commands);
	struct palette_command *command = &palette->commands[palette->count++];
	*command = (struct palette_command){.kind = kind, .value = value, .help = help};
	snprintf(command->name, sizeof command->name, "%s", name);
	return command;
}

/* ---- matching ---- */

enum { MATCH_BEGINS, MATCH_WORD, MATCH_PART, MATCH_LETTERS, MATCH_NONE };

static utf8proc_int32_t letter(const char *text, int *bytes)
{
	int width;
	return utf8proc_tolower((utf8proc_int32_t)text_next(text, &width, bytes)); /* in any locale */
}

static bool begins(const char *text, const char *part)
{
	for (int text_bytes, part_bytes;; text += text_bytes, part += part_bytes) {
		const utf8proc_int32_t wanted = letter(part, &part_bytes);
		if (!wanted)
			return true;
		if (letter(text, &text_bytes) != wanted)
			return false;
	}
}

static bool begins_a_word(const char *text, const char *part)
{
	for (const char *at = text; *at; at++)
		if ((at == text || at[-1] == ' ') && begins(at, part))
			return true;
	return false;
}

/* Blanks between them do not count. */
static bool has_letters(const char *text, const char *typed)
{
	int bytes, typed_bytes;
	for (utf8proc_int32_t wanted; (wanted = letter(typed, &typed_bytes)); typed += typed_bytes) {
		if (wanted == ' ')
			continue;
		utf8proc_int32_t have;
		while ((have = letter(text, &bytes)) && have != wanted)
			text += bytes;
		if (!have)
			return false;
		text += bytes;
	}
	return true;
}

static int match_of(const char *name, const char *typed)
{
	char words[PALETTE_TYPED];
	int worst = MATCH_BEGINS;
	if (begins(name, typed))
		return MATCH_BEGINS;
	snprintf(words, sizeof words, "%s", typed);
	char *rest = NULL;
	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		const int match = begins_a_word(name, word) ? MATCH_WORD : filter_finds(name, word) ? MATCH_PART : MATCH_NONE;
		worst = match > worst ? match : worst;
	}
	return worst < MATCH_NONE ? worst : has_letters(name, typed) ? MATCH_LETTERS : MATCH_NONE;
}

int palette_find(const struct palette *palette, const char *typed, const struct palette_command *matches[PALETTE_SHOWN])
{
	int count = 0;
	for (int match = MATCH_BEGINS; match < MATCH_NONE && (match < MATCH_LETTERS || !count); match++)
		for (size_t i = 0; i < palette->count && count < PALETTE_SHOWN; i++)
			if (match_of(palette->commands[i].name, typed) == match)
				matches[count++] = &palette->commands[i];
	return count;
}

const struct palette_command *palette_meant(const struct palette *palette, const char *typed)
{
	const struct palette_command *matches[PALETTE_SHOWN];
	for (size_t i = 0; i < palette->count; i++)
		if (strcmp(palette->commands[i].name, typed) == 0)
			return &palette->commands[i];
	return palette_find(palette, typed, matches) ? matches[0] : NULL;
}

/* How many letters have to be changed, left out or put in. */
static int distance(const char *left, const char *right)
{
	int before[LETTERS_MOST + 1], bytes, other_bytes, length = 0;
	for (const char *at = right; letter(at, &bytes) && length < LETTERS_MOST; at += bytes)
		length++;
	for (int i = 0; i <= length; i++)
		before[i] = i;
	int row = 1;
	for (utf8proc_int32_t a; (a = letter(left, &bytes)); left += bytes, row++) {
		int corner = before[0];
		const char *at = right;
		before[0] = row;
		for (int i = 1; i <= length; i++, at += other_bytes) {
			const int changed = corner + (letter(at, &other_bytes) != a), least = before[i] < before[i - 1] ? before[i] : before[i - 1];
			corner = before[i];
			before[i] = changed < least + 1 ? changed : least + 1;
		}
	}
	return before[length];
}

const char *palette_nearest(const struct palette *palette, const char *typed)
{
	const char *nearest = NULL;
	int least = 0;
	for (size_t i = 0; i < palette->count; i++) {
		const int away = distance(typed, palette->commands[i].name);
		if (!nearest || away < least) {
			nearest = palette->commands[i].name;
			least = away;
		}
	}
	return nearest;
}

/* ---- the line ---- */

void palette_complete(struct palette *palette, char typed[PALETTE_TYPED], int by)
{
	const struct palette_command *matches[PALETTE_SHOWN];
	if (palette->chosen < 0)
		snprintf(palette->stem, sizeof palette->stem, "%s", typed);
	const int count = palette_find(palette, palette->stem, matches);
	if (count == 0)
		return;
	palette->chosen = palette->chosen < 0 ? (by > 0 ? 0 : count - 1) : (palette->chosen + by + count) % count;
	snprintf(typed, PALETTE_TYPED, "%s", matches[palette->chosen]->name);
}

void palette_recall(struct palette *palette, char typed[PALETTE_TYPED], int by)
{
	palette->at += by;
	palette->at = palette->at > palette->history_count ? palette->history_count : palette->at < 0 ? 0 : palette->at;
	palette->chosen = -1;
	snprintf(typed, PALETTE_TYPED, "%s", palette->at ? palette->history[palette->history_count - palette->at] : "");
}

void palette_remember(struct palette *palette, const char *typed)
{
	char kept[PALETTE_TYPED];
	snprintf(kept, sizeof kept, "%s", typed); /* it may stand in the history itself */
	if (palette->history_count && strcmp(palette->history[palette->history_count - 1], kept) == 0)
		return;
	if (palette->history_count == PALETTE_HISTORY) {
		memmove(palette->history[0], palette->history[1], sizeof palette->history - sizeof *palette->history);
		palette->history_count--;
	}
	memcpy(palette->history[palette->history_count++], kept, sizeof kept);
}

void palette_draw(const struct palette *palette, const char *typed, const struct widget_view *view, int bottom)
{
	const struct palette_command *matches[PALETTE_SHOWN];
	const int count = palette_find(palette, palette->chosen < 0 ? typed : palette->stem, matches);
	const int room = bottom - 3, shown = count < room ? count : room, width = view->canvas->width < WIDTH_MOST ? view->canvas->width : WIDTH_MOST;
	const struct rect box = {0, bottom - shown - 2, width, shown + 2};
	if (shown < 1 || width < 8)
		return;
	canvas_fill(view->canvas, box, ROLE_TEXT, ' ');
	glyphs_box(view->glyphs, view->canvas, box, ROLE_FOCUS, _("COMMANDS"), ROLE_FOCUS, _("Tab completes, Enter does it"));
	for (int i = 0; i < shown; i++) {
		const int y = box.y + 1 + i, end = box.x + box.width - 2;
		const bool chosen = i == (palette->chosen < 0 ? 0 : palette->chosen);
		int x = 1;
		piece(view, &x, y, end, ROLE_FOCUS, "%s ", chosen ? glyphs_mark(view->glyphs, MARK_ARROW) : " ");
		piece(view, &x, y, end, chosen ? ROLE_FOCUS : ROLE_TEXT, "%s", matches[i]->name);
		x = x < NAME_WIDTH ? NAME_WIDTH : x + 2;
		if (matches[i]->help)
			piece(view, &x, y, end, ROLE_DIM, "%s", _(matches[i]->help));
	}
}
