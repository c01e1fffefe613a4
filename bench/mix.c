#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "bench/mix.h"
#include "feed/simulator.h"

#define BATCH_EVENTS 12
#define START INT64_C(1790000000000)
#define SIMULATED_BEFORE (2 * HOUR_MS) /* the simulator's first event is so long before its start */
#define OPEN_QUEUES 20
/* The simulated helpdesk has 2.5 events a second; what is measured is what an event costs where there are many. A second of engine
 * time has its own cost (levels, samples), and would be all that is seen. */
#define PACE 1000

static void put_text(struct event *event, enum event_key key, struct view value)
{
	event->text[key] = value;
	event->present |= KEY_BIT(key);
}

static void add_open(struct wire_buffer *events, uint32_t number, int64_t ts)
{
	char contact[32], queue[32], customer[32];
	snprintf(contact, sizeof contact, "open-%08u", number);
	snprintf(queue, sizeof queue, "open-%02u", number % OPEN_QUEUES);
	snprintf(customer, sizeof customer, "p%015llx", number * 2654435761ull);
	struct event event = {.type = EVENT_CONTACT_QUEUED, .ts = ts};
	put_text(&event, KEY_CONTACT, view_of(contact));
	put_text(&event, KEY_QUEUE, view_of(queue));
	put_text(&event, KEY_CHANNEL, view_of(number % 3 ? "phone" : "email"));
	put_text(&event, KEY_CUSTOMER, view_of(customer));
	wire_encode_event(events, &event);
}

static void add_payload(struct mix *mix, uint32_t count, const struct wire_buffer *events, int64_t ts)
{
	struct wire_buffer payload = {0};
	struct wire_header header = {.src = view_of("mix"), .boot = 1, .seq = mix->events + 1, .sent = ts};
	wire_encode_batch(&payload, &header, count, events->data, events->size);
	mix->payloads[mix->count++] = (struct mix_payload){.data = payload.data, .size = payload.size, .events = count};
	mix->events += count;
}

static void add_open_contacts(struct mix *mix, struct wire_buffer *events, uint32_t open_contacts)
{
	for (uint32_t number = 0; number < open_contacts;) {
		uint32_t count = 0;
		events->size = 0;
		for (; count < BATCH_EVENTS && number < open_contacts; count++)
			add_open(events, number++, START - SIMULATED_BEFORE - 1);
		add_payload(mix, count, events, START - SIMULATED_BEFORE - 1);
	}
}

static void add_simulated(struct mix *mix, struct wire_buffer *events, uint64_t seed, uint32_t batches)
{
	struct simulator *simulator = simulator_create(seed, START, 0);
	for (uint32_t batch = 0; batch < batches; batch++) {
		int64_t ts = 0;
		events->size = 0;
		for (int i = 0; i < BATCH_EVENTS; i++) {
			struct event event;
			simulator_next(simulator, &event);
			event.ts = START - SIMULATED_BEFORE + (event.ts - (START - SIMULATED_BEFORE)) / PACE;
			wire_encode_event(events, &event);
			ts = event.ts;
		}
		add_payload(mix, BATCH_EVENTS, events, ts);
	}
	simulator_destroy(simulator);
}

struct mix *mix_create(uint64_t seed, uint32_t batches, uint32_t open_contacts)
{
	struct mix *mix = memory_new(1, sizeof *mix);
	struct wire_buffer events = {0};
	size_t before = (open_contacts + (size_t)BATCH_EVENTS - 1) / BATCH_EVENTS;
	mix->payloads = memory_new(before + batches + 1, sizeof *mix->payloads);
	add_open_contacts(mix, &events, open_contacts);
	add_simulated(mix, &events, seed, batches);
	wire_buffer_finish(&events);
	return mix;
}

void mix_destroy(struct mix *mix)
{
	if (!mix)
		return;
	for (uint32_t i = 0; i < mix->count; i++)
		free(mix->payloads[i].data);
	free(mix->payloads);
	free(mix);
}
