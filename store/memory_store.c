#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/store.h"

/* The board's own memory: the engine is all there is, and it ends with the program. */

static struct store *open_memory(const char *url, const struct settings *settings, struct error *err);

static void close_memory(struct store *store)
{
	free(store);
}

static bool keep_nothing(struct store *store, const struct engine *engine, struct error *err)
{
	(void)store;
	(void)engine;
	(void)err;
	return true;
}

static struct engine *remember_nothing(struct store *store, const struct settings *settings, struct error *err)
{
	(void)store;
	(void)settings;
	(void)err;
	return NULL;
}

extern const struct store_class memory_store_class;
const struct store_class memory_store_class = {
	.scheme = "memory",
	.help = "the figures live in this program only",
	.open = open_memory,
	.close = close_memory,
	.apply = keep_nothing,
	.load = remember_nothing,
};

static struct store *open_memory(const char *url, const struct settings *settings, struct error *err)
{
	(void)settings;
	if (strcmp(url, "memory") != 0) {
		fail(err, "the memory store takes no address: write \"memory\", not \"%s\"", url);
		return NULL;
	}
	struct store *store = memory_new(1, sizeof *store);
	store->class = &memory_store_class;
	return store;
}
