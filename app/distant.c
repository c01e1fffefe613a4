#include "app/distant.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/sites.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "config/tables.h"

#define LOOK_EVERY 50 /* ms while something is waited for */

struct distant_site {
	struct settings *settings;
	char *urls; /* "": it is attached nowhere */
	struct fetch *fetch; /* NULL: nothing was fetched yet */
};

struct distant {
	struct distant_site sites[SITES_MOST];
	int count;
	pthread_mutex_t lock; /* of what is fetched */
};

/* ---- the sites ---- */

static bool add_site(struct distant *distant, const struct settings *settings, const char *attach, const char *name, struct error *err)
{
	char urls[500];
	struct distant_site *site = &distant->sites[distant->count++];
	sites_address(settings, attach, name, urls, sizeof urls);
	site->urls = memory_text(urls);
	site->settings = settings_copy(settings);
	return settings_set(site->settings, "site", name, err) && settings_set(site->settings, "zone", sites_zone(settings, name), err);
}

static bool add_sites(struct distant *distant, const struct settings *settings, const char *attach, struct error *err)
{
	char names[SITES_MOST][SITES_NAME];
	const int count = sites_names(settings, attach, names);
	for (int i = 0; i < count; i++)
		if (!add_site(distant, settings, attach, names[i], err))
			return false;
	return true;
}

struct distant *distant_open(const struct settings *settings, const char *attach, bool several, struct error *err)
{
	err->text[0] = 0;
	if (!several && !attach)
		return NULL;
	struct distant *distant = memory_new(1, sizeof *distant);
	pthread_mutex_init(&distant->lock, NULL);
	bool good = true;
	if (several) {
		good = add_sites(distant, settings, attach, err);
	} else {
		distant->sites[0] = (struct distant_site){.settings = settings_copy(settings), .urls = memory_text(attach)};
		distant->count = 1;
	}
	if (good)
		return distant;
	distant_close(distant);
	return NULL;
}

void distant_close(struct distant *distant)
{
	if (!distant)
		return;
	for (int i = 0; i < distant->count; i++) {
		fetch_release(distant->sites[i].fetch);
		settings_destroy(distant->sites[i].settings);
		free(distant->sites[i].urls);
	}
	pthread_mutex_destroy(&distant->lock);
	free(distant);
}

int distant_count(const struct distant *distant)
{
	return distant->count;
}

const char *distant_name(const struct distant *distant, int site)
{
	return distant->sites[site].settings->site;
}

int distant_find(const struct distant *distant, const char *name)
{
	for (int i = 0; i < distant->count; i++)
		if (strcmp(distant->sites[i].settings->site, name) == 0)
			return i;
	return -1;
}

const struct settings *distant_settings(const struct distant *distant, int site)
{
	return distant->sites[site].settings;
}

/* ---- what is fetched ---- */

static struct fetch *fetch_anew(struct distant_site *site, int64_t since, struct error *err)
{
	const struct fetch_options options = {.urls = site->urls, .settings = site->settings, .since = since};
	struct fetch *fetch = fetch_open(&options, err);
	if (!fetch || !fetch_hold(fetch, since))
		return fetch; /* it failed at once: the caller's alone */
	fetch_release(site->fetch);
	site->fetch = fetch;
	return fetch;
}

struct fetch *distant_fetch(struct distant *distant, int site, int64_t since, struct error *err)
{
	struct distant_site *there = &distant->sites[site];
	if (!*there->urls) {
		fail(err, "no collector is known to look back with: give --attach");
		return NULL;
	}
	pthread_mutex_lock(&distant->lock);
	struct fetch *fetch = there->fetch && fetch_hold(there->fetch, since) ? there->fetch : fetch_anew(there, since, err);
	pthread_mutex_unlock(&distant->lock);
	return fetch;
}

void distant_tidy(struct distant *distant)
{
	pthread_mutex_lock(&distant->lock);
	for (int i = 0; i < distant->count; i++) {
		struct distant_site *site = &distant->sites[i];
		if (!site->fetch || !fetch_unwanted(site->fetch))
			continue;
		fetch_release(site->fetch);
		site->fetch = NULL;
	}
	pthread_mutex_unlock(&distant->lock);
}

bool distant_await(struct fetch *fetch, const struct distant_wait *wait, struct fetch_look *look, struct error *err)
{
	char text[300];
	for (;;) {
		*look = fetch_look(fetch);
		/* Once it was here, a link that is lost since leaves what there is. */
		if (look->phase == FETCH_ENDED || (look->phase == FETCH_READY && (look->last >= wait->lsn || !look->linked)))
			return true;
		if (look->phase == FETCH_FAILED)
			return fail(err, "%s", look->why);
		if (wait->stop && wait->stop(wait->context))
			return fail(err, "given up");
		fetch_text(look, text, sizeof text);
		if (wait->tell)
			wait->tell(wait->context, text);
		clock_sleep(LOOK_EVERY);
	}
}
