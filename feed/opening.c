#include "feed/opening.h"

#include "base/calendar.h"
#include "feed/pack.h"

static bool read_array(struct pack *pack, uint32_t most, uint32_t *count)
{
	struct pack_value value;
	if (!pack_read(pack, most, &value) || value.kind != PACK_ARRAY)
		return false;
	*count = value.count;
	return true;
}

static bool read_block(struct pack *pack, struct open_block *block)
{
	struct pack_value from, to;
	uint32_t count;
	if (!read_array(pack, 2, &count) || count != 2 || !pack_read(pack, 0, &from) || !pack_read(pack, 0, &to) ||
		from.kind != PACK_INTEGER || to.kind != PACK_INTEGER || from.number < 0 || from.number >= to.number || to.number > 24 * 60)
		return false;
	block->from = (uint16_t)from.number;
	block->to = (uint16_t)to.number;
	return true;
}

bool opening_week(struct view raw, struct open_block *blocks, size_t room, size_t *count)
{
	struct pack pack = pack_of(raw.data, raw.size);
	uint32_t days, of_day;
	*count = 0;
	if (!read_array(&pack, 7, &days) || days != 7)
		return false;
	for (uint8_t day = 0; day < 7; day++) {
		if (!read_array(&pack, OPENING_BLOCKS_MOST, &of_day))
			return false;
		for (; of_day; of_day--, (*count)++) {
			struct open_block block = {.weekday = day};
			if (!read_block(&pack, &block))
				return false;
			if (blocks && *count < room)
				blocks[*count] = block;
		}
	}
	return true;
}

bool opening_holidays(struct view raw, int32_t *days, size_t room, size_t *count)
{
	struct pack pack = pack_of(raw.data, raw.size);
	struct pack_value value;
	uint32_t left;
	*count = 0;
	if (!read_array(&pack, PACK_HOLIDAYS_MAX, &left))
		return false;
	for (; left; left--, (*count)++) {
		int64_t day;
		if (!pack_read(&pack, 0, &value) || value.kind != PACK_TEXT || !calendar_read(value.text, &day))
			return false;
		if (days && *count < room)
			days[*count] = (int32_t)day;
	}
	return true;
}
