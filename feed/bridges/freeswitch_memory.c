/* What the bridge to FreeSWITCH remembers: rows in the outbox, their fields parted by tabs, which no name made harmless can hold. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "feed/bridges/freeswitch.h"

#define KEY_ROOM 256
#define ROW_ROOM 512
#define FIELDS_MOST 8
static const char visits[] = "freeswitch/visit/", channels[] = "freeswitch/channel/";
static const char workers[] = "freeswitch/agent/", tiers[] = "freeswitch/tier/";

static struct view key_of(const char *prefix, struct view name, char to[KEY_ROOM])
{
	const int size = snprintf(to, KEY_ROOM, "%s%.*s", prefix, (int)name.size, name.data ? name.data : "");
	return (struct view){to, (size_t)size};
}

/* Fields that are not there are empty. */
static void split(struct view row, struct view fields[FIELDS_MOST])
{
	for (int i = 0; i < FIELDS_MOST; i++) {
		const char *tab = row.size ? memchr(row.data, '\t', row.size) : NULL;
		const size_t size = tab ? (size_t)(tab - row.data) : row.size;
		fields[i] = (struct view){row.data, size};
		row.data += size + (tab != NULL);
		row.size -= size + (tab != NULL);
	}
}

static int64_t number_of(struct view field)
{
	char text[24];
	view_copy(field, text, sizeof text);
	return strtoll(text, NULL, 10);
}

static void put(struct freeswitch *freeswitch, const char *prefix, const char *name, const char *row)
{
	char key[KEY_ROOM];
	outbox_put(freeswitch->host.outbox, key_of(prefix, view_of(name), key), view_of(row));
}

static void forget(struct freeswitch *freeswitch, const char *prefix, const char *name)
{
	char key[KEY_ROOM];
	outbox_remove(freeswitch->host.outbox, key_of(prefix, view_of(name), key));
}

static bool find(const struct freeswitch *freeswitch, const char *prefix, struct view name, struct view *row)
{
	char key[KEY_ROOM];
	return name.size && name.size <= ID_MAX && outbox_find(freeswitch->host.outbox, key_of(prefix, name, key), row);
}

/* ---- visits ---- */

static void read_visit(struct view name, struct view row, struct visit *to)
{
	struct view fields[FIELDS_MOST];
	split(row, fields);
	*to = (struct visit){.is_talking = number_of(fields[0]) & 1, .is_held = number_of(fields[0]) & 2};
	to->queued = number_of(fields[1]);
	to->answered = number_of(fields[2]);
	view_copy(name, to->contact, sizeof to->contact);
	view_copy(fields[3], to->queue, sizeof to->queue);
	view_copy(fields[4], to->agent, sizeof to->agent);
	view_copy(fields[5], to->channel, sizeof to->channel);
}

bool visit_find(const struct freeswitch *freeswitch, struct view contact, struct visit *to)
{
	struct view row;
	if (!find(freeswitch, visits, contact, &row))
		return false;
	read_visit(contact, row, to);
	return true;
}

bool visit_find_channel(const struct freeswitch *freeswitch, struct view channel, struct visit *to)
{
	struct view row;
	char contact[ID_MAX + 1];
	if (!find(freeswitch, channels, channel, &row))
		return false;
	view_copy(row, contact, sizeof contact);
	return visit_find(freeswitch, view_of(contact), to);
}

void visit_put(struct freeswitch *freeswitch, const struct visit *visit)
{
	struct visit before;
	char row[ROW_ROOM];
	const bool known = visit_find(freeswitch, view_of(visit->contact), &before);
	if (known && *before.channel && strcmp(before.channel, visit->channel) != 0)
		forget(freeswitch, channels, before.channel);
	snprintf(row, sizeof row, "%d\t%" PRId64 "\t%" PRId64 "\t%s\t%s\t%s", visit->is_talking + 2 * visit->is_held, visit->queued, visit->answered,
		visit->queue, visit->agent, visit->channel);
	put(freeswitch, visits, visit->contact, row);
	if (*visit->channel)
		put(freeswitch, channels, visit->channel, visit->contact);
	freeswitch->visits += !known;
}

void visit_forget(struct freeswitch *freeswitch, const struct visit *visit)
{
	forget(freeswitch, visits, visit->contact);
	if (*visit->channel)
		forget(freeswitch, channels, visit->channel);
	freeswitch->visits -= freeswitch->visits > 0;
}

/* ---- agents ---- */

static void read_worker(struct view name, struct view row, struct worker *to)
{
	struct view fields[FIELDS_MOST];
	split(row, fields);
	const int64_t status = number_of(fields[0]);
	*to = (struct worker){.status = status >= WORKER_OUT && status <= WORKER_BREAK ? (enum worker_status)status : WORKER_OUT};
	to->is_idle = number_of(fields[1]) & 1;
	to->is_seen = number_of(fields[1]) & 2;
	to->wrap_ms = number_of(fields[2]);
	to->wrap_from = number_of(fields[3]);
	to->wrap_due = number_of(fields[4]);
	view_copy(fields[5], to->wrapping, sizeof to->wrapping);
	view_copy(name, to->name, sizeof to->name);
}

bool worker_find(const struct freeswitch *freeswitch, struct view name, struct worker *to)
{
	struct view row;
	if (!find(freeswitch, workers, name, &row))
		return false;
	read_worker(name, row, to);
	return true;
}

void worker_get(const struct freeswitch *freeswitch, struct view name, struct worker *to)
{
	if (worker_find(freeswitch, name, to))
		return;
	*to = (struct worker){.status = WORKER_OUT};
	view_copy(name, to->name, sizeof to->name);
}

void worker_put(struct freeswitch *freeswitch, const struct worker *worker)
{
	struct view before;
	char row[ROW_ROOM];
	freeswitch->workers += !find(freeswitch, workers, view_of(worker->name), &before);
	snprintf(row, sizeof row, "%d\t%d\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%s", (int)worker->status, worker->is_idle + 2 * worker->is_seen, worker->wrap_ms,
		worker->wrap_from, worker->wrap_due, worker->wrapping);
	put(freeswitch, workers, worker->name, row);
	if (*worker->wrapping && worker->wrap_due < freeswitch->wrap_next)
		freeswitch->wrap_next = worker->wrap_due;
}

void worker_forget(struct freeswitch *freeswitch, struct view name)
{
	char text[ID_MAX + 1];
	view_copy(name, text, sizeof text);
	forget(freeswitch, workers, text);
	freeswitch->workers -= freeswitch->workers > 0;
}

/* ---- tiers ---- */

static void tier_name(const char *queue, const char *agent, char to[2 * ID_MAX + 2])
{
	snprintf(to, 2 * ID_MAX + 2, "%s\t%s", queue, agent);
}

void tier_put(struct freeswitch *freeswitch, const char *queue, const char *agent)
{
	char name[2 * ID_MAX + 2];
	tier_name(queue, agent, name);
	put(freeswitch, tiers, name, "");
}

void tier_forget(struct freeswitch *freeswitch, const char *queue, const char *agent)
{
	char name[2 * ID_MAX + 2];
	tier_name(queue, agent, name);
	forget(freeswitch, tiers, name);
}

/* ---- all of a kind ---- */

struct gathering {
	size_t prefix, count, room;
	union {
		struct visit *visits;
		struct worker *workers;
		struct tier *tiers;
		void *any;
	} all;
};

static struct view name_behind(const struct gathering *gathering, struct view key)
{
	return (struct view){key.data + gathering->prefix, key.size - gathering->prefix};
}

static void take_visit(void *context, struct view key, struct view row)
{
	struct gathering *gathering = context;
	gathering->all.visits = memory_grow(gathering->all.visits, &gathering->room, gathering->count + 1, sizeof(struct visit));
	read_visit(name_behind(gathering, key), row, &gathering->all.visits[gathering->count++]);
}

static void take_worker(void *context, struct view key, struct view row)
{
	struct gathering *gathering = context;
	gathering->all.workers = memory_grow(gathering->all.workers, &gathering->room, gathering->count + 1, sizeof(struct worker));
	read_worker(name_behind(gathering, key), row, &gathering->all.workers[gathering->count++]);
}

static void take_tier(void *context, struct view key, struct view row)
{
	struct gathering *gathering = context;
	struct view fields[FIELDS_MOST];
	(void)row;
	split(name_behind(gathering, key), fields);
	gathering->all.tiers = memory_grow(gathering->all.tiers, &gathering->room, gathering->count + 1, sizeof(struct tier));
	struct tier *tier = &gathering->all.tiers[gathering->count++];
	view_copy(fields[0], tier->queue, sizeof tier->queue);
	view_copy(fields[1], tier->agent, sizeof tier->agent);
}

static void *gather(const struct freeswitch *freeswitch, const char *prefix, void (*take)(void *, struct view, struct view), size_t *count)
{
	struct gathering gathering = {.prefix = strlen(prefix)};
	outbox_each(freeswitch->host.outbox, view_of(prefix), take, &gathering);
	*count = gathering.count;
	return gathering.all.any;
}

struct visit *visits_all(const struct freeswitch *freeswitch, size_t *count)
{
	return gather(freeswitch, visits, take_visit, count);
}

struct worker *workers_all(const struct freeswitch *freeswitch, size_t *count)
{
	return gather(freeswitch, workers, take_worker, count);
}

struct tier *tiers_all(const struct freeswitch *freeswitch, size_t *count)
{
	return gather(freeswitch, tiers, take_tier, count);
}

void freeswitch_count(struct freeswitch *freeswitch)
{
	free(visits_all(freeswitch, &freeswitch->visits));
	free(workers_all(freeswitch, &freeswitch->workers));
}
