#include "app/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/version.h"
#include "base/log.h"
#include "base/text.h"
#include "base/zone.h"

#define TOLD_MOST 3 /* lines of each side */
#define LINE_SHOWN 160

bool rules_open(struct rules *rules, const struct settings *settings, struct error *err)
{
	*rules = (struct rules){0};
	struct zone *zone = zone_open(settings->zone, err);
	if (!zone)
		return false;
	size_t size = 0;
	FILE *to = open_memstream(&rules->text, &size);
	if (to) {
		settings_write(settings, to);
		fclose(to);
	}
	rules->config = (struct record_config){.program = view_of(TABLO_VERSION), .settings = {rules->text, size},
		.settings_hash = settings_fingerprint(settings), .zone_hash = zone_hash(zone)};
	zone_close(zone);
	return true;
}

void rules_close(struct rules *rules)
{
	free(rules->text);
	*rules = (struct rules){0};
}

/* The next line, without its end; data NULL: no more. */
static struct view take_line(struct view *text)
{
	struct view line = *text;
	const char *end = text->size ? memchr(text->data, '\n', text->size) : NULL;
	if (!text->size)
		return (struct view){0};
	line.size = end ? (size_t)(end - text->data) : text->size;
	size_t taken = line.size + (end != NULL);
	*text = (struct view){text->data + taken, text->size - taken};
	return line;
}

static bool has_line(struct view text, struct view wanted)
{
	for (struct view line = take_line(&text); line.data; line = take_line(&text))
		if (view_equals(line, wanted))
			return true;
	return false;
}

static size_t append(char *to, size_t room, size_t used, const char *when, struct view line)
{
	char shown[LINE_SHOWN];
	text_harmless(line, shown, sizeof shown); /* a journal may come from anywhere */
	int written = used < room ? snprintf(to + used, room - used, "%s%s %s", used ? "; " : "", when, shown) : 0;
	return written > 0 ? used + (size_t)written : used;
}

/* Rules of `text` that `other` lacks. */
static size_t tell_lines(struct view text, struct view other, const char *when, char *to, size_t room, size_t used)
{
	int told = 0;
	for (struct view line = take_line(&text); line.data && told < TOLD_MOST; line = take_line(&text))
		if (settings_line_counts(line) && !has_line(other, line)) {
			used = append(to, room, used, when, line);
			told++;
		}
	return used;
}

static struct view zone_line(struct view text)
{
	for (struct view line = take_line(&text); line.data; line = take_line(&text))
		if (line.size > 7 && memcmp(line.data, "zone = ", 7) == 0)
			return line;
	return (struct view){0};
}

/* What figures are counted by now and was not then, or was then and is not now: for people, a few lines of each. False: nothing. */
static bool find_differences(const struct rules *rules, const struct record_config *then, char to[RULES_ROOM])
{
	const size_t room = RULES_ROOM;
	const struct record_config *now = &rules->config;
	struct view zone = zone_line(now->settings);
	size_t used = 0;
	*to = 0;
	if (!then->settings.size)
		return false; /* it was written down without them */
	if (then->zone_hash != now->zone_hash && zone.data && view_equals(zone_line(then->settings), zone))
		used = append(to, room, used, "zone data of", (struct view){zone.data + 7, zone.size - 7});
	if (used)
		used += (size_t)snprintf(to + used, used < room ? room - used : 0, " differ");
	if (then->settings_hash != now->settings_hash) {
		used = tell_lines(then->settings, now->settings, "then", to, room, used);
		used = tell_lines(now->settings, then->settings, "now", to, room, used);
	}
	return used > 0;
}

void rules_note(const struct rules *rules, const struct record *record, char told[RULES_ROOM])
{
	char text[RULES_ROOM];
	if (record->kind != RECORD_CONFIG)
		return;
	if (find_differences(rules, record->config, text) && strcmp(text, told) != 0)
		log_line(LOG_LEVEL_WARNING, "record %llu and those after it were counted by other rules, and are folded by those of now: %s",
			(unsigned long long)record->lsn, text);
	memcpy(told, text, sizeof text);
}
