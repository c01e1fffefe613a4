#include "app/bridge_trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/ndjson.h"

#define TEXT_ROOM 300 /* bytes of a name or a reason that are shown */
#define OUTCOMES (TRIAL_DUPLICATE + 1)
#define OF " of " /* "ts of case.opened": of one type of event alone */

static const char *outcome_name(enum trial_outcome outcome)
{
	return bridge_count_names[bridge_count_of(outcome)];
}

struct bridge_trial_run {
	bool json;
	json_t *shown; /* the source's event that is being told; NULL: none yet */
	struct wire_buffer line; /* scratch */
	uint64_t counts[OUTCOMES], made;
};

/* ---- told ---- */

static json_t *harmless(const char *text)
{
	char clean[TEXT_ROOM];
	text_harmless(view_of(text), clean, sizeof clean);
	return json_string(clean);
}

static void flush(struct bridge_trial_run *run);

static void take_source(void *context, const char *name, enum trial_outcome outcome, const char *why)
{
	struct bridge_trial_run *run = context;
	flush(run);
	run->counts[outcome]++;
	run->shown = json_object();
	json_object_set_new(run->shown, "event", harmless(name));
	json_object_set_new(run->shown, "outcome", json_string(outcome_name(outcome)));
	if (why)
		json_object_set_new(run->shown, "why", harmless(why));
	json_object_set_new(run->shown, "makes", json_array());
	json_object_set_new(run->shown, "fields", json_object());
	json_object_set_new(run->shown, "unmapped", json_array());
}

static void take_made(void *context, const struct event *event, struct view queue)
{
	struct bridge_trial_run *run = context;
	(void)queue;
	run->line.size = 0;
	ndjson_write(&run->line, event);
	json_t *made = json_loadb((const char *)run->line.data, run->line.size, 0, NULL);
	if (!made || !run->shown) {
		json_decref(made);
		return;
	}
	run->made++;
	json_array_append_new(json_object_get(run->shown, "makes"), made);
}

static void take_field(void *context, const char *field, const char *use)
{
	const struct bridge_trial_run *run = context;
	char clean[TEXT_ROOM];
	if (!run->shown)
		return;
	text_harmless(view_of(field), clean, sizeof clean);
	if (use)
		json_object_set_new(json_object_get(run->shown, "fields"), clean, json_string(use));
	else
		json_array_append_new(json_object_get(run->shown, "unmapped"), json_string(clean));
}

/* ---- printed ---- */

/* Is it one of "contact, wait_ms"? */
static bool names(const char *uses, const char *use)
{
	const size_t size = strlen(use);
	for (const char *at = uses; (at = strstr(at, use)); at += size)
		if ((at == uses || at[-1] == ' ') && (at[size] == 0 || at[size] == ','))
			return true;
	return false;
}

static void print_origin(const json_t *fields, const char *type, const char *key)
{
	const char *field, *before = "   from ";
	json_t *use;
	char *of_type = memory_format("%s" OF "%s", key, type);
	json_object_foreach((json_t *)fields, field, use) {
		if (!names(json_string_value(use), key) && !names(json_string_value(use), of_type))
			continue;
		printf("%s%s", before, field);
		before = ", ";
	}
	free(of_type);
}

static void print_made(const json_t *made, const json_t *fields)
{
	const char *key, *type = json_string_value(json_object_get(made, "type"));
	json_t *value;
	size_t width = 0;
	printf("    %s\n", type);
	json_object_foreach((json_t *)made, key, value)
		width = strlen(key) > width ? strlen(key) : width;
	json_object_foreach((json_t *)made, key, value) {
		if (strcmp(key, "type") == 0)
			continue;
		char *text = json_is_string(value) ? memory_text(json_string_value(value)) : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		printf("      %-*s = %s", (int)width, key, text ? text : "");
		print_origin(fields, type, key);
		putchar('\n');
		free(text);
	}
}

static void print_list(const char *label, const json_t *list)
{
	if (json_array_size(list))
		printf("    %s: ", label);
	for (size_t i = 0; i < json_array_size(list); i++)
		printf("%s%s", i ? ", " : "", json_string_value(json_array_get(list, i)));
	if (json_array_size(list))
		putchar('\n');
}

static bool is_key(const char *use)
{
	const char *of = strstr(use, OF);
	const struct view key = {use, of ? (size_t)(of - use) : strlen(use)};
	return event_key_find(key) >= 0 || view_is(key, "ts") || view_is(key, "type");
}

/* What decides and is no key of an event ("which event", "once", ...), a line each with all fields that are read for it. */
static void print_deciding(const json_t *fields)
{
	const char *field;
	json_t *use, *purposes = json_object();
	json_object_foreach((json_t *)fields, field, use) {
		char *uses = memory_text(json_string_value(use));
		for (char *rest = uses, *one; (one = strsep(&rest, ","));) {
			one += *one == ' ';
			if (!*one || is_key(one))
				continue;
			if (!json_object_get(purposes, one))
				json_object_set_new(purposes, one, json_array());
			json_array_append_new(json_object_get(purposes, one), json_string(field));
		}
		free(uses);
	}
	const char *purpose;
	json_t *list;
	json_object_foreach(purposes, purpose, list)
		print_list(purpose, list);
	json_decref(purposes);
}

static void print_text(const json_t *shown)
{
	const json_t *fields = json_object_get(shown, "fields"), *unmapped = json_object_get(shown, "unmapped");
	const json_t *made = json_object_get(shown, "makes"), *why = json_object_get(shown, "why");
	const char *name = json_string_value(json_object_get(shown, "event"));
	printf("%s: %s%s%s\n", *name ? name : "(no name)", json_string_value(json_object_get(shown, "outcome")), why ? ": " : "",
		why ? json_string_value(why) : "");
	for (size_t i = 0; i < json_array_size(made); i++)
		print_made(json_array_get(made, i), fields);
	print_deciding(fields);
	print_list("not mapped", unmapped);
}

static void flush(struct bridge_trial_run *run)
{
	if (!run->shown)
		return;
	if (run->json) {
		json_dumpf(run->shown, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		print_text(run->shown);
	}
	json_decref(run->shown);
	run->shown = NULL;
}

struct bridge_trial_run *bridge_trial_open(bool json)
{
	struct bridge_trial_run *run = memory_new(1, sizeof *run);
	run->json = json;
	return run;
}

struct bridge_trial bridge_trial_of(struct bridge_trial_run *run)
{
	return (struct bridge_trial){run, take_source, take_made, take_field};
}

bool bridge_trial_close(struct bridge_trial_run *run)
{
	const bool good = run->counts[TRIAL_DAMAGED] == 0;
	flush(run);
	fflush(stdout);
	char counts[OUTCOMES * 32] = ""; /* said in one piece: standard output may come to the same terminal through a pipe */
	size_t size = 0;
	for (int i = 0; i < OUTCOMES; i++)
		if (run->counts[i])
			size += (size_t)snprintf(counts + size, sizeof counts - size, "%" PRIu64 " %s, ", run->counts[i], outcome_name((enum trial_outcome)i));
	fprintf(stderr, "%s%" PRIu64 " events\n", counts, run->made);
	wire_buffer_finish(&run->line);
	free(run);
	return good;
}
