/* What calendars were told; the opening hours are made again from it. */
#include <stdlib.h>

#include "base/memory.h"
#include "metrics/keep.h"

#define BLOCKS_MOST (7 * 1440)
#define HOLIDAYS_MOST 16384

static void keep_blocks(struct archive *archive, struct calendar *calendar)
{
	size_t room = calendar->block_count;
	keep_array(archive, (void **)&calendar->blocks, &calendar->block_count, &room, sizeof *calendar->blocks);
	for (size_t i = 0; i < calendar->block_count && archive_good(archive); i++) {
		struct open_block *block = &calendar->blocks[i];
		KEEP_BELOW(archive, block->weekday, 7);
		KEEP_BELOW(archive, block->from, 1440);
		KEEP_BELOW(archive, block->to, 1440 + 1);
		if (archive->reading && block->from >= block->to)
			archive_wrong(archive, "hours that end before they begin");
	}
	if (calendar->block_count > BLOCKS_MOST)
		archive_wrong(archive, "more hours than a week may have");
}

static void keep_holidays(struct archive *archive, struct calendar *calendar)
{
	size_t room = calendar->holiday_count;
	keep_array(archive, (void **)&calendar->holidays, &calendar->holiday_count, &room, sizeof *calendar->holidays);
	for (size_t i = 0; i < calendar->holiday_count && archive_good(archive); i++)
		KEEP(archive, calendar->holidays[i]);
	if (calendar->holiday_count > HOLIDAYS_MOST)
		archive_wrong(archive, "more holidays than there may be");
}

/* `told` is what was written of it: where the settings have taken its name since, that is passed over. */
static void keep_told(struct archive *archive, struct engine *engine, struct calendar *told)
{
	archive_text(archive, told->zone, sizeof told->zone);
	KEEP(archive, told->rules);
	keep_blocks(archive, told);
	keep_holidays(archive, told);
	if (archive->reading && archive_good(archive) && !calendar_make(engine, told))
		archive_wrong(archive, "a calendar in a time zone that this machine does not know");
}

static void keep_calendar(struct archive *archive, struct engine *engine, struct calendar *calendar)
{
	struct calendar spare = {0};
	bool told = calendar->hours && !calendar->set;
	KEEP(archive, told);
	if (!told)
		return;
	const bool passed_over = archive->reading && calendar->set;
	keep_told(archive, engine, passed_over ? &spare : calendar);
	calendar_finish(&spare);
}

void keep_calendars(struct archive *archive, struct engine *engine)
{
	calendars_know(engine);
	for (size_t i = NAME_OTHER + 1; i < engine->calendar_names.count && archive_good(archive); i++)
		keep_calendar(archive, engine, &engine->calendars[i]);
	if (!archive->reading || !archive_good(archive))
		return;
	for (size_t i = 0; i < engine->live_slas.count; i++)
		sla_arm(engine, engine->live_slas.items[i]);
}
