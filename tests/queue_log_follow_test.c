/* The bridge of queue_log: however the log is cut into appends and rotated, and however often the bridge is killed, what it commits is
 * what an import of the whole gives. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/bridges/bridge.h"
#include "feed/imports/import.h"
#include "feed/imports/queue_log.h"
#include "feed/wire.h"
#include "tests/queue_log_maker.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

#define SALT "sixteen bytes and more"
#define PATIENCE 20000 /* ms */
#define ITEMS 64

/* ---- events as lines of bytes, to be compared in any order ---- */

struct lines {
	char **texts;
	size_t count, room;
};

static void add_line(struct lines *lines, const void *bytes, size_t size, struct view queue)
{
	char *text = memory_new(2, size + queue.size + 1);
	for (size_t i = 0; i < size; i++)
		snprintf(text + 2 * i, 3, "%02x", ((const unsigned char *)bytes)[i]);
	memcpy(text + 2 * size, queue.data, queue.size);
	if (lines->count == lines->room)
		lines->texts = memory_grow(lines->texts, &lines->room, lines->count + 1, sizeof *lines->texts);
	lines->texts[lines->count++] = text;
}

static int compare_texts(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;
	return strcmp(*a, *b);
}

static void lines_sort(struct lines *lines)
{
	if (lines->count)
		qsort(lines->texts, lines->count, sizeof *lines->texts, compare_texts);
}

static void lines_finish(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->texts[i]);
	free(lines->texts);
	*lines = (struct lines){0};
}

static bool import_event_line(void *context, const struct event *event, struct view queue, struct error *err)
{
	(void)err;
	struct wire_buffer buffer = {0};
	wire_encode_event(&buffer, event);
	add_line(context, buffer.data, buffer.size, queue);
	wire_buffer_finish(&buffer);
	return true;
}

static struct lines import_whole(const char *path)
{
	struct lines lines = {0};
	struct error err;
	const struct import_options options = {.salt = view_of(SALT)};
	const struct import_sink sink = {.context = &lines, .event = import_event_line};
	struct importer *importer = importer_open(&import_queue_log, &options, &sink, &err);
	assert_true(importer_file(importer, path, &err));
	while (importer_step(importer, 1000, &err) == IMPORT_MORE)
		continue;
	assert_true(importer_finish(importer, &err));
	importer_close(importer);
	lines_sort(&lines);
	return lines;
}

/* ---- the bridge, as the program runs it ---- */

struct scene {
	char folder[64], path[96], state[96];
	struct outbox *outbox;
	struct bridge_host host;
	void *bridge;
	const char *from, *once;
	uint64_t counts[BRIDGE_COUNT];
	bool done;
	char said[4096];
};

static const char *option(const void *arguments, const char *name)
{
	const struct scene *scene = arguments;
	return strcmp(name, "--from") == 0 ? scene->from : strcmp(name, "--once") == 0 ? scene->once : NULL;
}

static void count(void *context, enum bridge_count which, const char *why)
{
	(void)why;
	((struct scene *)context)->counts[which]++;
}

static void say(void *context, const char *text)
{
	struct scene *scene = context;
	const size_t size = strlen(scene->said);
	snprintf(scene->said + size, sizeof scene->said - size, "%s\n", text);
}

static void done(void *context)
{
	((struct scene *)context)->done = true;
}

static void scene_open(struct scene *scene)
{
	struct error err;
	const struct outbox_options options = {.directory = scene->state, .src = "pbx"};
	scene->outbox = outbox_open(&options, &err);
	if (!scene->outbox)
		fail_msg("%s", err.text);
	scene->host = (struct bridge_host){.outbox = scene->outbox, .option = option, .arguments = scene, .count = count, .say = say, .done = done,
		.context = scene};
	pseudonym_init(&scene->host.pseudonym, view_of(SALT));
	scene->bridge = queue_log_bridge.open(&scene->host, scene->path, &err);
	if (!scene->bridge)
		fail_msg("%s", err.text);
}

static void scene_close(struct scene *scene)
{
	queue_log_bridge.close(scene->bridge);
	outbox_close(scene->outbox);
}

static void scene_begin(struct scene *scene)
{
	memset(scene, 0, sizeof *scene);
	snprintf(scene->folder, sizeof scene->folder, "/tmp/queue_log_follow.XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->path, sizeof scene->path, "%s/queue_log", scene->folder);
	snprintf(scene->state, sizeof scene->state, "%s/state", scene->folder);
}

static void scene_end(struct scene *scene)
{
	char command[100];
	scene_close(scene);
	snprintf(command, sizeof command, "rm -rf %s", scene->folder);
	assert_int_equal(system(command), 0);
}

static void turn(struct scene *scene)
{
	struct error err;
	if (!queue_log_bridge.turn(scene->bridge, &err))
		fail_msg("%s", err.text);
}

/* Turns when they are due or something happened, for so long. */
static void run(struct scene *scene, int64_t ms)
{
	const int64_t until = clock_monotonic() + ms;
	do {
		zmq_pollitem_t items[4];
		const int count_of_items = queue_log_bridge.items(scene->bridge, items, 4);
		int64_t wait = queue_log_bridge.due(scene->bridge) - clock_monotonic();
		if (wait > until - clock_monotonic())
			wait = until - clock_monotonic();
		zmq_poll(items, count_of_items, wait > 0 ? (long)wait : 0);
		turn(scene);
	} while (clock_monotonic() < until && !scene->done);
}

static struct lines committed(const struct scene *scene)
{
	struct lines lines = {0};
	struct outbox_item items[ITEMS];
	uint64_t seq = 1;
	for (size_t got; (got = outbox_read(scene->outbox, seq, items, ITEMS)) > 0;)
		for (size_t i = 0; i < got; i++) {
			assert_int_equal(items[i].seq, seq);
			seq++;
			add_line(&lines, items[i].event.data, items[i].event.size, items[i].queue);
		}
	lines_sort(&lines);
	return lines;
}

/* What an import of the whole makes, once there is so much of it: a busy machine takes its time. */
static void expect_same(struct scene *scene, const char *whole, unsigned seed)
{
	struct lines wanted = import_whole(whole);
	const int64_t until = clock_monotonic() + PATIENCE;
	while (outbox_next(scene->outbox) <= wanted.count && !scene->done && clock_monotonic() < until)
		run(scene, 20);
	struct lines got = committed(scene);
	for (size_t i = 0; i < wanted.count && i < got.count; i++)
		if (strcmp(wanted.texts[i], got.texts[i]) != 0)
			fail_msg("seed %u: event %zu of %zu and %zu differs:\n%s\n%s\nsaid: %s", seed, i, wanted.count, got.count, wanted.texts[i],
				got.texts[i], scene->said);
	if (wanted.count != got.count)
		fail_msg("seed %u: %zu events, not %zu; said: %s", seed, got.count, wanted.count, scene->said);
	assert_true(wanted.count > 0);
	lines_finish(&wanted);
	lines_finish(&got);
}

static void append(const char *path, const char *text, size_t size)
{
	const int descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, text, size), (ssize_t)size);
	close(descriptor);
}

static void put(const struct scene *scene, const char *text)
{
	append(scene->path, text, strlen(text));
}

/* ---- tests ---- */

static void test_live(void **state)
{
	(void)state;
	struct scene scene;
	scene_begin(&scene);
	scene_open(&scene);
	run(&scene, 10);
	put(&scene, "1763000000|a|sales|NONE|ENTERQUEUE||5550100|1\n1763000009|a|sales|NO");
	const int64_t begin = clock_monotonic();
	while (outbox_next(scene.outbox) < 2 && clock_monotonic() < begin + PATIENCE)
		run(&scene, 5);
	assert_int_equal(outbox_next(scene.outbox), 2);
	assert_true(clock_monotonic() - begin < 300);
	scene_close(&scene);
	scene_open(&scene);
	put(&scene, "NE|ABANDON|1|1|9\n");
	while (outbox_next(scene.outbox) < 3 && clock_monotonic() < begin + PATIENCE)
		run(&scene, 5);
	expect_same(&scene, scene.path, 0);
	assert_int_equal(scene.counts[BRIDGE_MAPPED], 2);
	scene_end(&scene);
}

static void test_from(void **state)
{
	(void)state;
	static const char *const log = "1763000000|a|sales|NONE|ENTERQUEUE||5550100|1\n1763086400|b|sales|NONE|ENTERQUEUE||5550100|1\n";
	static const struct {
		const char *from;
		uint64_t events;
	} cases[] = {{NULL, 2}, {"begin", 2}, {"@1763000001", 1}, {"end", 0}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct scene scene;
		scene_begin(&scene);
		scene.from = cases[i].from;
		put(&scene, log);
		scene_open(&scene);
		run(&scene, 150);
		assert_int_equal(outbox_next(scene.outbox), cases[i].events + 1);
		scene_close(&scene);
		put(&scene, "1763086500|c|sales|NONE|ENTERQUEUE||5550100|1\n"); /* while it is down */
		scene_open(&scene);
		run(&scene, 150);
		assert_int_equal(outbox_next(scene.outbox), cases[i].events + 2);
		scene_end(&scene);
	}
	struct scene scene;
	struct error err;
	scene_begin(&scene);
	scene_open(&scene);
	scene.from = "yesteryear";
	assert_null(queue_log_bridge.open(&scene.host, scene.path, &err));
	assert_non_null(strstr(err.text, "--from"));
	scene_end(&scene);
}

/* Out of order and far behind, read at once: as an import puts it in order. */
static void test_order(void **state)
{
	(void)state;
	struct scene scene;
	scene_begin(&scene);
	scene.once = "";
	struct maker maker = maker_make(7);
	/* The lines from the last to the first. */
	for (size_t end = maker.size; end > 0;) {
		size_t begin = end - 1;
		while (begin > 0 && maker.text[begin - 1] != '\n')
			begin--;
		append(scene.path, maker.text + begin, end - begin);
		end = begin;
	}
	scene_open(&scene);
	run(&scene, PATIENCE);
	assert_true(scene.done);
	expect_same(&scene, scene.path, 7);
	assert_int_equal(scene.counts[BRIDGE_TAKEN],
		scene.counts[BRIDGE_MAPPED] + scene.counts[BRIDGE_DUPLICATE] + scene.counts[BRIDGE_REFUSED]);
	free(maker.text);
	scene_end(&scene);
}

static void rotate(const struct scene *scene, int *rotated)
{
	char from[128], to[128];
	for (int i = (*rotated)++; i > 0; i--) {
		snprintf(from, sizeof from, "%s.%d", scene->path, i);
		snprintf(to, sizeof to, "%s.%d", scene->path, i + 1);
		assert_int_equal(rename(from, to), 0);
	}
	snprintf(to, sizeof to, "%s.1", scene->path);
	assert_int_equal(rename(scene->path, to), 0);
	append(scene->path, "", 0);
}

/* Any bytes at a time, turns or none in between, rotations between lines, and the bridge begun again from what it has committed. */
static void run_cuts(unsigned seed)
{
	struct scene scene;
	scene_begin(&scene);
	struct maker maker = maker_make(seed);
	char whole[128];
	snprintf(whole, sizeof whole, "%s/whole", scene.folder);
	append(whole, maker.text, maker.size);
	append(scene.path, "", 0);
	scene_open(&scene);
	run(&scene, 1);
	int rotated = 0, waits = 0;
	for (size_t at = 0; at < maker.size;) {
		size_t size = 1 + maker_pick(&seed, 400);
		if (size > maker.size - at)
			size = maker.size - at;
		append(scene.path, maker.text + at, size);
		at += size;
		const unsigned what = maker_pick(&seed, 10);
		if (what == 0 && maker.text[at - 1] == '\n')
			rotate(&scene, &rotated);
		else if (what == 1 && waits++ < 3)
			run(&scene, 110);
		else if (what < 4)
			turn(&scene);
		else if (what == 4) {
			scene_close(&scene);
			scene_open(&scene);
		}
	}
	scene_close(&scene);
	scene_open(&scene);
	run(&scene, 250);
	expect_same(&scene, whole, seed);
	free(maker.text);
	scene_end(&scene);
}

static void test_cuts(void **state)
{
	(void)state;
	const char *rounds = getenv("TABLO_ROUNDS");
	const unsigned most = rounds ? (unsigned)atoi(rounds) : 5;
	for (unsigned seed = 1; seed <= most; seed++)
		run_cuts(seed);
}

static bool state_holds(const struct scene *scene, const char *text)
{
	char command[200];
	snprintf(command, sizeof command, "grep -aqrF -e '%s' %s", text, scene->state);
	return system(command) == 0;
}

/* The window of a long log is kept: what was read and waits for its place is neither lost nor made twice; and no number stands in the folder. */
#define WINDOW_LINES 26000
static void test_window(void **state)
{
	(void)state;
	struct scene scene;
	struct maker maker = {.now = 0};
	scene_begin(&scene);
	maker.text = memory_new(WINDOW_LINES, 60);
	for (int i = 0; i < WINDOW_LINES; i++) /* every second line stands before the one that it follows */
		maker.size += (size_t)sprintf(maker.text + maker.size, "%d|c%d|sales|NONE|ENTERQUEUE||5550100|1\n", 1763000000 + (i ^ 1), i);
	append(scene.path, maker.text, maker.size);
	free(maker.text);
	scene_open(&scene);
	for (int i = 0; i < 8; i++) {
		turn(&scene);
		scene_close(&scene);
		scene_open(&scene);
	}
	assert_true(state_holds(&scene, "|sales|NONE|ENTERQUEUE||"));
	assert_false(state_holds(&scene, "5550100"));
	run(&scene, 250);
	expect_same(&scene, scene.path, 0);
	scene_end(&scene);
}

/* What a line says that its verb does not look at may be anybody's number. */
static void test_masked(void **state)
{
	(void)state;
	static const struct {
		const char *text, *masked;
	} lines[] = {
		{"1|a|sales|NONE|ENTERQUEUE|http://x/5550100|5550100|1|5550100", "1|a|sales|NONE|ENTERQUEUE||=||"},
		{"1|a|sales|NONE|ENTERQUEUE", "1|a|sales|NONE|ENTERQUEUE"},
		{"1|a|sales|SIP/1|TRANSFER|5550100|out|3|44|1", "1|a|sales|SIP/1|TRANSFER|||3|44|"},
		{"1|a|sales|SIP/1|ATTENDEDTRANSFER|LINK|x|y|3|44|1", "1|a|sales|SIP/1|ATTENDEDTRANSFER|LINK||y|3|44|"},
		{"1|a|NONE|NONE|DID|5550100", "1|a|NONE|NONE|DID|"},
		{"1|a|sales|SIP/1|5550100|3", "1|a|sales|SIP/1|..."},
		{"1|NONE|NONE|SIP/1|PAUSEALL|lunch", "1|NONE|NONE|SIP/1|PAUSEALL|lunch"},
	};
	char customer[PSEUDONYM_SIZE], wanted[200], got[200];
	struct pseudonym pseudonym;
	pseudonym_init(&pseudonym, view_of(SALT));
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct queue_log_line line;
		assert_null(queue_log_line_read(view_of(lines[i].text), &line));
		got[queue_log_line_mask(&pseudonym, lines[i].text, &line, got)] = 0;
		const size_t begin = strcspn(lines[i].masked, "=");
		const char *rest = lines[i].masked[begin] ? lines[i].masked + begin + 1 : "";
		snprintf(wanted, sizeof wanted, "%.*s%s%s", (int)begin, lines[i].masked,
			lines[i].masked[begin] ? pseudonym_of(&pseudonym, view_of("5550100"), customer).data : "", rest);
		assert_string_equal(got, wanted);
	}
}

/* A stamp of another century makes no call of today old. */
static void test_stamp_ahead(void **state)
{
	(void)state;
	struct scene scene;
	char text[300];
	const long long now = clock_wall() / 1000;
	scene_begin(&scene);
	scene_open(&scene);
	snprintf(text, sizeof text, "%lld|a|sales|NONE|ENTERQUEUE||5550100|1\n", now - 100);
	put(&scene, text);
	run(&scene, 150);
	put(&scene, "9999999999|b|sales|NONE|ENTERQUEUE||5550101|1\n");
	run(&scene, 150);
	snprintf(text, sizeof text, "%lld|a|sales|NONE|ABANDON|1|1|90\n", now - 10);
	put(&scene, text);
	run(&scene, 150);
	assert_int_equal(scene.counts[BRIDGE_REFUSED], 0);
	assert_int_equal(outbox_next(scene.outbox), 4);
	scene_end(&scene);
}

/* A disk that is full for a while: nothing is lost, and nothing made twice. */
static void test_full_disk(void **state)
{
	(void)state;
	struct scene scene;
	struct rlimit before;
	scene_begin(&scene);
	struct maker maker = maker_make(11);
	append(scene.path, maker.text, maker.size);
	scene_open(&scene);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	const struct rlimit small = {4096, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	run(&scene, 250);
	assert_int_equal(outbox_next(scene.outbox), 1);
	assert_true(scene.said[0]);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	const int64_t until = clock_monotonic() + PATIENCE;
	while (outbox_next(scene.outbox) == 1 && clock_monotonic() < until)
		run(&scene, 20);
	expect_same(&scene, scene.path, 11);
	free(maker.text);
	scene_end(&scene);
}

struct told {
	char text[8192];
};

static void told_source(void *context, const char *name, enum trial_outcome outcome, const char *why)
{
	struct told *told = context;
	const size_t size = strlen(told->text);
	snprintf(told->text + size, sizeof told->text - size, "\n%s %d%s%s:", name, outcome, why ? " " : "", why ? why : "");
}

static void told_made(void *context, const struct event *event, struct view queue)
{
	struct told *told = context;
	const size_t size = strlen(told->text);
	snprintf(told->text + size, sizeof told->text - size, " [%s@%.*s]", event_types[event->type].name, (int)queue.size, queue.data);
}

static void told_field(void *context, const char *field, const char *use)
{
	struct told *told = context;
	const size_t size = strlen(told->text);
	snprintf(told->text + size, sizeof told->text - size, " %s>%s", field, use ? use : "");
}

static void test_trial(void **state)
{
	(void)state;
	struct scene scene;
	struct told told = {""};
	struct error err;
	const struct bridge_trial trial = {&told, told_source, told_made, told_field};
	scene_begin(&scene);
	put(&scene, "1|a|sales|NONE|ENTERQUEUE||5550100|1\n1|a|sales|NONE|ENTERQUEUE||5550100|1\nnonsense\n1|x|sales|NONE|WHAT|5\n1|x|NONE|NONE|CONFIGRELOAD|\n"
			  "4|a|sales|SIP/1|CONNECT|3|x.1|2\n5|gone|sales|NONE|ABANDON|1|1|3\n");
	scene_open(&scene);
	assert_true(queue_log_bridge.test(&scene.host, scene.path, &trial, &err));
	assert_string_equal(told.text,
		"\nENTERQUEUE 0: [contact.queued@sales] time>ts callid>contact queuename>contact, queue agent>agent event>which event url> callerid>customer position>"
		"\nENTERQUEUE 4 duplicate: ENTERQUEUE of the same queue and call in the same second came before: time>ts callid>contact queuename>contact, queue "
		"agent>agent event>which event url> callerid>customer position>"
		"\na line 3 damaged: the first field is no time (seconds since 1970):"
		"\na line 2 unknown verb 'WHAT':"
		"\nCONFIGRELOAD 1 known, but it makes no event:"
		"\nCONNECT 0: [contact.offered@sales] [contact.answered@sales] time>ts callid>contact queuename>contact, queue agent>agent event>which event "
		"holdtime>wait_ms bridgedchanneluniqueid> ringtime>when it began to ring"
		"\nABANDON 1 orphan: ABANDON, but no such call waits in this queue: time>ts callid>contact queuename>contact, queue agent>agent event>which event "
		"position> origposition> waittime>wait_ms");
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_masked),
		cmocka_unit_test(test_stamp_ahead),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_trial),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
