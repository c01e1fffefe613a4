/* `tablo bridge queue_log FILE`: Asterisk's queue_log as it is written. What a line means is the converter's table of verbs
 * (queue_log_verbs.c); here stands which of its fields is used for what, for those who want to see it. */
#include <stdio.h>
#include <stdlib.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/input.h"
#include "base/memory.h"
#include "base/words.h"
#include "feed/bridges/bridge.h"
#include "feed/bridges/queue_log_counts.h"
#include "feed/bridges/queue_log_follow.h"
#include "feed/imports/queue_log.h"

#define RETRY 1000 /* ms after a commit that the disk refused */

struct queue_log_bridge {
	struct bridge_host host;
	struct queue_log_follow *follow;
	int64_t retry; /* monotonic ms; 0: nothing failed */
	bool is_refused; /* the disk refused, and that was said */
	bool is_told;  /* that nothing more will come */
};

/* ---- following ---- */

static void take_event(void *context, const struct event *event, struct view queue)
{
	const struct queue_log_bridge *bridge = context;
	outbox_event(bridge->host.outbox, event, queue);
}

static void take_outcome(void *context, enum import_count outcome, const char *reason)
{
	const struct queue_log_bridge *bridge = context;
	queue_log_take(&bridge->host, outcome, reason);
}

static void say(void *context, const char *text)
{
	const struct queue_log_bridge *bridge = context;
	bridge->host.say(bridge->host.context, text);
}

static bool read_from(const char *text, struct queue_log_follow_options *options, struct error *err)
{
	options->from = INSTANT_NONE;
	if (!text || strcmp(text, "begin") == 0)
		return true;
	if (strcmp(text, "end") == 0)
		return options->from_end = true;
	struct zone *zone = zone_open("local", err);
	const bool good = zone && instant_parse(view_of(text), zone, clock_wall(), &options->from, err);
	zone_close(zone);
	return good || fail(err, "--from is begin, end or a date such as 2026-11-20, not '%.60s'", text);
}

static const char *option(const struct bridge_host *host, const char *name)
{
	return host->option ? host->option(host->arguments, name) : NULL;
}

static void close_bridge(void *state)
{
	struct queue_log_bridge *bridge = state;
	queue_log_follow_close(bridge->follow);
	free(bridge);
}

static void *open_bridge(const struct bridge_host *host, const char *target, struct error *err)
{
	struct queue_log_bridge *bridge = memory_new(1, sizeof *bridge);
	bridge->host = *host;
	struct queue_log_follow_options options = {
		.path = target,
		.outbox = host->outbox,
		.pseudonym = &bridge->host.pseudonym,
		.once = option(host, "--once") != NULL,
		.from_end = option(host, "--from-end") != NULL,
		.context = bridge,
		.event = take_event,
		.line = take_outcome,
		.say = say,
	};
	if (read_from(option(host, "--from"), &options, err))
		bridge->follow = queue_log_follow_open(&options, err);
	if (bridge->follow)
		return bridge;
	free(bridge);
	return NULL;
}

static int items(void *state, struct zmq_pollitem_t *items, int room)
{
	const struct queue_log_bridge *bridge = state;
	const int descriptor = queue_log_follow_descriptor(bridge->follow);
	if (descriptor < 0 || room < 1)
		return 0;
	items[0] = (zmq_pollitem_t){.fd = descriptor, .events = ZMQ_POLLIN};
	return 1;
}

static int64_t due(const void *state)
{
	const struct queue_log_bridge *bridge = state;
	if (bridge->is_told)
		return INT64_MAX;
	return bridge->retry ? bridge->retry : queue_log_follow_due(bridge->follow);
}

/* The disk refused: nothing of the turn holds, and it is tried again from where the outbox stands. */
static bool begin_again(struct queue_log_bridge *bridge, const struct error *why, struct error *err)
{
	if (!bridge->is_refused)
		say(bridge, why->text);
	bridge->is_refused = true;
	bridge->retry = clock_monotonic() + RETRY;
	return queue_log_follow_again(bridge->follow, err);
}

static bool turn(void *state, struct error *err)
{
	struct queue_log_bridge *bridge = state;
	struct error why;
	bool wanted;
	if (bridge->is_told || (bridge->retry && clock_monotonic() < bridge->retry))
		return true;
	bridge->retry = 0;
	outbox_begin(bridge->host.outbox);
	const bool good = queue_log_follow_read(bridge->follow, &wanted, err);
	if (!good || !wanted)
		outbox_abandon(bridge->host.outbox);
	else if (!outbox_commit(bridge->host.outbox, &why))
		return begin_again(bridge, &why, err);
	if (wanted)
		bridge->is_refused = false;
	if (good && queue_log_follow_ended(bridge->follow)) {
		bridge->is_told = true;
		bridge->host.done(bridge->host.context);
	}
	return good;
}

/* ---- what a captured log becomes ---- */

struct test_run {
	const struct bridge_trial *trial;
	const struct queue_log_line *line; /* NULL: it could not be read */
	enum trial_outcome outcome;
	bool is_told; /* the line, before what it makes */
	char why[400];
};

static void tell_line(struct test_run *run)
{
	const struct view name = run->line && run->line->verb ? run->line->verb->name : (struct view){0};
	if (!run->is_told)
		run->trial->source(run->trial->context, name.size ? name.data : "a line", run->outcome, run->why[0] ? run->why : NULL);
	run->is_told = true;
}

static bool test_event(void *context, const struct event *event, struct view queue, struct error *err)
{
	(void)err;
	struct test_run *run = context;
	tell_line(run);
	run->trial->made(run->trial->context, event, queue);
	return true;
}

static void test_report(void *context, enum import_count kind, const char *file, int64_t line, const char *reason)
{
	(void)file;
	(void)line;
	struct test_run *run = context;
	if (kind <= IMPORT_DROPPED)
		run->outcome = bridge_outcome_of(queue_log_count_of(kind));
	snprintf(run->why, sizeof run->why, "%s", reason);
}

static void test_fields(const struct bridge_trial *trial, const struct queue_log_line *line)
{
	static const char *const always[][2] = {
		{"time", "ts"}, {"callid", "contact"}, {"queuename", "contact, queue"}, {"agent", "agent"}, {"event", "which event"},
	};
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		trial->field(trial->context, always[i][0], always[i][1]);
	const struct verb_field *data = line->verb->data;
	for (int i = 0; i < line->count - 5; i++) {
		char name[16];
		const bool is_known = data && data->name;
		snprintf(name, sizeof name, "data%d", i + 1); /* as the columns of its database are called */
		trial->field(trial->context, is_known ? data->name : name, is_known ? data->use : NULL);
		if (is_known)
			data++;
	}
}

static void test_line(struct test_run *run, struct importer *importer, int64_t number, struct view text)
{
	struct queue_log_line line;
	struct error ignored; /* the sink never fails */
	run->line = text.size <= QUEUE_LOG_LINE_MAX && !queue_log_line_read(text, &line) ? &line : NULL;
	const bool is_passed = run->line && line.verb && line.verb->kind == VERB_PASSED;
	run->outcome = is_passed ? TRIAL_IGNORED : TRIAL_MAPPED;
	run->is_told = false;
	snprintf(run->why, sizeof run->why, "%s", is_passed ? "known, but it makes no event" : "");
	importer_take(importer, number, text, &ignored);
	importer_settle(importer, &ignored);
	tell_line(run);
	if (run->line && line.verb && !is_passed)
		test_fields(run->trial, &line);
}

/* The lines in the order of the file: which one says what is to be seen, not their order in time. */
static bool test(const struct bridge_host *host, const char *path, const struct bridge_trial *trial, struct error *err)
{
	struct test_run run = {.trial = trial};
	const struct import_options options = {0};
	const struct import_sink sink = {&run, test_event, test_report};
	struct input *input = input_open(path, err);
	struct importer *importer = input ? importer_open(&import_queue_log, &options, &sink, err) : NULL;
	bool good = importer != NULL;
	if (good) {
		((struct queue_log *)importer_state(importer))->pseudonym = host->pseudonym;
		importer_begin(importer, path);
	}
	enum input_state state = INPUT_LINE;
	for (struct view text; good && (state = input_next(input, &text, err)) != INPUT_END; good = state != INPUT_FAILED)
		if (state == INPUT_LINE)
			test_line(&run, importer, input_line(input), text);
		else if (state == INPUT_TOO_LONG)
			trial->source(trial->context, "a line", TRIAL_DAMAGED, "longer than a line can be");
	importer_close(importer);
	input_close(input);
	return good;
}

static const char *const options[] = {"--from", "--from-end", "--once", NULL};

const struct bridge_class queue_log_bridge = {
	.name = "queue_log",
	.positional = "FILE",
	.help = N_("Asterisk's queue_log as it grows, through rotation and truncation"),
	.gives = "lines",
	.options = options,
	.open = open_bridge,
	.close = close_bridge,
	.items = items,
	.due = due,
	.turn = turn,
	.test = test,
};
