#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "app/site_reader.h"
#include "base/clock.h"
#include "base/memory.h"
#include "store/redis_url.h"

struct site_reader {
	char *url;
	const struct settings *settings;
	int wake, stir; /* eventfds: of whoever takes what was read; of the thread */
	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* of all below */
	struct engine *engine; /* read, and not yet taken */
	bool stop, wanted;
	enum link_state link;
	int64_t since; /* monotonic: when what is stored last moved */
	char why[600];
};

static void ring(int descriptor)
{
	const uint64_t one = 1;
	if (write(descriptor, &one, sizeof one) < 0)
		return; /* the counter is full: whoever waits is awake already */
}

static void hand_over(struct site_reader *reader, struct engine *engine, enum link_state link, int64_t silent, const char *why)
{
	pthread_mutex_lock(&reader->lock);
	const bool news = engine || link != reader->link || strcmp(why, reader->why) != 0;
	if (engine) {
		engine_destroy(reader->engine);
		reader->engine = engine;
	}
	reader->link = link;
	reader->since = clock_monotonic() - silent;
	snprintf(reader->why, sizeof reader->why, "%s", why);
	pthread_mutex_unlock(&reader->lock);
	if (news)
		ring(reader->wake);
}

static void look(struct site_reader *reader, struct stored **stored)
{
	struct error err;
	if (!*stored)
		*stored = stored_open(reader->url, reader->settings, &err);
	if (!*stored) {
		hand_over(reader, NULL, LINK_STALE, 0, err.text);
		return;
	}
	int64_t silent;
	const char *why;
	struct engine *engine = stored_take(*stored);
	const enum link_state link = stored_link(*stored, &silent, &why);
	hand_over(reader, engine, link, silent, why);
}

static void rest(const struct site_reader *reader, int64_t until)
{
	struct pollfd item = {.fd = reader->stir, .events = POLLIN};
	const int64_t now = clock_monotonic();
	uint64_t count;
	if (poll(&item, 1, until == INT64_MAX ? -1 : until > now ? (int)(until - now) : 0) > 0 && read(reader->stir, &count, sizeof count) < 0)
		return;
}

static void *run(void *argument)
{
	struct site_reader *reader = argument;
	struct stored *stored = NULL;
	for (;;) {
		pthread_mutex_lock(&reader->lock);
		const bool stop = reader->stop, wanted = reader->wanted;
		pthread_mutex_unlock(&reader->lock);
		if (stop)
			break;
		if (wanted)
			look(reader, &stored);
		rest(reader, !wanted ? INT64_MAX : stored ? stored_due(stored) : clock_monotonic() + 1000);
	}
	stored_close(stored);
	return NULL;
}

static bool url_is_good(const char *text, struct error *err)
{
	struct redis_url url;
	return redis_url_parse(text, &url, err);
}

struct site_reader *site_reader_open(const char *url, const struct settings *settings, int wake, struct error *err)
{
	if (!url_is_good(url, err))
		return NULL;
	struct site_reader *reader = memory_new(1, sizeof *reader);
	reader->url = memory_text(url);
	reader->settings = settings;
	reader->wake = wake;
	reader->wanted = true;
	reader->link = LINK_CONNECTING;
	reader->since = clock_monotonic();
	reader->stir = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&reader->lock, NULL);
	reader->running = reader->stir >= 0 && pthread_create(&reader->thread, NULL, run, reader) == 0;
	if (reader->running)
		return reader;
	fail(err, "cannot start a thread for the site '%s': %s", settings->site, strerror(errno));
	site_reader_close(reader);
	return NULL;
}

void site_reader_stop(struct site_reader *reader)
{
	if (!reader || !reader->running)
		return;
	pthread_mutex_lock(&reader->lock);
	reader->stop = true;
	pthread_mutex_unlock(&reader->lock);
	ring(reader->stir);
}

void site_reader_close(struct site_reader *reader)
{
	if (!reader)
		return;
	site_reader_stop(reader);
	if (reader->running)
		pthread_join(reader->thread, NULL);
	if (reader->stir >= 0)
		close(reader->stir);
	pthread_mutex_destroy(&reader->lock);
	engine_destroy(reader->engine);
	free(reader->url);
	free(reader);
}

void site_reader_want(struct site_reader *reader, bool wanted)
{
	pthread_mutex_lock(&reader->lock);
	const bool changed = reader->wanted != wanted;
	reader->wanted = wanted;
	pthread_mutex_unlock(&reader->lock);
	if (changed)
		ring(reader->stir);
}

struct engine *site_reader_take(struct site_reader *reader)
{
	pthread_mutex_lock(&reader->lock);
	struct engine *engine = reader->engine;
	reader->engine = NULL;
	pthread_mutex_unlock(&reader->lock);
	return engine;
}

enum link_state site_reader_link(struct site_reader *reader, int64_t *silent, char *why, size_t room)
{
	pthread_mutex_lock(&reader->lock);
	const enum link_state link = reader->link;
	*silent = clock_monotonic() - reader->since;
	snprintf(why, room, "%s", reader->why);
	pthread_mutex_unlock(&reader->lock);
	return link;
}
