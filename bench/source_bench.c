/* What it costs to make events of documents. Arguments: a source's name, a file with one body, how often (20000); each time it is read and
 * converted anew, in memory. Lines: name value unit. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/mapping/source.h"

#define BODY_MAX (1024 * 1024)

struct tally {
	unsigned long events, mapped, others;
};

static void count_event(void *context, const struct event *event, struct view queue)
{
	(void)event, (void)queue;
	((struct tally *)context)->events++;
}

static void count_document(void *context, enum bridge_count which, const char *name, const char *why)
{
	(void)name, (void)why;
	struct tally *tally = context;
	tally->mapped += which == BRIDGE_MAPPED;
	tally->others += which != BRIDGE_MAPPED;
}

static bool run(struct source *source, struct view body, int times, struct error *err)
{
	struct tally tally = {0};
	const struct source_sink sink = {.context = &tally, .event = count_event, .document = count_document};
	const int64_t began = clock_monotonic_ns();
	int64_t reading = 0;
	for (int i = 0; i < times; i++) {
		const struct json_request request = {.body = body, .received = clock_wall()};
		const int64_t before = clock_monotonic_ns();
		if (!source_read(source, &request, err))
			return false;
		reading += clock_monotonic_ns() - before;
		source_convert(source, &sink);
	}
	const double took = (double)(clock_monotonic_ns() - began);
	printf("body %zu bytes\n", body.size);
	printf("document %.2f us\n", took / times / 1000);
	printf("reading %.2f us\n", (double)reading / times / 1000);
	printf("documents %.0f /s\n", times / (took / 1e9));
	printf("mapped %lu of %lu documents, %lu events\n", tally.mapped, tally.mapped + tally.others, tally.events);
	return true;
}

int main(int count, char **arguments)
{
	struct error err;
	struct pseudonym pseudonym;
	const int times = count > 3 ? atoi(arguments[3]) : 20000;
	FILE *file = count > 2 ? fopen(arguments[2], "re") : NULL;
	if (!file) {
		fputs("source_bench SOURCE FILE [TIMES]\n", stderr);
		return 2;
	}
	char *text = memory_new(1, BODY_MAX);
	const size_t size = fread(text, 1, BODY_MAX, file);
	fclose(file);
	pseudonym_init(&pseudonym, view_of("a salt of the bench"));
	const struct source_options options = {.name = arguments[1], .pseudonym = &pseudonym};
	struct source *source = source_open(&options, &err);
	if (!source || !run(source, (struct view){text, size}, times, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	source_close(source);
	free(text);
	return 0;
}
