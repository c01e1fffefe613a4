#include "feed/bridges/tail.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/input.h"
#include "base/memory.h"
#include "feed/bridges/follow.h"
#include "feed/pack_write.h"

#define TURN_LINES 1000
#define TURN_BYTES (2 * 1024 * 1024)
#define LINE_MOST (1024 * 1024)
#define POSITION_MOST 256
#define RETRY 1000 /* ms after a commit that the disk refused */

struct tail {
	struct tail_options options;
	struct bridge_host host, silent; /* silent: does not count */
	struct follow *follow; /* or */
	struct input *input;
	struct wire_buffer held; /* unfinished lines, and those since the last commit, each after its number and its size */
	size_t again; /* bytes of them that are done again; the rest is new */
	struct {
		bool is_any;
		size_t begin; /* in `held` */
		char place[POSITION_MOST]; /* where they begin */
		size_t place_size;
	} unfinished;
	bool may_have_more, ended;
	int64_t retry; /* monotonic ms; 0: the last commit was good */
	struct error trouble; /* of the disk, as it was said last */
};

struct held_head {
	int64_t number;
	size_t size;
};

static void count_nothing(void *context, enum bridge_count which, const char *why)
{
	(void)context, (void)which, (void)why;
}

static const char *option(const struct bridge_host *host, const char *name)
{
	return host->option ? host->option(host->arguments, name) : NULL;
}

/* ---- opening ---- */

static bool open_input(struct tail *tail, struct error *err)
{
	tail->input = input_open("-", err);
	return tail->input && input_set_nonblocking(tail->input, err);
}

static bool open_follow(struct tail *tail, struct error *err)
{
	struct view position = {0};
	const struct follow_options options = {
		.path = tail->options.target,
		.once = option(&tail->host, "--once") != NULL,
		.from_end = option(&tail->host, "--from-end") != NULL,
		.line_most = LINE_MOST,
		.say = tail->host.say,
		.context = tail->host.context,
	};
	outbox_find(tail->host.outbox, view_of(tail->options.key), &position);
	tail->follow = follow_open(&options, position, err);
	return tail->follow != NULL;
}

struct tail *tail_open(const struct tail_options *options, struct error *err)
{
	struct tail *tail = memory_new(1, sizeof *tail);
	tail->options = *options;
	tail->host = tail->silent = *options->host;
	tail->silent.count = count_nothing;
	tail->may_have_more = true;
	if (strcmp(options->target, "-") == 0 ? open_input(tail, err) : open_follow(tail, err))
		return tail;
	tail_close(tail);
	return NULL;
}

void tail_close(struct tail *tail)
{
	if (!tail)
		return;
	follow_close(tail->follow);
	if (tail->input)
		input_close(tail->input);
	wire_buffer_finish(&tail->held);
	free(tail);
}

/* ---- lines ---- */

static enum follow_step next_of_input(struct tail *tail, struct tail_line *line, struct error *err)
{
	static const enum follow_step steps[] = {
		[INPUT_LINE] = FOLLOW_LINE,
		[INPUT_TOO_LONG] = FOLLOW_TOO_LONG,
		[INPUT_WAIT] = FOLLOW_WAIT,
		[INPUT_END] = FOLLOW_END,
		[INPUT_FAILED] = FOLLOW_FAILED,
	};
	const enum follow_step step = steps[input_next(tail->input, &line->text, err)];
	line->number = input_line(tail->input);
	return step;
}

static enum follow_step next_of_file(struct tail *tail, struct follow_line *found, struct tail_line *line, struct error *err)
{
	const enum follow_step step = follow_next(tail->follow, found, err);
	if (step == FOLLOW_LINE)
		*line = (struct tail_line){found->text, found->number};
	return step;
}

static void hold(struct tail *tail, const struct tail_line *line)
{
	const struct held_head head = {line->number, line->text.size};
	pack_put_bytes(&tail->held, &head, sizeof head);
	pack_put_bytes(&tail->held, line->text.data, line->text.size);
}

/* After a line that stands at `at` in `held`. */
static void note_unfinished(struct tail *tail, size_t at, const struct follow_line *line)
{
	const int count = tail->options.unfinished ? tail->options.unfinished(tail->options.context) : 0;
	tail->unfinished.is_any = count > 0;
	if (count != 1)
		return;
	tail->unfinished.begin = at;
	if (!tail->follow)
		return;
	const struct view place = follow_position_before(tail->follow, line);
	assert(place.size <= sizeof tail->unfinished.place);
	memcpy(tail->unfinished.place, place.data, place.size);
	tail->unfinished.place_size = place.size;
}

static bool take_held(struct tail *tail, struct error *err)
{
	for (size_t at = 0; at < tail->again;) {
		struct held_head head;
		memcpy(&head, tail->held.data + at, sizeof head);
		at += sizeof head;
		const struct tail_line line = {{(const char *)tail->held.data + at, head.size}, head.number};
		at += head.size;
		if (!tail->options.take(tail->options.context, &tail->silent, &line, err))
			return false;
	}
	return true;
}

/* New lines, as many as a turn has. */
static enum follow_step take_new(struct tail *tail, bool *any, struct error *err)
{
	struct tail_line line;
	struct follow_line found;
	enum follow_step step = FOLLOW_MORE;
	for (int count = 0; count < TURN_LINES && tail->held.size < TURN_BYTES; count++) {
		step = tail->input ? next_of_input(tail, &line, err) : next_of_file(tail, &found, &line, err);
		if (step != FOLLOW_LINE && step != FOLLOW_TOO_LONG && step != FOLLOW_MORE)
			return step;
		*any = *any || step != FOLLOW_MORE;
		if (step == FOLLOW_MORE)
			continue;
		if (step == FOLLOW_TOO_LONG) {
			tail->host.count(tail->host.context, BRIDGE_TAKEN, NULL);
			tail->host.count(tail->host.context, BRIDGE_DAMAGED, "a line is longer than 1 MiB");
			continue;
		}
		const size_t at = tail->held.size;
		hold(tail, &line);
		if (!tail->options.take(tail->options.context, &tail->host, &line, err))
			return FOLLOW_FAILED;
		note_unfinished(tail, at, &found);
	}
	return FOLLOW_MORE;
}

/* ---- turns ---- */

/* The lines stay, to be done again: a pipe would not give them twice. */
static void wait_for_disk(struct tail *tail, const struct error *why)
{
	if (strcmp(why->text, tail->trouble.text) != 0)
		tail->host.say(tail->host.context, why->text);
	tail->trouble = *why;
	tail->again = tail->held.size;
	tail->retry = clock_monotonic() + RETRY;
	if (tail->options.again)
		tail->options.again(tail->options.context);
}

static struct view position(struct tail *tail)
{
	if (tail->unfinished.is_any)
		return (struct view){tail->unfinished.place, tail->unfinished.place_size};
	return follow_position(tail->follow);
}

static void forget_held(struct tail *tail)
{
	const size_t begin = tail->unfinished.is_any ? tail->unfinished.begin : tail->held.size;
	if (tail->held.size > begin)
		memmove(tail->held.data, tail->held.data + begin, tail->held.size - begin);
	tail->held.size -= begin;
	tail->unfinished.begin = tail->again = 0;
}

static bool commit(struct tail *tail)
{
	struct error why;
	if (tail->follow)
		outbox_put(tail->host.outbox, view_of(tail->options.key), position(tail));
	if (!outbox_commit(tail->host.outbox, &why)) {
		wait_for_disk(tail, &why);
		return false;
	}
	if (tail->retry)
		tail->host.say(tail->host.context, "the disk takes what is made again");
	forget_held(tail);
	tail->retry = 0;
	tail->trouble.text[0] = 0;
	return true;
}

static struct tail *tail_of(const void *state)
{
	return *(struct tail *const *)state;
}

bool tail_turn(void *state, struct error *err)
{
	struct tail *tail = tail_of(state);
	if (tail->ended || (tail->retry && clock_monotonic() < tail->retry))
		return true;
	bool any = tail->retry != 0;
	outbox_begin(tail->host.outbox);
	const enum follow_step step = take_held(tail, err) ? take_new(tail, &any, err) : FOLLOW_FAILED;
	if (step == FOLLOW_FAILED || !any)
		outbox_abandon(tail->host.outbox);
	else if (!commit(tail))
		return true;
	tail->may_have_more = step == FOLLOW_MORE;
	if (step == FOLLOW_END) {
		tail->ended = true;
		tail->host.done(tail->host.context);
	}
	return step != FOLLOW_FAILED;
}

int tail_items(void *state, struct zmq_pollitem_t *items, int room)
{
	const struct tail *tail = tail_of(state);
	const int descriptor = tail->input ? input_descriptor(tail->input) : follow_descriptor(tail->follow);
	if (room < 1 || descriptor < 0 || tail->ended || tail->retry)
		return 0;
	items[0] = (zmq_pollitem_t){.fd = descriptor, .events = ZMQ_POLLIN};
	return 1;
}

int64_t tail_due(const void *state)
{
	const struct tail *tail = tail_of(state);
	if (tail->ended)
		return INT64_MAX;
	if (tail->retry)
		return tail->retry;
	if (tail->may_have_more)
		return 0;
	return tail->follow ? follow_due(tail->follow) : INT64_MAX;
}
