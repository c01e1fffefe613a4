#include "bench/queue_log_lines.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/memory.h"

#define BEGIN INT64_C(1790000000) /* s */
#define AHEAD 2048		  /* s that a call goes on for at most */
#define CALLS_A_SECOND 2
#define QUEUES 20
#define AGENTS 300

/* What is still to be written, by the second it happens in. */
struct second {
	char *text;
	size_t size, room;
	uint64_t lines;
};

struct house {
	struct second seconds[AHEAD];
	uint64_t draws, calls;
};

static uint32_t draw(struct house *house, uint32_t below)
{
	uint64_t state = house->draws += UINT64_C(0x9e3779b97f4a7c15);
	state = (state ^ state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	state = (state ^ state >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((state >> 33) % below);
}

static void __attribute__((format(printf, 3, 4))) put(struct house *house, int64_t at, const char *format, ...)
{
	struct second *second = &house->seconds[at % AHEAD];
	va_list arguments;
	second->text = memory_grow(second->text, &second->room, second->size + 256, 1);
	va_start(arguments, format);
	int size = snprintf(second->text + second->size, 256, "%" PRId64 "|", at);
	size += vsnprintf(second->text + second->size + size, 256 - (size_t)size, format, arguments);
	va_end(arguments);
	second->size += (size_t)size;
	second->lines++;
}

static void put_end(struct house *house, int64_t answered, int64_t waited, const char *who, uint32_t agent)
{
	int64_t talked = 10 + draw(house, 150) + draw(house, 150) * draw(house, 8);
	uint32_t kind = draw(house, 100);
	if (kind < 6)
		put(house, answered + talked, "%s|Local/%u@agents/n|BLINDTRANSFER|%u|support|%" PRId64 "|%" PRId64 "|1\n", who, 100 + agent,
			200 + draw(house, 100), waited, talked);
	else
		put(house, answered + talked, "%s|Local/%u@agents/n|%s|%" PRId64 "|%" PRId64 "|1\n", who, 100 + agent,
			kind < 45 ? "COMPLETEAGENT" : "COMPLETECALLER", waited, talked);
}

static void put_call(struct house *house, int64_t at)
{
	char who[64];
	uint32_t queue = draw(house, QUEUES), agent = draw(house, AGENTS);
	int64_t wait = 3 + draw(house, 40);
	snprintf(who, sizeof who, "%" PRId64 ".%" PRIu64 "|support-%02u", at, 1000 + house->calls++ * 3, queue);
	put(house, at, "%s|NONE|ENTERQUEUE||+49301%07u|1\n", who, draw(house, 10000000));
	while (draw(house, 4) == 0 && wait < 200) {
		wait += 15;
		put(house, at + wait, "%s|Local/%u@agents/n|RINGNOANSWER|15000\n", who, 100 + draw(house, AGENTS));
	}
	if (draw(house, 8) == 0) {
		put(house, at + wait, "%s|NONE|ABANDON|1|%u|%" PRId64 "\n", who, 1 + draw(house, 9), wait);
		return;
	}
	put(house, at + wait, "%s|Local/%u@agents/n|CONNECT|%" PRId64 "|%" PRId64 ".%" PRIu64 "|%u\n", who, 100 + agent, wait, at + wait,
		1001 + house->calls * 3, 1 + draw(house, 12));
	put_end(house, at + wait, wait, who, agent);
}

static void put_pause(struct house *house, int64_t at)
{
	uint32_t agent = 100 + draw(house, AGENTS);
	put(house, at, "NONE|NONE|Local/%u@agents/n|PAUSEALL|%s\n", agent, draw(house, 2) ? "lunch" : "training");
	put(house, at + 60 + draw(house, 1500), "NONE|NONE|Local/%u@agents/n|UNPAUSEALL|\n", agent);
}

uint64_t queue_log_lines(FILE *to, uint64_t lines)
{
	struct house *house = memory_new(1, sizeof *house);
	uint64_t written = 0;
	for (int64_t at = BEGIN; written < lines; at++) {
		for (int i = 0; i < CALLS_A_SECOND; i++)
			put_call(house, at);
		if (at % 7 == 0)
			put_pause(house, at);
		struct second *second = &house->seconds[at % AHEAD];
		fwrite(second->text, 1, second->size, to);
		written += second->lines;
		second->size = second->lines = 0;
	}
	for (int i = 0; i < AHEAD; i++)
		free(house->seconds[i].text);
	free(house);
	return written;
}
