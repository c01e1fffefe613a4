/* A document of another system as a row for a mapping: JSON, or a form as browsers send it. Columns are paths into it:
 *   ticket.group.name   a key of a key of a key; a number counts the elements of a list from 0; * is the first element (or value)
 *                       in which the rest of the path finds something; a text that is JSON itself is looked into as if it stood there
 *   .state              of the element that `each` has come to
 *   header:X-Name, query:name, bridge:received   of the request that brought it; the last in ms since the epoch
 * What is not there, null, and a list or an object with nothing in it are empty; other lists and objects are "[...]" and "{...}": one can ask
 * whether they are there, and never passes on by accident what stands in them. */
#ifndef FEED_MAPPING_JSON_ROW_H
#define FEED_MAPPING_JSON_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

#define JSON_ROW_SIZE_MAX (16 * 1024 * 1024) /* bytes of a body; who receives it sets a lower limit */
#define JSON_ROW_STEPS_MAX 32
#define JSON_ROW_DOCUMENTS_MAX 10000 /* in one body */

struct json_node;

/* What came with the body. Everything but `body` may be missing. */
struct json_request {
	struct view body;
	const char *type;  /* Content-Type */
	const char *query; /* without '?', still percent-encoded */
	const char *(*header)(const void *context, const char *name); /* NULL: no such header */
	const void *context;
	int64_t received; /* ms since the epoch */
};

struct json_path; /* one column */
/* False: err says what is wrong with the path. */
struct json_path *json_path_create(const char *text, struct error *err);
void json_path_destroy(struct json_path *path); /* NULL is fine */
bool json_path_of_element(const struct json_path *path);

struct json_row; /* what was read last, and the texts made of it */
struct json_row *json_row_create(void);
void json_row_destroy(struct json_row *row);
/* Reads a body: one document, or a list of them. What it points into must stay until the next read. False: err says what is wrong and at
 * which line and column, and holds nothing of the text. */
bool json_row_read(struct json_row *row, const struct json_request *request, struct error *err);
size_t json_row_documents(const struct json_row *row);
/* Turns to a document (and to no element). The views given before are gone. */
void json_row_turn(struct json_row *row, size_t document);
const struct json_node *json_row_document(const struct json_row *row);
/* How many elements the path leads to: those of a list, one for anything else that is there. */
size_t json_row_elements(struct json_row *row, const struct json_path *path);
/* Turns to an element of that path: quick one after the other; views given for the document stay. */
void json_row_element(struct json_row *row, const struct json_path *path, size_t number);
/* The column's text, valid until the next turn. */
struct view json_row_column(struct json_row *row, const struct json_path *path);
/* The document as it stands in the body; of a form nothing. */
struct view json_row_text(const struct json_row *row);
/* Names every field of the document that holds something: "ticket.group.name", a list's elements as "contacts.0.id". */
void json_row_fields(const struct json_row *row, void (*take)(void *context, const char *name), void *context);

#endif
