#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "config/layout.h"
#include "config/sections.h"
#include "config/suggest.h"

_Static_assert(sizeof(enum severity) == sizeof(int), "the table writes it as an int");

struct settings *settings_create(void)
{
	struct settings *settings = memory_new(1, sizeof *settings);
	atomic_init(&settings->holders, 1);
	setting_fill(board_table.settings, board_table.count, settings);
	random_bytes(settings->display_key, sizeof settings->display_key);
	return settings;
}

void settings_destroy(struct settings *settings)
{
	if (!settings || atomic_fetch_sub(&settings->holders, 1) > 1)
		return;
	sections_release(settings);
	layout_release(&settings->layout);
	free(settings->file);
	setting_release(board_table.settings, board_table.count, settings);
	explicit_bzero(settings->display_key, sizeof settings->display_key);
	free(settings);
}

struct settings *settings_hold(struct settings *settings)
{
	atomic_fetch_add(&settings->holders, 1);
	return settings;
}

struct settings *settings_copy(const struct settings *settings)
{
	struct settings *copy = memory_new(1, sizeof *copy);
	memcpy(copy, settings, sizeof *copy);
	atomic_init(&copy->holders, 1);
	setting_duplicate(board_table.settings, board_table.count, copy);
	sections_duplicate(copy);
	layout_duplicate(&copy->layout);
	copy->file = settings->file ? memory_text(settings->file) : NULL;
	return copy;
}

static bool refuse_name(const char *name, struct error *err)
{
	const char **names = memory_new(board_table.count + 1, sizeof *names);
	for (size_t i = 0; i < board_table.count; i++)
		names[i] = board_table.settings[i].name;
	const char *meant = suggest(name, names);
	char shown[80];
	text_harmless(view_of(name), shown, sizeof shown);
	if (meant)
		fail(err, "no setting is called '%s'; did you mean '%s'?", shown, meant);
	else
		fail(err, "no setting is called '%s'; --print-config shows them all", shown);
	free(names);
	return false;
}

bool settings_set(struct settings *settings, const char *name, const char *value, struct error *err)
{
	const struct setting *setting = setting_find(board_table.settings, board_table.count, name);
	return setting ? setting_assign(setting, settings, value, err) : refuse_name(name, err);
}
