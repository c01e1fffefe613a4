/* `tablo bridge test ami FILE`: what captured text of the manager interface becomes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "feed/bridges/ami_bridge.h"
#include "feed/bridges/made.h"

#define FILE_MOST (64 * 1024 * 1024)

struct trial_run {
	struct ami ami;
	const struct bridge_trial *trial;
	struct made made; /* of the message: who shows them wants its name first */
	struct ami_message message;
};

static void keep_event(void *context, const struct event *event, struct view queue)
{
	struct trial_run *run = context;
	made_keep(&run->made, event, queue);
}

/* A capture seldom has the server's clock in it: then the channels' ids tell the time, which begin with the second they were made in. */
static void move_clock(struct ami *ami, const struct ami_message *message)
{
	struct view id = ami_value(message, "Uniqueid");
	for (size_t i = id.size; i-- > 0;)
		if (id.data[i] == '-') {
			id = (struct view){id.data + i + 1, id.size - i - 1};
			break;
		}
	size_t dot = 0;
	while (dot < id.size && id.data[dot] != '.')
		dot++;
	const int64_t second = text_whole((struct view){id.data, dot}, INT64_C(32503680000));
	const int64_t now = ami_instant(message, second > 0 ? second * SECOND_MS : 0);
	if (now > ami->now)
		ami->now = ami->heard = now;
}

static const char *name_of(const struct ami_message *message, char to[80])
{
	static const char *const names[] = {"Event", "Response", "Action", "Banner"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct view value = ami_value(message, names[i]);
		char text[60];
		text_harmless(value, text, sizeof text);
		snprintf(to, 80, "%s%s%s", i ? names[i] : "", i ? ": " : "", text);
		if (value.size)
			return to;
	}
	return "a message";
}

static void take(struct trial_run *run, enum ami_step step)
{
	char name[80];
	const char *why = "a block that is no message";
	enum trial_outcome outcome = TRIAL_DAMAGED;
	if (step == AMI_MESSAGE) {
		move_clock(&run->ami, &run->message);
		ami_settle(&run->ami, false);
		outcome = ami_take(&run->ami, &run->message, &why);
	}
	run->trial->source(run->trial->context, step == AMI_MESSAGE ? name_of(&run->message, name) : "a block", outcome, why);
	made_tell(&run->made, run->trial);
	if (outcome == TRIAL_MAPPED)
		ami_tell_fields(&run->message, run->trial);
}

static void take_text(struct trial_run *run, const char *text, size_t size)
{
	struct ami_wire wire = {0};
	enum ami_step step;
	ami_wire_add(&wire, text, size);
	while ((step = ami_wire_next(&wire, &run->message)) != AMI_MORE)
		take(run, step);
	if ((step = ami_wire_rest(&wire, &run->message)) != AMI_MORE)
		take(run, step);
	ami_wire_finish(&wire);
}

static void take_object(struct trial_run *run, const json_t *object)
{
	const char *key;
	json_t *value;
	run->message.count = 0;
	run->message.is_banner = run->message.is_odd = false;
	json_object_foreach((json_t *)object, key, value) {
		if (run->message.count == AMI_HEADERS_MAX || !json_is_string(value))
			continue;
		run->message.headers[run->message.count++] = (struct ami_header){view_of(key), {json_string_value(value), json_string_length(value)}};
	}
	take(run, run->message.count ? AMI_MESSAGE : AMI_DAMAGED);
}

static bool take_json(struct trial_run *run, const char *path, const char *text, size_t size, struct error *err)
{
	json_error_t reason;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &reason);
	const bool good = root || fail(err, "%.200s:%d: no JSON: %s", path, reason.line, reason.text);
	for (size_t i = 0; i < json_array_size(root); i++)
		take_object(run, json_array_get(root, i));
	json_decref(root);
	return good;
}

static char *read_whole(const char *path, size_t *size, struct error *err)
{
	FILE *file = fopen(path, "re");
	if (!file) {
		fail(err, "%.200s: cannot be opened: %s", path, strerror(errno));
		return NULL;
	}
	char *text = memory_new(1, FILE_MOST + 1);
	*size = fread(text, 1, FILE_MOST, file);
	const bool good = !ferror(file) && fgetc(file) == EOF;
	fclose(file);
	if (good)
		return text;
	fail(err, "%.200s: cannot be read, or is over 64 MiB", path);
	free(text);
	return NULL;
}

bool ami_trial(const struct bridge_host *host, const char *path, const struct bridge_trial *trial, struct error *err)
{
	size_t size, begin = 0;
	char *text = read_whole(path, &size, err);
	if (!text)
		return false;
	struct trial_run *run = memory_new(1, sizeof *run);
	run->trial = trial;
	run->ami = (struct ami){.pseudonym = host->pseudonym, .emit = keep_event, .context = run};
	while (begin < size && strchr(" \t\r\n", text[begin]))
		begin++;
	bool good = true;
	if (begin < size && text[begin] == '[')
		good = take_json(run, path, text, size, err);
	else
		take_text(run, text, size);
	ami_settle(&run->ami, true);
	if (run->made.count)
		trial->source(trial->context, "the end of the capture", TRIAL_MAPPED, "what nothing more was told of");
	made_tell(&run->made, run->trial);
	ami_finish(&run->ami);
	made_finish(&run->made);
	free(run);
	free(text);
	return good;
}
