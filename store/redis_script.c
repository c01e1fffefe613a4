#include <inttypes.h>
#include <stdio.h>

#include "store/redis_script.h"

void redis_call_finish(struct redis_call *call)
{
	redis_commands_finish(&call->words);
	call->keys = call->count = 0;
}

void redis_call_key(struct redis_call *call, struct view key)
{
	redis_call_word(call, key);
	call->keys++;
}

void redis_call_word(struct redis_call *call, struct view word)
{
	redis_commands_word(&call->words, word);
	call->count++;
}

void redis_call_decimal(struct redis_call *call, uint64_t number)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%020" PRIu64, number);
	redis_call_word(call, view_of(digits));
}

void redis_call_number(struct redis_call *call, uint64_t number)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%" PRIu64, number);
	redis_call_word(call, view_of(digits));
}

void redis_call_encode(const struct redis_call *call, bool whole, struct redis_commands *to)
{
	redis_commands_begin(to, 3 + call->count);
	redis_commands_text(to, whole ? "EVAL" : "EVALSHA");
	redis_commands_word(to, whole ? (struct view){call->script->text, call->script->size} : view_of(call->script->sha));
	redis_commands_number(to, (int64_t)call->keys);
	redis_commands_raw(to, (struct view){call->words.bytes, call->words.size});
}

bool redis_decimal_read(struct view text, uint64_t *number)
{
	uint64_t value = 0;
	if (text.size != 20)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9' || __builtin_mul_overflow(value, 10u, &value) ||
			__builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value))
			return false;
	*number = value;
	return true;
}
