#include <stdlib.h>

#include "base/memory.h"
#include "base/names.h"
#include "base/text.h"

static uint32_t keep(struct names *names, struct view name, const char *harmless)
{
	names->texts = memory_grow(names->texts, &names->room, names->count + 1, sizeof *names->texts);
	names->texts[names->count] = memory_text(harmless);
	map_put(&names->numbers, name, names->count);
	return names->count++;
}

void names_init(struct names *names, uint32_t cap)
{
	*names = (struct names){.cap = cap < 2 ? 2 : cap};
	keep(names, view_of(""), "");
	keep(names, view_of("other"), "other");
}

void names_finish(struct names *names)
{
	for (uint32_t i = 0; i < names->count; i++)
		free(names->texts[i]);
	free(names->texts);
	map_finish(&names->numbers);
	*names = (struct names){0};
}

uint32_t names_intern(struct names *names, struct view name)
{
	if (name.size == 0)
		return NAME_NONE;
	uint32_t number = map_find(&names->numbers, name);
	if (number != MAP_NONE)
		return number;
	if (names->count >= names->cap) {
		names->refused++;
		return NAME_OTHER;
	}
	char harmless[200];
	text_harmless(name, harmless, sizeof harmless);
	return keep(names, name, harmless);
}

uint32_t names_find(const struct names *names, struct view name)
{
	uint32_t number = map_find(&names->numbers, name);
	return number == MAP_NONE ? NAME_NONE : number;
}

struct view *names_keys(const struct names *names)
{
	struct view *keys = memory_new(names->count + 1, sizeof *keys);
	size_t position = 0;
	for (const struct map_entry *entry; (entry = map_next(&names->numbers, &position));)
		keys[entry->value] = map_entry_key(entry);
	return keys;
}

const char *names_text(const struct names *names, uint32_t number)
{
	return number < names->count ? names->texts[number] : "";
}
