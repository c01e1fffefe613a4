/* Webhooks: systems that call us. Requests that are genuine are converted by their source's mapping, committed, and only then answered. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/words.h"
#include "feed/bridges/webhook_state.h"

#define LISTEN "127.0.0.1:8480"
#define DELIVERIES_MOST 500000 /* remembered, of all sources together */
#define PROOFS_MOST 500000
#define TURN_MS 50    /* and no longer than this, so that what was committed is published */

enum { SET_DELIVERIES, SET_PROOFS }; /* of the outbox */

static const char *const options[] = {"--listen", "--secret-file", "--map", "--unsigned", "--zone", "--public-url", "--behind-proxy",
	"--tls-certificate",
	"--tls-key", NULL};

/* ---- opening ---- */

static bool is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strncmp(address, "[::1]", 5) == 0 || strncmp(address, "unix:", 5) == 0;
}

static bool open_server(struct webhook *webhook, struct error *err)
{
	const struct bridge_host *host = &webhook->host;
	const char *listen = host->option(host->arguments, "--listen");
	const struct http_options http = {.listen = listen ? listen : LISTEN, .behind_proxy = host->option(host->arguments, "--behind-proxy") != NULL,
		.certificate = host->option(host->arguments, "--tls-certificate"), .key = host->option(host->arguments, "--tls-key"), .handle = webhook_door,
		.context = webhook};
	webhook->secure = http.certificate != NULL;
	webhook->server = http_server_open(&http, err);
	if (!webhook->server)
		return false;
	const char *address = http_server_address(webhook->server);
	if (webhook->sources.unsigned_ones && (http.behind_proxy || !is_loopback(address)))
		return fail(err, "--unsigned is for trials at a loopback address: listen at 127.0.0.1 without --behind-proxy, or write a secret into the file of "
				 "--secret-file");
	char text[400];
	snprintf(text, sizeof text, "listening at %s", address);
	host->say(host->context, text);
	return true;
}

static void say_sources(const struct webhook *webhook)
{
	for (size_t i = 0; i < webhook->sources.count; i++) {
		const struct webhook_source *source = &webhook->sources.list[i];
		char text[300];
		snprintf(text, sizeof text, "%.100s takes %.64s%s", source->path, source_name(source->source), source->signature ? "" : ", from anybody");
		webhook->host.say(webhook->host.context, text);
	}
}

static bool check_origin(const char *origin, struct error *err)
{
	return !origin || ((strncmp(origin, "https://", 8) == 0 || strncmp(origin, "http://", 7) == 0) && origin[strlen(origin) - 1] != '/')
		|| fail(err, "--public-url %.200s: write what stands before the path, as in https://hooks.example.org", origin);
}

static void webhook_close(void *state)
{
	struct webhook *webhook = state;
	http_server_close(webhook->server); /* first: it calls webhook_door() */
	webhook_sources_close(&webhook->sources);
	for (size_t i = 0; i < webhook->reason_count; i++)
		free(webhook->reasons[i]);
	if (webhook->bell >= 0)
		close(webhook->bell);
	pthread_mutex_destroy(&webhook->lock);
	free(webhook);
}

static void *webhook_open(const struct bridge_host *host, const char *target, struct error *err)
{
	(void)target;
	struct webhook *webhook = memory_new(1, sizeof *webhook);
	webhook->host = *host;
	webhook->origin = host->option(host->arguments, "--public-url");
	webhook->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&webhook->lock, NULL);
	/* The sources keep pointing to the host of the bridge, which stays where it is. */
	if (check_origin(webhook->origin, err) && webhook_sources_open(&webhook->sources, &webhook->host, err) && open_server(webhook, err)) {
		say_sources(webhook);
		return webhook;
	}
	webhook_close(webhook);
	return NULL;
}

/* ---- a request ---- */

struct outcome { /* of one body */
	struct webhook *webhook;
	struct webhook_source *source;
	uint64_t counts[BRIDGE_COUNT];
	struct error why[BRIDGE_COUNT]; /* of the first of each that had a reason */
	char name[130];			/* of the last document */
};

static void take_event(void *context, const struct event *event, struct view queue)
{
	const struct outcome *outcome = context;
	outbox_event(outcome->webhook->host.outbox, event, queue);
}

static void take_document(void *context, enum bridge_count which, const char *name, const char *why)
{
	struct outcome *outcome = context;
	if (why && !*outcome->why[which].text)
		fail(&outcome->why[which], "%s%s%s", name, *name ? ": " : "", why);
	snprintf(outcome->name, sizeof outcome->name, "%s", name);
	outcome->counts[which]++;
}

static void tell_counts(const struct outcome *outcome)
{
	const struct bridge_host *host = &outcome->webhook->host;
	for (int which = 0; which < BRIDGE_COUNT; which++) {
		char text[800];
		const bool has_reason = *outcome->why[which].text != 0;
		snprintf(text, sizeof text, "%s: %s", source_name(outcome->source->source), outcome->why[which].text);
		outcome->webhook->counts[which] += outcome->counts[which];
		for (uint64_t i = 0; i < outcome->counts[which]; i++)
			host->count(host->context, (enum bridge_count)which, has_reason ? text : NULL);
	}
}

static int settle(struct outcome *outcome, enum bridge_count which, int status, const char *text)
{
	outcome->counts[which]++;
	fail(&outcome->why[which], "%s", text);
	return status;
}

/* Whether the same was delivered before: by its id, or by a signature that holds only once. 0: it is new; else the answer's status. */
static int note_delivery(struct outcome *outcome, const struct webhook_waiting *waiting)
{
	struct outbox *outbox = outcome->webhook->host.outbox;
	const char *name = source_name(waiting->source->source);
	const struct view id = source_delivery(waiting->source->source);
	if (id.size) {
		const size_t size = strlen(name) + 1; /* with its end, so that no name and id read as others */
		char *key = memory_new(size + id.size, 1);
		memcpy(key, name, size);
		memcpy(key + size, id.data, id.size);
		const bool fresh = outbox_note(outbox, SET_DELIVERIES, (struct view){key, size + id.size}, DELIVERIES_MOST);
		free(key);
		if (!fresh)
			return outcome->counts[BRIDGE_DUPLICATE]++, 200;
	}
	if (!waiting->proof.size || outbox_note(outbox, SET_PROOFS, (struct view){(const char *)waiting->proof.bytes, waiting->proof.size}, PROOFS_MOST))
		return 0;
	if (!id.size || !waiting->proof.timed)
		return outcome->counts[BRIDGE_DUPLICATE]++, 200;
	return settle(outcome, BRIDGE_REFUSED, 403, "this signature was used before, for a delivery of another id");
}

/* Between begin and commit. 0: to be committed; else the answer's status, and nothing of it holds. */
static int convert(struct outcome *outcome, const struct webhook_waiting *waiting)
{
	const struct source_sink sink = {.context = outcome, .event = take_event, .document = take_document};
	const int known = note_delivery(outcome, waiting);
	if (known)
		return known;
	source_convert(waiting->source->source, &sink);
	/* A body of which nothing could be made is not remembered: sent again after the mapping was mended, it counts. */
	const uint64_t good = outcome->counts[BRIDGE_MAPPED] + outcome->counts[BRIDGE_IGNORED] + outcome->counts[BRIDGE_UNKNOWN];
	return outcome->counts[BRIDGE_DAMAGED] && !good ? 400 : 0;
}

static const char *find_header(const void *context, const char *name)
{
	return http_header(context, name);
}

static int commit(struct outcome *outcome, const struct webhook_waiting *waiting)
{
	struct outbox *outbox = outcome->webhook->host.outbox;
	outbox_begin(outbox);
	int status = convert(outcome, waiting);
	struct error err;
	if (status) {
		outbox_abandon(outbox);
		return status;
	}
	const bool good = outbox_commit(outbox, &err);
	outcome->webhook->failing = !good;
	if (good)
		return 200;
	*outcome = (struct outcome){.webhook = outcome->webhook, .source = outcome->source};
	return settle(outcome, BRIDGE_REFUSED, 503, err.text);
}

/* The answer's status. */
static int take_request(struct outcome *outcome, const struct webhook_waiting *waiting)
{
	const struct http_request *request = waiting->request;
	const struct json_request read = {.body = request->body, .type = http_header(request, "Content-Type"), .query = request->query,
		.header = find_header,
		.context = request, .received = waiting->received};
	struct error err;
	if (!source_read(waiting->source->source, &read, &err))
		return settle(outcome, BRIDGE_DAMAGED, 400, err.text);
	return commit(outcome, waiting);
}

/* What the sender is told. */
static void say_outcome(const struct outcome *outcome, int status, char text[WEBHOOK_ANSWER_MOST])
{
	const char *word = "";
	for (int which = 0; which < BRIDGE_COUNT; which++)
		if (which != BRIDGE_TAKEN && outcome->counts[which])
			word = bridge_count_names[which];
	if (status == 503)
		snprintf(text, WEBHOOK_ANSWER_MOST, "the disk refuses; try again\n");
	else if (status == 200)
		snprintf(text, WEBHOOK_ANSWER_MOST, "%s\n", word);
	else
		snprintf(text, WEBHOOK_ANSWER_MOST, "%s\n", outcome->why[status == 400 ? BRIDGE_DAMAGED : BRIDGE_REFUSED].text);
}

static void serve_one(struct webhook *webhook, const struct webhook_waiting *waiting, struct webhook_done *done)
{
	struct outcome outcome = {.webhook = webhook, .source = waiting->source};
	done->status = take_request(&outcome, waiting);
	done->call = waiting->request->call;
	outcome.counts[BRIDGE_TAKEN] = 1;
	say_outcome(&outcome, done->status, done->text);
	tell_counts(&outcome);
}

/* ---- a turn ---- */

static bool next_waiting(struct webhook *webhook, struct webhook_waiting *waiting)
{
	struct webhook_line *line = &webhook->line;
	pthread_mutex_lock(&webhook->lock);
	const bool found = line->count > 0;
	if (found) {
		*waiting = line->waiting[line->first];
		line->first = (line->first + 1) % WEBHOOK_LINE_MOST;
		line->count--;
	}
	pthread_mutex_unlock(&webhook->lock);
	return found;
}

static void tell_refused(struct webhook *webhook)
{
	char *reasons[WEBHOOK_REASONS_MOST];
	pthread_mutex_lock(&webhook->lock);
	const size_t count = webhook->reason_count;
	const uint64_t refused = webhook->refused;
	memcpy(reasons, webhook->reasons, sizeof reasons);
	webhook->reason_count = 0;
	webhook->refused = 0;
	pthread_mutex_unlock(&webhook->lock);
	webhook->counts[BRIDGE_REFUSED] += refused;
	for (uint64_t i = 0; i < refused; i++) {
		webhook->host.count(webhook->host.context, BRIDGE_REFUSED, i < count ? reasons[i] : NULL);
		if (i < count)
			free(reasons[i]);
	}
}

/* Nobody is told that his delivery is safe before it is. False: it cannot be told any more what is safe; a new start reads it from the disk. */
static bool answer_all(struct webhook *webhook, size_t count, struct error *err)
{
	const bool safe = outbox_synced(webhook->host.outbox, err);
	if (!safe)
		webhook->failing = true;
	for (size_t i = 0; i < count; i++) {
		const struct webhook_done *done = &webhook->done[i];
		const bool lost = !safe && done->status == 200;
		struct http_answer answer = webhook_answer(lost ? 503 : done->status, lost ? "the disk refuses; try again\n" : done->text);
		answer.retry_after = answer.status == 503 ? 5 : 0;
		http_answer_call(done->call, &answer);
	}
	return safe;
}

static bool webhook_turn(void *state, struct error *err)
{
	struct webhook *webhook = state;
	struct webhook_waiting waiting;
	const int64_t until = clock_monotonic() + TURN_MS;
	size_t count = 0;
	eventfd_t ignored;
	eventfd_read(webhook->bell, &ignored);
	tell_refused(webhook);
	while (count < WEBHOOK_TURN_MOST && clock_monotonic() < until && next_waiting(webhook, &waiting))
		serve_one(webhook, &waiting, &webhook->done[count++]);
	if (!count)
		return true;
	eventfd_write(webhook->bell, 1); /* whoever still stands in line */
	return answer_all(webhook, count, err);
}

static int webhook_items(void *state, struct zmq_pollitem_t *items, int room)
{
	const struct webhook *webhook = state;
	if (room < 1)
		return 0;
	items[0] = (zmq_pollitem_t){.fd = webhook->bell, .events = ZMQ_POLLIN};
	return 1;
}

static int64_t webhook_due(const void *state)
{
	(void)state;
	return INT64_MAX;
}

static bool webhook_reload(void *state, struct error *err)
{
	struct webhook *webhook = state;
	return webhook_sources_reload(&webhook->sources, &webhook->host, err);
}

static bool webhook_test(const struct bridge_host *host, const char *path, const struct bridge_trial *trial, struct error *err)
{
	const char *map = host->option(host->arguments, "--map");
	const struct source_options source = {.map = map, .zone = host->option(host->arguments, "--zone"), .pseudonym = &host->pseudonym,
		.outbox = host->outbox};
	return map ? source_test(&source, path, trial, err)
		   : fail(err, "say whose document it is: `tablo bridge test zammad %.200s`, or --map FILE with a mapping of your own", path);
}

const struct bridge_class webhook_bridge = {
	.name = "webhook",
	.positional = "",
	.help = N_("what other systems push: Zammad, Chatwoot, Zendesk, Intercom, Freshdesk, Twilio, Amazon Connect, or a mapping of your own"),
	.gives = "requests",
	.holds = "documents",
	.options = options,
	.open = webhook_open,
	.close = webhook_close,
	.items = webhook_items,
	.due = webhook_due,
	.turn = webhook_turn,
	.reload = webhook_reload,
	.test = webhook_test,
};
