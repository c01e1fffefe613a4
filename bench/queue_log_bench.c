/* How fast a queue_log is read: only converted (events are taken and dropped), written as JSON, and written into a journal; beside a
 * loop that reads the same file and counts lines and separators. Lines: name value unit ratio limit ok|OVER; the value is million lines
 * a second, the ratio that to the bare loop's. Arguments: lines (default 2,000,000), lines for the journal (default 200,000). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/import_journal.h"
#include "base/clock.h"
#include "bench/queue_log_lines.h"
#include "config/settings.h"
#include "feed/imports/import.h"
#include "feed/ndjson.h"

#define LINES 2000000
#define JOURNAL_LINES 200000
#define ROUNDS 5
#define CHUNK (256 * 1024)
#define LIMIT 2.0 /* million lines a second */

struct drain {
	uint64_t events;
	int descriptor;		  /* -1: nothing is written */
	struct wire_buffer output;
	struct import_journal *journal; /* or NULL */
};

static bool drop_event(void *context, const struct event *event, struct view queue, struct error *err)
{
	struct drain *drain = context;
	(void)event, (void)queue, (void)err;
	drain->events++;
	return true;
}

static bool write_event(void *context, const struct event *event, struct view queue, struct error *err)
{
	struct drain *drain = context;
	(void)queue;
	drain->events++;
	ndjson_write(&drain->output, event);
	if (drain->output.size < CHUNK)
		return true;
	const ssize_t written = write(drain->descriptor, drain->output.data, drain->output.size);
	drain->output.size = 0;
	return written > 0 || fail(err, "the lines cannot be written: %s", strerror(errno));
}

static bool keep_event(void *context, const struct event *event, struct view queue, struct error *err)
{
	struct drain *drain = context;
	(void)queue;
	drain->events++;
	return import_journal_add(drain->journal, event, err);
}

/* Nanoseconds, or -1. */
static double import(const char *path, struct drain *drain, bool (*take)(void *, const struct event *, struct view, struct error *))
{
	struct error err;
	const struct import_sink sink = {.context = drain, .event = take};
	const struct import_options options = {.salt = view_of("a salt of the bench")};
	enum import_step step = IMPORT_MORE;
	int64_t start = clock_monotonic_ns();
	struct importer *importer = importer_open(&import_queue_log, &options, &sink, &err);
	bool good = importer_file(importer, path, &err);
	while (good && step == IMPORT_MORE)
		step = importer_step(importer, 1000, &err);
	good = good && step == IMPORT_FILE_END && importer_finish(importer, &err)
		&& (!drain->journal || import_journal_finish(drain->journal, &err));
	double took = (double)(clock_monotonic_ns() - start);
	if (good && importer_skipped(importer) * 10000 > importer_count(importer, IMPORT_LINES))
		good = fail(&err, "%s: too many lines gave nothing", path);
	if (!good)
		fprintf(stderr, "queue_log_bench: %s\n", err.text);
	importer_close(importer);
	return good ? took : -1;
}

/* The bare loop: lines and separators are counted. */
static double count_bare(const char *path, uint64_t *lines, uint64_t *bars)
{
	static char chunk[CHUNK];
	int64_t start = clock_monotonic_ns();
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	*lines = *bars = 0;
	for (ssize_t got; (got = read(descriptor, chunk, sizeof chunk)) > 0;)
		for (ssize_t i = 0; i < got; i++) {
			*lines += chunk[i] == '\n';
			*bars += chunk[i] == '|';
		}
	close(descriptor);
	return (double)(clock_monotonic_ns() - start);
}

static double less(double a, double b)
{
	return a < b ? a : b;
}

/* Prints a line; true if the limit is kept. */
static bool report(const char *name, uint64_t lines, double took, double bare, double limit)
{
	const double rate = (double)lines * 1000 / took;
	printf("%s %.2f Mlines/s %.2f %.2f %s\n", name, rate, bare / took, limit, rate >= limit ? "ok" : "OVER");
	return rate >= limit;
}

static bool bench_lines(const char *path, uint64_t expected)
{
	double bare = 1e18, dropped = 1e18, written = 1e18;
	uint64_t lines, bars;
	struct drain drain = {.descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC)};
	for (int i = 0; i < ROUNDS; i++) {
		bare = less(bare, count_bare(path, &lines, &bars));
		double took = import(path, &drain, drop_event), took_written = import(path, &drain, write_event);
		if (took < 0 || took_written < 0 || lines != expected)
			return false;
		dropped = less(dropped, took);
		written = less(written, took_written);
	}
	wire_buffer_finish(&drain.output);
	close(drain.descriptor);
	printf("# %llu lines of %.1f fields, %llu events\n", (unsigned long long)lines, 1 + (double)bars / (double)lines,
		(unsigned long long)(drain.events / ROUNDS / 2));
	bool good = report("queue_log", lines, dropped, bare, LIMIT);
	report("queue_log_ndjson", lines, written, bare, 0);
	return good;
}

static bool bench_journal(const char *path, const char *directory)
{
	struct error err;
	uint64_t lines, bars;
	struct settings *settings = settings_create();
	struct drain drain = {.journal = import_journal_open(directory, settings, &err)};
	if (!drain.journal) {
		fprintf(stderr, "queue_log_bench: %s\n", err.text);
		return false;
	}
	const double bare = count_bare(path, &lines, &bars), took = import(path, &drain, keep_event);
	import_journal_close(drain.journal);
	settings_destroy(settings);
	return took > 0 && report("queue_log_journal", lines, took, bare, 0);
}

/* Makes a log of so many lines. */
static bool make(const char *path, uint64_t wanted, uint64_t *lines)
{
	FILE *file = fopen(path, "we");
	if (!file)
		return false;
	*lines = queue_log_lines(file, wanted);
	return fclose(file) == 0;
}

int main(int count, char **arguments)
{
	const uint64_t wanted = count > 1 ? strtoull(arguments[1], NULL, 10) : LINES;
	const uint64_t wanted_journal = count > 2 ? strtoull(arguments[2], NULL, 10) : JOURNAL_LINES;
	char folder[] = "/tmp/queue_log_bench.XXXXXX", path[64], journal[64], command[96];
	uint64_t lines;
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/queue_log", folder);
	snprintf(journal, sizeof journal, "%s/journal", folder);
	bool good = make(path, wanted, &lines) && bench_lines(path, lines);
	good &= wanted_journal == 0 || (make(path, wanted_journal, &lines) && bench_journal(path, journal));
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command) == 0 && good ? 0 : 1;
}
