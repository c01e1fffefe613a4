#include "app/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/version.h"
#include "base/log.h"
#include "base/zone.h"

bool rules_open(struct rules *rules, const struct settings *settings, struct error *err)
{
	*rules = (struct rules){0};
	struct zone *zone = zone_open(settings->zone, err);
	if (!zone)
		return false;
	meaning_init(&rules->meaning, settings);
	size_t size = 0;
	FILE *to = open_memstream(&rules->text, &size);
	if (to) {
		settings_write(settings, to);
		fclose(to);
	}
	rules->config = (struct record_config){.program = view_of(TABLO_VERSION), .settings = {rules->text, size},
		.settings_hash = rules->meaning.fingerprint, .zone_hash = zone_hash(zone)};
	zone_close(zone);
	return true;
}

void rules_close(struct rules *rules)
{
	free(rules->text);
	*rules = (struct rules){0};
}

void rules_note(const struct rules *rules, const struct record *record, char told[RULES_ROOM])
{
	char text[RULES_ROOM] = "";
	if (record->kind != RECORD_CONFIG)
		return;
	/* What was written down without its text can be told to nobody. */
	if (record->config->settings.size && meaning_compare(&rules->meaning, record->config, text) && strcmp(text, told) != 0)
		log_line(LOG_LEVEL_WARNING, "record %llu and those after it were counted by other rules, and are folded by those of now: %s",
			(unsigned long long)record->lsn, text);
	memcpy(told, text, sizeof text);
}
