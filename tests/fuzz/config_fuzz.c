/* Any bytes as a configuration file: read like one on disk, printed, and destroyed. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "config/settings.h"

static const char *const metric_list[] = {"longest_wait", "queue_depth", "service_level", "asa", NULL};
static const struct settings_names names = {.metrics = metric_list};

static void check(int holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	const int file = memfd_create("wall.conf", MFD_CLOEXEC);
	check(file >= 0 && (size == 0 || write(file, data, size) == (ssize_t)size));
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	struct settings *settings = settings_create();
	struct error err = {""};
	if (settings_load(settings, path, &names, &err)) {
		check(settings->title && settings->zone && settings->feed_count >= 0 &&
			settings->clock_count <= 6);
		check(settings->day_start % 900000 == 0 && settings->care_shift >= 1 &&
			settings->frames >= 1 && settings->frames <= 30);
		check(text_valid(view_of(settings->title)));
		for (int i = 0; i < settings->level_count; i++)
			check(settings->levels[i].metric && settings->levels[i].line >= 1);
		for (int i = 0; i < settings->alert_count; i++)
			check(settings->alerts[i].name && settings->alerts[i].metric &&
				settings->alerts[i].line >= 1);
	} else { /* one sentence that begins with the file and can be shown */
		check(strncmp(err.text, path, strlen(path)) == 0);
		for (const char *letter = err.text; *letter; letter++)
			check((unsigned char)*letter >= ' ' && *letter != 0x7F);
		check(settings->queue_count == 0 && settings->level_count == 0 && settings->alert_count == 0);
	}
	settings_destroy(settings);
	close(file);
	return 0;
}
