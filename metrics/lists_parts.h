/* What the files that make lists share: for the files of metrics/ only. */
#ifndef METRICS_LISTS_PARTS_H
#define METRICS_LISTS_PARTS_H

#include "base/text.h"
#include "metrics/lists.h"
#include "metrics/state.h"

static inline void put(const char *text, char *to, size_t room)
{
	text_harmless(view_of(text), to, room);
}

static inline int64_t elapsed(int64_t from, int64_t at)
{
	return at > from ? at - from : 0;
}

/* Where a contact is, or was. */
static inline void put_place(const struct engine *engine, uint16_t queue, uint8_t channel, char *name, size_t name_room, char *word, size_t word_room)
{
	lists_where(engine, queue, CHANNEL_COUNT, name, name_room);
	put(channel < CHANNEL_COUNT ? word_text(WORDS_CHANNEL, channel) : "", word, word_room);
}

#endif
