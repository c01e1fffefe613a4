#include "outbox_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "feed/wire.h"

#include <cmocka.h>

#define ITEMS 32

char *event_line(const struct event *event)
{
	char *line = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&line, &size);
	fprintf(to, "%s %lld", event_types[event->type].name, (long long)event->ts);
	for (int key = 0; key < KEY_COUNT; key++) {
		if (!event_has(event, (enum event_key)key))
			continue;
		if (key >= KEY_TEXT_COUNT)
			fprintf(to, " %s=%lld", event_key_names[key], (long long)event_number(event, (enum event_key)key, 0));
		else if (key == KEY_CUSTOMER)
			fprintf(to, " customer=*");
		else
			fprintf(to, " %s=%.*s", event_key_names[key], (int)event->text[key].size, event->text[key].data ? event->text[key].data : "");
	}
	fclose(to);
	return line;
}

static void write_item(FILE *to, const struct outbox_item *item)
{
	struct wire_buffer payload = {0};
	struct batch batch = {0};
	wire_encode_batch(&payload, &(struct wire_header){.sent = INT64_MIN}, 1, item->event.data, item->event.size);
	assert_int_equal(wire_decode(payload.data, payload.size, &batch, NULL), FAULT_NONE);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.events[0].fault, FAULT_NONE);
	char *line = event_line(&batch.events[0]);
	fprintf(to, "%s\n", line);
	free(line);
	batch_finish(&batch);
	wire_buffer_finish(&payload);
}

char *outbox_lines(struct outbox *outbox, uint64_t *from)
{
	struct outbox_item items[ITEMS];
	char *lines = NULL;
	size_t size = 0, count;
	FILE *to = open_memstream(&lines, &size);
	while ((count = outbox_read(outbox, *from, items, ITEMS))) {
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(items[i].seq, *from);
			write_item(to, &items[i]);
			*from += 1;
		}
	}
	fclose(to);
	return lines;
}
