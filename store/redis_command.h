/* Commands on their way to Redis: written word by word in its own protocol, with lengths, so that no byte in a value can mean
 * anything, and nothing is formatted twice. */
#ifndef STORE_REDIS_COMMAND_H
#define STORE_REDIS_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

/* Zeroed: empty. */
struct redis_commands {
	char *bytes;
	size_t size, room;
	size_t *ends; /* where each command ends, in bytes */
	size_t count, ends_room;
};

void redis_commands_finish(struct redis_commands *commands);
/* For reuse: what was in it is gone; redis_commands_erase() also overwrites it (passwords). */
void redis_commands_clear(struct redis_commands *commands);
void redis_commands_erase(struct redis_commands *commands);
/* Begins a command of so many words, which then must all follow. */
void redis_commands_begin(struct redis_commands *commands, size_t words);
void redis_commands_word(struct redis_commands *commands, struct view word);
void redis_commands_text(struct redis_commands *commands, const char *word);
void redis_commands_number(struct redis_commands *commands, int64_t number);
/* A whole command of texts; the last one is NULL. */
void redis_commands_add(struct redis_commands *commands, const char *first, ...) __attribute__((sentinel));
/* A whole command, as redis_commands_at() gives it. */
void redis_commands_copy(struct redis_commands *commands, struct view command);
/* Words that were written elsewhere in the same form. */
void redis_commands_raw(struct redis_commands *commands, struct view bytes);
/* The bytes of command `index`. */
struct view redis_commands_at(const struct redis_commands *commands, size_t index);

#endif
