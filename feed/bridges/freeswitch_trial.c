/* `tablo bridge test freeswitch FILE`: what captured events become. The file is a capture of the event socket, or blocks of headers as
 * they stand in documents, parted by empty lines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/bridges/freeswitch_events.h"
#include "feed/bridges/made.h"

#define FILE_MOST ((size_t)64 << 20)
#define READ_SIZE 65536

struct trial_run {
	struct freeswitch freeswitch; /* its trial is `collecting` */
	const struct bridge_trial *trial;
	struct bridge_trial collecting;
	struct made made; /* of the event that is looked at */
};

/* What is made is told after the event it was made of, and only then is it known what that became. */
static void collect(void *context, const struct event *event, struct view queue)
{
	struct trial_run *run = context;
	made_keep(&run->made, event, queue);
}

static void tell_fields(struct trial_run *run, struct view block)
{
	struct view rest = block, name, value;
	char text[ID_MAX + 1];
	while (esl_line(&rest, &name, &value)) {
		import_id(name, text);
		run->trial->field(run->trial->context, text, freeswitch_use(block, name));
	}
}

static bool take_block(struct trial_run *run, struct view block, struct error *err)
{
	struct freeswitch *freeswitch = &run->freeswitch;
	char name[ID_MAX + 1];
	const char *why;
	outbox_begin(freeswitch->host.outbox);
	const enum trial_outcome outcome = freeswitch_take(freeswitch, block, &why);
	const bool good = outbox_commit(freeswitch->host.outbox, err);
	freeswitch_name(block, name);
	run->trial->source(run->trial->context, name, outcome, why);
	made_tell(&run->made, run->trial);
	tell_fields(run, block);
	return good;
}

static bool take_frame(struct trial_run *run, const struct esl_frame *frame, struct error *err)
{
	const struct view type = esl_header(frame->head, "Content-Type");
	char text[ID_MAX + 1];
	if (type.size == 0 || esl_header(frame->head, "Event-Name").size || esl_header(frame->head, "CC-Action").size)
		return take_block(run, frame->head, err);
	if (view_is(type, "text/event-plain"))
		return take_block(run, frame->content, err);
	import_id(type, text);
	if (view_is(type, "text/event-json") || view_is(type, "text/event-xml"))
		run->trial->source(run->trial->context, text, TRIAL_UNKNOWN, "the bridge asks for plain events");
	else
		run->trial->source(run->trial->context, text, TRIAL_IGNORED, "part of the conversation");
	return true;
}

static bool take_all(struct trial_run *run, struct esl *esl, struct error *err)
{
	struct esl_frame frame;
	struct error broken;
	enum esl_state state;
	while ((state = esl_next(esl, &frame, &broken)) == ESL_FRAME)
		if (!take_frame(run, &frame, err))
			return false;
	if (state == ESL_BROKEN)
		run->trial->source(run->trial->context, "", TRIAL_DAMAGED, broken.text);
	else if (esl->at < esl->size)
		run->trial->source(run->trial->context, "", TRIAL_DAMAGED, "the file ends within an event");
	return true;
}

static bool read_whole(FILE *file, const char *path, struct esl *esl, struct error *err)
{
	size_t got = READ_SIZE;
	while (got == READ_SIZE) {
		got = fread(esl_room(esl, READ_SIZE), 1, READ_SIZE, file);
		esl_added(esl, got);
		if (esl->size > FILE_MOST)
			return fail(err, "%.300s: longer than %zu bytes: take a part of it", path, FILE_MOST);
	}
	if (ferror(file))
		return fail(err, "%.300s: %s", path, strerror(errno));
	memcpy(esl_room(esl, 2), "\n\n", 2); /* the last block may end with the file */
	esl_added(esl, 2);
	return true;
}

bool freeswitch_test(const struct bridge_host *host, const char *path, const struct bridge_trial *trial, struct error *err)
{
	FILE *file = fopen(path, "rbe");
	if (!file)
		return fail(err, "%.300s: %s", path, strerror(errno));
	struct esl esl = {0};
	struct trial_run run = {.trial = trial, .freeswitch = {.host = *host, .now = clock_wall(), .wrap_next = FREESWITCH_NEVER}};
	run.collecting = (struct bridge_trial){.context = &run, .made = collect};
	run.freeswitch.trial = &run.collecting;
	const bool good = read_whole(file, path, &esl, err) && take_all(&run, &esl, err);
	made_tell(&run.made, run.trial);
	made_finish(&run.made);
	esl_finish(&esl);
	fclose(file);
	return good;
}
