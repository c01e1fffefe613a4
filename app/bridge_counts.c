#include "app/bridge_counts.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define MINUTE_MS 60000

void bridge_counts_init(struct bridge_counts *counts)
{
	*counts = (struct bridge_counts){.minute = clock_monotonic()};
	pthread_mutex_init(&counts->lock, NULL);
}

/* What was kept back in the minute that is over. */
static void say_rest(struct bridge_counts *counts)
{
	for (int i = 0; i < counts->reason_count; i++)
		if (counts->reasons[i].more)
			log_line(LOG_LEVEL_WARNING, "%s (%llu times more)", counts->reasons[i].text, (unsigned long long)counts->reasons[i].more);
	counts->reason_count = 0;
}

void bridge_counts_finish(struct bridge_counts *counts)
{
	say_rest(counts);
	pthread_mutex_destroy(&counts->lock);
}

static void note_reason(struct bridge_counts *counts, const char *text)
{
	const int64_t now = clock_monotonic();
	if (now - counts->minute >= MINUTE_MS) {
		say_rest(counts);
		counts->minute = now;
	}
	for (int i = 0; i < counts->reason_count; i++)
		if (strcmp(counts->reasons[i].text, text) == 0) {
			counts->reasons[i].more++;
			return;
		}
	if (counts->reason_count == BRIDGE_REASONS)
		return;
	counts->reasons[counts->reason_count].more = 0;
	memcpy(counts->reasons[counts->reason_count++].text, text, BRIDGE_REASON_ROOM);
	log_line(LOG_LEVEL_WARNING, "%s", text);
}

void bridge_counts_take(void *context, enum bridge_count which, const char *why)
{
	struct bridge_counts *counts = context;
	char text[BRIDGE_REASON_ROOM];
	pthread_mutex_lock(&counts->lock);
	counts->counts[which]++;
	if (why) {
		snprintf(text, sizeof text, "%s: %s", bridge_count_names[which], why);
		note_reason(counts, text);
	}
	pthread_mutex_unlock(&counts->lock);
}

bool bridge_counts_write(struct bridge_counts *counts, const struct bridge_class *class, uint64_t before[BRIDGE_COUNT], char to[BRIDGE_COUNTS_ROOM])
{
	pthread_mutex_lock(&counts->lock);
	const bool changed = memcmp(before, counts->counts, sizeof counts->counts) != 0;
	memcpy(before, counts->counts, sizeof counts->counts);
	pthread_mutex_unlock(&counts->lock);
	size_t used = (size_t)snprintf(to, BRIDGE_COUNTS_ROOM, "%llu %s taken", (unsigned long long)before[BRIDGE_TAKEN], class->gives);
	const char *unit = class->holds;
	for (int i = BRIDGE_TAKEN + 1; i < BRIDGE_COUNT; i++) {
		if (!before[i])
			continue;
		used += (size_t)snprintf(to + used, BRIDGE_COUNTS_ROOM - used, ", %llu %s%s%s", (unsigned long long)before[i], unit ? unit : "", unit ? " " : "",
			bridge_count_names[i]);
		unit = NULL;
	}
	return changed;
}
