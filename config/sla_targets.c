#include "config/sla_targets.h"

#include <string.h>

#include "base/instant.h"

#define FARTHEST (366 * DAY_MS)

bool sla_target_read(const char *text, int *priority, int64_t *target, struct error *err)
{
	const bool named = *text == '*' || (*text >= '1' && *text <= '5');
	const char *rest = named && text[1] == ':' ? text + 2 : NULL;
	int64_t found = 0;
	while (rest && *rest == ' ')
		rest++;
	if (!rest || !duration_parse(view_of(rest), &found, NULL) || found < 1 || found > FARTHEST)
		return fail(err, "a priority, 1 to 5 or * for all others, and a time up to a year: \"1: 4h\" or \"*: 24h\"");
	*priority = *text == '*' ? 0 : *text - '0';
	*target = found;
	return true;
}

void sla_targets_of(const struct sla_settings *settings, int64_t targets[SLA_PRIORITIES])
{
	int priority;
	int64_t target;
	for (int i = 0; i < SLA_PRIORITIES; i++)
		targets[i] = -1;
	for (int i = 0; i < settings->target_count; i++)
		if (sla_target_read(settings->targets[i], &priority, &target, NULL))
			targets[priority] = target;
}

bool sla_settings_check(const struct sla_settings *settings, const char *clock, struct error *err)
{
	unsigned seen = 0;
	int priority = 0;
	int64_t target;
	for (int i = 0; i < settings->target_count; i++) {
		if (!sla_target_read(settings->targets[i], &priority, &target, err))
			return false;
		if (seen & 1u << priority)
			return fail(err, "the SLA clock '%s' has two targets for %s; keep one", clock, settings->targets[i]);
		seen |= 1u << priority;
	}
	if (settings->start && strcmp(clock, "update") == 0)
		return fail(err, "the SLA clock 'update' cannot be started by the board: nothing tells when one is owed; take out 'start'");
	if (settings->start && !settings->target_count)
		return fail(err, "the SLA clock '%s' has 'start' without 'targets'; write targets = { \"1: 4h\", \"*: 24h\" }", clock);
	return settings->start || !settings->target_count ||
	       fail(err, "the SLA clock '%s' has 'targets' without 'start'; write start = true, or take them out: the source's count", clock);
}
