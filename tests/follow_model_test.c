/* A growing file that is written, rotated, copied and packed in any order, while its reader begins again and again: every line once and in order. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/follow_scene.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

struct writer {
	struct scene *scene;
	unsigned seed;
	int next, wanted; /* numbers of lines: to be written, to be read */
	char waiting[700]; /* of the line that is being written */
	int rotated;
};

static unsigned pick(struct writer *writer, unsigned below)
{
	writer->seed = writer->seed * 1103515245 + 12345;
	return (writer->seed >> 16) % below;
}

static void write_some(struct writer *writer)
{
	if (!writer->waiting[0]) {
		const int size = snprintf(writer->waiting, sizeof writer->waiting, "%c%d ", 'a' + writer->next % 26, writer->next);
		writer->next++;
		const unsigned more = 32 + (pick(writer, 4) ? pick(writer, 20) : pick(writer, 500));
		memset(writer->waiting + size, 'a' + writer->next % 26, more);
		snprintf(writer->waiting + size + more, 2, "\n");
	}
	const size_t size = 1 + pick(writer, (unsigned)strlen(writer->waiting));
	scene_append(writer->scene->path, writer->waiting, size);
	memmove(writer->waiting, writer->waiting + size, strlen(writer->waiting + size) + 1);
}

static void end_line(struct writer *writer)
{
	while (writer->waiting[0])
		write_some(writer);
}

static void move_up(struct writer *writer)
{
	for (int i = writer->rotated; i > 0; i--)
		for (int packed = 0; packed < 2; packed++) {
			char from[24], to[24];
			snprintf(from, sizeof from, ".%d%s", i, packed ? ".gz" : "");
			snprintf(to, sizeof to, ".%d%s", i + 1, packed ? ".gz" : "");
			rename(scene_beside(writer->scene, from), scene_beside(writer->scene, to));
		}
	writer->rotated++;
}

/* Files of one tick of the file system's clock could not be told apart by their times: rotations are further apart. */
static void pass_tick(const struct writer *writer)
{
	struct stat before, now;
	scene_append(scene_beside(writer->scene, "~"), "x", 1);
	assert_int_equal(stat(scene_beside(writer->scene, "~"), &before), 0);
	do {
		scene_append(scene_beside(writer->scene, "~"), "x", 1);
		assert_int_equal(stat(scene_beside(writer->scene, "~"), &now), 0);
	} while (now.st_mtim.tv_sec == before.st_mtim.tv_sec && now.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
}

static void rotate(struct writer *writer)
{
	pass_tick(writer);
	end_line(writer);
	if (access(writer->scene->path, F_OK) < 0)
		return;
	move_up(writer);
	if (pick(writer, 2)) {
		assert_int_equal(rename(writer->scene->path, scene_beside(writer->scene, ".1")), 0);
		if (pick(writer, 2))
			scene_put(writer->scene, "");
	} else {
		scene_copy_file(writer->scene->path, scene_beside(writer->scene, ".1"), false);
		assert_int_equal(truncate(writer->scene->path, 0), 0);
	}
	if (pick(writer, 2) && access(scene_beside(writer->scene, ".2"), F_OK) == 0)
		scene_pack_file(writer->scene, ".2");
	pass_tick(writer);
}

/* Lines begin unlike each other, so that a few bytes of one tell its file. */
static int number_of(const struct follow_line *line)
{
	return atoi(line->text.data + 1);
}

static void read_some(struct writer *writer, unsigned most, unsigned *seen)
{
	struct follow_line line;
	struct error err;
	for (unsigned i = 0; i < most; i++) {
		const enum follow_step step = follow_next(writer->scene->follow, &line, &err);
		if (step == FOLLOW_WAIT)
			return;
		if (step == FOLLOW_MORE)
			continue;
		assert_int_equal(step, FOLLOW_LINE);
		if (number_of(&line) != writer->wanted)
			fail_msg("seed %u: line %d came where %d was due; said: %s", *seen, number_of(&line), writer->wanted, writer->scene->said);
		writer->wanted++;
	}
}

static void act(struct writer *writer, unsigned *seed)
{
	switch (pick(writer, 8)) {
	case 0:
		rotate(writer);
		break;
	case 1:
		scene_again(writer->scene);
		break;
	case 2:
	case 3:
		read_some(writer, 1 + pick(writer, 30), seed);
		break;
	default:
		write_some(writer);
	}
}

static void run_writer(unsigned seed)
{
	struct scene scene;
	struct writer writer = {.scene = &scene, .seed = seed, .next = 1, .wanted = 1};
	scene_begin(&scene);
	scene_put(&scene, "");
	scene_open(&scene);
	scene_drain(&scene);
	for (int i = 0; i < 120; i++) {
		act(&writer, &seed);
		scene.said[0] = 0;
	}
	end_line(&writer);
	scene_append(scene.path, "-0\n", 3); /* so that the last file is not an empty one, which is not turned to */
	writer.next = 0;
	scene_again(&scene);
	const int64_t until = clock_monotonic() + PATIENCE;
	struct follow_line line;
	struct error err;
	for (int last = 1; last && clock_monotonic() < until;) {
		if (follow_next(scene.follow, &line, &err) != FOLLOW_LINE)
			continue;
		last = number_of(&line);
		if (last && last != writer.wanted++)
			fail_msg("seed %u: line %d came where %d was due; said: %s", seed, last, writer.wanted - 1, scene.said);
		if (!last)
			writer.next = writer.wanted;
	}
	if (writer.next != writer.wanted)
		fail_msg("seed %u: no end after line %d; said: %s", seed, writer.wanted, scene.said);
	scene_end(&scene);
}

static void test_anything(void **state)
{
	(void)state;
	const char *rounds = getenv("TABLO_ROUNDS");
	const unsigned count = rounds ? (unsigned)atoi(rounds) * 10 : 12;
	for (unsigned seed = 1; seed <= count; seed++)
		run_writer(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
