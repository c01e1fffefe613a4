#include "widgets/board_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "tui/keys.h"
#include "widgets/board_evidence.h"
#include "widgets/board_lists.h"
#include "widgets/evidence_table.h"
#include "widgets/export.h"

/* The list that is on screen; NULL: there is none. */
static const struct list_class *table_here(const struct board *board, const struct snapshot *snapshot)
{
	if (board->page == BOARD_EVIDENCE)
		return evidence_proof(board, snapshot) ? &evidence_table : NULL;
	if (board_page_classes[board->page])
		return lists_here(board, snapshot);
	if (board->page == BOARD_OWN || board->page == BOARD_WIDGET)
		return board->seen.count ? board->seen.items[0].list : NULL;
	const bool of_queues = board->focus == FOCUS_NONE || board->focus == FOCUS_PANELS + PANEL_QUEUES;
	return board->page == BOARD_OVERVIEW && of_queues ? page_list(&page_queues_class, 0) : NULL;
}

static const char *name_here(const struct board *board)
{
	switch (board->page) {
#define PAGE_NAME(word, name, digit, help) case BOARD_##word: return #name;
		KEYED_PAGES(PAGE_NAME)
#undef PAGE_NAME
	case BOARD_EVIDENCE:
		return "evidence";
	default:
		return "queues";
	}
}

/* "tablo-queues-20260921-125007.csv" */
static void propose(const struct board *board, const struct snapshot *snapshot, char *to, size_t room)
{
	const int64_t at = snapshot->timeline ? snapshot->timeline->cursor : snapshot->at;
	const struct civil civil = instant_civil(at == INSTANT_NONE ? 0 : at, snapshot->zone);
	snprintf(to, room, "tablo-%s-%04d%02d%02d-%02d%02d%02d.csv", name_here(board), civil.year, civil.month, civil.day, civil.hour, civil.minute,
		civil.second);
}

enum board_action export_type(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	if (!table_here(board, snapshot)) {
		board_say(board, _("there is no table on this page: Enter opens the one under the cursor, then x"));
		return BOARD_REDRAW;
	}
	entry_begin(&board->entry, ENTRY_EXPORT);
	propose(board, snapshot, board->entry.typed, sizeof board->entry.typed);
	return BOARD_REDRAW;
}

static int *rows_here(const struct board *board, const struct snapshot *snapshot, const struct list_class *list, int *count)
{
	if (list != &evidence_table)
		return list_order(list, snapshot, &board->states, count);
	int *rows = memory_new(board->list.count + 1, sizeof *rows);
	*count = (int)board->list.count;
	for (int i = 0; i < *count; i++)
		rows[i] = (int)board->list.order[i];
	return rows;
}

static bool ends_with(const char *text, const char *end)
{
	const size_t length = strlen(text), wanted = strlen(end);
	return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

enum board_action export_to(struct board *board, const struct snapshot *snapshot, const char *path)
{
	struct export export = {.list = table_here(board, snapshot), .snapshot = snapshot, .page = name_here(board)};
	if (!export.list)
		return export_type(board, snapshot, 0);
	if (board->page == BOARD_EVIDENCE)
		evidence_list_update(&board->list, evidence_proof(board, snapshot));
	int *rows = rows_here(board, snapshot, export.list, &export.count);
	export.rows = rows;
	export_finish(board);
	snprintf(board->file.path, sizeof board->file.path, "%s", path);
	board->file.text = ends_with(path, ".json") ? export_json(&export) : export_csv(&export);
	board->file.rows = export.count;
	free(rows);
	return BOARD_EXPORT;
}

enum board_action export_entry_key(struct board *board, const struct snapshot *snapshot, int key)
{
	struct entry *entry = &board->entry;
	const enum entry_kind kind = entry->kind;
	char path[sizeof entry->typed];
	if (key != SCREEN_KEY_ENTER && key != SCREEN_KEY_ESCAPE)
		return entry_key(entry, key) ? BOARD_REDRAW : BOARD_NOTHING;
	memcpy(path, entry->typed, sizeof path);
	entry_begin(entry, ENTRY_NONE);
	if (key == SCREEN_KEY_ESCAPE || !*path)
		return BOARD_REDRAW;
	if (kind == ENTRY_EXPORT)
		return export_to(board, snapshot, path);
	board->file.over = strcmp(path, "y") == 0 || strcmp(path, _("yes")) == 0;
	return board->file.over ? BOARD_EXPORT : BOARD_REDRAW;
}

void export_finish(struct board *board)
{
	free(board->file.text);
	board->file = (struct board_file){.text = NULL};
}

const struct board_file *board_file(const struct board *board)
{
	return &board->file;
}

void board_filed(struct board *board, enum board_filed result, const char *why)
{
	char text[sizeof board->said];
	if (result == BOARD_FILE_EXISTS) {
		entry_begin(&board->entry, ENTRY_OVERWRITE);
		return;
	}
	if (result == BOARD_FILE_WRITTEN)
		snprintf(text, sizeof text, words_plural("%d row written to %.120s", "%d rows written to %.120s", board->file.rows), board->file.rows,
			board->file.path);
	board_say(board, result == BOARD_FILE_WRITTEN ? text : why);
	export_finish(board);
}
