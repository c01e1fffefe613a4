/* What the commit script costs beside the bare HSETs of the same fields: 200 queues with 12 changed figures each, on a unix socket. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "store/redis_commit.h"
#include "tests/redis_server.h"

#define QUEUES 200
#define FIGURES 12
#define ROUNDS 200
#define LIMIT 1.5

static uint64_t watermark;

/* Key, field and value of one figure, a little different each time. */
static void name(int queue, int figure, int round, char key[32], char field[16], char value[16])
{
	snprintf(key, 32, "{acme}:now:q%03d", queue);
	snprintf(field, 16, "figure%02d", figure);
	snprintf(value, 16, "%d", queue * figure + round);
}

static bool by_script(struct redis_link *link, int round)
{
	struct redis_commit_head head = {.meta = "{acme}:meta", .journal = "j1", .writer = "w", .epoch = 1, .schema = 1, .previous = watermark,
		.watermark = watermark + 1};
	struct redis_commit *commit = redis_commit_create(&head);
	struct redis_call call = {.script = NULL};
	struct redis_fault fault;
	char key[32], field[16], value[16];
	for (int queue = 0; queue < QUEUES; queue++)
		for (int figure = 0; figure < FIGURES; figure++) {
			name(queue, figure, round, key, field, value);
			redis_commit_field(commit, view_of(key), view_of(field), view_of(value));
		}
	redis_commit_encode(commit, &call);
	struct redis_reply *reply = redis_link_call(link, &call, &fault);
	const bool good = reply != NULL;
	if (!good)
		fprintf(stderr, "%s\n", fault.error.text);
	redis_reply_destroy(reply);
	redis_call_finish(&call);
	redis_commit_destroy(commit);
	watermark++;
	return good;
}

static bool bare(struct redis_link *link, int round)
{
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	char key[32], field[16], value[16];
	for (int queue = 0; queue < QUEUES; queue++) {
		redis_commands_begin(&commands, 2 + 2 * FIGURES);
		redis_commands_text(&commands, "HSET");
		name(queue, 0, round, key, field, value);
		redis_commands_text(&commands, key);
		for (int figure = 0; figure < FIGURES; figure++) {
			name(queue, figure, round, key, field, value);
			redis_commands_text(&commands, field);
			redis_commands_text(&commands, value);
		}
	}
	const bool good = redis_link_run(link, &commands, &replies, NULL);
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	return good;
}

static int compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static double median_ms(int64_t *times)
{
	qsort(times, ROUNDS, sizeof *times, compare);
	return (double)times[ROUNDS / 2] / 1e6;
}

int main(void)
{
	static int64_t script[ROUNDS], plain[ROUNDS];
	struct redis_server server = {.folder = ""};
	if (!redis_server_there()) {
		printf("redis_bench: no redis-server here\n");
		return 0;
	}
	redis_server_start(&server, NULL);
	struct redis_link *link = redis_server_link(&server, NULL, 3000);
	bool good = redis_link_connect(link, NULL);
	for (int round = -20; good && round < ROUNDS; round++) { /* in turn, so that both meet the same machine; the first are warm-up */
		const int64_t began = clock_monotonic_ns();
		good = by_script(link, round);
		const int64_t between = clock_monotonic_ns();
		good = good && bare(link, round);
		if (round >= 0) {
			script[round] = between - began;
			plain[round] = clock_monotonic_ns() - between;
		}
	}
	redis_link_destroy(link);
	redis_server_finish(&server);
	if (!good)
		return 1;
	const double a = median_ms(script), b = median_ms(plain);
	printf("redis commit   %d queues x %d figures: script %.2f ms, bare HSET pipeline %.2f ms, ratio %.2f (limit %.1f) %s\n", QUEUES, FIGURES, a,
		b, a / b, LIMIT, a / b <= LIMIT ? "ok" : "OVER");
	return 0;
}
