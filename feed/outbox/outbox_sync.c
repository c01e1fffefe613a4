/* One thread brings commits to the disk, together those that come while it is busy. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "feed/outbox/outbox_state.h"

#define TOGETHER 2 /* ms from one fdatasync to the next at least, so that a rush costs 500 a second and not thousands; who comes meanwhile waits for two */

/* Under `lock`, which it lets go meanwhile. */
static void bring_to_disk(struct outbox *outbox)
{
	const uint64_t commits = outbox->commits, limit = atomic_load(&outbox->next);
	const int file = dup(outbox_newest(outbox)->file); /* its segment may be dropped meanwhile */
	pthread_mutex_unlock(&outbox->lock);
	const bool good = file >= 0 && fdatasync(file) == 0;
	const int reason = errno;
	if (file >= 0)
		close(file);
	pthread_mutex_lock(&outbox->lock);
	if (!good) {
		/* The kernel says it once and forgets it: what is safe cannot be told any more. */
		outbox_fail(outbox, "%s: the disk did not keep what was written: %s", outbox->directory_name, strerror(reason));
	} else {
		outbox->safe = commits;
		outbox->limit = limit;
		outbox_readers_wake(outbox);
	}
	pthread_cond_broadcast(&outbox->synced);
}

static void *run(void *argument)
{
	struct outbox *outbox = argument;
	int64_t last = 0;
	pthread_mutex_lock(&outbox->lock);
	while (!*outbox->failure.text) {
		while (!outbox->stopping && outbox->safe == outbox->commits)
			pthread_cond_wait(&outbox->committed, &outbox->lock);
		if (outbox->safe == outbox->commits)
			break;
		const int64_t rest = last + TOGETHER - clock_monotonic();
		if (rest > 0 && !outbox->stopping) {
			pthread_mutex_unlock(&outbox->lock);
			clock_sleep(rest);
			pthread_mutex_lock(&outbox->lock);
		}
		last = clock_monotonic();
		bring_to_disk(outbox);
	}
	pthread_mutex_unlock(&outbox->lock);
	return NULL;
}

bool outbox_sync_begin(struct outbox *outbox, struct error *err)
{
	pthread_cond_init(&outbox->committed, NULL);
	pthread_cond_init(&outbox->synced, NULL);
	if (!outbox->options.sync || !outbox->options.directory)
		return true;
	const int reason = pthread_create(&outbox->syncer, NULL, run, outbox);
	outbox->syncs = reason == 0;
	return outbox->syncs || fail(err, "no thread for the disk: %s", strerror(reason));
}

void outbox_sync_end(struct outbox *outbox)
{
	if (!outbox->syncs)
		return;
	pthread_mutex_lock(&outbox->lock);
	outbox->stopping = true;
	pthread_cond_signal(&outbox->committed);
	pthread_mutex_unlock(&outbox->lock);
	pthread_join(outbox->syncer, NULL);
	outbox->syncs = false;
}

bool outbox_synced(struct outbox *outbox, struct error *err)
{
	pthread_mutex_lock(&outbox->lock);
	const uint64_t wanted = outbox->commits;
	while (outbox->syncs && outbox->safe < wanted && !*outbox->failure.text)
		pthread_cond_wait(&outbox->synced, &outbox->lock);
	const bool good = !*outbox->failure.text;
	if (!good)
		fail(err, "%s", outbox->failure.text);
	pthread_mutex_unlock(&outbox->lock);
	return good;
}
