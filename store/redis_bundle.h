/* The operations of a commit as the script takes them: in bundles, each one word of the call that holds MessagePack numbers and texts
 * one behind the other. What this costs and saves is told in redis_script.lua. */
#ifndef STORE_REDIS_BUNDLE_H
#define STORE_REDIS_BUNDLE_H

#include "store/redis_script.h"

#define REDIS_FIELDS_MOST 2000 /* texts of one operation: Lua's stack takes 8000 */

struct redis_bundle {
	struct redis_call *call;
	char *bytes;
	size_t size, room, words;
};

/* `verb` is one letter; `place` the key's position in the call. What follows is told word by word. */
void redis_bundle_operation(struct redis_bundle *bundle, char verb, size_t place);
void redis_bundle_number(struct redis_bundle *bundle, uint32_t number);
void redis_bundle_text(struct redis_bundle *bundle, struct view text);
/* What is left goes into the call. */
void redis_bundle_finish(struct redis_bundle *bundle);

#endif
