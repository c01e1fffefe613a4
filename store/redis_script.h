/* Our Lua scripts (redis_script.lua, redis_lease.lua), built in, and calls of them. */
#ifndef STORE_REDIS_SCRIPT_H
#define STORE_REDIS_SCRIPT_H

#include "store/redis_command.h"

struct redis_script {
	char sha[41];
	size_t size;
	const char *text;
};

extern const struct redis_script redis_script_commit, redis_script_lease, redis_script_inbox;

/* A script with its keys and arguments. Zeroed with a script: none yet. Keys first. */
struct redis_call {
	const struct redis_script *script;
	struct redis_commands words; /* keys and arguments; no command yet */
	size_t keys, count;
};

void redis_call_finish(struct redis_call *call);
void redis_call_key(struct redis_call *call, struct view key);
void redis_call_word(struct redis_call *call, struct view word);
/* As 20 digits: the scripts compare numbers as texts. */
void redis_call_decimal(struct redis_call *call, uint64_t number);
/* As it is. */
void redis_call_number(struct redis_call *call, uint64_t number);
/* Adds the command that runs it: EVALSHA, or EVAL with the whole text where the server does not know it. */
void redis_call_encode(const struct redis_call *call, bool whole, struct redis_commands *to);
/* 20 digits back into a number; false: it is not that. */
bool redis_decimal_read(struct view text, uint64_t *number);

#endif
