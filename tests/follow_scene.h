/* A folder with a log in it, and somebody who follows it. */
#ifndef TESTS_FOLLOW_SCENE_H
#define TESTS_FOLLOW_SCENE_H

#include "feed/bridges/follow.h"

#define PATIENCE 5000 /* ms */

struct scene {
	char folder[64], path[96];
	struct follow *follow;
	struct follow_options options;
	char position[256];
	size_t position_size;
	char said[8192]; /* one under the other */
	char got[1 << 16]; /* the lines, each with a newline; too long ones as "!" */
};

void scene_begin(struct scene *scene);
void scene_open(struct scene *scene);
/* Begins, and follows a log that holds `text`, which is read. */
void scene_start(struct scene *scene, const char *text);
void scene_leave(struct scene *scene); /* follows no more; where it was is kept */
/* As if the program had been killed and begun again. */
void scene_again(struct scene *scene);
void scene_end(struct scene *scene);
/* "log.1"; one of four texts that are used in turn. */
const char *scene_beside(const struct scene *scene, const char *suffix);
void scene_append(const char *path, const char *text, size_t size);
void scene_put(struct scene *scene, const char *text);
/* Reads what there is into `got`. */
enum follow_step scene_drain(struct scene *scene);
/* Until `wanted` was read; the descriptor or the second's look must tell. */
void scene_expect(struct scene *scene, const char *wanted);
void scene_expect_said(struct scene *scene, const char *part);
/* With its time; `pack`: as gzip. */
void scene_copy_file(const char *from, const char *to, bool pack);
void scene_pack_file(const struct scene *scene, const char *suffix);

#endif
