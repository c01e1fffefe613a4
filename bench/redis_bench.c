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

struct figure_text {
	char key[32], field[16], value[16];
};

static struct figure_text texts[QUEUES][FIGURES];
static uint64_t watermark;

/* Key, field and value of each figure, a little different each round; made before the clock runs, for both sides need them. */
static void name_all(int round)
{
	for (int queue = 0; queue < QUEUES; queue++)
		for (int figure = 0; figure < FIGURES; figure++) {
			struct figure_text *text = &texts[queue][figure];
			snprintf(text->key, sizeof text->key, "{acme}:now:q%03d", queue);
			snprintf(text->field, sizeof text->field, "figure%02d", figure);
			snprintf(text->value, sizeof text->value, "%d", queue * figure + round);
		}
}

static bool by_script(struct redis_link *link)
{
	struct redis_commit_head head = {.meta = "{acme}:meta", .journal = "j1", .writer = "w", .epoch = 1, .schema = 1, .previous = watermark,
		.watermark = watermark + 1};
	struct redis_commit *commit = redis_commit_create(&head);
	struct redis_call call = {.script = NULL};
	struct redis_fault fault;
	for (int queue = 0; queue < QUEUES; queue++)
		for (int figure = 0; figure < FIGURES; figure++) {
			const struct figure_text *text = &texts[queue][figure];
			redis_commit_field(commit, view_of(text->key), view_of(text->field), view_of(text->value));
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

static bool bare(struct redis_link *link)
{
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	for (int queue = 0; queue < QUEUES; queue++) {
		redis_commands_begin(&commands, 2 + 2 * FIGURES);
		redis_commands_text(&commands, "HSET");
		redis_commands_text(&commands, texts[queue][0].key);
		for (int figure = 0; figure < FIGURES; figure++) {
			redis_commands_text(&commands, texts[queue][figure].field);
			redis_commands_text(&commands, texts[queue][figure].value);
		}
	}
	const bool good = redis_link_run(link, &commands, &replies, NULL);
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	return good;
}

/* What the server has computed so far, ns; 0: the kernel does not tell. */
static int64_t server_ns(const struct redis_server *server)
{
	char path[64];
	long long spent = 0;
	snprintf(path, sizeof path, "/proc/%d/schedstat", (int)server->process.id);
	FILE *file = fopen(path, "r");
	if (file && fscanf(file, "%lld", &spent) != 1)
		spent = 0;
	if (file)
		fclose(file);
	return spent;
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

/* One way of writing: how long it took, and what the server computed for it. */
struct way {
	bool (*run)(struct redis_link *link);
	int64_t wall[ROUNDS], server[ROUNDS];
};

static bool run_way(struct way *way, int round, struct redis_link *link, const struct redis_server *server)
{
	const int64_t spent = server_ns(server), began = clock_monotonic_ns();
	const bool good = way->run(link);
	if (round < 0) /* warm-up */
		return good;
	way->wall[round] = clock_monotonic_ns() - began;
	way->server[round] = server_ns(server) - spent;
	return good;
}

static void tell(const char *what, double script, double plain)
{
	printf("redis commit   %d queues x %d figures, %s: script %.2f ms, bare HSET pipeline %.2f ms, ratio %.2f (limit %.1f) %s\n", QUEUES, FIGURES,
		what, script, plain, script / plain, LIMIT, script / plain <= LIMIT ? "ok" : "OVER");
}

int main(void)
{
	static struct way script = {.run = by_script}, plain = {.run = bare};
	struct redis_server server = {.folder = ""};
	if (!redis_server_there()) {
		printf("redis_bench: no redis-server here\n");
		return 0;
	}
	redis_server_start(&server, NULL);
	struct redis_link *link = redis_server_link(&server, NULL, 3000);
	bool good = redis_link_connect(link, NULL);
	for (int round = -20; good && round < ROUNDS; round++) { /* in turn, so that both meet the same machine and the same changes */
		name_all(2 * round);
		good = run_way(&script, round, link, &server);
		name_all(2 * round + 1);
		good = good && run_way(&plain, round, link, &server);
	}
	redis_link_destroy(link);
	redis_server_finish(&server);
	if (!good)
		return 1;
	tell("until it is answered", median_ms(script.wall), median_ms(plain.wall));
	tell("CPU of redis-server", median_ms(script.server), median_ms(plain.server));
	return 0;
}
