/* A journal and a Redis of the same collector: `tablo journal verify` finds them equal, and names what is not; the example that decodes
 * series tells what the engine tells. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "journal/journal.h"
#include "journal/record.h"
#include "journal/state_file.h"
#include "metrics/query.h"
#include "metrics/series.h"
#include "store/redis_meta.h"
#include "store/redis_store.h"
#include "tests/redis_day.h"
#include "tests/redis_server.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define PATIENCE 20000

static struct redis_server server;
static struct settings *settings;
static char directory[80], output[20000];

struct writing {
	struct journal *journal;
	struct redis_store *store;
	struct engine *engine;
	struct redis_day day;
};

static void told(void *context, const struct record *record, struct view payload)
{
	struct writing *writing = context;
	struct wire_buffer room = {0};
	struct frame frame = record_frame(record, payload, &room);
	assert_int_equal(journal_append(writing->journal, &frame), JOURNAL_OK);
	assert_int_equal(frame.lsn, record->lsn);
	wire_buffer_finish(&room);
}

static void begin(struct writing *writing, uint64_t seed)
{
	struct error err;
	char id[65];
	snprintf(directory, sizeof directory, "%s/journal", server.folder);
	const struct journal_options options = journal_options();
	*writing = (struct writing){.journal = journal_open(directory, &options, &err), .engine = redis_day_engine(settings)};
	assert_non_null(writing->journal);
	redis_day_start(&writing->day, seed);
	writing->day.told = told;
	writing->day.context = writing;
	redis_journal_text(journal_id(writing->journal), id);
	struct redis_store_options store = {.url = server.url, .settings = settings, .journal = id, .interval = 1};
	writing->store = redis_store_open(&store, &err);
	assert_non_null(writing->store);
}

static void settle(struct writing *writing, bool with_state)
{
	if (with_state)
		redis_store_hurry(writing->store);
	for (const int64_t until = clock_monotonic() + PATIENCE; !redis_store_settled(writing->store, engine_lsn(writing->engine));) {
		struct pollfd wait = {.fd = redis_store_descriptor(writing->store), .events = POLLIN};
		redis_store_commit(writing->store, writing->engine, engine_lsn(writing->engine), clock_monotonic());
		poll(&wait, 1, 2);
		assert_true(clock_monotonic() < until);
	}
}

static void save_state(struct writing *writing)
{
	struct error err;
	size_t size;
	uint8_t *bytes = engine_pack(writing->engine, INT64_MIN, &size);
	struct state_file state = {.lsn = engine_lsn(writing->engine), .recv = engine_now(writing->engine), .bytes = {(const char *)bytes, size}};
	memcpy(state.id, journal_id(writing->journal), sizeof state.id);
	assert_true(state_file_save(&disk_real, directory, &state, &err));
	free(bytes);
}

static int run(const char *words)
{
	FILE *pipe = popen(words, "r");
	const size_t size = fread(output, 1, sizeof output - 1, pipe);
	output[size] = 0;
	const int status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int verify(void)
{
	char words[600];
	snprintf(words, sizeof words, "%s journal verify %s --store %s --set site=acme --set zone=Europe/Berlin 2>&1", getenv("TABLO_BIN"), directory,
		server.url);
	return run(words);
}

/* The quarter hours of one slot as the example prints them, against the engine's own sums. */
static void expect_example(const struct writing *writing)
{
	struct series_names names;
	char owner[SERIES_NAME_ROOM], words[2000], wanted[200];
	series_names(writing->engine, &names);
	int lines = 0;
	for (size_t slot = 1; slot < series_count(writing->engine, SERIES_SLOT) && lines < 20; slot++) {
		const struct series *series = series_of(series_ledger(writing->engine, SERIES_SLOT, slot), BY_OUTCOME, GRAIN_QUARTERS);
		series_name(writing->engine, &names, SERIES_SLOT, slot, owner);
		if (series->count == series->first)
			continue;
		const struct stretch_of_time day = series_stretch(writing->engine, GRAIN_QUARTERS, series->buckets[series->first].start);
		snprintf(words, sizeof words, "python3 %s/docs/examples/redis_series.py %s acme quarters:%s '%s/outcome'", getenv("TABLO_SOURCE"),
			server.socket, day.name, owner);
		assert_int_equal(run(words), 0);
		for (size_t i = series->first; i < series->count && series->buckets[i].start < day.to; i++) {
			static struct tally tally;
			if (series->buckets[i].start + QUARTER_MS > series_settled(writing->engine))
				continue;
			memset(&tally, 0, sizeof tally);
			bucket_sum(&series->buckets[i], TALLY_KEYS, &tally);
			const unsigned place = series_index(writing->engine, &day, series->buckets[i].start);
			if (tally.value[COUNT_OFFERED])
				snprintf(wanted, sizeof wanted, "\"offered\": %lld", (long long)tally.value[COUNT_OFFERED]);
			else
				snprintf(wanted, sizeof wanted, "{\"place\": %u", place);
			assert_non_null(strstr(output, wanted));
			lines++;
		}
	}
	series_names_finish(&names);
	assert_true(lines > 10);
}

static void journal_and_redis_are_compared(void **state)
{
	(void)state;
	if (!redis_server_there() || !getenv("TABLO_BIN"))
		skip();
	struct writing writing;
	struct error err;
	redis_server_start(&server, NULL);
	begin(&writing, 41);
	redis_day_play(&writing.day, writing.engine, 1200);
	save_state(&writing);
	redis_day_wait(&writing.day, writing.engine, 5 * HOUR_MS);
	redis_day_play(&writing.day, writing.engine, 600);
	settle(&writing, true);
	redis_day_play(&writing.day, writing.engine, 50);
	settle(&writing, false); /* the packed state stays behind the watermark */
	while (journal_state(writing.journal).durable < engine_lsn(writing.engine))
		clock_sleep(1);
	if (verify() != 0)
		fail_msg("%s", output);
	assert_string_equal(output, "");
	expect_example(&writing);
	struct redis_link *link = redis_server_link(&server, NULL, 3000);
	assert_true(redis_link_connect(link, NULL));
	redis_server_ask(link, "HSET", "{acme}:today", "offered", "1", NULL);
	assert_int_equal(verify(), 1);
	assert_non_null(strstr(output, "{acme}:today, field offered: wanted "));
	redis_server_ask(link, "FLUSHALL", NULL);
	assert_int_equal(verify(), 1);
	assert_non_null(strstr(output, "nothing is stored"));
	redis_link_destroy(link);
	redis_store_close(writing.store);
	assert_true(journal_close(writing.journal, &err));
	char words[300];
	snprintf(words, sizeof words, "%s journal verify %s 2>&1", getenv("TABLO_BIN"), directory);
	assert_int_equal(run(words), 0);
	assert_string_equal(output, "");
	snprintf(words, sizeof words, "%s journal ls %s 2>&1", getenv("TABLO_BIN"), directory);
	assert_int_equal(run(words), 0);
	assert_non_null(strstr(output, "J-00000000000000000001.wbj"));
	snprintf(words, sizeof words, "for f in %s/J-*; do printf XXXXXXXX | dd of=$f bs=1 seek=5000 conv=notrunc 2>/dev/null; done; %s journal verify %s 2>&1",
		directory, getenv("TABLO_BIN"), directory);
	assert_int_equal(run(words), 1);
	assert_true(*output);
	engine_destroy(writing.engine);
	redis_day_finish(&writing.day);
	redis_server_finish(&server);
}

int main(void)
{
	settings = redis_day_settings();
	const struct CMUnitTest tests[] = {cmocka_unit_test(journal_and_redis_are_compared)};
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	settings_destroy(settings);
	return failed;
}
