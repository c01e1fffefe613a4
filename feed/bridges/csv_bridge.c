/* `tablo bridge csv FILE --map FILE`: rows of a table as they are written. Rows are taken as they come: what is to be sorted first is for
 * `tablo import`. Beside its position the outbox keeps the header. A row whose quotes are not closed yet is read again from its
 * beginning after a restart. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/input.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "feed/bridges/tail.h"
#include "feed/imports/import.h"
#include "feed/imports/record.h"
#include "feed/mapping/mapping.h"
#include "feed/mapping/source_uses.h"
#include "feed/outbox/outbox_keeper.h"
#include "feed/pack_write.h"

#define NAME "csv"
#define WRONG_ROW "a row that lacks what the protocol needs, or holds a wrong value; tablo bridge test shows which"
#define HEADER_KEY NAME "/header"

struct csv_bridge {
	struct tail *tail; /* first: tail.h */
	struct mapping *mapping;
	struct zone *zone;
	struct pseudonym pseudonym;
	struct mapper *mapper;
	struct recall_keeper keeper;
	int64_t hour; /* now, for the keeper */
	struct record_reader reader;
	size_t columns; /* 0: no header or first row yet */
	char *path;
	struct outbox *outbox; /* NULL: a trial */
	const struct bridge_trial *trial;
	struct source_uses uses;
	struct view *names; /* of a trial, owned */
	uint64_t rows;
};

/* ---- the header ---- */

static void put_header(const struct csv_bridge *bridge, const struct view *names)
{
	struct wire_buffer text = {0};
	for (size_t i = 0; i < bridge->columns; i++) {
		if (names)
			pack_put_bytes(&text, names[i].data, names[i].size);
		pack_put_bytes(&text, "", 1);
	}
	outbox_put(bridge->outbox, view_of(HEADER_KEY), (struct view){(const char *)text.data, text.size});
	wire_buffer_finish(&text);
}

/* Of a table without a header only the number of its columns is known, and kept. */
static bool bind_columns(struct csv_bridge *bridge, const struct view *fields, size_t count, struct error *err)
{
	const struct view *names = bridge->mapping->header ? fields : NULL;
	bridge->columns = count;
	const struct mapping_header header = {names, names ? count : 0, bridge->trial != NULL};
	if (!mapping_bind(bridge->mapping, &header, bridge->path, err))
		return false;
	if (bridge->outbox)
		put_header(bridge, names);
	return true;
}

/* Of an earlier run. */
static bool find_header(struct csv_bridge *bridge, struct error *err)
{
	struct view text, names[RECORD_FIELDS_MAX];
	size_t count = 0;
	if (!outbox_find(bridge->outbox, view_of(HEADER_KEY), &text))
		return true;
	for (const char *end; text.size && count < RECORD_FIELDS_MAX && (end = memchr(text.data, 0, text.size));) {
		const size_t size = (size_t)(end - text.data);
		names[count++] = (struct view){text.data, size};
		text = (struct view){end + 1, text.size - size - 1};
	}
	bridge->columns = count;
	const bool has_names = bridge->mapping->header;
	const struct mapping_header header = {has_names ? names : NULL, has_names ? count : 0, false};
	return mapping_bind(bridge->mapping, &header, bridge->path, err);
}

/* ---- rows ---- */

static void hand_on(const struct csv_bridge *bridge, const struct mapping_result *result)
{
	for (int i = 0; i < result->count; i++)
		if (bridge->trial)
			bridge->trial->made(bridge->trial->context, &result->events[i], result->queues[i]);
		else
			outbox_event(bridge->outbox, &result->events[i], result->queues[i]);
}

static void tell_trial(const struct csv_bridge *bridge, enum trial_outcome outcome, const char *why)
{
	char name[40];
	snprintf(name, sizeof name, "row %llu", (unsigned long long)bridge->rows);
	bridge->trial->source(bridge->trial->context, name, outcome, why);
}

/* Once for each row, or for what should have been one. */
static void count(const struct csv_bridge *bridge, const struct bridge_host *host, enum bridge_count which, const char *why)
{
	if (bridge->trial) {
		tell_trial(bridge, bridge_outcome_of(which), why);
		return;
	}
	host->count(host->context, BRIDGE_TAKEN, NULL);
	host->count(host->context, which, why);
}

static void show_fields(struct csv_bridge *bridge)
{
	const struct record_reader *reader = &bridge->reader;
	char name[USES_SIZE], use[USES_SIZE];
	for (size_t i = 0; i < reader->count; i++) {
		if (reader->fields[i].size == 0)
			continue;
		snprintf(name, sizeof name, "#%zu", i + 1);
		const char *found = source_use(&bridge->uses, name, use);
		if (bridge->names && bridge->names[i].size)
			view_copy(bridge->names[i], name, sizeof name);
		bridge->trial->field(bridge->trial->context, name, found ? found : source_use(&bridge->uses, name, use));
	}
}

static void take_row(struct csv_bridge *bridge, const struct bridge_host *host)
{
	const struct record_reader *reader = &bridge->reader;
	struct mapping_result result;
	struct error why;
	bridge->rows++;
	bridge->hour = clock_wall() / HOUR_MS;
	if (reader->count != bridge->columns) {
		char text[120];
		snprintf(text, sizeof text, "%zu columns in place of %zu", reader->count, bridge->columns);
		count(bridge, host, BRIDGE_DAMAGED, text);
	} else if (!mapper_apply(bridge->mapper, reader->fields, reader->count, &result, &why)) {
		/* What is wrong may quote the row: that is for trials alone. */
		count(bridge, host, BRIDGE_DAMAGED, bridge->trial ? why.text : WRONG_ROW);
	} else if (result.dropped) {
		count(bridge, host, BRIDGE_IGNORED, result.ignored);
	} else {
		count(bridge, host, result.known ? BRIDGE_MAPPED : BRIDGE_UNKNOWN, result.known ? NULL : "no event of the mapping is for it");
		hand_on(bridge, &result);
	}
	if (bridge->trial)
		show_fields(bridge);
}

/* A file begins with its header, whichever it is that is read. */
static void begin_file(struct csv_bridge *bridge, const struct bridge_host *host)
{
	if (csv_end(&bridge->reader))
		count(bridge, host, BRIDGE_DAMAGED, "a quote that is not closed when the file ends");
	bridge->columns = 0;
}

static void keep_names(struct csv_bridge *bridge)
{
	if (!bridge->trial || !bridge->mapping->header)
		return;
	bridge->names = memory_new(bridge->columns + 1, sizeof *bridge->names);
	for (size_t i = 0; i < bridge->columns; i++) {
		const struct view name = bridge->reader.fields[i];
		char *copy = memory_new(1, name.size + 1);
		view_copy(name, copy, name.size + 1);
		bridge->names[i] = (struct view){copy, name.size};
	}
}

static bool take_line(void *context, const struct bridge_host *host, const struct tail_line *line, struct error *err)
{
	struct csv_bridge *bridge = context;
	struct view text = line->text;
	const char *why = NULL;
	if (line->number == 1) {
		begin_file(bridge, host);
		if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
			text = (struct view){text.data + 3, text.size - 3};
	}
	if (bridge->reader.lines == 0 && import_blank(text))
		return true;
	switch (csv_read(&bridge->reader, text, &why)) {
	case RECORD_MORE:
		return true;
	case RECORD_BROKEN:
		count(bridge, host, BRIDGE_DAMAGED, why);
		return true;
	case RECORD_READ:
		break;
	}
	if (bridge->columns == 0) {
		if (!bind_columns(bridge, bridge->reader.fields, bridge->reader.count, err))
			return false;
		keep_names(bridge);
		if (bridge->mapping->header)
			return true;
	}
	take_row(bridge, host);
	return true;
}

/* ---- rows that are not over ---- */

static int unfinished(void *context)
{
	const struct csv_bridge *bridge = context;
	return bridge->reader.lines;
}

static void again(void *context)
{
	struct csv_bridge *bridge = context;
	bridge->columns = 0;
	find_header(bridge, NULL); /* it could be bound before */
	csv_end(&bridge->reader);
}

/* ---- its life ---- */

static void close_bridge(void *state)
{
	struct csv_bridge *bridge = state;
	tail_close(bridge->tail);
	mapper_destroy(bridge->mapper);
	mapping_destroy(bridge->mapping);
	zone_close(bridge->zone);
	for (size_t i = 0; bridge->names && i < bridge->columns; i++)
		free((char *)bridge->names[i].data);
	free(bridge->names);
	source_uses_finish(&bridge->uses);
	csv_finish(&bridge->reader);
	free(bridge->path);
	free(bridge);
}

static bool load(struct csv_bridge *bridge, const struct bridge_host *host, struct error *err)
{
	const char *map = host->option(host->arguments, "--map"), *zone = host->option(host->arguments, "--zone");
	if (!map)
		return fail(err, "csv needs --map FILE, which says what its columns mean");
	bridge->mapping = mapping_load(map, err);
	if (!bridge->mapping)
		return false;
	if (bridge->mapping->sort_by >= 0 && !bridge->trial)
		return fail(err, "%s: sort_by needs the whole table before its first row: that is for tablo import", map);
	bridge->zone = zone_open(zone ? zone : bridge->mapping->zone ? bridge->mapping->zone : "UTC", err);
	if (!bridge->zone)
		return false;
	bridge->reader.delimiter = bridge->mapping->delimiter;
	bridge->mapper = mapper_create(bridge->mapping, bridge->zone, &bridge->pseudonym);
	return true;
}

static struct csv_bridge *create(const struct bridge_host *host, const char *path, const struct bridge_trial *trial)
{
	struct csv_bridge *bridge = memory_new(1, sizeof *bridge);
	bridge->pseudonym = host->pseudonym;
	bridge->path = memory_text(path);
	bridge->trial = trial;
	bridge->outbox = trial ? NULL : host->outbox;
	return bridge;
}

static void *open_bridge(const struct bridge_host *host, const char *target, struct error *err)
{
	struct csv_bridge *bridge = create(host, target, NULL);
	const struct tail_options tail = {.host = host, .target = target, .key = NAME "/position", .take = take_line, .unfinished = unfinished,
		.again = again,
		.context = bridge};
	bridge->keeper = outbox_keeper(host->outbox, &bridge->hour);
	if (load(bridge, host, err)) {
		mapping_keep(bridge->mapping, &bridge->keeper, NAME);
		if (find_header(bridge, err))
			bridge->tail = tail_open(&tail, err);
	}
	if (bridge->tail)
		return bridge;
	close_bridge(bridge);
	return NULL;
}

/* ---- what captured rows become ---- */

static bool try_lines(struct csv_bridge *bridge, const struct bridge_host *host, struct input *input, struct error *err)
{
	struct view text;
	enum input_state state;
	while ((state = input_next(input, &text, err)) != INPUT_END) {
		const struct tail_line line = {text, input_line(input)};
		if (state == INPUT_FAILED)
			return false;
		if (state == INPUT_TOO_LONG)
			tell_trial(bridge, TRIAL_DAMAGED, "a line is longer than 1 MiB");
		else if (!take_line(bridge, host, &line, err))
			return false;
	}
	if (csv_end(&bridge->reader))
		tell_trial(bridge, TRIAL_DAMAGED, "a quote that is not closed when the file ends");
	return true;
}

static bool test(const struct bridge_host *host, const char *path, const struct bridge_trial *trial, struct error *err)
{
	struct csv_bridge *bridge = create(host, path, trial);
	struct input *input = NULL;
	bool good = load(bridge, host, err);
	if (good) {
		source_uses_find(&bridge->uses, bridge->mapping);
		input = input_open(path, err);
		good = input && try_lines(bridge, host, input, err);
	}
	if (input)
		input_close(input);
	close_bridge(bridge);
	return good;
}

static const char *const options[] = {"--map", "--zone", "--once", "--from-end", NULL};

const struct bridge_class csv_bridge = {
	.name = NAME,
	.positional = "FILE",
	.help = N_("a table of comma-separated text as it is written (- is standard input); --map says what its columns mean"),
	.gives = "rows",
	.options = options,
	.open = open_bridge,
	.close = close_bridge,
	.items = tail_items,
	.due = tail_due,
	.turn = tail_turn,
	.test = test,
};
