#include <stdlib.h>

#include "base/map.h"
#include "config/settings.h"

#define NUMBER(value) fprintf(to, "%lld;", (long long)(value))

static void write_text(FILE *to, const char *text)
{
	fprintf(to, "%s;", text ? text : "-");
}

static void write_rules(FILE *to, const struct settings *settings)
{
	write_text(to, settings->zone);
	const int64_t numbers[] = {settings->day_start, settings->by, settings->formula, settings->short_abandon, settings->fcr_within,
		settings->fcr_from, settings->fcr_match, settings->wrap_wait, settings->lost_after, settings->late_limit, settings->ahead_limit,
		settings->hold_unknown, settings->due_soon_most, settings->due_soon_percent, settings->care_shift, settings->care_hour,
		settings->care_break, settings->flag_days, settings->mistakes_limit, settings->queues_most, settings->agents_most,
		settings->names_most, settings->history_days};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		NUMBER(numbers[i]);
	for (int channel = 0; channel < CHANNEL_COUNT; channel++)
		NUMBER(settings->target[channel]);
}

static void write_sections(FILE *to, const struct settings *settings)
{
	for (int i = 0; i < settings->queue_count; i++) {
		const struct queue_settings *queue = &settings->queues[i];
		write_text(to, queue->name);
		fprintf(to, "%lld;%lld;%d;%d;", (long long)queue->target, (long long)queue->short_abandon, queue->formula, queue->hidden);
	}
	for (int i = 0; i < settings->level_count; i++) {
		const struct level_settings *level = &settings->levels[i];
		write_text(to, level->metric);
		write_text(to, level->queue);
		write_text(to, level->channel);
		fprintf(to, "%d;%.17g;%.17g;%.17g;%lld;", level->window, level->warn, level->crit, level->hysteresis, (long long)level->hold);
	}
	for (int i = 0; i < settings->alert_count; i++) {
		const struct alert_settings *alert = &settings->alerts[i];
		write_text(to, alert->name);
		write_text(to, alert->metric);
		write_text(to, alert->queue);
		write_text(to, alert->channel);
		write_text(to, alert->and_metric);
		fprintf(to, "%d;%.17g;%.17g;%lld;%.17g;%d;", alert->window, alert->enter, alert->leave, (long long)alert->hold,
			alert->and_enter, alert->severity);
	}
}

uint64_t settings_fingerprint(const struct settings *settings)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	if (!to)
		return 0;
	write_rules(to, settings);
	write_sections(to, settings);
	fclose(to);
	uint64_t hash = map_hash((struct view){text, size});
	free(text);
	return hash;
}
