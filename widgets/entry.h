/* A line of text that somebody types, in place of the footer: a time to go to, the text of a mark. */
#ifndef WIDGETS_ENTRY_H
#define WIDGETS_ENTRY_H

#include "widgets/widget.h"

enum entry_kind { ENTRY_NONE, ENTRY_TIME, ENTRY_MARK, ENTRY_FIND, ENTRY_REPORT, ENTRY_ACKNOWLEDGE, ENTRY_MUTE, ENTRY_EXPORT,
	ENTRY_OVERWRITE, ENTRY_COMMAND };

struct entry {
	enum entry_kind kind;
	char typed[120];
	char wrong[160]; /* why what was typed does not do; "" */
};

void entry_begin(struct entry *entry, enum entry_kind kind);
/* True: the key was text, or took text away. */
bool entry_key(struct entry *entry, int key);
/* Of a list that narrows as one types: Enter leaves it as it is, Esc takes away what was typed. */
enum entry_step { ENTRY_IGNORED, ENTRY_ENDED, ENTRY_NARROWED };
enum entry_step entry_narrow(struct entry *entry, int key);
void entry_draw(const struct entry *entry, const struct widget_view *view);
/* Adds a code point at the end of harmless text, or takes the last one away; false: it is no character, there is none. */
bool entry_type(char *typed, size_t room, int character);
bool entry_rub_out(char *typed);

#endif
