/* A path into a document, taken apart: what json_row.c walks along. */
#ifndef FEED_MAPPING_JSON_PATH_H
#define FEED_MAPPING_JSON_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/view.h"

enum json_origin { JSON_DOCUMENT, JSON_ELEMENT, JSON_HEADER, JSON_QUERY, JSON_RECEIVED };

struct json_step {
	struct view key; /* inside json_path.text */
	long index; /* in a list; -1: the key is no number */
	bool any;
};

struct json_path {
	enum json_origin origin;
	char *text;	  /* owned, cut at its dots */
	const char *name; /* of a header, or of a field of the query */
	struct json_step *steps;
	size_t count;
};

#endif
