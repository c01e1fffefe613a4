/* The outbox: damage, a full disk, several processes and threads, and whoever is killed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "tests/outbox_model.h"
#include "tests/outbox_scene.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static void expect_refusal(const char *first, const char *second)
{
	struct error err = {0};
	assert_null(scene_try(scene_root(), 8000, false, &err));
	if (!strstr(err.text, first) || !strstr(err.text, second))
		fail_msg("%s", err.text);
}

static void flip(const char *path, size_t place)
{
	size_t size;
	char *content = scene_read_file(path, &size);
	assert_true(place < size);
	content[place] ^= 0x10;
	scene_write_file(path, content, size);
	free(content);
}

static void test_damage(void **state)
{
	(void)state;
	struct model model = {.next = 1};
	uint64_t random = 99;
	char path[400];
	struct outbox *outbox = scene_open(scene_root(), 8000, false);
	for (int i = 0; i < 300; i++)
		model_commit_some(outbox, &model, &random);
	scene_find_segment(true, path);
	const size_t sound = (size_t)scene_size_of(path); /* what comes after it is the end that could be torn */
	outbox_begin(outbox);
	scene_add_event(outbox, model.next++);
	scene_commit(outbox);
	outbox_close(outbox);
	for (size_t place = 0; place < sound; place += 61) {
		flip(path, place);
		expect_refusal("damaged at byte", "bring the folder back");
		flip(path, place);
	}
	scene_find_segment(false, path);
	flip(path, 600);
	expect_refusal("damaged at byte", "move it elsewhere");
	unlink(path);
	outbox = scene_open(scene_root(), 8000, false);
	model_expect(outbox, &model);
	scene_expect_events(outbox, outbox_oldest(outbox));
	outbox_close(outbox);
}

static void test_missing_segment(void **state)
{
	(void)state;
	struct model model = {.next = 1};
	uint64_t random = 7;
	char path[400];
	struct outbox *outbox = scene_open(scene_root(), 8000, false);
	for (int i = 0; i < 300; i++)
		model_commit_some(outbox, &model, &random);
	outbox_close(outbox);
	assert_true(scene_segment_count() > 2);
	scene_find_segment(false, path);
	const size_t folder = strlen(path) - 10;
	const int second = atoi(path + folder) + 1;
	snprintf(path + folder, sizeof path - folder, "%010d", second);
	assert_int_equal(unlink(path), 0);
	outbox = scene_open(scene_root(), 8000, false);
	assert_non_null(strstr(scene_reported(), "missing"));
	model_expect(outbox, &model);
	scene_expect_events(outbox, outbox_oldest(outbox));
	outbox_close(outbox);
}

static void test_other_name(void **state)
{
	(void)state;
	struct error err = {0};
	outbox_close(scene_open(scene_root(), 0, false));
	const struct outbox_options options = {.directory = scene_root(), .src = "other"};
	assert_null(outbox_open(&options, &err));
	assert_non_null(strstr(err.text, "belongs to the publisher 'test'"));
	assert_non_null(strstr(err.text, "--src"));
	const struct outbox_options nameless = {.src = ""};
	assert_null(outbox_open(&nameless, &err));
}

static void test_modes(void **state)
{
	(void)state;
	char folder[400], path[500];
	struct stat about;
	snprintf(folder, sizeof folder, "%s/deep/er", scene_root());
	outbox_close(scene_open(folder, 0, false));
	assert_int_equal(stat(folder, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	snprintf(path, sizeof path, "%s/outbox-0000000001", folder);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
}

/* A disk that is full in the middle of a commit: it fails whole; there is room again, and it goes on. */
static void test_full_disk(void **state)
{
	(void)state;
	struct model model = {.next = 1};
	uint64_t random = 4242;
	char path[400];
	struct error err = {0};
	struct rlimit old, low;
	signal(SIGXFSZ, SIG_IGN);
	struct outbox *outbox = scene_open(scene_root(), 0, false);
	for (int i = 0; i < 20; i++)
		model_commit_some(outbox, &model, &random);
	scene_find_segment(true, path);
	getrlimit(RLIMIT_FSIZE, &old);
	for (int more = 0; more < 200; more += 13) {
		const off_t size = scene_size_of(path);
		low = (struct rlimit){(rlim_t)(size + more), old.rlim_max};
		setrlimit(RLIMIT_FSIZE, &low);
		outbox_begin(outbox);
		scene_add_event(outbox, model.next);
		outbox_put(outbox, view_of("test/key-0-"), (struct view){(const char[400]){0}, 400});
		outbox_remove(outbox, view_of("test/key-3-"));
		const int id = 1000;
		outbox_note(outbox, 3, (struct view){(const char *)&id, sizeof id}, NOTE_MOST);
		assert_false(outbox_commit(outbox, &err));
		assert_non_null(strstr(err.text, "nothing is taken until it can"));
		setrlimit(RLIMIT_FSIZE, &old);
		assert_int_equal(scene_size_of(path), size);
		model_expect(outbox, &model);
		model_commit_some(outbox, &model, &random);
	}
	model_expect(outbox, &model);
	outbox_close(outbox);
	outbox = scene_open(scene_root(), 0, false);
	model_expect(outbox, &model);
	scene_expect_events(outbox, 1);
	outbox_close(outbox);
}

/* A new segment that finds no room: the old one grows on. */
static void test_full_disk_for_a_segment(void **state)
{
	(void)state;
	struct rlimit old, low;
	uint64_t number = 1;
	signal(SIGXFSZ, SIG_IGN);
	struct outbox *outbox = scene_open(scene_root(), 40000, false);
	getrlimit(RLIMIT_FSIZE, &old);
	outbox_begin(outbox);
	for (int i = 0; i < 12; i++) {
		char name[32];
		snprintf(name, sizeof name, "test/large-%d", i);
		outbox_put(outbox, view_of(name), (struct view){memset((char[2000]){0}, i, 2000), 2000});
	}
	scene_commit(outbox);
	for (; number < 40; number++) {
		outbox_begin(outbox);
		scene_add_event(outbox, number);
		outbox_put(outbox, view_of("test/x"), (struct view){memset((char[1500]){0}, 1, 1500), 1500});
		scene_commit(outbox);
	}
	outbox_close(outbox);
	low = (struct rlimit){100, old.rlim_max};
	scene_forget_reports();
	outbox = scene_open(scene_root(), 40000, false);
	setrlimit(RLIMIT_FSIZE, &low);
	struct error err;
	outbox_begin(outbox);
	scene_add_event(outbox, number);
	assert_false(outbox_commit(outbox, &err));
	setrlimit(RLIMIT_FSIZE, &old);
	outbox_begin(outbox);
	scene_add_event(outbox, number);
	scene_commit(outbox);
	scene_expect_events(outbox, outbox_oldest(outbox));
	outbox_close(outbox);
}

static void test_refused(void **state)
{
	(void)state;
	struct error err = {0};
	struct view found;
	struct outbox *outbox = scene_open(NULL, 0, false);
	char *large = memory_new(1, (1 << 20) + 1);
	outbox_begin(outbox);
	outbox_put(outbox, view_of("test/a"), view_of("1"));
	outbox_put(outbox, view_of("test/b"), (struct view){large, (1 << 20) + 1});
	assert_false(outbox_commit(outbox, &err));
	assert_non_null(strstr(err.text, "more than is remembered"));
	assert_false(outbox_find(outbox, view_of("test/a"), &found));
	outbox_begin(outbox);
	outbox_put(outbox, view_of("test/b"), (struct view){large, 1 << 20});
	scene_commit(outbox);
	assert_true(outbox_find(outbox, view_of("test/b"), &found));
	assert_int_equal(found.size, 1 << 20);
	free(large);
	/* An event that a reader would refuse is not made, and said. */
	outbox_begin(outbox);
	outbox_event(outbox, &(struct event){.type = EVENT_CONTACT_QUEUED, .ts = 5}, view_of("Sales"));
	scene_commit(outbox);
	assert_int_equal(outbox_next(outbox), 1);
	assert_non_null(strstr(scene_reported(), "contact.queued was not made"));
	outbox_close(outbox);
}

/* What the disk gives back is not what was written: nothing is given, and it is said. */
static void test_read_back(void **state)
{
	(void)state;
	char path[400];
	struct error err = {0};
	struct outbox_item item;
	struct outbox *outbox = scene_open(scene_root(), 0, false);
	for (uint64_t number = 1; number < 4; number++) {
		outbox_begin(outbox);
		scene_add_event(outbox, number);
		scene_commit(outbox);
	}
	scene_find_segment(true, path);
	flip(path, (size_t)scene_size_of(path) - 10);
	assert_false(outbox_failed(outbox, &err));
	assert_int_equal(outbox_read(outbox, 3, &item, 1), 0);
	assert_true(outbox_failed(outbox, &err));
	assert_non_null(strstr(err.text, "cannot be read back"));
	outbox_begin(outbox);
	scene_add_event(outbox, 4);
	assert_false(outbox_commit(outbox, &err));
	assert_false(outbox_synced(outbox, &err));
	outbox_close(outbox);
}

static bool is_readable(const struct outbox *outbox, int patience)
{
	struct pollfd item = {.fd = outbox_descriptor(outbox), .events = POLLIN};
	return poll(&item, 1, patience) == 1;
}

static void check_descriptor(bool sync)
{
	struct outbox *outbox = scene_open(scene_root(), 0, sync);
	struct outbox_item items[2];
	const uint64_t first = outbox_next(outbox);
	assert_false(is_readable(outbox, 0));
	outbox_begin(outbox);
	for (uint64_t i = 0; i < 3; i++)
		scene_add_event(outbox, first + i);
	scene_commit(outbox);
	assert_true(is_readable(outbox, 5000));
	assert_int_equal(outbox_read(outbox, first, items, 2), 2);
	assert_true(is_readable(outbox, 0));
	assert_int_equal(outbox_read(outbox, first + 2, items, 2), 1);
	assert_false(is_readable(outbox, 0));
	assert_int_equal(outbox_read(outbox, first, items, 2), 2);
	assert_false(is_readable(outbox, 0));
	outbox_close(outbox);
	/* What is there at the start was published, or is asked for. */
	outbox = scene_open(scene_root(), 0, sync);
	assert_false(is_readable(outbox, 0));
	outbox_close(outbox);
}

static void test_descriptor(void **state)
{
	(void)state;
	check_descriptor(false);
	check_descriptor(true);
}

#define THREADS 4
#define ROUNDS 250

static void *write_many(void *context)
{
	struct outbox *outbox = context;
	for (int i = 0; i < ROUNDS; i++) {
		char name[64];
		struct view count;
		uint64_t number = 0;
		outbox_begin(outbox);
		if (outbox_find(outbox, view_of("test/count"), &count))
			memcpy(&number, count.data, sizeof number);
		number++;
		scene_add_event(outbox, number);
		outbox_put(outbox, view_of("test/count"), (struct view){(const char *)&number, sizeof number});
		snprintf(name, sizeof name, "id %llu", (unsigned long long)number);
		outbox_note(outbox, 1, view_of(name), 100);
		if (!outbox_commit(outbox, NULL) || (i % 50 == 0 && !outbox_synced(outbox, NULL)))
			return "a commit failed";
	}
	return NULL;
}

static void *read_many(void *context)
{
	struct outbox *outbox = context;
	struct outbox_item items[16];
	const int64_t until = clock_monotonic() + 60000;
	for (uint64_t seq = 1; seq <= THREADS * ROUNDS;) {
		is_readable(outbox, 2); /* the other reader may have taken the news */
		const size_t count = outbox_read(outbox, seq, items, 16);
		for (size_t i = 0; i < count; i++)
			if (items[i].seq != seq++)
				return "out of order";
		if (clock_monotonic() > until)
			return "nothing came";
	}
	return NULL;
}

static void check_threads(const char *directory, bool sync)
{
	pthread_t writers[THREADS], readers[2];
	struct outbox *outbox = scene_open(directory, 0, sync);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&writers[i], NULL, write_many, outbox);
	for (int i = 0; i < 2; i++)
		pthread_create(&readers[i], NULL, read_many, outbox);
	void *wrong;
	for (int i = 0; i < THREADS + 2; i++) {
		pthread_join(i < THREADS ? writers[i] : readers[i - THREADS], &wrong);
		if (wrong)
			fail_msg("%s", (const char *)wrong);
	}
	assert_int_equal(outbox_next(outbox), THREADS * ROUNDS + 1);
	scene_expect_events(outbox, 1);
	outbox_close(outbox);
}

static void test_threads(void **state)
{
	(void)state;
	check_threads(NULL, false);
	check_threads(scene_root(), true);
}

/* A child commits and tells; it is killed whenever; what it told is there. */
static void test_killed(void **state)
{
	(void)state;
	uint64_t told = 0, random = 31;
	const char *more = getenv("TABLO_ROUNDS");
	const int rounds = more ? atoi(more) : 20;
	for (int round = 0; round < rounds; round++) {
		int tell[2];
		assert_int_equal(pipe(tell), 0);
		const pid_t child = fork();
		if (child == 0) {
			struct outbox *outbox = scene_try(scene_root(), 60000, round % 4 == 0, NULL);
			for (uint64_t number = outbox ? outbox_next(outbox) : 0; number; number++) {
				outbox_begin(outbox);
				scene_add_event(outbox, number);
				outbox_put(outbox, view_of("test/last"), (struct view){(const char *)&number, sizeof number});
				if (!outbox_commit(outbox, NULL) || !outbox_synced(outbox, NULL) || write(tell[1], &number, sizeof number) < 0)
					break;
			}
			_exit(1);
		}
		close(tell[1]);
		for (uint64_t count = 1 + scene_random(&random) % 200; count; count--)
			assert_int_equal(read(tell[0], &told, sizeof told), sizeof told);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		while (read(tell[0], &told, sizeof told) == (ssize_t)sizeof told)
			continue;
		close(tell[0]);
		struct view last;
		struct outbox *outbox = scene_open(scene_root(), 60000, false);
		assert_true(outbox_next(outbox) == told + 1 || outbox_next(outbox) == told + 2);
		assert_true(outbox_find(outbox, view_of("test/last"), &last));
		memcpy(&told, last.data, sizeof told);
		assert_int_equal(outbox_next(outbox), told + 1);
		scene_expect_events(outbox, outbox_oldest(outbox));
		outbox_close(outbox);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_damage),
		TEST(test_missing_segment),
		TEST(test_other_name),
		TEST(test_modes),
		TEST(test_full_disk),
		TEST(test_full_disk_for_a_segment),
		TEST(test_refused),
		TEST(test_read_back),
		TEST(test_descriptor),
		TEST(test_threads),
		TEST(test_killed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
