/* Every key of a site in Redis, in one table: docs/REDIS.md shows the same table, and a test holds both against what is written. */
#ifndef STORE_REDIS_SCHEMA_H
#define STORE_REDIS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

#define REDIS_SCHEMA 1 /* raised whenever what is stored, or its form, changes */
#define REDIS_KEY_ROOM 1400

enum redis_key {
	STORED_META, STORED_LEASE, STORED_NOW, STORED_NOW_SCOPE, STORED_TODAY, STORED_TODAY_SCOPE, STORED_SCOPES, STORED_AGENTS, STORED_ALERTS, STORED_DUE, STORED_CONDUCT,
	STORED_CONTACTS, STORED_CASES, STORED_FEEDS, STORED_COUNTERS, STORED_MINUTES, STORED_QUARTERS, STORED_DAYS, STORED_STATE, STORED_INBOX, REDIS_KEYS
};

enum redis_part {
	PART_OWN,     /* of the protocol between the writers */
	PART_PRESENT, /* hashes of the present, in which only what changed is written */
	PART_SERIES,  /* packed buckets */
	PART_STATE,   /* the packed engine */
};

struct redis_schema_entry {
	const char *pattern; /* after the tag: "now:SCOPE" */
	const char *type;    /* as TYPE says it */
	enum redis_part part;
	int64_t expires; /* seconds from the last writing, or from the stretch's end; 0: the lease's own */
	const char *what;
};
extern const struct redis_schema_entry redis_schema[REDIS_KEYS];

/* "{acme}:now:queue=Billing"; `rest`: what stands for the capital word of the pattern, or NULL. */
void redis_schema_key(char to[REDIS_KEY_ROOM], const char *site, enum redis_key key, const char *rest);
/* Which one of the site's keys this is; -1: none of ours. *rest: what stands for the capital word. */
int redis_schema_find(const char *site, struct view key, struct view *rest);

#endif
