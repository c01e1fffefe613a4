#include "feed/pack.h"

void pack_note(struct pack *pack, enum feed_fault fault, const char *why)
{
	pack->fault = fault;
	pack->why = why;
}

bool pack_skip(struct pack *pack, int depth, uint32_t most)
{
	uint32_t left[PACK_DEPTH_MAX + 1] = {1};
	int level = 0;
	for (;;) {
		while (left[level] == 0) {
			if (level-- == 0)
				return true;
		}
		left[level]--;
		struct pack_value value;
		if (!pack_read(pack, level ? PACK_ELEMENTS_MAX : most, &value))
			return false;
		if (value.kind != PACK_ARRAY && value.kind != PACK_MAP)
			continue;
		if (depth + level + 1 > PACK_DEPTH_MAX)
			return pack_fail(pack, FAULT_TOO_LARGE, "nested deeper than 8");
		left[++level] = value.kind == PACK_MAP ? 2 * value.count : value.count;
	}
}
