#include "journal/places.h"

#include <stdlib.h>

#include "base/memory.h"

#define PLACES_MOST 1024 /* files; of more than that the first are forgotten */

static void forget(struct places *places, size_t number)
{
	hints_finish(&places->places[number].hints);
	places->count--;
	memmove(places->places + number, places->places + number + 1, (places->count - number) * sizeof *places->places);
}

void places_finish(struct places *places)
{
	while (places->count)
		forget(places, places->count - 1);
	free(places->places);
	*places = (struct places){0};
}

static struct hints *find(struct places *places, const struct segment *segment)
{
	for (size_t i = 0; i < places->count; i++)
		if (strcmp(places->places[i].segment.name, segment->name) == 0)
			return &places->places[i].hints;
	return NULL;
}

static struct hints *learn(struct places *places, const struct scan *scan, const char *directory, const struct segment *segment, const uint8_t *id)
{
	if (places->count == PLACES_MOST)
		forget(places, 0);
	places->places = memory_grow(places->places, &places->room, places->count + 1, sizeof *places->places);
	struct place *place = &places->places[places->count++];
	*place = (struct place){.segment = *segment};
	hints_load(&place->hints, scan->disk, directory, segment, scan->file, id);
	return &place->hints;
}

static bool is_beyond(const struct hints *hints, uint64_t lsn, int64_t recv)
{
	if (lsn)
		return lsn > hints->last;
	return hints->count == 0 || hints->hints[hints->count - 1].recv < recv;
}

void places_approach(struct places *places, struct scan *scan, const char *directory, const struct segment *segment, const uint8_t *id,
	uint64_t lsn, int64_t recv)
{
	struct hints *hints = find(places, segment);
	if (!hints)
		hints = learn(places, scan, directory, segment, id);
	/* A file that grows has no hints on the disk; a sealed one that has none lost them. Small files are read as fast. */
	const bool is_worth = scan->size > HINT_BYTES && (!segment->is_sealed || hints->count == 0);
	if (is_worth && hints->covered < scan->size && is_beyond(hints, lsn, recv))
		hints_extend(hints, scan->disk, scan->file, segment->first);
	const struct hint *hint = lsn ? hints_find_lsn(hints, lsn) : hints_find_recv(hints, recv);
	if (hint && !segment_scan_jump(scan, hint->offset, hint->lsn, hint->recv))
		hints_finish(hints); /* wrong, or of an earlier file of the name: the file is read from its beginning */
}
