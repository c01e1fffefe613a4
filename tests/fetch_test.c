/* A past that is fetched from a collector that means harm, or is broken: whatever it answers, the board ends with a word for it, keeps no more
 * than it may, and leaves nothing behind. All of them at once, for most are known by nothing coming that leads on. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <zmq.h>

#include "app/fetch.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "config/settings.h"
#include "config/tables.h"
#include "feed/message.h"
#include "feed/pack_write.h"
#include "feed/stream_talk.h"
#include "journal/reader.h"
#include "journal/record.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define RECORDS 1000
#define BEGIN INT64_C(1700000000000)
#define DEADLINE 25000

struct collector;

struct harm {
	const char *name;
	enum fetch_phase phase;
	const char *why; /* "": anything */
	void (*past)(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer, struct wire_buffer *bytes);
	void (*range)(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer);
};

struct collector {
	const struct harm *harm;
	char endpoint[200], ask[220];
	void *stream, *router;
	struct stream_origin origin;
	int64_t told; /* monotonic: the last heartbeat */
	struct wire_buffer parts[2000]; /* of a range */
	int part_count;
	int asked; /* ranges */
	struct fetch *fetch;
	bool over;
};

static char folder[64];
static void *zmq;
static struct settings *settings;
static struct fetch *silent; /* of whom nothing is ever heard; while the others are tried */

/* ---- answers ---- */

static void put_record(struct collector *collector, uint64_t lsn, const struct stream_origin *origin)
{
	struct wire_buffer room = {0};
	const struct record record = {.kind = RECORD_CLOCK, .recv = BEGIN + (int64_t)lsn * 1000};
	struct frame frame = record_frame(&record, (struct view){NULL, 0}, &room);
	struct wire_buffer *part = &collector->parts[collector->part_count++];
	frame.lsn = lsn;
	frame.recv = record.recv;
	assert_true(stream_encode(part, &frame, origin, NULL));
	wire_buffer_finish(&room);
}

static void tell_range(struct collector *collector, struct stream_talk *answer, uint64_t first)
{
	answer->first = (int64_t)first;
	answer->count = collector->part_count;
	answer->lsn = RECORDS;
	answer->has |= STREAM_HAS(first) | STREAM_HAS(count) | STREAM_HAS(lsn);
}

static void past_of_beginning(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer, struct wire_buffer *bytes)
{
	(void)collector, (void)asked, (void)answer, (void)bytes; /* lsn 0, size 0 */
}

static void range_good(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer)
{
	for (int64_t lsn = asked->from; lsn <= asked->to && collector->part_count < STREAM_RANGE_RECORDS; lsn++)
		put_record(collector, (uint64_t)lsn, &collector->origin);
	tell_range(collector, answer, (uint64_t)asked->from);
}

static void past_damaged(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer, struct wire_buffer *bytes)
{
	(void)collector, (void)asked;
	answer->lsn = 5;
	answer->size = 100;
	for (int i = 0; i < 100; i++)
		pack_put_bytes(bytes, &"WBS2"[i % 4], 1);
}

static void past_overlong(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer, struct wire_buffer *bytes)
{
	(void)collector, (void)asked;
	answer->lsn = 5;
	answer->size = INT64_MAX;
	pack_put_bytes(bytes, "WBS2", 4);
}

/* The same piece again and again, whatever was asked for. */
static void past_looping(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer, struct wire_buffer *bytes)
{
	static const char zeros[STREAM_CHUNK];
	(void)collector, (void)asked;
	answer->lsn = 5;
	answer->size = STREAM_CHUNK + 1000;
	pack_put_bytes(bytes, zeros, sizeof zeros);
}

/* Older than what was asked for. */
static void past_too_old(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer, struct wire_buffer *bytes)
{
	(void)collector, (void)asked, (void)answer, (void)bytes;
}

static void range_looping(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer)
{
	(void)asked;
	put_record(collector, 1, &collector->origin);
	tell_range(collector, answer, 1);
}

static void range_with_hole(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer)
{
	put_record(collector, (uint64_t)asked->from + 1, &collector->origin);
	tell_range(collector, answer, (uint64_t)asked->from + 1);
}

static void range_of_nothing(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer)
{
	tell_range(collector, answer, (uint64_t)asked->from);
}

static void range_damaged(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer)
{
	range_good(collector, asked, answer);
	for (int i = 0; i < collector->part_count; i++)
		for (size_t at = 0; at < collector->parts[i].size; at += 7)
			collector->parts[i].data[at] ^= 0x55;
}

static void range_foreign(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer)
{
	struct stream_origin other = collector->origin;
	other.journal[3] ^= 1;
	for (int64_t lsn = asked->from; lsn <= asked->to && collector->part_count < STREAM_RANGE_RECORDS; lsn++)
		put_record(collector, (uint64_t)lsn, &other);
	tell_range(collector, answer, (uint64_t)asked->from);
}

/* More than an answer may have: what is beyond is thrown away, and comes when it is asked for. */
static void range_overlong(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer)
{
	for (int64_t lsn = asked->from; lsn <= asked->to && collector->part_count < 2000; lsn++)
		put_record(collector, (uint64_t)lsn, &collector->origin);
	tell_range(collector, answer, (uint64_t)asked->from);
}

/* Backwards, twice, and beyond the end: only the next is taken each time. */
static void range_disordered(struct collector *collector, const struct stream_talk *asked, struct stream_talk *answer)
{
	for (int i = 0; i < 200; i++)
		put_record(collector, (uint64_t)asked->from + 199 - (uint64_t)i, &collector->origin);
	for (int i = 0; i < 50 && asked->from + i <= RECORDS; i++)
		put_record(collector, (uint64_t)asked->from + (uint64_t)i, &collector->origin);
	tell_range(collector, answer, (uint64_t)asked->from);
}

static const struct harm harms[] = {
	{"an honest one", FETCH_READY, "", past_of_beginning, range_good},
	{"a damaged state", FETCH_FAILED, "came damaged", past_damaged, range_good},
	{"a state of any length", FETCH_FAILED, "nothing that leads on", past_overlong, range_good},
	{"a state that never ends", FETCH_FAILED, "nothing that leads on", past_looping, range_good},
	{"a state that is too old", FETCH_FAILED, "nothing that leads on", past_too_old, range_with_hole},
	{"a range that begins anew", FETCH_FAILED, "nothing that leads on", past_of_beginning, range_looping},
	{"ranges of nothing", FETCH_FAILED, "nothing that leads on", past_of_beginning, range_of_nothing},
	{"damaged ranges", FETCH_FAILED, "nothing that leads on", past_of_beginning, range_damaged},
	{"records of another journal", FETCH_FAILED, "nothing that leads on", past_of_beginning, range_foreign},
	{"overlong ranges", FETCH_READY, "", past_of_beginning, range_overlong},
	{"ranges in disorder", FETCH_READY, "", past_of_beginning, range_disordered},
};
#define HARMS (sizeof harms / sizeof *harms)
static struct collector collectors[HARMS];

/* ---- the collector ---- */

static void open_collector(struct collector *collector, int number)
{
	const int64_t largest = -1;
	snprintf(collector->endpoint, sizeof collector->endpoint, "ipc://%s/s%d", folder, number);
	snprintf(collector->ask, sizeof collector->ask, "%s.ask", collector->endpoint);
	collector->harm = &harms[number];
	collector->origin = (struct stream_origin){.journal = {1, 2, 3}, .epoch = 7};
	collector->stream = zmq_socket(zmq, ZMQ_XPUB);
	collector->router = zmq_socket(zmq, ZMQ_ROUTER);
	zmq_setsockopt(collector->router, ZMQ_MAXMSGSIZE, &largest, sizeof largest);
	socket_set(collector->stream, ZMQ_LINGER, 0);
	socket_set(collector->router, ZMQ_LINGER, 0);
	assert_int_equal(zmq_bind(collector->stream, collector->endpoint), 0);
	assert_int_equal(zmq_bind(collector->router, collector->ask), 0);
}

static void close_collector(struct collector *collector)
{
	zmq_close(collector->stream);
	zmq_close(collector->router);
	for (size_t i = 0; i < sizeof collector->parts / sizeof *collector->parts; i++)
		wire_buffer_finish(&collector->parts[i]);
}

static void put_origin(const struct collector *collector, struct stream_talk *talk, char hex[STREAM_HEX_ROOM])
{
	stream_hex(collector->origin.journal, hex);
	talk->journal = view_of(hex);
	talk->epoch = (int64_t)collector->origin.epoch;
	talk->has |= STREAM_HAS(epoch);
}

static void send_answer(struct collector *collector, zmq_msg_t *asker, struct stream_talk *answer, const struct wire_buffer *bytes)
{
	struct wire_buffer map = {0};
	const bool more = collector->part_count > 0 || bytes;
	stream_talk_write(&map, answer);
	zmq_send(collector->router, zmq_msg_data(asker), zmq_msg_size(asker), ZMQ_SNDMORE | ZMQ_DONTWAIT);
	zmq_send(collector->router, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT);
	zmq_send(collector->router, map.data, map.size, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0));
	if (bytes)
		zmq_send(collector->router, bytes->data, bytes->size, ZMQ_DONTWAIT);
	for (int i = 0; i < collector->part_count; i++)
		zmq_send(collector->router, collector->parts[i].data, collector->parts[i].size,
			ZMQ_DONTWAIT | (i + 1 < collector->part_count ? ZMQ_SNDMORE : 0));
	wire_buffer_finish(&map);
}

static void answer(struct collector *collector, zmq_msg_t *asker, const struct stream_talk *asked)
{
	char hex[STREAM_HEX_ROOM];
	struct wire_buffer bytes = {0};
	struct stream_talk talk = {.op = asked->op, .id = asked->id, .has = STREAM_HAS(id)};
	const bool is_past = view_is(asked->op, "past");
	collector->part_count = 0;
	if (view_is(asked->op, "range")) {
		collector->asked++;
		collector->harm->range(collector, asked, &talk);
	} else {
		put_origin(collector, &talk, hex);
		talk.lsn = is_past ? 0 : RECORDS;
		talk.has |= STREAM_HAS(lsn) | STREAM_HAS(recv);
		if (is_past) {
			talk.has |= STREAM_HAS(size) | STREAM_HAS(at);
			collector->harm->past(collector, asked, &talk, &bytes);
		}
	}
	send_answer(collector, asker, &talk, is_past ? &bytes : NULL);
	wire_buffer_finish(&bytes);
}

static bool take_question(struct collector *collector)
{
	zmq_msg_t frames[3];
	struct stream_talk asked;
	int count = 0;
	bool more = true;
	for (; more && count < 3; count++) {
		zmq_msg_init(&frames[count]);
		if (zmq_msg_recv(&frames[count], collector->router, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(&frames[count]);
			break;
		}
		more = zmq_msg_more(&frames[count]);
	}
	if (count == 3 && stream_talk_read(zmq_msg_data(&frames[2]), zmq_msg_size(&frames[2]), &asked, NULL))
		answer(collector, &frames[0], &asked);
	for (int i = 0; i < count; i++)
		zmq_msg_close(&frames[i]);
	return count > 0;
}

static void turn(struct collector *collector)
{
	char subscription[100];
	struct wire_buffer heartbeat = {0};
	while (zmq_recv(collector->stream, subscription, sizeof subscription, ZMQ_DONTWAIT) >= 0)
		collector->told = 0;
	while (take_question(collector))
		continue;
	if (clock_monotonic() - collector->told < 200)
		return;
	collector->told = clock_monotonic();
	stream_encode_heartbeat(&heartbeat, RECORDS, BEGIN + RECORDS * 1000, &collector->origin, view_of(collector->ask));
	zmq_send(collector->stream, "default//", 9, ZMQ_SNDMORE | ZMQ_DONTWAIT);
	zmq_send(collector->stream, heartbeat.data, heartbeat.size, ZMQ_DONTWAIT);
	wire_buffer_finish(&heartbeat);
}

/* ---- what is there ---- */

static int entries_of(const char *prefix)
{
	DIR *listing = opendir(folder);
	const struct dirent *entry;
	int count = 0;
	while ((entry = readdir(listing)))
		count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(listing);
	return count;
}

/* Each record once, in order, as it was sent. */
static void check_journal(const struct fetch_look *look)
{
	struct error err;
	struct frame frame;
	struct damage damage;
	uint64_t next = 1;
	struct reader *reader = reader_open(NULL, look->directory, SEGMENT_JOURNAL, &err);
	assert_non_null(reader);
	for (; reader_next(reader, &frame, &damage, &err) == READER_RECORD; next++) {
		assert_int_equal(frame.lsn, next);
		assert_int_equal(frame.recv, BEGIN + (int64_t)next * 1000);
	}
	assert_int_equal(next, RECORDS + 1);
	reader_close(reader);
}

static bool judge(struct collector *collector)
{
	const struct fetch_look look = fetch_look(collector->fetch);
	const struct harm *harm = collector->harm;
	assert_true(look.bytes <= 1 << 20);
	if (look.phase < FETCH_READY)
		return false;
	if (look.phase != harm->phase || !strstr(look.why, harm->why))
		print_error("%s: phase %d, \"%s\"\n", harm->name, look.phase, look.why);
	assert_int_equal(look.phase, harm->phase);
	assert_non_null(strstr(look.why, harm->why));
	if (look.phase == FETCH_READY)
		check_journal(&look);
	assert_true(collector->asked < 300); /* it is not asked without end either */
	fetch_release(collector->fetch);
	return true;
}

static void whatever_comes_it_ends(void **state)
{
	struct error err;
	size_t over = 0;
	(void)state;
	for (size_t i = 0; i < HARMS; i++) {
		open_collector(&collectors[i], (int)i);
		collectors[i].fetch = fetch_open(&(struct fetch_options){.urls = collectors[i].endpoint, .settings = settings, .zmq = zmq}, &err);
		assert_non_null(collectors[i].fetch);
	}
	const int64_t until = clock_monotonic() + DEADLINE;
	while (over < HARMS && clock_monotonic() < until) {
		zmq_pollitem_t items[HARMS];
		for (size_t i = 0; i < HARMS; i++)
			items[i] = (zmq_pollitem_t){.socket = collectors[i].router, .events = ZMQ_POLLIN};
		zmq_poll(items, HARMS, 20);
		for (size_t i = 0; i < HARMS; i++) {
			turn(&collectors[i]);
			if (collectors[i].over || !judge(&collectors[i]))
				continue;
			collectors[i].over = true;
			over++;
		}
	}
	assert_int_equal(over, HARMS);
	for (size_t i = 0; i < HARMS; i++)
		close_collector(&collectors[i]);
	assert_int_equal(entries_of("tablo-spool-") + entries_of(".tablo-spool-"), 0);
}

static void silence_can_be_shared(void **state)
{
	(void)state;
	assert_true(fetch_hold(silent, 0));
	assert_false(fetch_hold(silent, -1)); /* it reaches back to 0 only */
	fetch_release(silent);
	assert_int_equal(fetch_look(silent).phase, FETCH_ASKING);
}

static void silence_ends_too(void **state)
{
	struct fetch_look look;
	(void)state;
	const int64_t until = clock_monotonic() + DEADLINE;
	while ((look = fetch_look(silent)).phase < FETCH_READY && clock_monotonic() < until)
		clock_sleep(20);
	assert_int_equal(look.phase, FETCH_FAILED);
	assert_string_equal(look.why, "the collector does not answer");
	assert_false(fetch_hold(silent, 0));
}

static int set_up(void **state)
{
	struct error err;
	char url[128];
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/fetch_test.XXXXXX");
	assert_non_null(mkdtemp(folder));
	unsetenv("XDG_CACHE_HOME");
	setenv("TMPDIR", folder, 1);
	zmq = zmq_ctx_new();
	settings = settings_create();
	assert_true(settings_set(settings, "stale", "1s", &err) && settings_set(settings, "look_back_size", "1", &err));
	snprintf(url, sizeof url, "ipc://%s/nobody", folder);
	silent = fetch_open(&(struct fetch_options){.urls = url, .settings = settings, .zmq = zmq}, &err);
	return silent ? 0 : 1;
}

static int tear_down(void **state)
{
	char command[100];
	(void)state;
	fetch_release(silent);
	zmq_ctx_term(zmq);
	settings_destroy(settings);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(silence_can_be_shared), cmocka_unit_test(whatever_comes_it_ends),
		cmocka_unit_test(silence_ends_too)};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
