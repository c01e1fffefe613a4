#include "replay/keeper.h"

#include <stdlib.h>
#include <string.h>

void keeper_begin(struct keeper *keeper, const char *directory, const uint8_t *id, const struct settings *settings)
{
	*keeper = (struct keeper){.directory = directory, .id = id, .share = (int)settings->journal_states, .is_true = true};
	meaning_init(&keeper->meaning, settings);
	if (!state_files_list(&keeper->there, NULL, directory, NULL))
		keeper->is_true = false;
}

void keeper_finish(struct keeper *keeper)
{
	if (keeper->written)
		state_files_thin(NULL, keeper->directory, keeper->share);
	state_files_finish(&keeper->there);
}

/* A state that is there already serves as well. */
static bool is_there(const struct keeper *keeper, uint64_t lsn, uint64_t *bytes)
{
	for (size_t i = 0; i < keeper->there.count; i++) {
		*bytes = keeper->there.entries[i].bytes;
		if (keeper->there.entries[i].lsn == lsn && !keeper->there.entries[i].is_damaged)
			return true;
	}
	return false;
}

static void note(struct keeper *keeper, uint64_t bytes)
{
	keeper->events = 0;
	keeper->since = keeper->weight;
	keeper->state_bytes = bytes;
}

static bool write_state(struct keeper *keeper, const struct engine *engine, struct error *err)
{
	size_t size;
	uint64_t bytes;
	uint8_t *packed = engine_pack(engine, INT64_MIN, &size);
	struct state_file state = {.lsn = engine_lsn(engine), .recv = engine_now(engine), .weight = keeper->weight,
		.bytes = {(const char *)packed, size}};
	memcpy(state.id, keeper->id, sizeof state.id);
	const bool good = state_file_add(NULL, keeper->directory, &state, err);
	free(packed);
	if (!good || !state_files_list(&keeper->there, NULL, keeper->directory, err) || !is_there(keeper, state.lsn, &bytes))
		return good;
	keeper->written++;
	note(keeper, bytes);
	return true;
}

/* Under other rules the same records give another engine. */
static void look_at(struct keeper *keeper, const struct frame *frame, const struct record *record)
{
	char text[MEANING_TEXT];
	if (!keeper->has_begun && frame->lsn != 1)
		keeper->is_true = false;
	keeper->has_begun = true;
	if (record->kind == RECORD_CONFIG && meaning_compare(&keeper->meaning, record->config, text))
		keeper->is_true = false;
}

bool keeper_take(struct keeper *keeper, const struct engine *engine, const struct frame *frame, const struct record *record, struct error *err)
{
	uint64_t bytes;
	look_at(keeper, frame, record);
	keeper->weight += frame_size(frame->payload.size);
	keeper->events += record->batch ? record->batch->count : 0;
	if (!keeper->is_true)
		return true;
	if (is_there(keeper, frame->lsn, &bytes)) {
		note(keeper, bytes);
		return true;
	}
	if (keeper->events < KEEPER_EVENTS || keeper->weight - keeper->since < state_worth(keeper->state_bytes, keeper->share))
		return true;
	if (write_state(keeper, engine, err))
		return true;
	keeper->is_true = false;
	return false;
}
