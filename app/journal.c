#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/journal_store.h"
#include "app/setup.h"
#include "base/instant.h"
#include "journal/reader.h"
#include "journal/record.h"

static const struct option journal_options[] = {
	{"--store", "URL", "verify: compare what this Redis holds with the journal", false},
	{0},
};

static int list(const char *directory)
{
	struct segment_list segments = {.segments = NULL};
	struct error err;
	if (!segments_list(&segments, &disk_real, directory, SEGMENT_JOURNAL, &err))
		return report(&err);
	for (size_t i = 0; i < segments.count; i++) {
		const struct segment *segment = &segments.segments[i];
		char *path = disk_path(directory, segment->name);
		const int file = disk_real.open(disk_real.context, path, 0); /* O_RDONLY */
		const int64_t size = file < 0 ? -1 : disk_real.size(disk_real.context, file);
		printf("%s\tfirst record %llu\t%lld bytes\n", segment->name, (unsigned long long)segment->first, (long long)size);
		if (file >= 0)
			disk_real.close(disk_real.context, file);
		free(path);
	}
	segments_finish(&segments);
	return EXIT_DONE;
}

/* Every record is read, and what is wrong with the files is said. */
static int look_through(const char *directory, struct error *err)
{
	struct reader *reader = reader_open(NULL, directory, SEGMENT_JOURNAL, err);
	int code = EXIT_DONE;
	if (!reader)
		return report(err);
	for (;;) {
		struct frame frame;
		struct damage damage;
		char text[400];
		const enum reader_result result = reader_next(reader, &frame, &damage, err);
		if (result == READER_DAMAGE) {
			damage_describe(&damage, text, sizeof text);
			puts(text);
			/* What retention removed at the beginning is no damage, nor what a running writer just puts down. */
			code = damage.kind == DAMAGE_MISSING && damage.from <= 1 ? code : EXIT_FAILED;
		}
		if (result == READER_FAILED)
			code = report(err);
		if (result == READER_END || result == READER_FAILED)
			break;
	}
	reader_close(reader);
	return code;
}

/* The rules in force from each of its starts on. */
static int show_rules(const char *directory)
{
	struct error err;
	struct reader *reader = reader_open(NULL, directory, SEGMENT_JOURNAL, &err);
	struct record_room room = {0};
	enum reader_result result = READER_RECORD;
	if (!reader)
		return report(&err);
	while (result == READER_RECORD || result == READER_DAMAGE) {
		struct frame frame;
		struct damage damage;
		struct record record;
		char at[40];
		result = reader_next(reader, &frame, &damage, &err);
		if (result != READER_RECORD || frame.type != FRAME_CONFIG || !record_read(&frame, &record, &room, NULL))
			continue;
		instant_format(record.recv, NULL, at, sizeof at);
		printf("# from record %llu on, %s, tablo %.*s\n%.*s", (unsigned long long)frame.lsn, at, (int)record.config->program.size,
			record.config->program.data, (int)record.config->settings.size, record.config->settings.data);
	}
	record_room_finish(&room);
	reader_close(reader);
	return result == READER_FAILED ? report(&err) : EXIT_DONE;
}

static int verify(const char *directory, const struct settings *settings, const char *store)
{
	struct error err;
	if (!store)
		return look_through(directory, &err);
	const int equal = journal_store_verify(directory, store, settings, &err);
	return equal < 0 ? report(&err) : equal ? EXIT_DONE : EXIT_FAILED;
}

static int run(const struct arguments *arguments)
{
	bool usage = false;
	struct error err;
	const char *what = arguments->positional_count ? arguments->positional[0] : "";
	struct settings *settings = setup_settings(arguments, &usage, &err);
	if (!settings)
		return usage ? report_usage(arguments, &err) : report(&err);
	const char *directory = arguments->positional_count > 1 ? arguments->positional[1] : settings->journal;
	int code;
	if (strcmp(what, "ls") != 0 && strcmp(what, "rules") != 0 && strcmp(what, "verify") != 0) {
		fail(&err, "tablo journal ls DIR, tablo journal rules DIR, or tablo journal verify DIR");
		code = report_usage(arguments, &err);
	} else if (!*directory) {
		fail(&err, "which journal? tablo journal %s DIR, or the setting `journal`", what);
		code = report_usage(arguments, &err);
	} else if (strcmp(what, "rules") == 0) {
		code = show_rules(directory);
	} else {
		code = strcmp(what, "ls") == 0 ? list(directory) : verify(directory, settings, arguments_value(arguments, "--store"));
	}
	settings_destroy(settings);
	return code;
}

const struct command journal_command = {
	.name = "journal",
	.positional = "ls|rules|verify [DIR]",
	.summary = "looks at a journal; compares what Redis holds with it",
	.about = "ls: the journal's files. rules: the settings in force from each start on. verify: reads every record and prints what is damaged. verify --store URL: folds the journal up to the\n"
		 "watermark of that Redis and compares every key and field; silent and exit 0 where all is equal, else the first differences and\n"
		 "exit 1. The site, the zone and the rules are those of the configuration, which must be the collector's. DIR: the setting `journal`.",
	.options = (const struct option *const[]){journal_options, common_options, NULL},
	.run = run,
};
