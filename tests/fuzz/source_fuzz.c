/* Any bytes as a mapping, a NUL, and a body of documents. Where no mapping stands before, the body is read with one of those that the program
 * holds, or with one that knows all there is; the first byte says which, and whether it is a form. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "feed/mapping/mapping.h"
#include "feed/mapping/source_state.h"
#include "feed/mapping/source_uses.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const known =
	"name = \"{type}{header:X-A}{query:b}\"\nroute = \"{group}\"\n"
	"table \"t\" {\n from = {\"a\", \"b\"}\n to = {\"phone\", \"abandoned\"}\n otherwise = \"open\"\n}\n"
	"let \"before\" {\n value = \"{a.b}\"\n keep = \"previous\"\n per = \"{id}\"\n}\nlet \"latest\" {\n value = \"{*.b}\"\n keep = \"last\"\n per = \"{id}\"\n}\n"
	"let \"one\" {\n when = {\".s != \", \"a.0 ~ a*\"}\n value = \"{.s}-{.0.t}\"\n otherwise = \"{.n|last:/}\"\n}\n"
	"let \"began\" {\n value = \"{.s}\"\n keep = \"first\"\n per = \"{.n}\"\n}\n"
	"instant \"at\" {\n value = \"{at}\"\n format = \"iso|epoch|epoch_ms\"\n}\ninstant \"when\" {\n value = \"{.at}\"\n format = \"epoch_ms|iso\"\n}\n"
	"instant \"came\" {\n value = \"{bridge:received}\"\n format = \"epoch_ms\"\n}\n"
	"ignore \"x\" {\n when = {\"type = x\"}\n}\n"
	"event \"a\" {\n type = \"contact.queued\"\n at = \"at\"\n contact = \"{id|first:-}\"\n queue = \"{latest}\"\n channel = \"{c|t}\"\n customer = \"{who}\"\n priority = \"{p}\"\n}\n"
	"event \"b\" {\n each = \"list\"\n changed = \"{one}\"\n per = \"{.n}\"\n first = no\n type = \"case.assigned\"\n at = \"when\"\n case = \"{.n}\"\n agent = \"{began} or nil\"\n}\n"
	"event \"c\" {\n each = \"a.list\"\n once = \"{.n}\"\n when = {\".s !~ z*\"}\n type = \"survey.answered\"\n at = \"came\"\n survey = \"{.n}\"\n kind = \"csat\"\n score = \"{.score}\"\n"
	" min = \"1\"\n max = \"5\"\n}\n"
	"webhook {\n path = \"/x\"\n delivery = \"{id}{header:Y}\"\n}\n";

static void check_event(void *context, const struct event *event, struct view queue)
{
	(void)context;
	const struct event_type_info *type = &event_types[event->type];
	if ((event->present & type->required) != type->required || (event->present & ~type->allowed) || queue.size > ID_MAX)
		abort();
	for (int key = 0; key < KEY_TEXT_COUNT; key++)
		if (event_has(event, (enum event_key)key) && key != KEY_WEEK && key != KEY_HOLIDAYS && !text_valid(event->text[key]))
			abort();
}

static void check_document(void *context, enum bridge_count which, const char *name, const char *why)
{
	(void)context;
	if (which >= BRIDGE_COUNT || !text_valid(view_of(name)) || (why && !*why))
		abort();
}

static void look_for_use(void *context, const char *field)
{
	char use[USES_SIZE];
	if (!text_valid(view_of(field)))
		abort();
	source_use(context, field, use);
}

static const char *header_of(const void *context, const char *name)
{
	return *name == 'X' ? context : NULL;
}

static void convert(struct source *source, const struct json_request *request)
{
	const struct source_sink sink = {.event = check_event, .document = check_document};
	struct source_uses uses;
	struct error err;
	if (!source_read(source, request, &err))
		return;
	source_delivery(source);
	source_convert(source, &sink);
	source_convert(source, &sink); /* again: everything is remembered */
	source_uses_find(&uses, source_mapping(source));
	json_row_fields(source->row, look_for_use, &uses);
	source_uses_finish(&uses);
}

static struct source *open_with(const char *text)
{
	struct error err;
	static struct pseudonym pseudonym;
	pseudonym_init(&pseudonym, view_of("a salt that is long enough"));
	struct source *source = source_of_text("fuzz", text, &pseudonym, &err);
	if (!source && getenv("TABLO_FUZZ_ERRORS"))
		fputs(err.text, stderr);
	return source;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	struct source *source = nul ? open_with((const char *)data) : NULL;
	const uint8_t choice = size ? *data : 0;
	if (nul) {
		size -= (size_t)(nul - data) + 1;
		data = nul + 1;
	} else if (size) {
		data++;
		size--;
	}
	int sources = 0;
	while (source_texts[sources].name)
		sources++;
	const int number = choice % (sources + 1);
	if (!source)
		source = open_with(number < sources ? source_texts[number].text : known);
	if (!source)
		abort();
	const struct json_request request = {
		.body = {(const char *)data, size},
		.type = choice & 0x80 ? "application/x-www-form-urlencoded" : NULL,
		.query = "b=1&c=%20",
		.header = header_of,
		.context = "text",
		.received = INT64_C(1772452800000),
	};
	convert(source, &request);
	source_close(source);
	return 0;
}
