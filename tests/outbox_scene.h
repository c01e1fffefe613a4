/* A folder for an outbox, made and removed for each test, and events that bear their number. */
#ifndef TESTS_OUTBOX_SCENE_H
#define TESTS_OUTBOX_SCENE_H

#include <sys/types.h>

#include "feed/outbox/outbox.h"

int scene_begin(void **state); /* for cmocka_unit_test_setup_teardown() */
int scene_end(void **state);
const char *scene_root(void);
const char *scene_reported(void); /* what outboxes said, a line each */
void scene_forget_reports(void);
uint64_t scene_random(uint64_t *state);

struct outbox *scene_try(const char *directory, uint64_t keep, bool sync, struct error *err);
struct outbox *scene_open(const char *directory, uint64_t keep, bool sync);
void scene_commit(struct outbox *outbox);
/* An event that bears its number as the time. */
void scene_add_event(struct outbox *outbox, uint64_t number);
void scene_expect_event(const struct outbox_item *item, uint64_t number);
void scene_expect_events(struct outbox *outbox, uint64_t from); /* all from that number on */

/* The segment with the highest number, or the lowest. */
void scene_find_segment(bool newest, char to[400]);
int scene_segment_count(void);
off_t scene_size_of(const char *path);
char *scene_read_file(const char *path, size_t *size);
void scene_write_file(const char *path, const char *content, size_t size);

#endif
