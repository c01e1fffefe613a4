#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/journal_command.h"
#include "app/journal_store.h"
#include "app/journal_survey.h"
#include "app/progress.h"
#include "base/instant.h"
#include "journal/history.h"
#include "journal/reader.h"
#include "journal/state_file.h"

static void show_progress(int permille, uint64_t records)
{
	progress_show("reading the journal", "records", permille, records);
}

static bool take(const struct journal_call *call, struct survey *survey, struct error *err)
{
	const bool good = survey_take(survey, call->directory, show_progress, err);
	progress_done();
	return good;
}

/* ---- ls ---- */

static void print_instant(const struct journal_call *call, int64_t at, bool is_known)
{
	char text[40] = "-";
	if (is_known && at != INSTANT_NONE)
		instant_format(at - at % SECOND_MS, call->zone, text, sizeof text);
	printf("  %-25s", text);
}

static void print_file(const struct journal_call *call, const struct survey_file *file, int states)
{
	printf("%-29s  %-6s  %10" PRIu64 "  %10" PRIu64, file->segment.name, file->segment.is_sealed ? "sealed" : "raw", file->first, file->last);
	print_instant(call, file->from, file->first);
	print_instant(call, file->to, file->first);
	printf("  %9" PRIu64 "  %9" PRIu64 "  %11" PRId64 "  %6d", file->records, file->events, file->bytes, states);
	if (file->err.text[0])
		printf("  %s", file->err.text);
	else if (file->damaged)
		printf("  %zu damaged, %" PRIu64 " records lost", file->damaged, file->lost);
	else
		printf("  -");
	puts("");
}

/* States of records in this file, or before what is kept, with the first. */
static int count_states(const struct state_list *states, const struct survey *survey, size_t number, uint64_t *bytes)
{
	const uint64_t from = number ? survey->files[number].segment.first : 0;
	const uint64_t to = number + 1 < survey->count ? survey->files[number + 1].segment.first : UINT64_MAX;
	int count = 0;
	for (size_t i = 0; i < states->count; i++) {
		const struct state_entry *entry = &states->entries[i];
		if (entry->lsn < from || entry->lsn >= to)
			continue;
		count++;
		*bytes += entry->bytes;
	}
	return count;
}

static void print_states_damaged(const struct state_list *states)
{
	for (size_t i = 0; i < states->count; i++)
		if (states->entries[i].is_damaged)
			printf("%s: is damaged, or of a newer form; tablo journal repair makes states anew\n", states->entries[i].name);
}

static void print_table(const struct journal_call *call, const struct survey *survey, const struct state_list *states)
{
	uint64_t records = 0, events = 0, bytes = 0, state_bytes = 0;
	printf("%-29s  %-6s  %10s  %10s  %-25s  %-25s  %9s  %9s  %11s  %6s  %s\n", "file", "form", "first", "last", "from", "to", "records", "events",
		"bytes", "states", "damage");
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_file *file = &survey->files[i];
		print_file(call, file, count_states(states, survey, i, &state_bytes));
		records += file->records;
		events += file->events;
		bytes += file->bytes > 0 ? (uint64_t)file->bytes : 0;
	}
	printf("%zu files, %" PRIu64 " records, %" PRIu64 " events, %" PRIu64 " bytes", survey->count, records, events, bytes);
	if (events)
		printf(" (%.1f an event)", (double)bytes / (double)events);
	printf("; %zu states, %" PRIu64 " bytes%s\n", states->count, state_bytes, survey->is_written ? "; being written" : "");
	print_states_damaged(states);
}

/* The history beside it: its files, and how far it reaches. */
static bool print_history(const char *directory, struct error *err)
{
	struct segment_list list = {.segments = NULL};
	struct history_mark mark;
	if (!segments_list(&list, &disk_real, directory, SEGMENT_HISTORY, err) || !history_find(NULL, directory, UINT64_MAX, &mark, NULL, err))
		return false;
	for (size_t i = 0; i < list.count; i++)
		printf("%-29s  history from bucket %" PRIu64 " on, %" PRId64 " bytes\n", list.segments[i].name, list.segments[i].first,
			survey_size(directory, list.segments[i].name));
	if (mark.number)
		printf("the history tells everything up to record %" PRIu64 "\n", mark.lsn);
	segments_finish(&list);
	return true;
}

static char *directory_of(const char *path, struct error *err)
{
	struct reader *reader = reader_open(NULL, path, SEGMENT_JOURNAL, err);
	char *directory = reader ? disk_path(reader_directory(reader), "") : NULL;
	reader_close(reader);
	return directory;
}

int journal_list(const struct journal_call *call)
{
	struct survey survey;
	struct state_list states = {.entries = NULL};
	struct error err;
	if (!take(call, &survey, &err))
		return report(&err);
	char *directory = directory_of(call->directory, &err);
	bool good = directory && state_files_list(&states, NULL, directory, &err);
	if (good) {
		print_table(call, &survey, &states);
		good = print_history(directory, &err);
	}
	free(directory);
	state_files_finish(&states);
	survey_finish(&survey);
	return good ? EXIT_DONE : report(&err);
}

/* ---- verify ---- */

static void print_damage(const struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_file *file = &survey->files[i];
		for (size_t j = 0; j < file->damaged && j < SURVEY_DAMAGES; j++)
			journal_tell_damage(&file->damages[j]);
		if (file->damaged > SURVEY_DAMAGES)
			printf("%s: and %zu more\n", file->segment.name, file->damaged - SURVEY_DAMAGES);
		if (file->err.text[0])
			puts(file->err.text);
		if (file->tail > 0 && !survey->is_written)
			printf("%s: %" PRId64 " bytes at its end are no record; a start, or tablo journal repair, cuts them aside\n", file->segment.name,
				file->tail);
	}
}

/* The files of the history; of a single file there is none to look at. */
static int verify_history(const char *path)
{
	struct error err;
	struct reader *reader = reader_open(NULL, path, SEGMENT_HISTORY, &err);
	int code = reader ? EXIT_DONE : report(&err);
	enum reader_result result = reader ? READER_RECORD : READER_END;
	while (result == READER_RECORD || result == READER_DAMAGE) {
		struct frame frame;
		struct damage damage;
		result = reader_next(reader, &frame, &damage, &err);
		if (result == READER_FAILED)
			code = report(&err);
		if (result != READER_DAMAGE)
			continue;
		journal_tell_damage(&damage);
		code = survey_is_damage(&damage) ? EXIT_FAILED : code;
	}
	reader_close(reader);
	return code;
}

int journal_verify(const struct journal_call *call)
{
	struct survey survey;
	struct error err;
	const char *store = arguments_value(call->arguments, "--store");
	if (store) {
		const int equal = journal_store_verify(call->directory, store, arguments_value(call->arguments, "--site"), call->settings, &err);
		return equal < 0 ? report(&err) : equal ? EXIT_DONE : EXIT_FAILED;
	}
	if (!take(call, &survey, &err))
		return report(&err);
	print_damage(&survey);
	const bool sound = survey_is_sound(&survey);
	survey_finish(&survey);
	const int history = journal_is_file(call->directory) ? EXIT_DONE : verify_history(call->directory);
	return sound ? history : EXIT_FAILED;
}
