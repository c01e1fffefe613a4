#include "widgets/entry.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "tui/keys.h"
#include "widgets/parts.h"

static const struct {
	const char *prompt, *hint;
} kinds[] = {
	[ENTRY_NONE] = {"", ""},
	[ENTRY_TIME] = {N_("go to: "), N_("14:05 of the day shown, 2026-11-20 14:05, -15m, +1h")},
	[ENTRY_MARK] = {N_("mark: "), N_("what is to be seen here; Enter keeps it with the journal")},
	[ENTRY_FIND] = {N_("find: "), N_("a part of a name, a queue, an agent, a state")},
	[ENTRY_REPORT] = {N_("report to: "), N_("a file for what the timeline shows, as one page of HTML")},
	[ENTRY_ACKNOWLEDGE] = {N_("acknowledge until: "), N_("17:30, 2026-11-20 09:00, +1h")},
	[ENTRY_EXPORT] = {N_("export to: "), N_("a new file; named .json it is JSON, else CSV")},
	[ENTRY_OVERWRITE] = {N_("there is such a file already, write over it? "), N_("y and Enter: yes")},
	[ENTRY_COMMAND] = {": ", N_("a part of a command's name; Tab completes, Up: what was done before")},
	[ENTRY_MUTE] = {N_("mute until: "), N_("17:30, 2026-11-20 09:00, +1h")},
};

static int encode(uint32_t code, char bytes[8])
{
	if (code < 0x80)
		return snprintf(bytes, 8, "%c", (int)code);
	if (code < 0x800)
		return snprintf(bytes, 8, "%c%c", (int)(0xC0 | code >> 6), (int)(0x80 | (code & 0x3F)));
	return snprintf(bytes, 8, "%c%c%c", (int)(0xE0 | code >> 12), (int)(0x80 | (code >> 6 & 0x3F)), (int)(0x80 | (code & 0x3F)));
}

bool entry_type(char *typed, size_t room, int character)
{
	char bytes[8], longer[512];
	if (character < ' ' || character == 127 || character >= 0x10000)
		return false;
	if (strlen(typed) + (size_t)encode((uint32_t)character, bytes) >= room || room > sizeof longer - sizeof bytes)
		return true; /* full: the rest is not taken */
	snprintf(longer, sizeof longer, "%s%s", typed, bytes);
	text_harmless(view_of(longer), typed, room);
	return true;
}

bool entry_rub_out(char *typed)
{
	size_t length = strlen(typed);
	if (length == 0)
		return false;
	do
		length--;
	while (length > 0 && ((unsigned char)typed[length] & 0xC0) == 0x80);
	typed[length] = 0;
	return true;
}

void entry_begin(struct entry *entry, enum entry_kind kind)
{
	*entry = (struct entry){.kind = kind};
}

bool entry_key(struct entry *entry, int key)
{
	const bool taken = key == SCREEN_KEY_BACKSPACE ? entry_rub_out(entry->typed) : entry_type(entry->typed, sizeof entry->typed, key);
	if (taken)
		*entry->wrong = 0;
	return taken;
}

enum entry_step entry_narrow(struct entry *entry, int key)
{
	const bool ends = key == SCREEN_KEY_ENTER || key == SCREEN_KEY_ESCAPE;
	if (ends)
		entry_begin(entry, ENTRY_NONE);
	if (key == SCREEN_KEY_ENTER)
		return ENTRY_ENDED;
	return ends || entry_key(entry, key) ? ENTRY_NARROWED : ENTRY_IGNORED;
}

void entry_draw(const struct entry *entry, const struct widget_view *view)
{
	const struct rect rect = view->rect;
	const int end = rect.x + rect.width;
	int x = rect.x + 1;
	canvas_fill(view->canvas, rect, ROLE_KEY_TEXT, ' ');
	piece(view, &x, rect.y, end, ROLE_KEY, "%s%s", _(kinds[entry->kind].prompt), entry->typed);
	canvas_fill(view->canvas, (struct rect){x, rect.y, 1, 1}, ROLE_CURSOR, '_');
	x += 3;
	if (*entry->wrong)
		piece(view, &x, rect.y, end, ROLE_HEADER_CRIT, "%s", entry->wrong);
	else
		piece(view, &x, rect.y, end, ROLE_KEY_TEXT, _("%s   Esc: back"), _(kinds[entry->kind].hint));
}
