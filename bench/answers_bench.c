/* What a board's pictures cost with many queues: memory of the engine after some days, size and time of a snapshot as the overview asks for it, with
 * 30 questions of widgets beside it, and with a heat map. Arguments: queues (100), days (1), contacts a minute (60).
 * Lines: name value unit. Bytes are those in use (mallinfo2), without what libraries and the stack take. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/instant.h"
#include "config/settings.h"
#include "metrics/engine.h"
#include "metrics/lists.h"
#include "store/answer_memory.h"
#include "store/snapshot.h"

#define START INT64_C(1790000000000)
#define AGENTS 200
#define ROUNDS 20

struct load {
	int queues, days, contacts; /* contacts: a minute */
};

static double in_use(void)
{
	const struct mallinfo2 info = mallinfo2();
	return (double)info.uordblks + (double)info.hblkhd;
}

static void put(struct event *event, enum event_key key, const char *text)
{
	event->text[key] = view_of(text);
	event->present |= KEY_BIT(key);
}

static void tell(struct engine *engine, const struct load *load, uint64_t contact, int64_t at, uint64_t *lsn)
{
	char id[24], queue[32], agent[32];
	snprintf(id, sizeof id, "c%llu", (unsigned long long)contact);
	snprintf(queue, sizeof queue, "queue-%llu", (unsigned long long)(contact * 7919 % (unsigned)load->queues));
	snprintf(agent, sizeof agent, "agent-%llu", (unsigned long long)(contact % AGENTS));
	struct event events[3] = {{.type = EVENT_CONTACT_QUEUED, .ts = at - 150 * SECOND_MS},
		{.type = EVENT_CONTACT_ANSWERED, .ts = at - (60 + (int64_t)(contact % 80)) * SECOND_MS}, {.type = EVENT_CONTACT_RELEASED, .ts = at}};
	for (int i = 0; i < 3; i++) {
		put(&events[i], KEY_CONTACT, id);
		put(&events[i], KEY_AGENT, agent);
		events[i].seq = *lsn * 3 + (uint64_t)i + 1;
	}
	put(&events[0], KEY_QUEUE, queue);
	struct batch batch = {.src = view_of("bench"), .boot = 1, .seq = *lsn * 3 + 1, .sent = at, .events = events, .count = 3};
	const struct record record = {.kind = RECORD_BATCH, .lsn = ++*lsn, .recv = at, .batch = &batch};
	engine_apply(engine, &record);
}

static struct engine *fold(const struct settings *settings, const struct load *load)
{
	struct engine *engine = engine_create(settings, NULL);
	uint64_t lsn = 0, contact = 0;
	const int64_t end = START + load->days * DAY_MS;
	const double before = in_use();
	for (int64_t at = START; at < end; at += MINUTE_MS) {
		for (int i = 0; i < load->contacts; i++)
			tell(engine, load, contact++, at + i * MINUTE_MS / load->contacts, &lsn);
		if (at == START + HOUR_MS)
			printf("engine_after_an_hour %.0f bytes\n", in_use() - before);
	}
	return engine;
}

static void measure(const char *name, const struct engine *engine, const struct settings *settings, const struct zone *zone,
	const struct snapshot_request *request, int rounds)
{
	const double before = in_use();
	struct snapshot *snapshot = snapshot_create(engine, settings, zone, request);
	printf("%s_bytes %.0f bytes\n", name, in_use() - before);
	snapshot_destroy(snapshot);
	const int64_t begin = clock_monotonic_ns();
	for (int i = 0; i < rounds; i++)
		snapshot_destroy(snapshot_create(engine, settings, zone, request));
	printf("%s %.2f ms\n", name, (double)(clock_monotonic_ns() - begin) / rounds / 1e6);
}

static void ask_thirty(struct snapshot_request *request, const struct engine *engine)
{
	static const char *const metrics_asked[] = {"offered", "service_level", "aht", "queue_depth", "abandon_rate"};
	static const enum window windows[] = {WINDOW_30M, WINDOW_TODAY};
	for (int queue = 0; queue < 3; queue++) {
		char text[32];
		struct scope scope = SCOPE_ALL;
		snprintf(text, sizeof text, "queue=queue-%d", queue);
		list_scope_parse(engine, text, &scope, NULL);
		for (int window = 0; window < 2; window++)
			for (int metric = 0; metric < 5; metric++)
				request->asks[request->ask_count++] = (struct snapshot_ask){metric == 4 ? ASK_SPARK : ASK_FIGURE, scope, windows[window],
					(int16_t)metric_find(metrics_asked[metric])};
	}
}

static int argument(int argc, char **argv, int i, int otherwise)
{
	return argc > i && atoi(argv[i]) > 0 ? atoi(argv[i]) : otherwise;
}

int main(int argc, char **argv)
{
	const struct load load = {argument(argc, argv, 1, 100), argument(argc, argv, 2, 1), argument(argc, argv, 3, 60)};
	struct settings *settings = settings_create();
	settings_set(settings, "zone", "Europe/Berlin", NULL);
	settings_set(settings, "history_days", "36", NULL);
	struct zone *zone = zone_open("Europe/Berlin", NULL);
	const double before = in_use();
	struct engine *engine = fold(settings, &load);
	printf("engine %.0f bytes\n", in_use() - before);
	struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_30M, .formula = -1};
	measure("snapshot", engine, settings, zone, &request, ROUNDS);
	ask_thirty(&request, engine);
	measure("snapshot_asks_30", engine, settings, zone, &request, ROUNDS);
	request.asks[0] = (struct snapshot_ask){ASK_WEEK, SCOPE_ALL, WINDOW_35D, (int16_t)metric_find("offered")};
	request.ask_count = 1;
	measure("snapshot_week_anew", engine, settings, zone, &request, 3);
	request.memory = answer_memory_create();
	measure("snapshot_week_remembered", engine, settings, zone, &request, ROUNDS);
	answer_memory_destroy(request.memory);
	engine_destroy(engine);
	zone_close(zone);
	settings_destroy(settings);
	return 0;
}
