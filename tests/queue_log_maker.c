#include "tests/queue_log_maker.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define CALLS 40

unsigned maker_pick(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % below;
}

__attribute__((format(printf, 2, 3))) static void write_line(struct maker *maker, const char *format, ...)
{
	char line[300];
	va_list arguments;
	int size = snprintf(line, sizeof line, "%lld|", (long long)maker->now);
	va_start(arguments, format);
	size += vsnprintf(line + size, sizeof line - (size_t)size, format, arguments);
	va_end(arguments);
	line[size++] = '\n';
	const int times = maker_pick(&maker->seed, 12) ? 1 : 2; /* now and then Asterisk says it twice */
	for (int i = 0; i < times; i++) {
		maker->text = memory_grow(maker->text, &maker->room, maker->size + (size_t)size + 1, 1);
		memcpy(maker->text + maker->size, line, (size_t)size);
		maker->size += (size_t)size;
	}
}

static void step(struct maker *maker, unsigned *state, int number)
{
	static const char *const queues[] = {"sales", "support"};
	const char *queue = queues[number % 2];
	const unsigned agent = (unsigned)number % 5;
	if (*state == 0) {
		write_line(maker, "c%d|%s|NONE|ENTERQUEUE||55501%02d|1", number, queue, number % 100);
		*state = 1;
	} else if (*state == 1) {
		const unsigned what = maker_pick(&maker->seed, 6);
		if (what == 0)
			write_line(maker, "c%d|%s|NONE|ABANDON|1|1|9", number, queue);
		else if (what == 1)
			write_line(maker, "c%d|%s|NONE|EXITWITHTIMEOUT|1|1|30", number, queue);
		else if (what == 2)
			write_line(maker, "c%d|%s|SIP/%u|RINGNOANSWER|5000", number, queue, agent);
		else
			write_line(maker, "c%d|%s|SIP/%u|CONNECT|7|x.%d|3", number, queue, agent, number);
		*state = what < 2 ? 3 : what == 2 ? 1 : 2;
	} else if (*state == 2) {
		write_line(maker, "c%d|%s|SIP/%u|%s|7|44|1", number, queue, agent, maker_pick(&maker->seed, 2) ? "COMPLETEAGENT" : "COMPLETECALLER");
		*state = 3;
	}
}

struct maker maker_make(unsigned seed)
{
	struct maker maker = {.seed = seed, .now = 1763000000};
	unsigned states[CALLS] = {0};
	for (int i = 0; i < 220; i++) {
		maker.now += maker_pick(&maker.seed, 3);
		const int number = (int)maker_pick(&maker.seed, CALLS);
		step(&maker, &states[number], number);
		if (maker_pick(&maker.seed, 15) == 0)
			write_line(&maker, "NONE|NONE|SIP/%u|%s|lunch", maker_pick(&maker.seed, 5), maker_pick(&maker.seed, 2) ? "PAUSEALL" : "UNPAUSEALL");
		if (maker_pick(&maker.seed, 30) == 0)
			write_line(&maker, "gone|sales|SIP/1|COMPLETEAGENT|1|2|1");
	}
	return maker;
}
