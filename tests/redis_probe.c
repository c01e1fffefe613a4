/* Drives a worker or a link from a test's script: one command a line on standard input, one answer a line on standard output.
 *   redis_probe URL OWNER
 *   take | force | renew           -> "epoch N wm W"
 *   commit PREVIOUS WATERMARK VALUE ... hash fields f0, f1, ... of {acme}:now   -> "stored W"
 *   soak COUNT FIELDS              through the worker: COUNT commits, each sets some of FIELDS fields to its number; rewrites from its
 *                                  own memory where it must -> "soaked W connections N refused N"
 *   hammer COUNT FIELDS            the same over the link, each commit tried at once until it is stored: many cuts in a short time
 *   get KEY FIELD                  -> "value V"
 * A failure is "trouble NAME: TEXT". */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/redis_lease.h"
#include "store/redis_worker.h"

#define FIELDS_MOST 256
#define SOAK_PATIENCE 60000 /* ms */

struct probe {
	struct redis_link_options options;
	struct redis_link *link;
	struct redis_lease lease;
};

struct soak {
	uint64_t fields[FIELDS_MOST], watermark, stored;
	int field_count, refused, other;
	bool rewrite; /* the next commit holds everything */
	struct redis_fault fault;
};

static void print_trouble(const struct redis_fault *fault)
{
	printf("trouble %s: %s\n", redis_troubles[fault->trouble].name, fault->error.text);
}

static bool connected(struct probe *probe, struct redis_fault *fault)
{
	return redis_link_connected(probe->link) || redis_link_connect(probe->link, fault);
}

static struct redis_commit *new_commit(const struct probe *probe, uint64_t previous, uint64_t watermark)
{
	struct redis_commit_head head = {.epoch = probe->lease.epoch, .schema = 1, .previous = previous, .watermark = watermark};
	strcpy(head.meta, probe->lease.meta);
	strcpy(head.journal, probe->lease.journal);
	strcpy(head.writer, probe->lease.owner);
	return redis_commit_create(&head);
}

static void put(struct redis_commit *commit, int field, const char *value)
{
	char name[16], key[32];
	snprintf(name, sizeof name, "f%d", field);
	redis_commit_field(commit, view_of("{acme}:now"), view_of(name), view_of(value));
	snprintf(key, sizeof key, "{acme}:v%d", field % 3); /* several keys, so that half a commit would show */
	redis_commit_field(commit, view_of(key), view_of(name), view_of(value));
}

static void lease(struct probe *probe, enum redis_lease_step step)
{
	struct redis_fault fault;
	if (connected(probe, &fault) && redis_lease_run(&probe->lease, step, probe->link, &fault))
		printf("epoch %llu wm %llu\n", (unsigned long long)probe->lease.epoch, (unsigned long long)probe->lease.watermark);
	else
		print_trouble(&fault);
}

static void commit_once(struct probe *probe, uint64_t previous, uint64_t watermark, const char *value)
{
	struct redis_fault fault;
	struct redis_call call = {.script = NULL};
	struct redis_commit *commit = new_commit(probe, previous, watermark);
	for (int i = 0; i < 3; i++)
		put(commit, i, value);
	redis_commit_encode(commit, &call);
	redis_commit_destroy(commit);
	struct redis_reply *reply = connected(probe, &fault) ? redis_link_call(probe->link, &call, &fault) : NULL;
	if (reply)
		printf("stored %llu\n", (unsigned long long)watermark);
	else
		print_trouble(&fault);
	redis_reply_destroy(reply);
	redis_call_finish(&call);
}

static void get(struct probe *probe, const char *key, const char *field)
{
	struct redis_fault fault;
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	redis_commands_add(&commands, "HGET", key, field, NULL);
	if (!connected(probe, &fault) || !redis_link_run(probe->link, &commands, &replies, &fault))
		print_trouble(&fault);
	else
		printf("value %s\n", replies.list[0]->data ? replies.list[0]->data : "(nil)");
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
}

/* ---- the soak ---- */

static void committed(void *context, const struct redis_result *result)
{
	struct soak *soak = context;
	if (result->good) {
		soak->stored = result->commit->watermark;
		return;
	}
	soak->refused++;
	soak->rewrite = true;
	soak->fault = result->fault;
	soak->other += result->fault.trouble != TROUBLE_BEHIND;
}

/* One more event in the journal: three fields become its number. */
static struct redis_commit *next_commit(const struct probe *probe, struct soak *soak)
{
	char value[24];
	const uint64_t previous = soak->rewrite ? 0 : soak->watermark;
	struct redis_commit *commit = new_commit(probe, previous, ++soak->watermark);
	for (int i = 0; i < 3; i++)
		soak->fields[(soak->watermark * 7 + (uint64_t)i * 5) % (uint64_t)soak->field_count] = soak->watermark;
	for (int i = 0; i < soak->field_count; i++) {
		if (!soak->rewrite && soak->fields[i] != soak->watermark)
			continue;
		snprintf(value, sizeof value, "%llu", (unsigned long long)soak->fields[i]);
		put(commit, i, value);
	}
	soak->rewrite = false;
	return commit;
}

static void hand_over(struct soak *soak, struct redis_worker *worker, struct redis_commit *commit)
{
	if (redis_worker_commit(worker, commit))
		return;
	redis_commit_destroy(commit);
	soak->rewrite = true; /* what was in it is said again */
}

static bool wait_a_little(struct redis_worker *worker, int64_t ms)
{
	struct pollfd wait = {.fd = redis_worker_descriptor(worker), .events = POLLIN};
	const bool news = poll(&wait, 1, (int)ms) > 0;
	redis_worker_poll(worker);
	return news;
}

static void print_soak(const struct soak *soak, uint64_t connections)
{
	printf("soaked %llu stored %llu connections %llu refused %d other %d", (unsigned long long)soak->watermark,
		(unsigned long long)soak->stored, (unsigned long long)connections, soak->refused, soak->other);
	for (int i = 0; i < soak->field_count; i++)
		printf(" %llu", (unsigned long long)soak->fields[i]);
	printf(" %s\n", soak->other ? soak->fault.error.text : "");
}

/* Until it is stored or refused. */
static void insist(struct probe *probe, struct soak *soak, struct redis_commit *commit, uint64_t *connections)
{
	struct redis_call call = {.script = NULL};
	struct redis_result result = {.commit = redis_commit_head(commit)};
	redis_commit_encode(commit, &call);
	for (const int64_t until = clock_monotonic() + SOAK_PATIENCE; !result.good && clock_monotonic() < until;) {
		struct redis_reply *reply = NULL;
		*connections += !redis_link_connected(probe->link);
		if (connected(probe, &result.fault))
			reply = redis_link_call(probe->link, &call, &result.fault);
		result.good = reply != NULL;
		redis_reply_destroy(reply);
		if (!result.good && !redis_troubles[result.fault.trouble].again)
			break;
	}
	committed(soak, &result);
	redis_call_finish(&call);
	redis_commit_destroy(commit);
}

static void hammer(struct probe *probe, uint64_t count, int fields)
{
	struct soak soak = {.field_count = fields > 0 && fields < FIELDS_MOST ? fields : 20, .rewrite = true};
	uint64_t connections = 0;
	while (soak.watermark < count || (soak.rewrite && soak.watermark < 2 * count))
		insist(probe, &soak, next_commit(probe, &soak), &connections);
	print_soak(&soak, connections);
}

static void soak(struct probe *probe, uint64_t count, int fields)
{
	struct soak soak = {.field_count = fields > 0 && fields < FIELDS_MOST ? fields : 20, .rewrite = true};
	struct redis_worker_options options = {.link = probe->options, .seed = 42, .idle_ms = 50, .committed = committed, .context = &soak};
	struct error err;
	struct redis_worker *worker = redis_worker_start(&options, &err);
	const int64_t until = clock_monotonic() + SOAK_PATIENCE;
	while (worker && clock_monotonic() < until && (soak.watermark < count || soak.stored < soak.watermark)) {
		const bool pause = soak.watermark >= count && !(soak.rewrite && redis_worker_idle(worker));
		if (!pause)
			hand_over(&soak, worker, next_commit(probe, &soak));
		wait_a_little(worker, pause ? 5 : 1);
	}
	print_soak(&soak, redis_worker_status(worker).connections);
	redis_worker_stop(worker);
}

static void obey(struct probe *probe, char *line)
{
	char *rest;
	const char *word = strtok_r(line, " \n", &rest), *a = strtok_r(NULL, " \n", &rest), *b = strtok_r(NULL, " \n", &rest);
	const char *c = strtok_r(NULL, " \n", &rest);
	if (!word)
		return;
	if (strcmp(word, "take") == 0)
		lease(probe, LEASE_TAKE);
	else if (strcmp(word, "force") == 0)
		lease(probe, LEASE_TAKE_BY_FORCE);
	else if (strcmp(word, "renew") == 0)
		lease(probe, LEASE_RENEW);
	else if (strcmp(word, "commit") == 0 && c)
		commit_once(probe, strtoull(a, NULL, 10), strtoull(b, NULL, 10), c);
	else if (strcmp(word, "soak") == 0 && b)
		soak(probe, strtoull(a, NULL, 10), atoi(b));
	else if (strcmp(word, "hammer") == 0 && b)
		hammer(probe, strtoull(a, NULL, 10), atoi(b));
	else if (strcmp(word, "get") == 0 && b)
		get(probe, a, b);
	else
		printf("what?\n");
	fflush(stdout);
}

int main(int count, char **words)
{
	struct probe probe = {.options = {.name = "probe", .stop = -1, .limits = {.connect_ms = 500, .command_ms = 500}},
		.lease = {.meta = "{acme}:meta", .key = "{acme}:lease", .journal = "j1", .schema = 1}};
	struct error err;
	char line[1000];
	if (count != 3 || !redis_url_parse(words[1], &probe.options.url, &err)) {
		fprintf(stderr, "redis_probe URL OWNER: %s\n", count == 3 ? err.text : "two words");
		return 2;
	}
	snprintf(probe.lease.owner, sizeof probe.lease.owner, "%s", words[2]);
	probe.link = redis_link_create(&probe.options);
	while (fgets(line, sizeof line, stdin))
		obey(&probe, line);
	redis_link_destroy(probe.link);
	return 0;
}
