#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <zmq.h>

#include "app/attached.h"
#include "app/site_reader.h"
#include "app/sites.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/tables.h"
#include "metrics/lists.h"

#define LINKS_LOOKED (SECOND_MS / 2) /* silence grows by itself: pictures are due without news */

_Static_assert(SITES_POLL_MAX >= SITES_MOST * ATTACHED_POLL_MAX + 1, "room for each site and the readers");

struct site {
	struct sites *all;
	struct settings *settings; /* the board's, with this site's name and zone */
	struct zone *zone;
	/* Two, for records of the stream go on from where the stream was, whatever was read meanwhile. NULL: nothing came this way. */
	struct engine *followed, *stored;
	struct attached *attached; /* NULL: only Redis */
	struct site_reader *reader; /* NULL: only a collector */
	enum link_state link; /* as it was last told */
	char why[600];
};

struct sites {
	const struct settings *settings;
	struct engine *names;
	struct site items[SITES_MOST];
	int count;
	int wake; /* rung by the readers */
	bool changed;
	uint64_t events;
	int64_t looked; /* monotonic */
	struct merge_site shown[SITES_MOST];
	struct merge merge;
};

/* ---- which sites ---- */

/* The name before "=tcp://..."; false: none stands there. A "=" of an address itself comes after its scheme. */
static bool split_pair(struct view part, struct view *name, struct view *url)
{
	const char *equals = memchr(part.data, '=', part.size), *scheme = memmem(part.data, part.size, "://", 3);
	if (!equals || (scheme && scheme < equals))
		return false;
	*name = (struct view){part.data, (size_t)(equals - part.data)};
	*url = (struct view){equals + 1, part.size - name->size - 1};
	return true;
}

bool sites_named(const char *attach)
{
	struct view name, url;
	return attach && split_pair((struct view){attach, strcspn(attach, ",")}, &name, &url);
}

void sites_address(const struct settings *settings, const char *attach, const char *site, char *to, size_t room)
{
	*to = 0;
	for (int i = 0; i < settings->place_count; i++)
		if (strcmp(settings->places[i].name, site) == 0 && settings->places[i].attach)
			snprintf(to, room, "%s", settings->places[i].attach);
	for (const char *at = attach; at && *at;) {
		struct view part = {at, strcspn(at, ",")}, name, url;
		if (split_pair(part, &name, &url) && view_is(name, site))
			view_copy(url, to, room);
		at += part.size + (at[part.size] == ',');
	}
}

const char *sites_zone(const struct settings *settings, const char *site)
{
	for (int i = 0; i < settings->place_count; i++)
		if (strcmp(settings->places[i].name, site) == 0 && settings->places[i].zone)
			return settings->places[i].zone;
	return settings->zone;
}

int sites_names(const struct settings *settings, const char *attach, char names[SITES_MOST][SITES_NAME])
{
	int count = 0;
	for (int i = 0; i < settings->shown_count && count < SITES_MOST; i++)
		snprintf(names[count++], SITES_NAME, "%s", settings->sites[i]);
	for (const char *at = attach; settings->shown_count == 0 && at && *at && count < SITES_MOST;) {
		struct view part = {at, strcspn(at, ",")}, name, url;
		if (split_pair(part, &name, &url))
			view_copy(name, names[count++], SITES_NAME);
		at += part.size + (at[part.size] == ',');
	}
	return count;
}

/* ---- one site ---- */

static void take_followed(void *context, struct engine *engine)
{
	struct site *site = context;
	engine_destroy(site->followed);
	site->followed = engine;
	site->all->changed = true;
}

static void take_stored(struct site *site, struct engine *engine)
{
	if (!engine && !site->stored)
		return;
	engine_destroy(site->stored);
	site->stored = engine;
	site->all->changed = true;
}

static void follow(void *context, const struct record *record)
{
	struct site *site = context;
	if (!site->followed) /* a record before any state: whoever sends that is no collector of ours */
		return;
	engine_apply(site->followed, record);
	site->all->events += record->batch ? record->batch->count : 0;
	site->all->changed = true;
}

static void link_changed(void *context)
{
	struct site *site = context;
	site->all->changed = true;
}

static bool reads_store(const struct site *site)
{
	return site->reader && (!site->attached || attached_link(site->attached).state != LINK_LIVE);
}

/* What is known of it best: the newer of both; NULL: nothing. */
static const struct engine *engine_of(const struct site *site)
{
	const struct engine *followed = site->followed, *stored = site->stored;
	if (!followed || !stored)
		return followed ? followed : stored;
	return engine_now(stored) > engine_now(followed) ? stored : followed;
}

static bool open_site(struct site *site, const char *attach, const char *store, void *zmq, struct curve *curve, struct error *err)
{
	char url[500];
	const char *name = site->settings->site;
	sites_address(site->settings, attach, name, url, sizeof url);
	if (!*url && !store)
		return fail(err, "the site '%s' is nowhere to be found: give --store URL, --attach %s=URL, or write collector \"%s\" { attach = ... }", name,
			name, name);
	site->zone = zone_open(site->settings->zone, err);
	if (!site->zone)
		return false;
	if (store) {
		site->reader = site_reader_open(store, site->settings, site->all->wake, err);
		if (!site->reader)
			return false;
	}
	const struct attached_sink sink = {.context = site, .engine = take_followed, .record = follow, .link = link_changed};
	if (*url)
		site->attached = attached_open(url, site->settings, zmq, curve, &sink, err);
	return site->attached || !*url;
}

static void close_site(struct site *site)
{
	attached_close(site->attached);
	site_reader_close(site->reader);
	engine_destroy(site->followed);
	engine_destroy(site->stored);
	zone_close(site->zone);
	settings_destroy(site->settings);
}

static bool add_site(struct sites *sites, struct view name, struct error *err)
{
	if (sites->count == SITES_MOST)
		return fail(err, "more than %d sites on one board: show those of one part of the world", SITES_MOST);
	struct site *site = &sites->items[sites->count];
	char text[200];
	view_copy(name, text, sizeof text);
	for (int i = 0; i < sites->count; i++)
		if (strcmp(sites->items[i].settings->site, text) == 0)
			return fail(err, "the site '%s' is named twice", text);
	*site = (struct site){.all = sites, .settings = settings_copy(sites->settings)};
	sites->count++;
	if (!*text || !settings_set(site->settings, "site", text, err))
		return *text || fail(err, "a site without a name: write NAME=tcp://HOST:PORT,NAME=...");
	return settings_set(site->settings, "zone", sites_zone(sites->settings, text), err);
}

static bool name_sites(struct sites *sites, const char *attach, struct error *err)
{
	for (int i = 0; i < sites->settings->shown_count; i++)
		if (!add_site(sites, view_of(sites->settings->sites[i]), err))
			return false;
	for (const char *at = attach; sites->settings->shown_count == 0 && at && *at;) {
		struct view part = {at, strcspn(at, ",")}, name, url;
		if (!split_pair(part, &name, &url))
			return fail(err, "--attach: '%.*s' has no site before it: write NAME=URL for each", (int)part.size, part.data);
		if (!add_site(sites, name, err))
			return false;
		at += part.size + (at[part.size] == ',');
	}
	return sites->count > 0 || fail(err, "no site is named: give --sites NAME,NAME");
}

struct sites *sites_open(const char *attach, const char *store, const struct settings *settings, struct engine *names, void *zmq, struct curve *curve,
	struct error *err)
{
	struct sites *sites = memory_new(1, sizeof *sites);
	sites->settings = settings;
	sites->names = names;
	sites->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	bool good = sites->wake >= 0 || fail(err, "no descriptor is left for the sites: %s", strerror(errno));
	good = good && name_sites(sites, attach, err);
	for (int i = 0; good && i < sites->count; i++)
		good = open_site(&sites->items[i], attach, store, zmq, curve, err);
	joined_make_room(names, sites->count);
	if (good)
		return sites;
	sites_close(sites);
	return NULL;
}

void sites_close(struct sites *sites)
{
	if (!sites)
		return;
	for (int i = 0; i < sites->count; i++)
		site_reader_stop(sites->items[i].reader);
	for (int i = 0; i < sites->count; i++)
		close_site(&sites->items[i]);
	if (sites->wake >= 0)
		close(sites->wake);
	merge_finish(&sites->merge);
	free(sites);
}

/* ---- turns ---- */

int sites_items(const struct sites *sites, struct zmq_pollitem_t *items)
{
	int count = 0;
	for (int i = 0; i < sites->count; i++)
		if (sites->items[i].attached)
			count += attached_items(sites->items[i].attached, items + count);
	items[count++] = (zmq_pollitem_t){.fd = sites->wake, .events = ZMQ_POLLIN};
	return count;
}

int64_t sites_due(const struct sites *sites)
{
	int64_t due = sites->looked + LINKS_LOOKED;
	for (int i = 0; i < sites->count; i++) {
		int64_t attached = sites->items[i].attached ? attached_due(sites->items[i].attached) : INT64_MAX;
		due = attached < due ? attached : due;
	}
	return due;
}

static enum link_state look_at_link(struct site *site, int64_t *silent, bool *from_store)
{
	*from_store = reads_store(site);
	if (*from_store)
		return site_reader_link(site->reader, silent, site->why, sizeof site->why);
	const struct attached_link link = attached_link(site->attached);
	*silent = clock_monotonic() - link.silent_since;
	snprintf(site->why, sizeof site->why, "%s", link.why);
	return link.state;
}

static void mind_site(struct site *site, int most)
{
	if (site->attached)
		attached_next(site->attached, most);
	bool from_store = reads_store(site);
	if (site->reader) {
		site_reader_want(site->reader, from_store);
		struct engine *engine = site_reader_take(site->reader);
		if (!from_store) { /* what was on its way is older than the stream */
			engine_destroy(engine);
			take_stored(site, NULL);
		} else if (engine) {
			take_stored(site, engine);
		}
	}
	int64_t silent;
	enum link_state link = look_at_link(site, &silent, &from_store);
	/* What is stale says for how long. */
	site->all->changed = site->all->changed || link != site->link || (link == LINK_STALE && clock_monotonic() - site->all->looked >= LINKS_LOOKED);
	site->link = link;
}

bool sites_next(struct sites *sites, int most)
{
	uint64_t count;
	if (read(sites->wake, &count, sizeof count) < 0 && errno != EAGAIN)
		log_line(LOG_LEVEL_WARNING, "the sites' readers cannot be heard: %s", strerror(errno));
	for (int i = 0; i < sites->count; i++)
		mind_site(&sites->items[i], most);
	if (clock_monotonic() - sites->looked >= LINKS_LOOKED)
		sites->looked = clock_monotonic();
	bool changed = sites->changed;
	sites->changed = false;
	return changed;
}

uint64_t sites_events(const struct sites *sites)
{
	return sites->events;
}

/* ---- what is known ---- */

int sites_count(const struct sites *sites)
{
	return sites->count;
}

int sites_known(const struct sites *sites)
{
	int known = 0;
	for (int i = 0; i < sites->count; i++) {
		const struct engine *engine = engine_of(&sites->items[i]);
		known += engine && engine_now(engine) != INSTANT_NONE;
	}
	return known;
}

const char *sites_name(const struct sites *sites, int site)
{
	return sites->items[site - 1].settings->site;
}

int64_t sites_time(const struct sites *sites, int site)
{
	const struct engine *engine = engine_of(&sites->items[site - 1]);
	return engine ? engine_now(engine) : INSTANT_NONE;
}

struct attached *sites_attached(const struct sites *sites, int site)
{
	return sites->items[site - 1].attached;
}

void sites_missing_text(struct sites *sites, char *to, size_t room)
{
	size_t used = 0;
	*to = 0;
	for (int i = 0; i < sites->count && used < room; i++) {
		struct site *site = &sites->items[i];
		int64_t silent;
		bool from_store;
		if (engine_of(site))
			continue;
		look_at_link(site, &silent, &from_store);
		int wrote = snprintf(to + used, room - used, "%s%s%s%s%s", used ? ", " : "", site->settings->site, *site->why ? " (" : "", site->why,
			*site->why ? ")" : "");
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

const struct merge *sites_merge(struct sites *sites)
{
	for (int i = 0; i < sites->count; i++) {
		struct site *site = &sites->items[i];
		struct merge_site *shown = &sites->shown[i];
		*shown = (struct merge_site){.name = site->settings->site, .engine = engine_of(site), .settings = site->settings, .zone = site->zone,
			.why = site->why};
		shown->link = look_at_link(site, &shown->silent, &shown->from_store);
	}
	merge_set(&sites->merge, sites->names, sites->shown, sites->count);
	return &sites->merge;
}

/* ---- scopes ---- */

static int find_site(const struct sites *sites, struct view name)
{
	for (int i = 0; i < sites->count; i++)
		if (view_is(name, sites->items[i].settings->site))
			return i + 1;
	return 0;
}

static bool unknown_site(const struct sites *sites, struct view name, struct error *err)
{
	char known[300] = "";
	for (int i = 0; i < sites->count && strlen(known) < 200; i++) {
		strncat(known, i ? ", " : "", sizeof known - strlen(known) - 1);
		strncat(known, sites->items[i].settings->site, sizeof known - strlen(known) - 1);
	}
	return fail(err, "--scope: no site is called '%.*s'; this board shows %s", (int)name.size, name.data, known);
}

bool sites_scope(const struct sites *sites, const char *text, bool learn, struct scope *scope, int *site, struct error *err)
{
	char rest[1000] = "";
	int found = 0;
	while (*text) {
		struct view pair = {text, strcspn(text, ",")};
		if (pair.size > 5 && memcmp(pair.data, "site=", 5) == 0) {
			struct view name = {pair.data + 5, pair.size - 5};
			found = find_site(sites, name);
			if (!found)
				return unknown_site(sites, name, err);
		} else {
			size_t used = strlen(rest);
			if (used + pair.size + 2 > sizeof rest)
				return fail(err, "--scope: too long");
			snprintf(rest + used, sizeof rest - used, "%s%.*s", used ? "," : "", (int)pair.size, pair.data);
		}
		text += pair.size + (text[pair.size] == ',');
	}
	if (!(learn ? engine_scope(sites->names, rest, scope, err) : list_scope_parse(sites->names, rest, scope, err)))
		return false;
	*site = found;
	return true;
}
