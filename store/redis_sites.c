#include "store/redis_sites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/redis_schema.h"

#define SITES_FOUND_MOST 200 /* kept; a Redis of so many is somebody's test */
#define SITES_SHOWN 8
#define ROUNDS_MOST 50 /* of SCAN, some ms each: others may have millions of keys there */

struct finding_sites {
	char *names[SITES_FOUND_MOST];
	int count;
};

static bool is_known(const struct finding_sites *found, const char *name)
{
	for (int i = 0; i < found->count; i++)
		if (strcmp(found->names[i], name) == 0)
			return true;
	return false;
}

/* "{acme}:meta": a site, where the schema knows the key as that. */
static void take_key(struct finding_sites *found, struct view key)
{
	char site[200], name[200];
	struct view rest;
	const char *end = key.size > 2 && key.data[0] == '{' ? memrchr(key.data, '}', key.size) : NULL;
	if (!end || (size_t)(end - key.data) >= sizeof site || found->count == SITES_FOUND_MOST)
		return;
	view_copy((struct view){key.data + 1, (size_t)(end - key.data) - 1}, site, sizeof site);
	if (redis_schema_find(site, key, &rest) != STORED_META)
		return;
	text_harmless(view_of(site), name, sizeof name);
	if (!is_known(found, name))
		found->names[found->count++] = memory_text(name);
}

/* False: the server would not tell, or everything was seen. */
static bool look_on(struct redis_link *link, struct finding_sites *found, char cursor[24])
{
	char pattern[REDIS_KEY_ROOM];
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	struct redis_fault fault;
	redis_schema_key(pattern, "*", STORED_META, NULL);
	redis_commands_add(&commands, "SCAN", cursor, "MATCH", pattern, "COUNT", "1000", NULL);
	bool more = redis_link_run(link, &commands, &replies, &fault) && replies.count == 1;
	const struct redis_reply *keys = more ? redis_reply_at(replies.list[0], 1) : NULL;
	for (size_t i = 0; keys && i < keys->count; i++)
		take_key(found, redis_reply_text(keys->elements[i]));
	if (keys)
		view_copy(redis_reply_text(replies.list[0]->elements[0]), cursor, 24);
	more = keys && strcmp(cursor, "0") != 0;
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	return more;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

int redis_sites_text(struct redis_link *link, char *to, size_t room)
{
	struct finding_sites found = {.count = 0};
	char cursor[24] = "0";
	size_t used = 0;
	*to = 0;
	if (redis_link_is_cluster(link))
		return 0;
	for (int i = 0; i < ROUNDS_MOST && look_on(link, &found, cursor); i++)
		continue;
	qsort(found.names, (size_t)found.count, sizeof *found.names, by_name);
	for (int i = 0; i < found.count && i < SITES_SHOWN && used < room; i++) {
		const char *before = i == 0 ? (found.count > 1 ? "there are " : "there is ") : i + 1 == found.count ? " and " : ", ";
		used += (size_t)snprintf(to + used, room - used, "%s%.40s", before, found.names[i]);
	}
	if (found.count > SITES_SHOWN && used < room)
		used += (size_t)snprintf(to + used, room - used, " and %d more", found.count - SITES_SHOWN);
	if (found.count && used < room)
		snprintf(to + used, room - used, ": which one is meant says --site NAME");
	for (int i = 0; i < found.count; i++)
		free(found.names[i]);
	return found.count;
}
