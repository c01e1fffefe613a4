/* Where rolling aggregates are kept for others and for after a restart. Today: memory (nothing outlives the program). The shape is
 * that of a store that commits what changed, and loads it again. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/error.h"
#include "metrics/engine.h"

struct store;

struct store_class {
	const char *scheme, *help;
	struct store *(*open)(const char *url, const struct settings *settings, struct error *err);
	void (*close)(struct store *store);
	/* Told before each snapshot, with the engine as it is then. */
	bool (*apply)(struct store *store, const struct engine *engine, struct error *err);
	/* An engine as the store remembers it, or NULL: it remembers none. */
	struct engine *(*load)(struct store *store, const struct settings *settings, struct error *err);
};

struct store { const struct store_class *class; };

extern const struct store_class *const store_classes[]; /* ends with NULL */
struct store *store_open(const char *url, const struct settings *settings, struct error *err); /* "memory", ... */
void store_close(struct store *store);

#endif
