/* `tablo bridge ndjson FILE`: lines of JSON as they are written. With a mapping any documents; without one the protocol's own events. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/words.h"
#include "feed/bridges/tail.h"
#include "feed/imports/import.h"
#include "feed/mapping/source.h"

#define OWN_EVENTS "generic" /* the mapping of them that the program has */

struct ndjson_bridge {
	struct tail *tail; /* first: tail.h */
	struct source *source;
	struct pseudonym pseudonym;
};

static struct source_options source_of(const struct bridge_host *host, const struct pseudonym *pseudonym)
{
	const char *map = host->option(host->arguments, "--map");
	return (struct source_options){.name = map ? "ndjson" : OWN_EVENTS, .map = map, .zone = host->option(host->arguments, "--zone"),
		.pseudonym = pseudonym, .outbox = host->outbox};
}

static bool take_line(void *context, const struct bridge_host *host, const struct tail_line *line, struct error *err)
{
	(void)err;
	const struct ndjson_bridge *bridge = context;
	const struct json_request request = {.body = line->text, .received = clock_wall()};
	struct error why;
	host->count(host->context, BRIDGE_TAKEN, NULL);
	if (import_blank(line->text))
		host->count(host->context, BRIDGE_IGNORED, NULL);
	else if (!source_read(bridge->source, &request, &why))
		host->count(host->context, BRIDGE_DAMAGED, why.text);
	else
		source_commit(bridge->source, host);
	return true;
}

static void close_bridge(void *state)
{
	struct ndjson_bridge *bridge = state;
	tail_close(bridge->tail);
	source_close(bridge->source);
	free(bridge);
}

static void *open_bridge(const struct bridge_host *host, const char *target, struct error *err)
{
	struct ndjson_bridge *bridge = memory_new(1, sizeof *bridge);
	bridge->pseudonym = host->pseudonym;
	const struct source_options source = source_of(host, &bridge->pseudonym);
	const struct tail_options tail = {.host = host, .target = target, .key = "ndjson/position", .take = take_line, .context = bridge};
	bridge->source = source_open(&source, err);
	bridge->tail = bridge->source ? tail_open(&tail, err) : NULL;
	if (bridge->tail)
		return bridge;
	close_bridge(bridge);
	return NULL;
}

static bool test(const struct bridge_host *host, const char *path, const struct bridge_trial *trial, struct error *err)
{
	struct source_options options = source_of(host, &host->pseudonym);
	options.outbox = NULL;
	return source_test(&options, path, trial, err);
}

static const char *const options[] = {"--map", "--zone", "--once", "--from-end", NULL};

const struct bridge_class ndjson_bridge = {
	.name = "ndjson",
	.positional = "FILE",
	.help = N_("lines of JSON as they are written (- is standard input): events of our own, or whatever --map understands"),
	.gives = "lines",
	.holds = "documents",
	.options = options,
	.open = open_bridge,
	.close = close_bridge,
	.items = tail_items,
	.due = tail_due,
	.turn = tail_turn,
	.test = test,
};
