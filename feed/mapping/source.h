/* One source of documents: a mapping (data/bridges/NAME.conf, or a file of one's own), what it remembers of earlier documents, and the
 * document that is being converted. One thread at a time uses it. */
#ifndef FEED_MAPPING_SOURCE_H
#define FEED_MAPPING_SOURCE_H

#include "feed/bridges/bridge.h"
#include "feed/mapping/json_row.h"
#include "feed/mapping/mapping.h"

/* The mappings that the program holds, from data/bridges. */
struct source_text {
	const char *name, *text;
};
extern const struct source_text source_texts[]; /* ends with a NULL name */
const struct source_text *source_text_find(const char *name); /* or NULL */

struct source_options {
	const char *name; /* what its memory is kept under; NULL: the file's name without folder and ending */
	const char *map;  /* a file; NULL: the program's own of that name */
	const char *zone; /* of times that name none; NULL: what the mapping says, else UTC */
	const struct pseudonym *pseudonym; /* stays as long as the source */
	struct outbox *outbox; /* keeps what is remembered; NULL: memory */
};

struct source;
struct source *source_open(const struct source_options *options, struct error *err);
/* With a mapping that stands in memory. */
struct source *source_of_text(const char *name, const char *text, const struct pseudonym *pseudonym, struct error *err);
void source_close(struct source *source); /* NULL is fine */
const char *source_name(const struct source *source);
const struct mapping *source_mapping(const struct source *source);

/* Reads a body; the request's texts stay until it is converted. False: nothing can be made of it; err may be sent back to whoever sent it, for it
 * holds nothing of the text. */
bool source_read(struct source *source, const struct json_request *request, struct error *err);
/* The delivery's id as the `webhook` section says, of the first document (or of header and query); empty: none. Valid until the next call
 * with `source`. */
struct view source_delivery(struct source *source);

/* What becomes of each document of a body. */
struct source_sink {
	void *context;
	void (*event)(void *context, const struct event *event, struct view queue); /* views valid during the call */
	/* After its events: BRIDGE_MAPPED, _IGNORED, _UNKNOWN or _DAMAGED (of an element alone: its document is told too). `name`: as the
	 * source calls it, or as the mapping calls what it ignores; harmless text. `why` may be NULL. */
	void (*document)(void *context, enum bridge_count which, const char *name, const char *why);
};
/* Converts all documents that were read. With an outbox between its outbox_begin() and outbox_commit(): what is remembered is put there. */
void source_convert(struct source *source, const struct source_sink *sink);
/* Converts into its outbox, and counts with the host; between outbox_begin() and outbox_commit(). */
void source_commit(struct source *source, const struct bridge_host *host);

/* `bridge test`: a file with one document, a list of them, one a line, or {"headers": {...}, "query": "...", "body": ...}; or an object of such things
 * under names that mean nothing to the mapping. */
bool source_test(const struct source_options *options, const char *path, const struct bridge_trial *trial, struct error *err);

#endif
