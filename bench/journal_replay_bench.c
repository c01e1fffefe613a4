/* A journal of simulated events, made in a scratch directory and removed: what it takes, raw and sealed, how fast it is read, verified and
 * sought in and played. journal_replay_bench [DIRECTORY [EVENTS [PERCENT [PACE]]]]: the helpdesk that is simulated has some two events a second;
 * PACE times as many make it a large one. Lines: name value unit ratio limit ok|OVER; the ratio is to reading and summing the same bytes without
 * looking at them, where there is one. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/journal_survey.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/simulator.h"
#include "journal/crc32c.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "journal/sealer.h"
#include "replay/keeper.h"
#include "replay/player.h"
#include "widgets/board.h"

#define EVENTS 10000000
#define START INT64_C(1790000000000)
#define PIECE (256 * 1024)
#define SEEKS 400
#define SEEK_LIMIT 60.0	  /* ms, p99 */
#define SEEK_PATIENCE 20000 /* ms: no further seek of a replay is begun after so long */
#define VERIFY_LIMIT 1.0  /* GB/s, least */
#define SEALED_LIMIT 50.0 /* bytes an event */
#define PLAY_LIMIT 1.5	  /* million events a second */
#define MEMORY_LIMIT 64.0 /* MiB beside the engine */
#define FRAME_NS 100000000
#define AT_ONCE 64
#define WIDTH 140
#define HEIGHT 40

struct bench {
	char directory[200];
	struct settings *settings;
	uint64_t events, records, bytes;
	int64_t from, to, pace;
	int over;
};

static void report_line(struct bench *bench, const char *name, double value, const char *unit, double ratio, double limit, bool good)
{
	printf("%s %.2f %s %.2f %.2f %s\n", name, value, unit, ratio, limit, good ? "ok" : "OVER");
	fflush(stdout);
	bench->over += !good;
}

static void die(const struct error *err)
{
	fprintf(stderr, "journal_replay_bench: %s\n", err->text);
	exit(1);
}

/* ---- making it ---- */

struct maker {
	struct bench *bench;
	struct simulator *simulator;
	struct journal *journal;
	struct engine *engine;
	struct keeper keeper;
	struct wire_buffer events, payload, room;
	struct batch batch;
	uint64_t seq;
};

static int64_t paced(const struct bench *bench, int64_t at)
{
	return START + (at - START) / bench->pace;
}

/* The batch of a second, as the simulator's feed makes it. */
static void make_record(struct maker *maker)
{
	const struct bench *bench = maker->bench;
	const int64_t second = paced(bench, simulator_due(maker->simulator)) / SECOND_MS;
	uint32_t count = 0;
	struct event event;
	struct error err;
	maker->events.size = 0;
	do {
		simulator_next(maker->simulator, &event);
		event.ts = paced(bench, event.ts);
		wire_encode_event(&maker->events, &event);
		count++;
	} while (paced(bench, simulator_due(maker->simulator)) / SECOND_MS == second && count < BATCH_EVENTS_MAX);
	const struct wire_header header = {.src = view_of("simulator"), .boot = START, .seq = maker->seq, .sent = event.ts};
	wire_encode_batch(&maker->payload, &header, count, maker->events.data, maker->events.size);
	maker->seq += count;
	const struct view payload = {(const char *)maker->payload.data, maker->payload.size};
	if (wire_decode(payload.data, payload.size, &maker->batch, &err) != FAULT_NONE)
		die(&err);
	struct record record = {.kind = RECORD_BATCH, .recv = event.ts, .batch = &maker->batch};
	struct frame frame = record_frame(&record, payload, &maker->room);
	while (journal_append(maker->journal, &frame), frame.lsn == 0)
		clock_sleep(1);
	record.lsn = frame.lsn;
	engine_apply(maker->engine, &record);
	if (!keeper_take(&maker->keeper, maker->engine, &frame, &record, &err))
		die(&err);
	maker->bench->events += count;
	maker->bench->records++;
	maker->bench->bytes += frame_size(payload.size);
	maker->bench->from = maker->bench->records == 1 ? event.ts : maker->bench->from;
	maker->bench->to = event.ts;
}

static void make_journal(struct bench *bench, uint64_t events)
{
	struct error err;
	struct journal_options options = journal_options();
	options.keep_free = 0;
	struct maker maker = {.bench = bench, .simulator = simulator_create(7, START, 0), .engine = engine_create(bench->settings, &err), .seq = 1};
	maker.journal = journal_open(bench->directory, &options, &err);
	if (!maker.engine || !maker.journal)
		die(&err);
	engine_keep_long(maker.engine);
	keeper_begin(&maker.keeper, bench->directory, journal_id(maker.journal), bench->settings);
	while (bench->events < events)
		make_record(&maker);
	keeper_finish(&maker.keeper);
	if (!journal_close(maker.journal, &err))
		die(&err);
	simulator_destroy(maker.simulator);
	engine_destroy(maker.engine);
	batch_finish(&maker.batch);
	wire_buffer_finish(&maker.events);
	wire_buffer_finish(&maker.payload);
	wire_buffer_finish(&maker.room);
}

/* ---- reading it ---- */

/* The least it can cost: the files' bytes read and summed. Bytes a ns. */
static double read_bare(const struct bench *bench)
{
	struct segment_list list = {.segments = NULL};
	uint8_t *piece = memory_new(1, PIECE);
	uint64_t bytes = 0;
	uint32_t sum = 0;
	segments_list(&list, &disk_real, bench->directory, SEGMENT_JOURNAL, NULL);
	const int64_t begin = clock_monotonic_ns();
	for (size_t i = 0; i < list.count; i++) {
		char *path = disk_path(bench->directory, list.segments[i].name);
		const int file = open(path, O_RDONLY | O_CLOEXEC);
		for (ssize_t got; (got = read(file, piece, PIECE)) > 0; bytes += (uint64_t)got)
			sum = crc32c(sum, piece, (size_t)got);
		close(file);
		free(path);
	}
	const double speed = (double)bytes / (double)(clock_monotonic_ns() - begin + (sum == 1));
	free(piece);
	segments_finish(&list);
	return speed;
}

/* Records a second. */
static double read_all(const struct bench *bench)
{
	struct error err;
	struct frame frame;
	struct damage damage;
	uint64_t records = 0;
	struct reader *reader = reader_open(NULL, bench->directory, SEGMENT_JOURNAL, &err);
	const int64_t begin = clock_monotonic_ns();
	while (reader && reader_next(reader, &frame, &damage, &err) == READER_RECORD)
		records++;
	const double speed = (double)records * 1e9 / (double)(clock_monotonic_ns() - begin);
	reader_close(reader);
	if (records != bench->records)
		exit(1);
	return speed;
}

/* Bytes of records a ns. */
static double verify(const struct bench *bench)
{
	struct error err;
	struct survey survey;
	const int64_t begin = clock_monotonic_ns();
	if (!survey_take(&survey, bench->directory, NULL, &err))
		die(&err);
	const double speed = (double)bench->bytes / (double)(clock_monotonic_ns() - begin);
	if (!survey_is_sound(&survey))
		exit(1);
	survey_finish(&survey);
	return speed;
}

static void measure_reading(struct bench *bench, const char *what)
{
	char name[60];
	const double bare = read_bare(bench), records = read_all(bench), speed = verify(bench);
	const double each = (double)bench->bytes / (double)bench->records;
	snprintf(name, sizeof name, "read_%s", what);
	report_line(bench, name, records / 1e6, "Mrecords/s", records * each / 1e9 / bare, 0, true);
	snprintf(name, sizeof name, "verify_%s", what);
	report_line(bench, name, speed, "GB/s", speed / bare, VERIFY_LIMIT, speed >= VERIFY_LIMIT);
}

/* ---- seeking ---- */

static int by_value(const void *left, const void *right)
{
	const double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static int64_t any_instant(const struct bench *bench, uint64_t *random)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return bench->from + (int64_t)((*random >> 16) % (uint64_t)(bench->to - bench->from));
}

static void measure_seeks(struct bench *bench, const char *what)
{
	struct error err;
	struct frame frame;
	struct damage damage;
	static double reads[SEEKS], plays[SEEKS];
	uint64_t random = 1;
	char name[60];
	struct reader *reader = reader_open(NULL, bench->directory, SEGMENT_JOURNAL, &err);
	struct player *player = player_open(bench->directory, bench->settings, &err);
	if (!reader || !player)
		die(&err);
	for (int i = 0; i < SEEKS; i++) {
		const int64_t at = any_instant(bench, &random), begin = clock_monotonic_ns();
		if (!reader_seek_time(reader, at, &err) || reader_next(reader, &frame, &damage, &err) != READER_RECORD)
			exit(1);
		reads[i] = (double)(clock_monotonic_ns() - begin) / 1e6;
	}
	int count = 0;
	for (const int64_t until = clock_monotonic() + SEEK_PATIENCE; count < SEEKS && clock_monotonic() < until; count++) {
		const int64_t at = any_instant(bench, &random), begin = clock_monotonic_ns();
		if (!player_seek(player, at, &err) || !player_arrive(player, &err))
			die(&err);
		plays[count] = (double)(clock_monotonic_ns() - begin) / 1e6;
	}
	printf("# %d seeks\n", count);
	qsort(reads, SEEKS, sizeof *reads, by_value);
	qsort(plays, (size_t)count, sizeof *plays, by_value);
	snprintf(name, sizeof name, "seek_%s_p99", what);
	report_line(bench, name, reads[SEEKS * 99 / 100], "ms", 0, SEEK_LIMIT, reads[SEEKS * 99 / 100] <= SEEK_LIMIT);
	snprintf(name, sizeof name, "replay_seek_%s_p50", what);
	report_line(bench, name, plays[count / 2], "ms", 0, SEEK_LIMIT, plays[count / 2] <= SEEK_LIMIT);
	snprintf(name, sizeof name, "replay_seek_%s_p99", what);
	report_line(bench, name, plays[count * 99 / 100], "ms", 0, SEEK_LIMIT, plays[count * 99 / 100] <= SEEK_LIMIT);
	reader_close(reader);
	player_close(player);
}

/* ---- playing ---- */

/* What one thread does that plays as fast as it goes: folds, and ten times a second makes a snapshot and draws it. Million events a second. */
static double play(const struct bench *bench, bool draws)
{
	struct error err;
	const struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_30M, .by = BY_OUTCOME, .formula = -1};
	struct player *player = player_open(bench->directory, bench->settings, &err);
	struct board *board = board_create(bench->settings, &request);
	struct zone *zone = zone_open(bench->settings->zone, &err);
	struct canvas *canvas = canvas_create(WIDTH, HEIGHT);
	if (!player || !zone)
		die(&err);
	const int64_t begin = clock_monotonic_ns();
	int64_t shown = begin, now = begin;
	enum player_state state = player_play(player, bench->to, &err) ? PLAYER_UNDERWAY : PLAYER_FAILED;
	while (state == PLAYER_UNDERWAY) {
		state = player_turn(player, AT_ONCE, &err);
		now = clock_monotonic_ns();
		if (!draws || now - shown < FRAME_NS)
			continue;
		struct snapshot *snapshot = snapshot_create(player_engine(player), bench->settings, zone, board_request(board));
		board_draw(board, snapshot, &(struct glyphs){.ascii = false}, canvas);
		snapshot_destroy(snapshot);
		shown = now;
	}
	if (state == PLAYER_FAILED || player_events(player) != bench->events)
		die(state == PLAYER_FAILED ? &err : &(struct error){.text = "not every event was played"});
	const double speed = (double)bench->events * 1e3 / (double)(now - begin);
	canvas_destroy(canvas);
	zone_close(zone);
	board_destroy(board);
	player_close(player);
	return speed;
}

/* The same records told to an engine, and nothing beside it. */
static double fold(const struct bench *bench, bool draws)
{
	struct error err;
	struct frame frame;
	struct damage damage;
	struct record_room room = {.feeds = {{NULL, 0}}};
	struct record record;
	struct engine *engine = engine_create(bench->settings, &err);
	struct reader *reader = reader_open(NULL, bench->directory, SEGMENT_JOURNAL, &err);
	(void)draws;
	if (!engine || !reader)
		die(&err);
	engine_keep_long(engine);
	const int64_t begin = clock_monotonic_ns();
	while (reader_next(reader, &frame, &damage, &err) == READER_RECORD && record_read(&frame, &record, &room, &err)) {
		record.lsn = frame.lsn;
		engine_apply(engine, &record);
	}
	const double speed = (double)bench->events * 1e3 / (double)(clock_monotonic_ns() - begin);
	record_room_finish(&room);
	reader_close(reader);
	engine_destroy(engine);
	return speed;
}

struct run { double speed, mebibytes; };

/* In a process of its own, so that its memory is known. */
static struct run apart(const struct bench *bench, double (*work)(const struct bench *bench, bool draws), bool draws)
{
	int ends[2];
	struct run run = {0, 0};
	struct rusage usage;
	int status = 1;
	fflush(stdout);
	if (pipe(ends) < 0)
		exit(1);
	const pid_t child = fork();
	if (child == 0) {
		run.speed = work(bench, draws);
		_exit(write(ends[1], &run.speed, sizeof run.speed) != sizeof run.speed);
	}
	close(ends[1]);
	const bool told = child > 0 && read(ends[0], &run.speed, sizeof run.speed) == sizeof run.speed;
	if (!told || wait4(child, &status, 0, &usage) != child || status != 0)
		exit(1);
	close(ends[0]);
	run.mebibytes = (double)usage.ru_maxrss / 1024;
	return run;
}

static void measure_play(struct bench *bench)
{
	const double bare = read_bare(bench) * 1e3 * (double)bench->events / (double)bench->bytes;
	const struct run folded = apart(bench, fold, false), played = apart(bench, play, true);
	report_line(bench, "fold", folded.speed, "Mevents/s", folded.speed / bare, 0, true);
	report_line(bench, "play", played.speed, "Mevents/s", played.speed / bare, PLAY_LIMIT, played.speed >= PLAY_LIMIT);
	const double beside = played.mebibytes - folded.mebibytes;
	printf("# an engine that only folds: %.1f MiB; the replay: %.1f MiB\n", folded.mebibytes, played.mebibytes);
	report_line(bench, "play_memory_beside", beside, "MiB", 0, MEMORY_LIMIT, beside <= MEMORY_LIMIT);
}

/* ---- sealing ---- */

struct sealed {
	struct sealing *sealing;
	uint64_t before, after;
};

static void add(void *context, const struct segment *segment, enum seal_result result, const struct error *err)
{
	struct sealed *sealed = context;
	(void)segment;
	if (result != SEAL_DONE)
		die(err);
	sealed->before += sealed->sealing->before;
	sealed->after += sealed->sealing->after;
}

static void measure_sealing(struct bench *bench)
{
	struct error err;
	struct sealing sealing = {.disk = &disk_real, .directory = bench->directory, .level = SEAL_LEVEL};
	struct sealed sealed = {.sealing = &sealing};
	const int64_t begin = clock_monotonic_ns();
	if (!sealer_seal_all(&sealing, true, add, &sealed, &err))
		die(&err);
	const double seconds = (double)(clock_monotonic_ns() - begin) / 1e9, each = (double)sealed.after / (double)bench->events;
	report_line(bench, "seal", (double)sealed.before / 1e6 / seconds, "MB/s", 0, 0, true);
	report_line(bench, "sealed_event", each, "bytes", (double)sealed.before / (double)sealed.after, SEALED_LIMIT, each <= SEALED_LIMIT);
}

static void measure_states(struct bench *bench)
{
	struct state_list states = {.entries = NULL};
	uint64_t bytes = 0, settled = 0;
	state_files_list(&states, NULL, bench->directory, NULL);
	for (size_t i = 0; i < states.count; i++) {
		bytes += states.entries[i].bytes;
		settled += i + STATE_FILES_KEPT < states.count ? states.entries[i].bytes : 0;
	}
	printf("# %zu states, the newest of %llu bytes\n", states.count,
		(unsigned long long)(states.count ? states.entries[states.count - 1].bytes : 0));
	report_line(bench, "states_all", (double)bytes * 100 / (double)bench->bytes, "percent", 0, 0, true);
	const double share = (double)settled * 100 / (double)bench->bytes, limit = (double)bench->settings->journal_states;
	report_line(bench, "states_but_newest_three", share, "percent", 0, limit, share <= limit);
	state_files_finish(&states);
}

int main(int count, char **words)
{
	struct bench bench = {.settings = settings_create()};
	const uint64_t events = count > 2 ? strtoull(words[2], NULL, 10) : EVENTS;
	if (count > 3 && !settings_set(bench.settings, "journal_states", words[3], NULL))
		return 1;
	bench.pace = count > 4 ? strtoll(words[4], NULL, 10) : 1;
	snprintf(bench.directory, sizeof bench.directory, "%s/tablo-replay-bench-XXXXXX", count > 1 ? words[1] : ".");
	if (events == 0 || bench.pace < 1 || !mkdtemp(bench.directory)) {
		fprintf(stderr, "journal_replay_bench [DIRECTORY [EVENTS [PERCENT [PACE]]]]: no directory can be made in %s\n", count > 1 ? words[1] : ".");
		return 1;
	}
	const int64_t begin = clock_monotonic();
	make_journal(&bench, events);
	printf("# %llu events in %llu records, made in %.1f s; %.1f days\n", (unsigned long long)bench.events, (unsigned long long)bench.records,
		(double)(clock_monotonic() - begin) / 1000, (double)(bench.to - bench.from) / DAY_MS);
	report_line(&bench, "raw_event", (double)bench.bytes / (double)bench.events, "bytes", 0, 0, true);
	measure_states(&bench);
	measure_reading(&bench, "raw");
	measure_seeks(&bench, "raw");
	measure_play(&bench);
	measure_sealing(&bench);
	measure_reading(&bench, "sealed");
	measure_seeks(&bench, "sealed");
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	report_line(&bench, "memory_most", (double)usage.ru_maxrss / 1024, "MiB", 0, 0, true);
	char *command = memory_format("rm -rf '%s'", bench.directory);
	const int status = system(command);
	free(command);
	settings_destroy(bench.settings);
	return status == 0 && bench.over == 0 ? 0 : 1;
}
