#include "store/answer_memory.h"

#include <stdlib.h>

#include "base/memory.h"
#include "store/snapshot.h"

struct kept {
	struct answer_of of;
	struct snapshot_ask ask;
	struct snapshot_answer answer;
};

struct answer_memory {
	struct kept *kept;
	size_t count, room;
	size_t next; /* where all places are taken, the one that goes */
};

struct answer_memory *answer_memory_create(void)
{
	return memory_new(1, sizeof(struct answer_memory));
}

void answer_memory_destroy(struct answer_memory *memory)
{
	if (!memory)
		return;
	free(memory->kept);
	free(memory);
}

static struct kept *find(const struct answer_memory *memory, const struct answer_of *of, const struct snapshot_ask *ask)
{
	for (size_t i = 0; i < memory->count; i++)
		if (memory->kept[i].of.parts == of->parts && memory->kept[i].of.formula == of->formula && snapshot_ask_equal(&memory->kept[i].ask, ask))
			return &memory->kept[i];
	return NULL;
}

bool answer_recall(const struct answer_memory *memory, const struct answer_of *of, const struct snapshot_ask *ask, struct snapshot_answer *answer)
{
	const struct kept *kept = memory ? find(memory, of, ask) : NULL;
	if (!kept || kept->of.from != of->from)
		return false;
	const struct snapshot_ask asked = answer->ask;
	*answer = kept->answer;
	answer->ask = asked;
	return true;
}

void answer_keep(struct answer_memory *memory, const struct answer_of *of, const struct snapshot_ask *ask, const struct snapshot_answer *answer)
{
	if (!memory)
		return;
	struct kept *kept = find(memory, of, ask);
	if (!kept && memory->count < ASKS_MOST) {
		memory->kept = memory_grow(memory->kept, &memory->room, memory->count + 1, sizeof *memory->kept);
		kept = &memory->kept[memory->count++];
	} else if (!kept) {
		kept = &memory->kept[memory->next];
		memory->next = (memory->next + 1) % ASKS_MOST;
	}
	*kept = (struct kept){*of, *ask, *answer};
}
