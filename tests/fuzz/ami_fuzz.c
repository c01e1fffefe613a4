/* Any bytes as text of Asterisk's manager interface, in pieces: nothing may crash, no more is kept than may be, and what comes out must be
 * events of the protocol. The first byte says how long the pieces are. */
#include <stdlib.h>

#include "base/text.h"
#include "feed/bridges/ami.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_event(void *context, const struct event *event, struct view queue)
{
	(void)context;
	const struct event_type_info *type = &event_types[event->type];
	const uint64_t snapshot = KEY_BIT(KEY_SNAPSHOT);
	if ((event->present & type->required) != type->required || (event->present & ~(type->allowed | snapshot)) || queue.size > ID_MAX)
		abort();
	for (int key = 0; key < KEY_TEXT_COUNT; key++)
		if (event_has(event, (enum event_key)key) && (event->text[key].size > ID_MAX || !text_valid(event->text[key])))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ami_message message;
	struct ami ami = {.emit = check_event, .now = INT64_C(1700000000000), .heard = INT64_C(1700000000000)};
	struct ami_wire wire = {0};
	const size_t piece = size ? (size_t)data[0] + 1 : 1;
	const char *why;
	ami.is_joined = size > 1 && data[1] & 1;
	pseudonym_init(&ami.pseudonym, view_of("a salt that is long enough"));
	ami_present_ask(&ami);
	for (size_t at = 1; at < size; at += piece) {
		ami_wire_add(&wire, (const char *)data + at, size - at < piece ? size - at : piece);
		for (enum ami_step step; (step = ami_wire_next(&wire, &message)) != AMI_MORE;) {
			if (step != AMI_MESSAGE)
				continue;
			ami_take(&ami, &message, &why);
			ami.heard += 100;
			ami_settle(&ami, false);
		}
		if (wire.size > AMI_MESSAGE_MAX + 2 * 256)
			abort();
	}
	if (ami_present_is_complete(&ami))
		ami_present_tell(&ami);
	ami_settle(&ami, true);
	ami_wire_finish(&wire);
	ami_finish(&ami);
	return 0;
}
