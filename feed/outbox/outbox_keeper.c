#include "feed/outbox/outbox_keeper.h"

static bool find_kept(void *context, struct view key, struct view *value)
{
	return outbox_find(context, key, value);
}

static void put_kept(void *context, struct view key, struct view value)
{
	outbox_put(context, key, value);
}

static void remove_kept(void *context, struct view key)
{
	outbox_remove(context, key);
}

static void each_kept(void *context, struct view prefix, void (*take)(void *taker, struct view key, struct view value), void *taker)
{
	outbox_each(context, prefix, take, taker);
}

struct recall_keeper outbox_keeper(struct outbox *outbox, const int64_t *hour)
{
	return (struct recall_keeper){.context = outbox, .find = find_kept, .put = put_kept, .remove = remove_kept, .each = each_kept, .hour = hour};
}
