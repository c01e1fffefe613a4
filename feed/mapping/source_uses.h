/* What a mapping uses each column of a document for, in words: for whoever looks at a captured document. */
#ifndef FEED_MAPPING_SOURCE_USES_H
#define FEED_MAPPING_SOURCE_USES_H

#include "feed/mapping/mapping.h"

#define USES_SIZE 600

struct source_uses {
	const struct mapping *mapping;
	char (*columns)[USES_SIZE]; /* of each column */
};

void source_uses_find(struct source_uses *uses, const struct mapping *mapping);
void source_uses_finish(struct source_uses *uses);
/* Of a field as json_row_fields() names it, or "header:X-Name": what it is used for, or NULL. Valid until the next call. */
const char *source_use(struct source_uses *uses, const char *field, char to[USES_SIZE]);

#endif
