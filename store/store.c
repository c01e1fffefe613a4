#include <string.h>

#include "store/store.h"

extern const struct store_class memory_store_class;

const struct store_class *const store_classes[] = {&memory_store_class, NULL};

struct store *store_open(const char *url, const struct settings *settings, struct error *err)
{
	size_t length = strcspn(url, ":");
	for (const struct store_class *const *class = store_classes; *class; class++)
		if (strlen((*class)->scheme) == length && strncmp((*class)->scheme, url, length) == 0)
			return (*class)->open(url, settings, err);
	fail(err, "no store is called '%s'; there is: memory", url);
	return NULL;
}

void store_close(struct store *store)
{
	if (store)
		store->class->close(store);
}
