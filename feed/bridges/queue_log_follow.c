#include "feed/bridges/queue_log_follow.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/bridges/queue_log_held.h"
#include "feed/imports/in_order.h"
#include "feed/imports/packed.h"
#include "feed/imports/queue_log.h"

#define LINES_A_TURN 2000
#define STEPS_A_TURN 4000 /* with those that give no line */
#define QUIET 100	  /* ms after the last line, what waits for its place is let go */
#define WAIT_MOST 200	  /* ms that a line waits at most where the file is read to its end */

#define POSITION_KEY "queue_log/position"
#define CALL_KEY "queue_log/call/"

struct queue_log_follow {
	struct queue_log_follow_options options;
	struct pseudonym pseudonym;
	char *path;
	struct follow *follow;
	struct importer *importer;
	struct queue_log *log; /* the importer's */
	struct queue_log_memory memory;
	struct in_order window; /* struct held, by instant */
	struct in_order made;	/* struct packed: the events of this turn */
	struct held **unkept;	/* those read since the last commit; some may have been let go */
	size_t unkept_count, unkept_room;
	uint64_t next_order;
	char *name; /* of the file whose line the importer has */
	int64_t waiting_since, last_line; /* monotonic ms */
	int64_t newest, forgotten; /* instants of the log: the newest, and when old calls were forgotten last */
	bool is_behind;		   /* there is more to read */
	bool is_unsaid, is_changed; /* lines were read, or made into events, that no commit knows */
	bool ended;
	enum import_count outcome; /* of the line that is made into events */
};

/* ---- what the outbox keeps ---- */

static struct view key_text(const char *prefix, const void *rest, size_t size, char to[64])
{
	const size_t begin = strlen(prefix);
	memcpy(to, prefix, begin);
	memcpy(to + begin, rest, size);
	return (struct view){to, begin + size};
}

static struct view digest_bytes(struct digest digest, char to[12])
{
	memcpy(to, &digest.low, 8);
	memcpy(to + 8, &digest.high, 4);
	return (struct view){to, 12};
}

static struct view call_key(struct digest digest, char to[64])
{
	char bytes[12];
	const struct view rest = digest_bytes(digest, bytes);
	return key_text(CALL_KEY, rest.data, rest.size, to);
}

static bool note(void *context, struct digest said)
{
	const struct queue_log_follow *follow = context;
	char bytes[12];
	return outbox_note(follow->options.outbox, QUEUE_LOG_NOTES, digest_bytes(said, bytes), QUEUE_LOG_NOTES_MOST);
}

/* A call as it is kept: its fields but the key, which is the key. */
struct kept_call {
	int64_t entered, answered;
	uint64_t talking;
	char contact[ID_MAX + 1], agent[ID_MAX + 1], queue[ID_MAX + 1];
};

static void keep_call(void *context, const struct call *call)
{
	const struct queue_log_follow *follow = context;
	struct kept_call kept;
	memset(&kept, 0, sizeof kept);
	kept.entered = call->entered;
	kept.answered = call->answered;
	kept.talking = call->talking;
	view_copy(view_of(call->contact), kept.contact, sizeof kept.contact);
	view_copy(view_of(call->agent), kept.agent, sizeof kept.agent);
	view_copy(view_of(call->queue), kept.queue, sizeof kept.queue);
	char key[64];
	outbox_put(follow->options.outbox, call_key(call->key, key), (struct view){(const char *)&kept, sizeof kept});
}

static void drop_call(void *context, struct digest digest)
{
	const struct queue_log_follow *follow = context;
	char key[64];
	outbox_remove(follow->options.outbox, call_key(digest, key));
}

/* ---- events and reports of the converter ---- */

/* A ring is logged when it is over: in a turn of many lines its offer is put in its place. */
static bool take_event(void *context, const struct event *event, struct view queue, struct error *err)
{
	(void)err;
	struct queue_log_follow *follow = context;
	struct packed *packed = memory_new(1, event_packed_size(event, queue));
	event_pack(event, queue, packed);
	in_order_push(&follow->made, event->ts, event_types[event->type].rank, packed);
	return true;
}

static void give_events(struct queue_log_follow *follow)
{
	struct event event;
	struct view queue;
	while (in_order_count(&follow->made)) {
		struct packed *packed = in_order_pop(&follow->made);
		event_unpack(packed, &event, &queue);
		follow->options.event(follow->options.context, &event, queue);
		free(packed);
	}
}

static void take_report(void *context, enum import_count kind, const char *file, int64_t line, const char *reason)
{
	(void)file;
	(void)line;
	struct queue_log_follow *follow = context;
	if (kind > IMPORT_DROPPED)
		return;
	follow->outcome = kind;
	follow->options.line(follow->options.context, kind, kind == IMPORT_BLANK ? NULL : reason);
}

/* Gives the converter a line. What it makes stays with the importer until the turn ends. */
static void convert(struct queue_log_follow *follow, const char *name, int64_t number, struct view text)
{
	struct error ignored; /* the sink never fails */
	if (!follow->name || strcmp(follow->name, name) != 0) {
		char *copy = memory_text(name);
		importer_begin(follow->importer, copy);
		free(follow->name);
		follow->name = copy;
	}
	const uint64_t passed = importer_count(follow->importer, IMPORT_PASSED);
	follow->outcome = IMPORT_EVENTS;
	follow->is_changed = true;
	importer_take(follow->importer, number, text, &ignored);
	importer_settle(follow->importer, &ignored);
	if (follow->outcome == IMPORT_EVENTS)
		follow->options.line(follow->options.context, importer_count(follow->importer, IMPORT_PASSED) > passed ? IMPORT_PASSED : IMPORT_EVENTS, NULL);
}

/* ---- the window ---- */

static void push(struct queue_log_follow *follow, struct held *held, int64_t ts)
{
	if (in_order_count(&follow->window) == 0)
		follow->waiting_since = clock_monotonic();
	in_order_push(&follow->window, ts, 0, held);
}

/* The lines that were let go are no longer among those that a commit must keep. */
static void let_go(struct queue_log_follow *follow)
{
	struct held *held = in_order_pop(&follow->window);
	follow->log->is_masked = held->is_masked;
	convert(follow, held->bytes, held->number, queue_log_held_text(held));
	follow->log->is_masked = false;
	if (held->kept)
		queue_log_held_drop(follow->options.outbox, held);
	else
		follow->unkept[held->order - (follow->next_order - follow->unkept_count)] = NULL;
	free(held);
}

static void hold(struct queue_log_follow *follow, const struct follow_line *line, int64_t ts)
{
	struct held *held = queue_log_held_new(line->name, line->number, line->text);
	held->order = follow->next_order++;
	if (follow->unkept_count == follow->unkept_room)
		follow->unkept = memory_grow(follow->unkept, &follow->unkept_room, follow->unkept_count + 1, sizeof(struct held *));
	follow->unkept[follow->unkept_count++] = held;
	push(follow, held, ts);
	if (ts > follow->newest && ts <= clock_wall() + HOUR_MS) /* a stamp of tomorrow is damaged: it makes no call of today old */
		follow->newest = ts;
	if (in_order_count(&follow->window) > IMPORT_WINDOW)
		let_go(follow);
}

static void take_line(struct queue_log_follow *follow, const struct follow_line *line)
{
	struct queue_log_line read;
	follow->is_unsaid = true;
	if (import_blank(line->text) || line->text.size > QUEUE_LOG_LINE_MAX || queue_log_line_read(line->text, &read))
		convert(follow, line->name, line->number, line->text); /* counts and says it */
	else if (follow->options.from != INSTANT_NONE && read.ts < follow->options.from)
		follow->options.line(follow->options.context, IMPORT_DROPPED, NULL);
	else
		hold(follow, line, read.ts);
}

static void skip_line(struct queue_log_follow *follow)
{
	follow->is_unsaid = true;
	follow->options.line(follow->options.context, IMPORT_DAMAGED, "damaged: longer than a line can be");
}

/* ---- a turn ---- */

static bool read_lines(struct queue_log_follow *follow, struct error *err)
{
	struct follow_line line;
	int lines = 0;
	follow->is_behind = true;
	for (int steps = 0; lines < LINES_A_TURN && steps < STEPS_A_TURN; steps++) {
		const enum follow_step step = follow_next(follow->follow, &line, err);
		if (step == FOLLOW_FAILED)
			return false;
		if (step == FOLLOW_WAIT || step == FOLLOW_END) {
			follow->is_behind = false;
			follow->ended = step == FOLLOW_END;
			break;
		}
		if (step == FOLLOW_MORE)
			continue;
		lines++;
		if (step == FOLLOW_LINE)
			take_line(follow, &line);
		else
			skip_line(follow);
	}
	if (lines)
		follow->last_line = clock_monotonic();
	return true;
}

static int64_t release_due(const struct queue_log_follow *follow)
{
	const int64_t quiet = follow->last_line + QUIET, most = follow->waiting_since + WAIT_MOST;
	return quiet < most ? quiet : most;
}

static void release(struct queue_log_follow *follow)
{
	if (follow->is_behind || (!follow->ended && clock_monotonic() < release_due(follow)))
		return;
	while (in_order_count(&follow->window))
		let_go(follow);
}

static void keep(struct queue_log_follow *follow)
{
	for (size_t i = 0; i < follow->unkept_count; i++)
		if (follow->unkept[i])
			queue_log_held_keep(follow->options.outbox, &follow->pseudonym, follow->unkept[i]);
	follow->unkept_count = 0;
	outbox_put(follow->options.outbox, view_of(POSITION_KEY), follow_position(follow->follow));
}

bool queue_log_follow_read(struct queue_log_follow *follow, bool *wanted, struct error *err)
{
	*wanted = false;
	if (!read_lines(follow, err))
		return false;
	release(follow);
	give_events(follow);
	/* At the end of the file the lines wait for a moment only, and are kept with what is made of them. */
	if (!follow->is_changed && !(follow->is_unsaid && (follow->is_behind || in_order_count(&follow->window) == 0)))
		return true;
	if (follow_position(follow->follow).size == 0)
		return true;
	if (follow->forgotten == INSTANT_NONE)
		follow->forgotten = follow->newest;
	if (follow->newest != INSTANT_NONE && follow->newest - follow->forgotten >= HOUR_MS) {
		queue_log_forget(follow->log, follow->newest);
		follow->forgotten = follow->newest;
	}
	keep(follow);
	follow->is_unsaid = follow->is_changed = false;
	*wanted = true;
	return true;
}

/* ---- beginning, again and again ---- */

static void restore_call(void *context, struct view key, struct view value)
{
	struct queue_log_follow *follow = context;
	struct kept_call kept;
	const size_t begin = strlen(CALL_KEY);
	if (key.size != begin + 12 || value.size != sizeof kept)
		return;
	memcpy(&kept, value.data, sizeof kept);
	struct call call = {.used = true, .talking = kept.talking != 0, .entered = kept.entered, .answered = kept.answered};
	memcpy(&call.key.low, key.data + begin, 8);
	memcpy(&call.key.high, key.data + begin + 8, 4);
	memcpy(call.contact, kept.contact, sizeof call.contact - 1);
	memcpy(call.agent, kept.agent, sizeof call.agent - 1);
	memcpy(call.queue, kept.queue, sizeof call.queue - 1);
	queue_log_restore(follow->log, &call);
}

static void restore_window(struct queue_log_follow *follow)
{
	const struct held_list found = queue_log_held_restore(follow->options.outbox);
	for (size_t i = 0; i < found.count; i++) {
		struct held *held = found.list[i];
		struct queue_log_line read;
		follow->next_order = held->order + 1;
		if (queue_log_line_read(queue_log_held_text(held), &read))
			free(held);
		else
			push(follow, held, read.ts);
	}
	free(found.list);
}

static void close_run(struct queue_log_follow *follow)
{
	follow_close(follow->follow);
	importer_close(follow->importer);
	while (in_order_count(&follow->window))
		free(in_order_pop(&follow->window));
	in_order_finish(&follow->window);
	while (in_order_count(&follow->made))
		free(in_order_pop(&follow->made));
	in_order_finish(&follow->made);
	free(follow->name);
	follow->follow = NULL;
	follow->importer = NULL;
	follow->name = NULL;
	follow->window = follow->made = (struct in_order){0};
	follow->unkept_count = 0;
}

static bool open_run(struct queue_log_follow *follow, struct error *err)
{
	const struct queue_log_follow_options *options = &follow->options;
	const struct import_options import_options = {0};
	const struct import_sink sink = {follow, take_event, take_report};
	const struct follow_options follow_options = {
		.path = follow->path,
		.once = options->once,
		.from_end = options->from_end,
		.say = options->say,
		.context = options->context,
	};
	struct view position = {0};
	outbox_find(options->outbox, view_of(POSITION_KEY), &position);
	follow->follow = follow_open(&follow_options, position, err);
	if (!follow->follow)
		return false;
	follow->importer = importer_open(&import_queue_log, &import_options, &sink, err);
	if (!follow->importer)
		return false;
	follow->log = importer_state(follow->importer);
	follow->log->pseudonym = follow->pseudonym;
	follow->newest = follow->forgotten = INSTANT_NONE;
	follow->next_order = 1;
	follow->is_unsaid = position.size == 0;
	follow->ended = follow->is_changed = false;
	outbox_each(options->outbox, view_of(CALL_KEY), restore_call, follow);
	restore_window(follow);
	follow->memory = (struct queue_log_memory){follow, note, keep_call, drop_call};
	follow->log->memory = &follow->memory;
	return true;
}

bool queue_log_follow_again(struct queue_log_follow *follow, struct error *err)
{
	close_run(follow);
	return open_run(follow, err);
}

struct queue_log_follow *queue_log_follow_open(const struct queue_log_follow_options *options, struct error *err)
{
	struct queue_log_follow *follow = memory_new(1, sizeof *follow);
	follow->options = *options;
	follow->pseudonym = *options->pseudonym;
	follow->path = memory_text(options->path);
	if (open_run(follow, err))
		return follow;
	queue_log_follow_close(follow);
	return NULL;
}

void queue_log_follow_close(struct queue_log_follow *follow)
{
	if (!follow)
		return;
	close_run(follow);
	free(follow->unkept);
	free(follow->path);
	free(follow);
}

void queue_log_follow_calls(const struct queue_log_follow *follow, void (*take)(void *context, const struct call *call), void *context)
{
	for (size_t i = 0; i < follow->log->count; i++)
		if (follow->log->calls[i].used)
			take(context, &follow->log->calls[i]);
}

void queue_log_follow_leave(struct outbox *outbox)
{
	struct view position;
	if (outbox_find(outbox, view_of(POSITION_KEY), &position))
		outbox_remove(outbox, view_of(POSITION_KEY));
}

bool queue_log_follow_ended(const struct queue_log_follow *follow)
{
	return follow->ended && in_order_count(&follow->window) == 0;
}

int queue_log_follow_descriptor(const struct queue_log_follow *follow)
{
	return follow_descriptor(follow->follow);
}

int64_t queue_log_follow_due(const struct queue_log_follow *follow)
{
	const int64_t look = follow->is_behind ? clock_monotonic() : follow_due(follow->follow);
	const int64_t letting_go = in_order_count(&follow->window) ? release_due(follow) : INT64_MAX;
	return look < letting_go ? look : letting_go;
}
