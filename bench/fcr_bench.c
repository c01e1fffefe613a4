/* The memory of first contact resolution over days: what a remembered contact takes in memory and in a packed state, what an event costs, and how
 * long packing and unpacking take. Arguments: contacts a day (1000000), days (9), customers (600000; 0: each contact another one).
 * Lines: name value unit ratio limit ok|OVER. Bytes are of the process, over those of an engine that saw the same events without customers. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "config/settings.h"
#include "metrics/engine.h"
#include "metrics/query.h"

#define START INT64_C(1790000000000)
#define LIMIT_MIB 512.0 /* for 1,000,000 contacts a day */
#define LIMIT_BYTES (LIMIT_MIB * 1048576 / 8e6)
#define QUEUES 20
#define AGENTS 500

struct load {
	uint64_t contacts; /* a day */
	int days;
	uint64_t customers;
	bool anonymous;
};

static double resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;
	malloc_trim(0);
	if (!file || fscanf(file, "%*s %ld", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void put(struct event *event, enum event_key key, const char *text)
{
	event->text[key] = view_of(text);
	event->present |= KEY_BIT(key);
}

static uint64_t customer_of(const struct load *load, uint64_t contact)
{
	const uint64_t mixed = (contact * UINT64_C(11400714819323198485)) >> 20;
	return load->customers ? mixed % load->customers : contact;
}

/* One contact: queued, answered ten seconds later, released two minutes later; told when it is over, as a batch of three. */
static void tell(struct engine *engine, const struct load *load, uint64_t contact, int64_t at, uint64_t *lsn)
{
	char id[24], queue[16], agent[16], customer[32];
	snprintf(id, sizeof id, "c%llu", (unsigned long long)contact);
	snprintf(queue, sizeof queue, "queue-%llu", (unsigned long long)(contact % QUEUES));
	snprintf(agent, sizeof agent, "agent-%llu", (unsigned long long)(contact % AGENTS));
	snprintf(customer, sizeof customer, "customer-%llu", (unsigned long long)customer_of(load, contact));
	struct event events[3] = {{.type = EVENT_CONTACT_QUEUED, .ts = at - 2 * MINUTE_MS},
		{.type = EVENT_CONTACT_ANSWERED, .ts = at - 2 * MINUTE_MS + 10 * SECOND_MS}, {.type = EVENT_CONTACT_RELEASED, .ts = at}};
	for (int i = 0; i < 3; i++) {
		put(&events[i], KEY_CONTACT, id);
		put(&events[i], KEY_AGENT, agent);
		events[i].seq = *lsn * 3 + (uint64_t)i + 1;
	}
	put(&events[0], KEY_QUEUE, queue);
	put(&events[0], KEY_TOPIC, contact % 3 ? "invoice" : "delivery");
	if (!load->anonymous)
		put(&events[0], KEY_CUSTOMER, customer);
	events[2].present |= KEY_BIT(KEY_WRAP_MS);
	struct batch batch = {.src = view_of("bench"), .boot = 1, .seq = *lsn * 3 + 1, .sent = at, .events = events, .count = 3};
	const struct record record = {.kind = RECORD_BATCH, .lsn = ++*lsn, .recv = at, .batch = &batch};
	engine_apply(engine, &record);
}

static struct engine *fold(const struct settings *settings, const struct load *load, double *seconds)
{
	struct error err;
	struct engine *engine = engine_create(settings, &err);
	const uint64_t all = load->contacts * (uint64_t)load->days;
	uint64_t lsn = 0;
	const int64_t begin = clock_monotonic_ns();
	for (uint64_t i = 0; i < all; i++) {
		tell(engine, load, i, START + (int64_t)(i * (uint64_t)DAY_MS / load->contacts), &lsn);
		if (i % load->contacts == load->contacts - 1)
			fprintf(stderr, "day %llu: %.1f MiB\n", (unsigned long long)(i / load->contacts + 1), resident() / 1048576);
	}
	*seconds = (double)(clock_monotonic_ns() - begin) / 1e9;
	return engine;
}

static void line(const char *name, double value, const char *unit, double limit)
{
	printf("%s %.1f %s %.2f %.1f %s\n", name, value, unit, limit > 0 ? value / limit : 0, limit, limit <= 0 || value <= limit ? "ok" : "OVER");
}

static size_t pack(const struct settings *settings, const struct engine *engine, const char *name)
{
	size_t size;
	bool differs;
	struct error err;
	char text[64];
	const int64_t begin = clock_monotonic_ns();
	uint8_t *bytes = engine_pack(engine, INT64_MIN, &size);
	const int64_t packed = clock_monotonic_ns();
	struct engine *copy = engine_unpack(settings, bytes, size, &differs, &err);
	const int64_t unpacked = clock_monotonic_ns();
	snprintf(text, sizeof text, "%s_pack", name);
	line(text, (double)(packed - begin) / 1e6, "ms", 0);
	snprintf(text, sizeof text, "%s_unpack", name);
	line(text, (double)(unpacked - packed) / 1e6, "ms", 0);
	if (!copy)
		fprintf(stderr, "fcr_bench: %s\n", err.text);
	engine_destroy(copy);
	free(bytes);
	return size;
}

int main(int argc, char **argv)
{
	struct load load = {1000000, 9, 600000, false};
	load.contacts = argc > 1 ? strtoull(argv[1], NULL, 10) : load.contacts;
	load.days = argc > 2 ? atoi(argv[2]) : load.days;
	load.customers = argc > 3 ? strtoull(argv[3], NULL, 10) : load.customers;
	struct settings *settings = settings_create();
	settings_set(settings, "zone", "UTC", NULL);
	struct load without = load;
	without.anonymous = true;
	double bare_seconds, seconds, before = resident();
	struct engine *bare = fold(settings, &without, &bare_seconds);
	const double bare_bytes = resident() - before;
	const size_t bare_size = pack(settings, bare, "bare");
	engine_destroy(bare);
	before = resident();
	struct engine *engine = fold(settings, &load, &seconds);
	const double bytes = resident() - before - bare_bytes;
	const size_t size = pack(settings, engine, "fcr");
	engine_destroy(engine);
	settings_destroy(settings);
	const double days = load.days < 8 ? load.days : 8, remembered = (double)load.contacts * days; /* R and late_limit */
	const double events = 3.0 * (double)load.contacts * load.days;
	line("bare_event", bare_seconds / events * 1e9, "ns", 0);
	line("fcr_event", seconds / events * 1e9, "ns", 0);
	line("fcr_memory", bytes / 1048576, "MiB", load.contacts == 1000000 ? LIMIT_MIB : 0);
	line("fcr_bytes_a_contact", bytes / remembered, "B", LIMIT_BYTES);
	line("fcr_state", (double)(size - bare_size) / 1048576, "MiB", 0);
	line("fcr_state_bytes_a_contact", (double)(size - bare_size) / remembered, "B", 0);
	return 0;
}
