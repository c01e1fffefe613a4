/* What a source consists of: shared by source.c and source_trial.c. */
#ifndef FEED_MAPPING_SOURCE_STATE_H
#define FEED_MAPPING_SOURCE_STATE_H

#include "feed/mapping/source.h"
#include "feed/ndjson.h"

struct source {
	char *name;
	struct mapping *mapping;
	struct mapper *mapper;
	struct zone *zone;
	const struct pseudonym *pseudonym;
	struct outbox *outbox;
	struct recall_keeper keeper;
	int64_t hour, received; /* of the body: hours and ms since the epoch */
	struct json_row *row;
	struct view *fields; /* of the mapping's columns */
	struct ndjson_reader *reader; /* of the protocol's own events */
	struct wire_buffer encoded;
	const struct source_sink *sink; /* while a body is converted */
};

#endif
