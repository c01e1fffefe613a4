/* Any bytes as FreeSWITCH's event socket: nothing may crash, and what comes out must be events of the protocol. The first byte cuts the
 * rest in two pieces, which come one after the other. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "feed/bridges/freeswitch_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_event(void *context, const struct event *event, struct view queue)
{
	const struct event_type_info *type = &event_types[event->type];
	(void)context;
	if ((event->present & type->required) != type->required || (event->present & ~(type->allowed | KEY_BIT(KEY_SNAPSHOT))))
		abort();
	for (int key = 0; key < KEY_TEXT_COUNT; key++)
		if (event_has(event, (enum event_key)key) && (event->text[key].size > ID_MAX || !text_valid(event->text[key])))
			abort();
	if (queue.size > ID_MAX || event->ts <= 0)
		abort();
}

static void take_frames(struct freeswitch *freeswitch, struct freeswitch_lists *lists, struct esl *esl)
{
	struct esl_frame frame;
	const char *why;
	int list = 0;
	while (esl_next(esl, &frame, NULL) == ESL_FRAME) {
		freeswitch_take(freeswitch, frame.content.size ? frame.content : frame.head, &why);
		if (frame.content.size)
			freeswitch_lists_add(lists, (enum freeswitch_list)(list++ % LIST_COUNT), frame.content, NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct outbox_options options = {.src = "fuzz"};
	const struct bridge_trial trial = {.made = check_event};
	struct freeswitch freeswitch = {.host.outbox = outbox_open(&options, NULL), .trial = &trial, .now = 1000000000000,
		.wrap_next = FREESWITCH_NEVER, .is_asking = true};
	struct freeswitch_lists lists = {0};
	struct esl esl = {0};
	char command[400];
	if (!freeswitch.host.outbox)
		abort();
	pseudonym_init(&freeswitch.host.pseudonym, view_of("a salt that is long enough"));
	outbox_begin(freeswitch.host.outbox);
	const size_t cut = size ? data[0] * size / 256 : 0;
	for (int piece = 0; piece < 2; piece++) {
		const size_t from = piece ? cut : 0, length = piece ? size - cut : cut;
		if (length)
			memcpy(esl_room(&esl, length), data + from, length);
		esl_added(&esl, length);
		take_frames(&freeswitch, &lists, &esl);
	}
	freeswitch_members_command(&lists, 0, command, sizeof command);
	freeswitch_snapshot(&freeswitch, &lists);
	freeswitch_wraps(&freeswitch);
	if (!outbox_commit(freeswitch.host.outbox, NULL))
		abort();
	map_finish(&freeswitch.touched);
	freeswitch_lists_finish(&lists);
	esl_finish(&esl);
	outbox_close(freeswitch.host.outbox);
	return 0;
}
