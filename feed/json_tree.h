/* A JSON text from outside as a tree that points into it: bounded in depth and size, strict (RFC 8259, UTF-8, no key twice in one object),
 * and quick, for it copies only what is escaped. Numbers stay the texts that they are. */
#ifndef FEED_JSON_TREE_H
#define FEED_JSON_TREE_H

#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

#define JSON_TREE_DEPTH_MAX 32
#define JSON_TREE_NODES_MAX 1000000

enum json_kind { JSON_NODE_NULL, JSON_NODE_FALSE, JSON_NODE_TRUE, JSON_NODE_NUMBER, JSON_NODE_TEXT, JSON_NODE_LIST, JSON_NODE_OBJECT };

struct json_node {
	enum json_kind kind;
	uint32_t count;	  /* of children */
	struct view text; /* of a text or number; of a list or object all of it as it stands in the source */
	struct view key;  /* in an object */
	const struct json_node *first, *next; /* the first child; the one after this */
};

/* Where trees and their texts stand. A zeroed one is empty. */
struct json_store {
	struct json_block *blocks; /* the newest first */
	size_t nodes;
};

/* Forgets all trees; the next ones take their room. */
void json_store_clear(struct json_store *store);
void json_store_finish(struct json_store *store);
/* Room that stays until the store is cleared. */
char *json_store_room(struct json_store *store, size_t size);

/* The source must stay as long as the tree. NULL: err says what is wrong, at which line and column, and holds nothing of the text. */
const struct json_node *json_tree_read(struct json_store *store, struct view source, struct error *err);
/* NULL: it is no object, or has no such key. */
const struct json_node *json_node_get(const struct json_node *object, struct view key);
const struct json_node *json_node_at(const struct json_node *list, size_t number);
/* A new node, for trees that are made of something else. */
struct json_node *json_node_new(struct json_store *store, enum json_kind kind);

#endif
