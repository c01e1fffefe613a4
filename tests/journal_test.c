/* The journal with its threads on a real disk: what is promised of written and durable, a full disk, a failing one, a killed process;
 * and records, history and states. TABLO_ROUNDS multiplies the rounds of killing. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "journal/history.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "journal/state_file.h"
#include "tests/memory_disk.h"

#include <cmocka.h>

#define DEADLINE_MS 20000

static char directory[64];

static int make_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof directory, "/tmp/tablo-journal-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	char *command = memory_format("rm -rf %s", directory);
	int result = system(command);
	free(command);
	return result;
}

static struct journal *open_journal(const char *path, const struct journal_options *options)
{
	struct error err = {""};
	struct journal *journal = journal_open(path, options, &err);
	if (!journal)
		fail_msg("%s", err.text);
	return journal;
}

static void append_text(struct journal *journal, uint64_t number)
{
	char payload[200];
	int size = snprintf(payload, sizeof payload, "event %llu %0*d", (unsigned long long)number, (int)(number % 100), 7);
	struct frame frame = {.type = FRAME_BATCH, .recv = (int64_t)number, .payload = {payload, (size_t)size}};
	assert_int_equal(journal_append(journal, &frame), JOURNAL_OK);
	assert_int_equal(frame.lsn, number);
}

/* Polls the descriptor, as a collector does, until it holds. */
#define AWAIT(journal, condition)                                                                                       \
	do {                                                                                                            \
		int64_t until_ = clock_monotonic() + DEADLINE_MS;                                                       \
		for (;;) {                                                                                              \
			struct journal_state now = journal_state(journal);                                              \
			if (condition)                                                                                  \
				break;                                                                                  \
			if (clock_monotonic() > until_)                                                                 \
				fail_msg("never: %s (%s)", #condition, now.why);                                        \
			struct pollfd wait_ = {journal_descriptor(journal), POLLIN, 0};                                 \
			poll(&wait_, 1, 100);                                                                           \
		}                                                                                                       \
	} while (0)

static uint64_t read_texts(const char *path)
{
	struct error err = {""};
	struct frame frame;
	struct damage damage;
	uint64_t last = 0;
	struct reader *reader = reader_open(NULL, path, SEGMENT_JOURNAL, &err);
	assert_non_null(reader);
	while (reader_next(reader, &frame, &damage, &err) == READER_RECORD) {
		char payload[200];
		int size = snprintf(payload, sizeof payload, "event %llu %0*d", (unsigned long long)frame.lsn, (int)(frame.lsn % 100), 7);
		assert_int_equal(frame.lsn, ++last);
		assert_int_equal(frame.payload.size, size);
		assert_memory_equal(frame.payload.data, payload, (size_t)size);
	}
	reader_close(reader);
	return last;
}

static void what_is_appended_is_written_and_made_safe(void **state)
{
	(void)state;
	struct journal_options options = journal_options();
	options.segment_bytes = 20000;
	struct journal *journal = open_journal(directory, &options);
	uint8_t id[JOURNAL_ID_SIZE];
	memcpy(id, journal_id(journal), sizeof id);
	assert_int_equal(journal_last_recv(journal), INSTANT_NONE);
	for (uint64_t i = 1; i <= 2000; i++)
		append_text(journal, i);
	AWAIT(journal, now.written == 2000);
	AWAIT(journal, now.durable == 2000 && now.waiting == 0 && now.health == JOURNAL_OK);
	assert_int_equal(read_texts(directory), 2000);
	struct stat status;
	assert_int_equal(stat(directory, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_true(journal_close(journal, NULL));
	journal = open_journal(directory, &options);
	assert_memory_equal(journal_id(journal), id, sizeof id);
	assert_int_equal(journal_last_recv(journal), 2000);
	append_text(journal, 2001);
	struct error err = {""};
	assert_true(journal_close(journal, &err));
	assert_int_equal(read_texts(directory), 2001);
}

static void each_batch_is_made_safe_if_wished(void **state)
{
	(void)state;
	struct journal_options options = journal_options();
	options.sync = 0;
	struct journal *journal = open_journal(directory, &options);
	for (uint64_t i = 1; i <= 5; i++) {
		append_text(journal, i);
		AWAIT(journal, now.durable == i);
	}
	assert_true(journal_close(journal, NULL));
}

static void a_second_writer_is_told_who_has_it(void **state)
{
	(void)state;
	struct journal_options options = journal_options();
	struct journal *journal = open_journal(directory, &options);
	struct error err = {""};
	char pid[40];
	snprintf(pid, sizeof pid, "held by process %ld,", (long)getpid());
	assert_null(journal_open(directory, &options, &err));
	assert_non_null(strstr(err.text, pid));
	assert_true(journal_close(journal, NULL));
	journal = open_journal(directory, &options);
	assert_true(journal_close(journal, NULL));
}

static void a_standby_goes_on_with_the_same_identity(void **state)
{
	(void)state;
	struct journal_options options = journal_options();
	options.id = (const uint8_t *)"sixteen bytes..";
	options.first = 71;
	struct journal *journal = open_journal(directory, &options);
	append_text(journal, 71);
	assert_true(journal_close(journal, NULL));
	journal = open_journal(directory, &options);
	assert_memory_equal(journal_id(journal), "sixteen bytes..", 16);
	append_text(journal, 72);
	assert_true(journal_close(journal, NULL));
	struct error err = {""};
	options.id = (const uint8_t *)"another sixteen.";
	assert_null(journal_open(directory, &options, &err));
	assert_non_null(strstr(err.text, "another journal"));
}

static void memory_for_what_waits_is_bounded(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(3);
	struct journal_options options = journal_options();
	options.disk = &disk->disk;
	options.waiting_most = 20000;
	disk->space = 3000;
	struct journal *journal = open_journal("journal", &options);
	char payload[100] = "";
	struct frame frame = {.type = FRAME_BATCH, .payload = {payload, sizeof payload}};
	uint64_t taken = 0, refused = 0;
	for (int i = 0; i < 1000; i++) {
		journal_append(journal, &frame);
		taken += frame.lsn != 0;
		refused += frame.lsn == 0;
	}
	assert_true(taken >= 100 && refused > 0);
	AWAIT(journal, now.health == JOURNAL_FULL && strstr(now.why, "No space left") && now.since > 0);
	struct journal_state full = journal_state(journal);
	assert_true(full.waiting <= 20000 && full.refused == refused && full.durable < taken);
	pthread_mutex_lock(&disk->mutex);
	disk->space = -1;
	pthread_mutex_unlock(&disk->mutex);
	AWAIT(journal, now.health == JOURNAL_OK && now.durable == taken && now.waiting == 0 && !now.why[0]);
	assert_int_equal(journal_append(journal, &frame), JOURNAL_OK);
	assert_int_equal(frame.lsn, taken + 1);
	assert_true(journal_close(journal, NULL));
	memory_disk_destroy(disk);
}

static void a_failing_disk_is_named_and_left_behind(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(4);
	struct journal_options options = journal_options();
	options.disk = &disk->disk;
	options.sync = 5;
	struct journal *journal = open_journal("journal", &options);
	append_text(journal, 1);
	AWAIT(journal, now.durable == 1);
	pthread_mutex_lock(&disk->mutex);
	disk->cruelty = CRUELTY_EIO;
	disk->fail_at = disk->calls;
	disk->fail_count = 1000000;
	pthread_mutex_unlock(&disk->mutex);
	append_text(journal, 2);
	AWAIT(journal, now.health == JOURNAL_NOT_DURABLE && strstr(now.why, "Input/output error"));
	assert_int_equal(journal_state(journal).durable, 1);
	pthread_mutex_lock(&disk->mutex);
	disk->fail_at = -1;
	pthread_mutex_unlock(&disk->mutex);
	AWAIT(journal, now.health == JOURNAL_OK && now.durable == 2);
	pthread_mutex_lock(&disk->mutex);
	disk->fail_at = disk->calls;
	pthread_mutex_unlock(&disk->mutex);
	struct frame frame = {.type = FRAME_BATCH, .payload = {"x", 1}};
	journal_append(journal, &frame);
	struct error err = {""};
	assert_false(journal_close(journal, &err));
	assert_non_null(strstr(err.text, "records 3 to 3 are not on the disk"));
	memory_disk_destroy(disk);
}

static void a_directory_that_vanished_is_noticed(void **state)
{
	(void)state;
	struct journal_options options = journal_options();
	options.sync = 5;
	char *path = memory_format("%s/inner", directory);
	struct journal *journal = open_journal(path, &options);
	append_text(journal, 1);
	AWAIT(journal, now.durable == 1);
	char *command = memory_format("rm -rf %s", path);
	assert_int_equal(system(command), 0);
	append_text(journal, 2);
	AWAIT(journal, now.health == JOURNAL_NOT_DURABLE);
	assert_int_equal(mkdir(path, 0700), 0);
	AWAIT(journal, now.health == JOURNAL_OK && now.durable == 2);
	assert_true(journal_close(journal, NULL));
	free(command);
	free(path);
}

static void a_real_full_disk_resumes_by_itself(void **state)
{
	(void)state;
	if (mount("tmpfs", directory, "tmpfs", 0, "size=1m") != 0) {
		print_message("# only root can mount a small disk\n");
		skip();
	}
	char *filler = memory_format("%s/filler", directory);
	FILE *file = fopen(filler, "w");
	char kilobyte[1024] = "";
	for (int i = 0; i < 800; i++)
		fwrite(kilobyte, 1, sizeof kilobyte, file);
	fclose(file);
	struct journal_options options = journal_options();
	options.keep_free = 0;
	struct journal *journal = open_journal(directory, &options);
	for (uint64_t i = 1; i <= 4000; i++) {
		char payload[200];
		int size = snprintf(payload, sizeof payload, "event %llu %0*d", (unsigned long long)i, (int)(i % 100), 7);
		struct frame frame = {.type = FRAME_BATCH, .recv = (int64_t)i, .payload = {payload, (size_t)size}};
		journal_append(journal, &frame);
		assert_int_equal(frame.lsn, i);
	}
	AWAIT(journal, now.health == JOURNAL_FULL);
	assert_true(journal_state(journal).written < 4000);
	unlink(filler);
	AWAIT(journal, now.health == JOURNAL_OK && now.durable == 4000);
	assert_true(journal_close(journal, NULL));
	assert_int_equal(read_texts(directory), 4000);
	umount(directory);
	free(filler);
}

/* Appends without end, and tells on a pipe what is written. */
static void write_until_killed(int pipe)
{
	struct journal_options options = journal_options();
	options.segment_bytes = 100000;
	struct journal *journal = journal_open(directory, &options, NULL);
	if (!journal)
		_exit(1);
	uint64_t number = journal_state(journal).appended, told = 0;
	for (;;) {
		struct journal_state now = journal_state(journal);
		if (now.written != told && write(pipe, &now.written, sizeof told) == sizeof told)
			told = now.written;
		for (int i = 0; i < 20 && number < now.written + 5000; i++) {
			char payload[200];
			number++;
			int size = snprintf(payload, sizeof payload, "event %llu %0*d", (unsigned long long)number, (int)(number % 100), 7);
			struct frame frame = {.type = FRAME_BATCH, .recv = (int64_t)number, .payload = {payload, (size_t)size}};
			journal_append(journal, &frame);
		}
		struct pollfd wait = {journal_descriptor(journal), POLLIN, 0};
		poll(&wait, 1, 1);
	}
}

static void a_killed_process_loses_nothing_that_was_written(void **state)
{
	(void)state;
	const char *times = getenv("TABLO_ROUNDS");
	int rounds = 20 * (times && atoi(times) > 0 ? atoi(times) : 1);
	uint64_t told = 0, advanced = 0;
	for (int round = 0; round < rounds; round++) {
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0)
			write_until_killed(ends[1]);
		close(ends[1]);
		uint64_t before = told, number;
		for (int i = 0; i < 2 + round % 9 && read(ends[0], &number, sizeof number) == sizeof number; i++)
			told = number > told ? number : told;
		kill(child, SIGKILL);
		while (read(ends[0], &number, sizeof number) == sizeof number)
			told = number > told ? number : told;
		int status;
		waitpid(child, &status, 0);
		assert_true(WIFSIGNALED(status));
		close(ends[0]);
		struct journal_options options = journal_options();
		struct journal *journal = open_journal(directory, &options);
		uint64_t last = journal_state(journal).appended;
		assert_true(journal_state(journal).damaged <= 1); /* what was half written is cut off */
		assert_true(journal_close(journal, NULL));
		if (last < told)
			fail_msg("round %d: %llu were written, %llu came back", round, (unsigned long long)told, (unsigned long long)last);
		assert_int_equal(read_texts(directory), last);
		advanced += told > before;
		told = last;
	}
	assert_true(advanced > 0);
}

/* ---- records ---- */

static void again(const struct record *record, struct record *read, struct record_room *room, struct wire_buffer *bytes)
{
	struct error err = {""};
	struct frame frame = record_frame(record, (struct view){0}, bytes);
	frame.lsn = 9;
	if (!record_read(&frame, read, room, &err))
		fail_msg("%s", err.text);
	assert_int_equal(read->kind, record->kind);
	assert_int_equal(read->feed, record->feed);
	assert_int_equal(read->recv, record->recv);
	assert_int_equal(read->lsn, 9);
	/* Any byte less, and it is refused; nothing is read past the end (the copy ends where the bytes do). */
	for (size_t size = 1; size < bytes->size; size++) {
		char *copy = memory_new(size, 1);
		memcpy(copy, bytes->data, size);
		frame.payload = (struct view){copy, size};
		struct record other;
		assert_false(record_read(&frame, &other, room, &err));
		free(copy);
	}
	frame.payload = (struct view){(char *)bytes->data, bytes->size};
	assert_true(record_read(&frame, read, room, &err));
}

static void own_records_come_back(void **state)
{
	(void)state;
	struct record_room room = {0};
	struct wire_buffer bytes = {0};
	struct record read;
	again(&(struct record){.kind = RECORD_CLOCK, .recv = 77}, &read, &room, &bytes);
	assert_int_equal(bytes.size, 1 + 2 + 1 + 7 + 1 + 5 + 6);
	again(&(struct record){.kind = RECORD_LINK, .feed = 3, .link = LINK_STALE, .silent_since = -5}, &read, &room, &bytes);
	assert_true(read.link == LINK_STALE && read.silent_since == -5 && read.count == 0);
	again(&(struct record){.kind = RECORD_LINK, .feed = 3, .link = LINK_LIVE, .silent_since = INSTANT_NONE}, &read, &room, &bytes);
	assert_true(read.link == LINK_LIVE && read.silent_since == INSTANT_NONE);
	again(&(struct record){.kind = RECORD_LINK, .fault = FAULT_MALFORMED, .count = 3}, &read, &room, &bytes);
	assert_true(read.fault == FAULT_MALFORMED && read.count == 3);
	again(&(struct record){.kind = RECORD_GAP, .src = view_of("pbx"), .boot = UINT64_MAX, .from = 4, .to = 9}, &read, &room, &bytes);
	assert_true(view_is(read.src, "pbx") && read.boot == UINT64_MAX && read.from == 4 && read.to == 9);
	again(&(struct record){.kind = RECORD_HISTORY, .from = 4, .to = 9}, &read, &room, &bytes);
	char *settings = memory_new(1, 70001);
	memset(settings, 's', 70000);
	struct view feeds[] = {view_of("tcp://pbx:5556"), view_of("file:x")};
	struct record_config config = {.program = view_of("0.1.0"), .settings = {settings, 300}, .settings_hash = UINT64_MAX,
		.zone_hash = 1, .locale_hash = 2, .feeds = feeds, .feed_count = 2};
	again(&(struct record){.kind = RECORD_CONFIG, .config = &config}, &read, &room, &bytes);
	config.settings = view_of(settings);
	struct frame frame = record_frame(&(struct record){.kind = RECORD_CONFIG, .config = &config}, (struct view){0}, &bytes);
	assert_true(record_read(&frame, &read, &room, NULL));
	assert_true(view_is(read.config->settings, settings) && view_is(read.config->program, "0.1.0") && read.config->feed_count == 2);
	assert_true(view_is(read.config->feeds[1], "file:x") && read.config->settings_hash == UINT64_MAX && read.config->locale_hash == 2);
	free(settings);
	wire_buffer_finish(&bytes);
	record_room_finish(&room);
}

static void a_batch_comes_back(void **state)
{
	(void)state;
	struct event event = {.type = EVENT_CONTACT_OFFERED, .present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_AGENT)};
	event.text[KEY_CONTACT] = view_of("c");
	event.text[KEY_AGENT] = view_of("a");
	struct wire_buffer events = {0}, payload = {0}, bytes = {0};
	for (int i = 1; i <= 5; i++) {
		event.ts = i * 1000;
		wire_encode_event(&events, &event);
	}
	struct wire_header header = {.src = view_of("s"), .boot = 1, .seq = 40, .sent = INSTANT_NONE};
	wire_encode_batch(&payload, &header, 5, events.data, events.size);
	struct view view = {(char *)payload.data, payload.size};
	struct record_room room = {0};
	struct batch batch = {.count = 5};
	struct record read, record = {.kind = RECORD_BATCH, .recv = 3, .feed = 2, .batch = &batch};
	struct frame frame = record_frame(&record, view, &bytes);
	assert_true(frame.payload.data == view.data && frame.payload.size == view.size && record_read(&frame, &read, &room, NULL));
	assert_true(read.batch->count == 5 && read.batch->seq == 40 && read.feed == 2 && read.recv == 3);
	assert_true(read.batch->events[1].ts == 2000 && read.batch->events[1].seq == 41);
	frame.payload.size--;
	assert_false(record_read(&frame, &read, &room, NULL));
	wire_buffer_finish(&events);
	wire_buffer_finish(&payload);
	record_room_finish(&room);
}

/* ---- history and states ---- */

struct walked {
	int count;
	char last[64];
};

static void take_bucket(void *context, const struct history_bucket *bucket)
{
	struct walked *walked = context;
	walked->count++;
	if (view_is(bucket->scope, "queue=Billing") && bucket->start == 900000)
		view_copy(bucket->bytes, walked->last, sizeof walked->last);
}

static void history_keeps_the_last_of_each_bucket(void **state)
{
	(void)state;
	struct history_options options = {.id = "sixteen bytes.."};
	struct error err = {""};
	uint64_t damaged;
	struct history *history = history_open(NULL, directory, &options, &damaged, &err);
	assert_non_null(history);
	for (int64_t i = 0; i < 3000; i++)
		assert_true(history_put(history, &(struct history_bucket){view_of("queue=Billing"), 15, i * 900000, view_of("old")}, &err));
	assert_true(history_commit(history, &err));
	history_close(history);
	history = history_open(NULL, directory, &options, &damaged, &err);
	assert_true(history_put(history, &(struct history_bucket){view_of("queue=Billing"), 15, 900000, view_of("new")}, &err));
	assert_true(history_put(history, &(struct history_bucket){view_of("queue=Billing"), 1, 0, {0}}, &err));
	assert_true(history_commit(history, &err));
	history_close(history);
	assert_int_equal(damaged, 0);
	memcpy(options.id, "another sixteen.", JOURNAL_ID_SIZE);
	assert_null(history_open(NULL, directory, &options, &damaged, &err));
	struct walked walked = {0};
	struct history_walk walk = {.from = INT64_MIN, .to = INT64_MAX, .bucket = take_bucket, .context = &walked};
	assert_true(history_read(NULL, directory, &walk, &err));
	assert_int_equal(walked.count, 3001);
	assert_string_equal(walked.last, "new");
	walk.from = 900000;
	walk.to = 2700000;
	walked.count = 0;
	assert_true(history_read(NULL, directory, &walk, &err));
	assert_int_equal(walked.count, 2);
}

static bool is_new(void *context, const struct history_bucket *bucket)
{
	return bucket->start >= *(const int64_t *)context;
}

static void put_day(struct history *history, int64_t day, uint64_t lsn, const char *text)
{
	struct error err = {""};
	for (int64_t i = 0; i < 400; i++)
		assert_true(history_put(history, &(struct history_bucket){view_of("queue=Billing"), 15, (day * 96 + i % 96) * 900000, view_of(text)}, &err));
	if (lsn)
		history_put_mark(history, lsn, day);
	assert_true(history_commit(history, &err));
}

static uint64_t bytes_of_history(void)
{
	struct segment_list list = {0};
	uint64_t bytes = 0;
	assert_true(segments_list(&list, &disk_real, directory, SEGMENT_HISTORY, NULL));
	for (size_t i = 0; i < list.count; i++) {
		struct stat about;
		char *path = disk_path(directory, list.segments[i].name);
		assert_int_equal(stat(path, &about), 0);
		bytes += (uint64_t)about.st_size;
		free(path);
	}
	segments_finish(&list);
	return bytes;
}

/* Days come and go; the files stay within a bound, nothing that is wanted is lost, and only what a mark follows counts. */
static void history_is_cleaned(void **state)
{
	(void)state;
	struct history_options options = {.id = "sixteen bytes..", .segment_bytes = 65536};
	struct error err = {""};
	struct history_mark mark, end;
	uint64_t damaged;
	int cleanings = 0;
	struct history *history = history_open(NULL, directory, &options, &damaged, &err);
	for (int64_t day = 0; day < 40; day++) {
		put_day(history, day, (uint64_t)day + 1, "text");
		const int64_t wanted = (day - 2) * DAY_MS;
		if (!history_wants_cleaning(history))
			continue;
		assert_true(history_clean(history, is_new, (void *)(uintptr_t)&wanted, &err));
		assert_false(history_wants_cleaning(history));
		cleanings++;
	}
	assert_true(cleanings > 3 && bytes_of_history() < 400000);
	put_day(history, 39, 0, "torn");
	history_close(history);
	assert_true(history_find(NULL, directory, UINT64_MAX, &mark, &end, &err));
	assert_int_equal(mark.lsn, 40);
	assert_int_equal(mark.at, 39);
	assert_int_equal(end.number, mark.number);
	struct walked walked = {0};
	struct history_walk walk = {.from = 38 * DAY_MS, .to = INT64_MAX, .most = mark.number, .bucket = take_bucket, .context = &walked};
	assert_true(history_read(NULL, directory, &walk, &err));
	assert_int_equal(walked.count, 2 * 96);
	walk.from = 0;
	walk.to = 20 * DAY_MS;
	walked.count = 0;
	assert_true(history_read(NULL, directory, &walk, &err));
	assert_int_equal(walked.count, 0);
	/* What comes after it goes on with the same numbers, and an older mark is found too. */
	history = history_open(NULL, directory, &options, &damaged, &err);
	put_day(history, 40, 77, "text");
	history_close(history);
	assert_true(history_find(NULL, directory, 76, &mark, &end, &err));
	assert_true(mark.lsn == 40 && end.lsn == 77);
	assert_true(history_find(NULL, directory, 3, &mark, NULL, &err) && mark.number == 0);
}

static void save(uint64_t lsn, const char *text)
{
	struct error err = {""};
	struct state_file file = {.lsn = lsn, .recv = 5, .bytes = view_of(text)};
	memcpy(file.id, "sixteen bytes..", 16);
	assert_true(state_file_save(NULL, directory, &file, &err));
}

static void expect_state(uint64_t most, const char *text, int damaged)
{
	struct state_file file = {0};
	struct error err;
	int skipped;
	assert_int_equal(state_file_load(NULL, directory, (const uint8_t *)"sixteen bytes..", most, INT64_MAX, &file, &skipped, &err), text != NULL);
	assert_int_equal(skipped, damaged);
	assert_true(!text || (view_is(file.bytes, text) && file.recv == 5));
	free((char *)(uintptr_t)file.bytes.data);
}

static void the_newest_good_state_is_found(void **state)
{
	(void)state;
	expect_state(100, NULL, 0);
	for (uint64_t lsn = 10; lsn <= 50; lsn += 10)
		save(lsn, lsn == 50 ? "fifty" : lsn == 40 ? "forty" : "older");
	expect_state(100, "fifty", 0);
	expect_state(49, "forty", 0);
	expect_state(29, NULL, 0);
	char *path = memory_format("%s/S-%020d.wbs", directory, 50);
	for (long at = 0; at < 53; at++) {
		FILE *file = fopen(path, "r+");
		fseek(file, at, SEEK_SET);
		int byte = fgetc(file);
		fseek(file, at, SEEK_SET);
		fputc(byte ^ 4, file);
		fclose(file);
		expect_state(100, "forty", 1);
		file = fopen(path, "r+");
		fseek(file, at, SEEK_SET);
		fputc(byte, file);
		fclose(file);
	}
	assert_int_equal(truncate(path, 20), 0);
	expect_state(100, "forty", 1);
	save(45, "forty-five");
	assert_int_equal(access(path, F_OK), -1); /* beyond what is now the present */
	expect_state(100, "forty-five", 0);
	free(path);
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIRECTORY(what_is_appended_is_written_and_made_safe),
		WITH_DIRECTORY(each_batch_is_made_safe_if_wished),
		WITH_DIRECTORY(a_second_writer_is_told_who_has_it),
		WITH_DIRECTORY(a_standby_goes_on_with_the_same_identity),
		cmocka_unit_test(memory_for_what_waits_is_bounded),
		cmocka_unit_test(a_failing_disk_is_named_and_left_behind),
		WITH_DIRECTORY(a_directory_that_vanished_is_noticed),
		WITH_DIRECTORY(a_real_full_disk_resumes_by_itself),
		WITH_DIRECTORY(a_killed_process_loses_nothing_that_was_written),
		cmocka_unit_test(own_records_come_back),
		cmocka_unit_test(a_batch_comes_back),
		WITH_DIRECTORY(history_keeps_the_last_of_each_bucket), WITH_DIRECTORY(history_is_cleaned),
		WITH_DIRECTORY(the_newest_good_state_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
