/* Any bytes as a mapping, a NUL, and a table. Where no mapping stands before, the table is read with one that knows all there is. */
#include <stdlib.h>

#include "base/text.h"
#include "base/zone.h"
#include "feed/imports/record.h"
#include "feed/mapping/mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const known =
	"header = no\nsort_by = \"last\"\nnewest_first = yes\nno_customer = {\"\", \"0\", \"*E+*\"}\nroute = \"{#2}\"\n"
	"table \"t\" {\n from = {\"a\", \"b\"}\n to = {\"phone\", \"abandoned\"}\n otherwise = \"open\"\n}\n"
	"let \"before\" {\n value = \"{#1}\"\n keep = \"previous\"\n per = \"{#2}\"\n}\nlet \"began\" {\n value = \"{before}{#3}\"\n keep = \"first\"\n per = \"{#2}\"\n}\n"
	"let \"l\" {\n when = {\"#1 != \", \"#2 ~ a*\"}\n value = \"{#1}-{#2}\"\n otherwise = \"{#3|t}\"\n}\n"
	"instant \"first\" {\n value = \"{#4}\"\n format = \"%Y-%m-%d %H:%M:%S.%f\"\n}\n"
	"instant \"then\" {\n value = \"{#5}\"\n format = \"iso\"\n wraps_after = \"first\"\n}\n"
	"instant \"last\" {\n from = \"then\"\n plus = {\"{#6} s\", \"{#7} min\"}\n}\n"
	"drop {\n when = {\"#1 = x\"}\n}\n"
	"event \"a\" {\n type = \"contact.queued\"\n at = \"first\"\n contact = \"{l}\"\n queue = \"{#2}\"\n channel = \"{#3|t}\"\n"
	" customer = \"{#8}\"\n priority = \"{#9}\"\n}\n"
	"event \"b\" {\n when = {\"#2 !~ z*\"}\n type = \"contact.left\"\n at = \"last\"\n contact = \"{l}\"\n why = \"{#3}\"\n wait_ms = \"{#6} s\"\n}\n"
	"event \"d\" {\n changed = \"{#1}{before}\"\n per = \"{began}\"\n first = no\n when = {\"#1 != y\"}\n type = \"contact.answered\"\n at = \"first\"\n contact = \"{l}\"\n"
	" agent = \"{before}\"\n wait_ms = \"since then\"\n}\n"
	"event \"c\" {\n once = \"{#1}\"\n type = \"survey.answered\"\n at = \"then\"\n survey = \"{#1}\"\n kind = \"csat\"\n score = \"{#9}\"\n"
	" min = \"1\"\n max = \"5\"\n}\n";

static void check_event(const struct event *event)
{
	const struct event_type_info *type = &event_types[event->type];
	if ((event->present & type->required) != type->required || (event->present & ~type->allowed))
		abort();
	for (int key = 0; key < KEY_TEXT_COUNT; key++)
		if (event_has(event, (enum event_key)key) && (event->text[key].size > 200 || !text_valid(event->text[key])))
			abort();
}

static void apply(const struct mapping *mapping, struct mapper *mapper, const struct record_reader *reader)
{
	struct mapping_result result;
	struct error err;
	int64_t at;
	if (mapping->sort_by >= 0 && !mapper_instant(mapper, reader->fields, reader->count, &at, &err))
		return;
	if (!mapper_apply(mapper, reader->fields, reader->count, &result, &err))
		return;
	for (int i = 0; i < result.count; i++)
		check_event(&result.events[i]);
}

static void read_rows(struct mapping *mapping, struct mapper *mapper, const char *text, size_t size)
{
	struct record_reader reader = {.delimiter = mapping->delimiter};
	const char *why;
	struct error err;
	bool bound = false;
	while (size) {
		const char *end = memchr(text, '\n', size);
		struct view line = {text, end ? (size_t)(end - text) : size};
		text += line.size + (end != NULL);
		size -= line.size + (end != NULL);
		if (csv_read(&reader, line, &why) != RECORD_READ)
			continue;
		if (bound) {
			apply(mapping, mapper, &reader);
			continue;
		}
		const struct mapping_header header = {mapping->header ? reader.fields : NULL, mapping->header ? reader.count : 0, true};
		bound = mapping_bind(mapping, &header, "f", &err);
		if (!bound)
			break;
		if (!mapping->header)
			apply(mapping, mapper, &reader);
	}
	csv_finish(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	const char *text = (const char *)data;
	struct mapping *mapping = NULL;
	struct pseudonym pseudonym;
	struct error err;
	if (nul) {
		mapping = mapping_parse(text, "m", &err);
		text = (const char *)nul + 1;
		size -= (size_t)(nul - data) + 1;
	}
	if (!mapping)
		mapping = mapping_parse(known, "known", &err);
	if (!mapping)
		abort();
	struct zone *zone = zone_open("UTC", &err);
	pseudonym_init(&pseudonym, view_of("a salt that is long enough"));
	struct mapper *mapper = mapper_create(mapping, zone, &pseudonym);
	read_rows(mapping, mapper, text, size);
	mapper_destroy(mapper);
	mapping_destroy(mapping);
	zone_close(zone);
	return 0;
}
