#include <errno.h>
#include <string.h>

#include <zmq.h>

#include "app/commands.h"
#include "app/import_journal.h"
#include "app/option_checks.h"
#include "app/progress.h"
#include "app/salt.h"
#include "app/setup.h"
#include "base/instant.h"
#include "base/text.h"
#include "base/words.h"
#include "config/suggest.h"
#include "feed/curve.h"
#include "feed/imports/import.h"
#include "feed/ndjson.h"
#include "feed/publisher.h"

#define LINES_A_STEP 1000
#define OUTPUT_SIZE (256 * 1024) /* bytes gathered before they are written */
#define REPORTS_MOST 200	 /* of one kind are printed; all are counted */
#define UNREAD_LINGER 10000	 /* ms that what a slow subscriber has not read yet is kept for at the end */

static const struct option import_options[] = {
	{"--map", "FILE", N_("csv, ndjson: the mapping, which says what the source means"), false},
	{"--to", "DIR", N_("write the events into a journal that is begun there, in place of printing them"), false, option_is_journal},
	{"--publish", "URL", N_("publish the events there (ZeroMQ) in place of printing them"), false, option_is_address},
	{"--site", "NAME", N_("--publish: the site in the topic (default default)"), false},
	{"--src", "NAME", N_("--publish: this publisher's name (default import)"), false},
	{"--zone", "ZONE", N_("csv: the zone of times without one (default: what the mapping says, else UTC)"), false, option_is_zone},
	{"--salt-file", "FILE", N_("16 bytes or more that customers' numbers are hashed with (default: this machine's id)"), false},
	{"--strict", NULL, N_("exit 1 if a line was damaged, a duplicate or an orphan"), false},
	{0},
};

struct import_run {
	struct wire_buffer output; /* lines, or the event to be published */
	struct publisher *publisher;
	struct curve *curve;	   /* of the publisher */
	struct import_journal *journal; /* NULL: not into one */
	struct settings *settings; /* which curve and the journal look into */
	int64_t sent; /* the largest ts published: recorded time, which --clock feed follows */
	uint64_t reports[IMPORT_COUNT_COUNT];
	bool failed; /* some file could not be read, or not to its end */
};

/* ---- what comes out ---- */

static bool write_output(struct import_run *run, struct error *err)
{
	bool good = run->output.size == 0 || fwrite(run->output.data, 1, run->output.size, stdout) == run->output.size;
	run->output.size = 0;
	return good || fail(err, "standard output cannot be written: %s", strerror(errno));
}

static bool take_event(void *context, const struct event *event, struct view queue, struct error *err)
{
	struct import_run *run = context;
	if (run->journal)
		return import_journal_add(run->journal, event, err);
	if (!run->publisher) {
		ndjson_write(&run->output, event);
		return run->output.size < OUTPUT_SIZE || write_output(run, err);
	}
	run->output.size = 0;
	wire_encode_event(&run->output, event);
	if (event->ts > run->sent)
		run->sent = event->ts;
	return publisher_add(run->publisher, run->output.data, run->output.size, queue, run->sent, err);
}

static void say(const char *text)
{
	char harmless[1024];
	text_harmless(view_of(text), harmless, sizeof harmless);
	progress_done();
	fprintf(stderr, "%s\n", harmless);
}

static void take_report(void *context, enum import_count kind, const char *file, int64_t line, const char *reason)
{
	struct import_run *run = context;
	char text[1024];
	if (run->reports[kind]++ >= REPORTS_MOST)
		return;
	snprintf(text, sizeof text, "%s:%lld: %s", file, (long long)line, reason);
	say(text);
}

static void summarize(const struct import_run *run, const struct importer *importer)
{
	for (int kind = 0; kind < IMPORT_COUNT_COUNT; kind++)
		if (run->reports[kind] > REPORTS_MOST)
			fprintf(stderr, "... and %llu more: %s\n", (unsigned long long)(run->reports[kind] - REPORTS_MOST),
				import_count_help[kind]);
	for (int kind = 0; kind < IMPORT_COUNT_COUNT; kind++) {
		uint64_t count = importer_count(importer, (enum import_count)kind);
		if (count || kind == IMPORT_LINES || kind == IMPORT_EVENTS)
			fprintf(stderr, "%10llu %s\n", (unsigned long long)count, import_count_help[kind]);
	}
}

/* ---- the files ---- */

static bool import_file(struct import_run *run, struct importer *importer, const char *path, struct error *err)
{
	char what[80];
	snprintf(what, sizeof what, "import %.60s", path);
	if (!importer_file(importer, path, err))
		return false;
	for (;;) {
		enum import_step step = importer_step(importer, LINES_A_STEP, err);
		if (step != IMPORT_MORE)
			return step == IMPORT_FILE_END;
		progress_show(what, "lines", importer_progress(importer), importer_count(importer, IMPORT_LINES));
		if (run->publisher && run->sent != INSTANT_NONE && !publisher_serve(run->publisher, run->sent, err))
			return false;
	}
}

/* A file that cannot be read is said and passed over: the others are imported. */
static bool import_all(struct import_run *run, struct importer *importer, const struct arguments *arguments, struct error *err)
{
	struct error why;
	for (int i = 1; i < arguments->positional_count; i++) {
		if (import_file(run, importer, arguments->positional[i], &why))
			continue;
		progress_done();
		report(&why);
		run->failed = true;
	}
	progress_show("sorting", "lines", -1, importer_count(importer, IMPORT_LINES));
	bool good = importer_finish(importer, err);
	progress_done();
	if (!good)
		return false;
	if (run->journal)
		return import_journal_finish(run->journal, err);
	if (run->publisher)
		return publisher_flush(run->publisher, err);
	return write_output(run, err) && (fflush(stdout) == 0 || fail(err, "standard output cannot be written: %s", strerror(errno)));
}

static bool open_publisher(struct import_run *run, const struct arguments *arguments, void *zmq, struct error *err)
{
	struct publisher_options options = {
		.bind = arguments_value(arguments, "--publish"),
		.site = arguments_value(arguments, "--site"),
		.src = arguments_value(arguments, "--src"),
		.wait = true,
		.linger = UNREAD_LINGER,
		.zmq = zmq,
	};
	if (!options.src)
		options.src = "import";
	run->curve = curve_open(run->settings, err);
	if (!run->curve)
		return false;
	options.curve = run->curve;
	run->publisher = publisher_open(&options, err);
	if (!run->publisher)
		return false;
	fprintf(stderr, "tablo: %s: waiting for a subscriber\n", options.bind);
	return publisher_wait(run->publisher, 1, -1) || fail(err, "%s: no subscriber came", options.bind);
}

/* Where the events go, if not to standard output. */
static bool open_target(struct import_run *run, const struct arguments *arguments, void *zmq, struct error *err)
{
	const char *directory = arguments_value(arguments, "--to");
	const char *zone = arguments_value(arguments, "--zone");
	if (!directory && !zmq)
		return true;
	if (zone && !settings_set(run->settings, "zone", zone, err))
		return false;
	if (!directory)
		return open_publisher(run, arguments, zmq, err);
	run->journal = import_journal_open(directory, run->settings, err);
	return run->journal != NULL;
}

/* ---- the command ---- */

static int finish(const struct import_run *run, const struct importer *importer, const struct arguments *arguments)
{
	summarize(run, importer);
	if (run->failed)
		return EXIT_FAILED;
	if (importer_count(importer, IMPORT_EVENTS) == 0) {
		say("tablo: nothing could be imported");
		return EXIT_FAILED;
	}
	return arguments_flag(arguments, "--strict") && importer_skipped(importer) ? EXIT_FAILED : EXIT_DONE;
}

static int run_format(const struct import_format *format, const struct arguments *arguments, struct settings *settings)
{
	struct error err;
	struct import_run run = {.sent = INSTANT_NONE, .settings = settings};
	struct import_sink sink = {.context = &run, .event = take_event, .report = take_report};
	struct salt salt;
	if (!salt_read(&salt, arguments_value(arguments, "--salt-file"), &err))
		return report(&err);
	if (!salt.size)
		say("tablo: " SALT_MISSING);
	struct import_options options = {
		.map = arguments_value(arguments, "--map"),
		.zone = arguments_value(arguments, "--zone"),
		.salt = {salt.bytes, salt.size},
	};
	struct importer *importer = importer_open(format, &options, &sink, &err);
	if (!importer)
		return report(&err);
	void *zmq = arguments_value(arguments, "--publish") ? zmq_ctx_new() : NULL;
	int result = EXIT_FAILED;
	if (!open_target(&run, arguments, zmq, &err) || !import_all(&run, importer, arguments, &err))
		report(&err);
	else
		result = finish(&run, importer, arguments);
	importer_close(importer);
	if (run.publisher)
		publisher_close(run.publisher);
	import_journal_close(run.journal);
	curve_close(run.curve);
	if (zmq)
		zmq_ctx_term(zmq);
	wire_buffer_finish(&run.output);
	return result;
}

static int run_with_settings(const struct import_format *format, const struct arguments *arguments)
{
	struct error err;
	bool usage;
	struct settings *settings = setup_settings(arguments, &usage, &err);
	if (!settings)
		return usage ? report_usage(arguments, &err) : report(&err);
	const int code = run_format(format, arguments, settings);
	settings_destroy(settings);
	return code;
}

static void name_formats(const char *name, struct error *err)
{
	char names[200] = "";
	const char *known[16];
	int count = 0;
	for (; import_formats[count] && count < 15; count++)
		known[count] = import_formats[count]->name;
	known[count] = NULL;
	const char *meant = suggest(name, known);
	for (int i = 0; import_formats[i]; i++)
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "", import_formats[i]->name);
	fail(err, "'%.60s' is no format%s%s%s; there are: %s", name, meant ? ": did you mean '" : "", meant ? meant : "", meant ? "'?" : "", names);
}

static int run(const struct arguments *arguments)
{
	struct error err;
	const char *name = arguments->positional_count ? arguments->positional[0] : "";
	const struct import_format *format = import_format_find(name);
	if (!format)
		name_formats(name, &err);
	else if (arguments_value(arguments, "--to") && arguments_value(arguments, "--publish"))
		fail(&err, "either --to or --publish");
	else if (arguments->positional_count < 2)
		fail(&err, "no file is named; - is standard input");
	else if (format->mapping == IMPORT_MAPPING_NEEDED && !arguments_value(arguments, "--map"))
		fail(&err, "%s needs --map FILE, which says what its columns mean", format->name);
	else if (format->mapping == IMPORT_MAPPING_NONE && arguments_value(arguments, "--map"))
		fail(&err, "--map is for csv and ndjson, not for %s", format->name);
	else
		return run_with_settings(format, arguments);
	return report_usage(arguments, &err);
}

static const char *format_word(int index)
{
	return import_formats[index] ? import_formats[index]->name : NULL;
}

const struct command import_command = {
	.name = "import",
	.positional = "FORMAT FILE...",
	.word = format_word,
	.summary = N_("reads what another system recorded, and prints or publishes it as events"),
	.about = N_("FORMAT is queue_log (Asterisk's), csv (any table, with a mapping file) or ndjson (events as lines of JSON). The files,\n"
		 ".gz too and - for standard input, belong to one history, oldest first; the events come out sorted, as one line of JSON each, which\n"
		 "`tablo publish` and file: feeds read. Damaged, duplicate and orphaned lines are named on standard error, counted\n"
		 "and left out; the exit status is still 0 unless --strict is given or nothing at all could be imported.\n"
		 "Customers' numbers never leave: a salted hash stands in for them. With --publish it begins when the first\n"
		 "subscriber is there, and waits for slow ones; a board takes --clock feed. With --to the events become a journal, received\n"
		 "when they happened; the rules and the zone are those of the configuration."),
	.options = (const struct option *const[]){import_options, common_options, help_options, NULL},
	.run = run,
};
