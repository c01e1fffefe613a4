#include "tests/freeswitch_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "tests/outbox_lines.h"

#include <cmocka.h>

int stage_begin(void **state)
{
	struct stage *stage = memory_new(1, sizeof *stage);
	const struct outbox_options options = {.src = "freeswitch"};
	stage->freeswitch.host.outbox = outbox_open(&options, NULL);
	pseudonym_init(&stage->freeswitch.host.pseudonym, view_of("a salt that is long enough"));
	stage->freeswitch.now = 5000000;
	stage->freeswitch.wrap_next = FREESWITCH_NEVER;
	stage->from = 1;
	*state = stage;
	return stage->freeswitch.host.outbox ? 0 : -1;
}

int stage_end(void **state)
{
	struct stage *stage = *state;
	map_finish(&stage->freeswitch.touched);
	outbox_close(stage->freeswitch.host.outbox);
	free(stage);
	return 0;
}

enum trial_outcome stage_take(struct stage *stage, const char *block, const char **why)
{
	struct error err = {""};
	outbox_begin(stage->freeswitch.host.outbox);
	const enum trial_outcome outcome = freeswitch_take(&stage->freeswitch, view_of(block), why);
	if (!outbox_commit(stage->freeswitch.host.outbox, &err))
		fail_msg("%s", err.text);
	return outcome;
}

void stage_expect(struct stage *stage, const char *block, enum trial_outcome outcome, const char *lines)
{
	const char *why;
	assert_int_equal(stage_take(stage, block, &why), outcome);
	assert_true((outcome == TRIAL_MAPPED) == (why == NULL));
	char *made = outbox_lines(stage->freeswitch.host.outbox, &stage->from);
	assert_string_equal(made, lines);
	free(made);
}
