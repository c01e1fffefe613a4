/* Any bytes as a line: what is read must decode to what was said of it, and be read again from what is written. */
#include <stdlib.h>

#include "feed/ndjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

static void check_encoded(const struct wire_buffer *bytes, const struct event *event)
{
	struct batch batch = {0};
	struct wire_buffer payload = {0}, line = {0}, again = {0};
	wire_encode_batch(&payload, &(struct wire_header){.sent = INT64_MIN}, 1, bytes->data, bytes->size);
	require(wire_decode(payload.data, payload.size, &batch, NULL) == FAULT_NONE && batch.count == 1);
	require(batch.events[0].fault == event->fault && batch.events[0].present == event->present);
	require(batch.events[0].type == event->type && batch.events[0].ts == event->ts);
	ndjson_write(&line, &batch.events[0]);
	/* A line is limited, and escaping makes it longer. */
	struct ndjson_reader *reader = ndjson_reader_create();
	struct event second;
	bool is_read = ndjson_read(reader, (struct view){(const char *)line.data, line.size}, &again, &second, NULL);
	require(is_read || line.size > 64 * 1024);
	require(!is_read || (again.size == bytes->size && memcmp(again.data, bytes->data, again.size) == 0));
	ndjson_reader_destroy(reader);
	batch_finish(&batch);
	wire_buffer_finish(&payload);
	wire_buffer_finish(&line);
	wire_buffer_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ndjson_reader *reader = ndjson_reader_create();
	struct wire_buffer bytes = {0};
	struct event event;
	struct error err;
	if (ndjson_read(reader, (struct view){(const char *)data, size}, &bytes, &event, &err))
		check_encoded(&bytes, &event);
	ndjson_reader_destroy(reader);
	wire_buffer_finish(&bytes);
	return 0;
}
