/* What an outbox must hold after random commits. */
#ifndef TESTS_OUTBOX_MODEL_H
#define TESTS_OUTBOX_MODEL_H

#include "feed/outbox/outbox.h"

#define KEYS 12
#define NOTE_MOST 10

struct model {
	uint64_t next;
	int values[KEYS]; /* 0: not there; else the length and the bytes follow from it */
	int notes[NOTE_MOST], note_count; /* oldest first */
};

/* Some steps, done to both; or abandoned. */
void model_commit_some(struct outbox *outbox, struct model *model, uint64_t *random);
void model_expect(struct outbox *outbox, const struct model *model);
/* Any number may be asked for, in any order. */
void model_expect_anywhere(struct outbox *outbox, uint64_t *random);

#endif
