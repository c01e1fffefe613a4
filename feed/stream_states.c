#include "feed/stream_states.h"

#define IDLE 10000 /* ms without a request until a state is let go: two time-outs of an asker */
#define PAUSE 5000 /* ms without a request after which it gives way to one that is wanted */
#define HOLD 30000 /* ms that a state is kept for those who fetch it, whoever else comes */

void stream_states_finish(struct stream_states *states)
{
	for (int i = 0; i < STREAM_STATES_MAX; i++)
		wire_buffer_finish(&states->kept[i].bytes);
}

struct stream_frozen *stream_states_find(struct stream_states *states, uint64_t lsn, int64_t now)
{
	for (int i = 0; i < STREAM_STATES_MAX; i++) {
		struct stream_frozen *frozen = &states->kept[i];
		if (frozen->bytes.size == 0 || frozen->lsn != lsn)
			continue;
		frozen->used = now;
		return frozen;
	}
	return NULL;
}

struct stream_frozen *stream_states_newest(struct stream_states *states)
{
	struct stream_frozen *newest = NULL;
	for (int i = 0; i < STREAM_STATES_MAX; i++) {
		struct stream_frozen *frozen = &states->kept[i];
		if (frozen->bytes.size && (!newest || frozen->lsn > newest->lsn))
			newest = frozen;
	}
	return newest;
}

static bool is_free(const struct stream_frozen *frozen, int64_t now)
{
	return frozen->fetching <= 0 || now - frozen->used >= PAUSE || now - frozen->taken >= HOLD;
}

struct stream_frozen *stream_states_place(struct stream_states *states, int64_t now)
{
	struct stream_frozen *oldest = NULL;
	for (int i = 0; i < STREAM_STATES_MAX; i++) {
		struct stream_frozen *frozen = &states->kept[i];
		if (frozen->bytes.size == 0)
			return frozen;
		if (is_free(frozen, now) && (!oldest || frozen->taken < oldest->taken))
			oldest = frozen;
	}
	if (oldest)
		oldest->bytes.size = 0;
	return oldest;
}

void stream_states_tidy(struct stream_states *states, int64_t now)
{
	for (int i = 0; i < STREAM_STATES_MAX; i++)
		if (states->kept[i].bytes.size && now - states->kept[i].used >= IDLE)
			wire_buffer_finish(&states->kept[i].bytes);
}

int64_t stream_states_due(const struct stream_states *states)
{
	int64_t due = INT64_MAX;
	for (int i = 0; i < STREAM_STATES_MAX; i++)
		if (states->kept[i].bytes.size && states->kept[i].used + IDLE < due)
			due = states->kept[i].used + IDLE;
	return due;
}
