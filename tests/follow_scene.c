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

#include <zlib.h>

#include "base/clock.h"
#include "tests/follow_scene.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

static void take_said(void *context, const char *text)
{
	struct scene *scene = context;
	const size_t size = strlen(scene->said);
	snprintf(scene->said + size, sizeof scene->said - size, "%s\n", text);
}

void scene_begin(struct scene *scene)
{
	memset(scene, 0, sizeof *scene);
	snprintf(scene->folder, sizeof scene->folder, "/tmp/follow_test.XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->path, sizeof scene->path, "%s/log", scene->folder);
	scene->options = (struct follow_options){.path = scene->path, .say = take_said, .context = scene};
}

void scene_open(struct scene *scene)
{
	struct error err;
	scene->follow = follow_open(&scene->options, (struct view){scene->position, scene->position_size}, &err);
	if (!scene->follow)
		fail_msg("%s", err.text);
}

void scene_leave(struct scene *scene)
{
	const struct view position = follow_position(scene->follow);
	assert_true(position.size <= sizeof scene->position);
	if (position.size)
		memcpy(scene->position, position.data, position.size);
	scene->position_size = position.size;
	follow_close(scene->follow);
}

void scene_again(struct scene *scene)
{
	scene_leave(scene);
	scene_open(scene);
}

void scene_end(struct scene *scene)
{
	char command[100];
	follow_close(scene->follow);
	snprintf(command, sizeof command, "rm -rf %s", scene->folder);
	assert_int_equal(system(command), 0);
}

const char *scene_beside(const struct scene *scene, const char *suffix)
{
	static char path[4][128];
	static int turn;
	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s%s", scene->path, suffix);
	return path[turn];
}

void scene_append(const char *path, const char *text, size_t size)
{
	const int descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, text, size), (ssize_t)size);
	close(descriptor);
}

void scene_put(struct scene *scene, const char *text)
{
	scene_append(scene->path, text, strlen(text));
}

static void add_got(struct scene *scene, const struct follow_line *line, enum follow_step step)
{
	const size_t size = strlen(scene->got);
	if (step == FOLLOW_TOO_LONG)
		snprintf(scene->got + size, sizeof scene->got - size, "!\n");
	else
		snprintf(scene->got + size, sizeof scene->got - size, "%.*s\n", (int)line->text.size, line->text.data);
}

/* Reads what there is; what was written must be seen without waiting. */
enum follow_step scene_drain(struct scene *scene)
{
	struct follow_line line;
	struct error err = {""};
	for (;;) {
		const enum follow_step step = follow_next(scene->follow, &line, &err);
		if (step == FOLLOW_FAILED)
			fail_msg("%s", err.text);
		if (step == FOLLOW_WAIT || step == FOLLOW_END)
			return step;
		if (step != FOLLOW_MORE)
			add_got(scene, &line, step);
	}
}

/* Until `wanted` was read; the descriptor or the second's look must tell. */
void scene_expect(struct scene *scene, const char *wanted)
{
	const int64_t until = clock_monotonic() + PATIENCE;
	scene_drain(scene);
	while (strcmp(scene->got, wanted) != 0 && clock_monotonic() < until) {
		clock_sleep(5);
		scene_drain(scene);
	}
	assert_string_equal(scene->got, wanted);
	scene->got[0] = 0;
}

void scene_start(struct scene *scene, const char *text)
{
	scene_begin(scene);
	scene_put(scene, text);
	scene_open(scene);
	scene_expect(scene, text);
}

void scene_expect_said(struct scene *scene, const char *part)
{
	if (!strstr(scene->said, part))
		fail_msg("'%s' was not said, but: %s", part, scene->said);
	scene->said[0] = 0;
}

void scene_copy_file(const char *from, const char *to, bool pack)
{
	char bytes[65536];
	struct stat about;
	const int in = open(from, O_RDONLY | O_CLOEXEC);
	assert_true(in >= 0 && fstat(in, &about) == 0);
	gzFile out = gzopen(to, pack ? "wb1" : "wbT");
	for (ssize_t got; (got = read(in, bytes, sizeof bytes)) > 0;)
		assert_int_equal(gzwrite(out, bytes, (unsigned)got), (int)got);
	close(in);
	assert_int_equal(gzclose(out), Z_OK);
	const struct timespec times[2] = {about.st_atim, about.st_mtim};
	assert_int_equal(utimensat(AT_FDCWD, to, times, 0), 0);
}

void scene_pack_file(const struct scene *scene, const char *suffix)
{
	char packed[16];
	snprintf(packed, sizeof packed, "%s.gz", suffix);
	scene_copy_file(scene_beside(scene, suffix), scene_beside(scene, packed), true);
	assert_int_equal(unlink(scene_beside(scene, suffix)), 0);
}
