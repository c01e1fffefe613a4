#include "store/redis_tape.h"

#include <stdlib.h>

#include "base/memory.h"

struct head { /* before the key with its NUL, the field and the value */
	size_t key, field, value;
};

void redis_tape_field(void *context, const char *key, struct view field, struct view value)
{
	struct redis_tape *tape = context;
	const struct head head = {strlen(key) + 1, field.size, value.size};
	const size_t size = sizeof head + head.key + head.field + head.value;
	tape->bytes = memory_grow(tape->bytes, &tape->room, tape->size + size, 1);
	char *to = tape->bytes + tape->size;
	memcpy(to, &head, sizeof head);
	to += sizeof head;
	memcpy(to, key, head.key);
	if (field.size)
		memcpy(to + head.key, field.data, field.size);
	if (value.size)
		memcpy(to + head.key + head.field, value.data, value.size);
	tape->size += size;
}

void redis_tape_play(const struct redis_tape *tape, const struct redis_sink *sink)
{
	struct head head;
	for (size_t at = 0; at < tape->size;) {
		memcpy(&head, tape->bytes + at, sizeof head);
		const char *key = tape->bytes + at + sizeof head, *field = key + head.key;
		redis_sink_put(sink, key, (struct view){field, head.field}, (struct view){field + head.field, head.value});
		at += sizeof head + head.key + head.field + head.value;
	}
}

void redis_tape_finish(struct redis_tape *tape)
{
	free(tape->bytes);
	*tape = (struct redis_tape){.bytes = NULL};
}
