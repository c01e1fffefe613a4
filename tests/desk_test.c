/* What somebody at a desk does with lists, filters, alerts and commands: order, find, chips, palette, export, undo, hints, the mouse. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/rights.h"
#include "tests/sample_snapshot.h"
#include "tui/dump.h"
#include "tui/keys.h"
#include "widgets/board.h"
#include "widgets/chips.h"
#include "widgets/export.h"
#include "widgets/palette.h"
#include "widgets/tour.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define WIDTH 140
#define HEIGHT 40

struct desk {
	struct sample *sample;
	struct board *board;
	struct canvas *canvas;
};

static struct desk open_desk(void)
{
	struct sample *sample = sample_create();
	for (int i = 0; i < sample->snapshot.alert_count; i++)
		sample->snapshot.alerts[i].id = 0x1000 + (uint64_t)i;
	return (struct desk){sample, board_create(&sample->settings, &sample->snapshot.request), canvas_create(WIDTH, HEIGHT)};
}

static void close_desk(struct desk *desk)
{
	canvas_destroy(desk->canvas);
	board_destroy(desk->board);
	sample_destroy(desk->sample);
}

/* A line of the picture without blanks at its end; the caller frees. */
static char *line_of(const struct desk *desk, int y)
{
	struct canvas *line = canvas_create(WIDTH, 1);
	char *text = NULL;
	size_t size = 0;
	memcpy(line->cells, desk->canvas->cells + (size_t)y * WIDTH, WIDTH * sizeof *line->cells);
	FILE *to = open_memstream(&text, &size);
	dump_text(line, to);
	fclose(to);
	canvas_destroy(line);
	return text;
}

static void draw(struct desk *desk)
{
	desk->sample->snapshot.request = *board_request(desk->board);
	desk->sample->snapshot.request.lists = ~0u;
	board_draw(desk->board, &desk->sample->snapshot, &(struct glyphs){.ascii = false}, desk->canvas);
}

static enum board_action press(struct desk *desk, int key)
{
	const enum board_action action = board_key(desk->board, &desk->sample->snapshot, key);
	draw(desk);
	return action;
}

static enum board_action type(struct desk *desk, const char *keys)
{
	enum board_action action = BOARD_NOTHING;
	for (; *keys; keys++)
		action = press(desk, *keys);
	return action;
}

/* The first line from y on that has the text, or -1. */
static int find_line(const struct desk *desk, int y, const char *wanted)
{
	for (; y < HEIGHT; y++) {
		char *line = line_of(desk, y);
		const bool found = strstr(line, wanted) != NULL;
		free(line);
		if (found)
			return y;
	}
	return -1;
}

static void shows(const struct desk *desk, const char *wanted)
{
	if (find_line(desk, 0, wanted) < 0) {
		dump_text(desk->canvas, stderr);
		fail_msg("the board does not show \"%s\"", wanted);
	}
}

/* ---- order and find ---- */

static const struct list_class *queues(void)
{
	return page_list(&page_queues_class, 0);
}

static double value_at(const struct snapshot *snapshot, const struct list_column *column, int row)
{
	struct list_cell cell = {.glyphs = &(struct glyphs){.ascii = false}};
	list_write(queues(), snapshot, column, row, &cell);
	return cell.raw == LIST_NUMBER ? cell.number : -1;
}

static void every_column_sorts_both_ways(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	const struct snapshot *snapshot = &sample->snapshot;
	struct list_states states = {.count = 0};
	struct list_state *chosen = list_state_of(&states, queues());
	for (int column = 1; queues()->columns[column - 1].header; column++) {
		chosen->column = column;
		for (int turned = 0; turned < 2; turned++) {
			int count = 0;
			chosen->turned = turned;
			int *rows = list_order(queues(), snapshot, &states, &count);
			assert_int_equal(count, snapshot->row_count);
			for (int i = 1; i < count && queues()->columns[column - 1].right; i++) {
				const struct list_column *by = &queues()->columns[column - 1];
				const double a = value_at(snapshot, by, rows[i - 1]), b = value_at(snapshot, by, rows[i]);
				assert_true(b < 0 || (a >= 0 && (turned ? a <= b : a >= b))); /* what is not known comes last */
			}
			for (int i = 0; i < count; i++)
				assert_int_equal(list_row(queues(), snapshot, &states, i), rows[i]);
			free(rows);
		}
	}
	sample_destroy(sample);
}

static void a_list_is_narrowed_as_one_types(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	press(&desk, '2');
	press(&desk, '/');
	type(&desk, "CHAT");
	int chats = 0;
	for (int i = 0; i < desk.sample->snapshot.row_count; i++)
		chats += strcmp(desk.sample->snapshot.rows[i].channel, "chat") == 0;
	char wanted[64];
	snprintf(wanted, sizeof wanted, "/CHAT: %d of %d", chats, desk.sample->snapshot.row_count);
	assert_in_range(chats, 1, desk.sample->snapshot.row_count - 1);
	shows(&desk, wanted);
	/* Enter keeps it, also where one was away; a row below the cursor is one of those shown. */
	press(&desk, SCREEN_KEY_ENTER);
	press(&desk, '3');
	press(&desk, '2');
	shows(&desk, wanted);
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_REQUEST);
	assert_int_equal(board_request(desk.board)->evidence.scope.channel, CHANNEL_CHAT);
	press(&desk, SCREEN_KEY_ESCAPE);
	/* Esc: all again, then back. */
	press(&desk, SCREEN_KEY_ESCAPE);
	assert_int_equal(find_line(&desk, 0, "/CHAT"), -1);
	shows(&desk, "QUEUES");
	press(&desk, '/');
	type(&desk, "nobody");
	shows(&desk, "/nobody: none of");
	press(&desk, SCREEN_KEY_ESCAPE);
	assert_int_equal(find_line(&desk, 0, "none of"), -1);
	close_desk(&desk);
}

static void the_sorted_column_is_marked(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	press(&desk, '2');
	press(&desk, 's');
	shows(&desk, "queue\u25B4");
	shows(&desk, "sorted by queue");
	press(&desk, 's');
	press(&desk, 's');
	shows(&desk, "\u25BEwaiting");
	press(&desk, 'S');
	shows(&desk, "\u25B4waiting");
	/* Kept while one is elsewhere. */
	press(&desk, '5');
	press(&desk, '2');
	shows(&desk, "\u25B4waiting");
	/* After the last column comes what the page has itself. */
	for (int i = 0; i < 20 && find_line(&desk, 0, "sorted by worst") < 0; i++)
		press(&desk, 's');
	shows(&desk, "sorted by worst");
	close_desk(&desk);
}

/* ---- chips ---- */

static void chips_stand_together_and_go_one_by_one(void **state)
{
	(void)state;
	struct snapshot_request request = {.scope = SCOPE_ALL};
	assert_false(chips_any(&request));
	assert_false(chips_take_off(&request, CHIP_LAST));
	request.scope.queue = 3;
	request.scope.channel = CHANNEL_CHAT;
	request.scope.market = 4;
	request.site = 2;
	static const int order[] = {SCOPE_MARKET, SCOPE_CHANNEL, SCOPE_QUEUE, CHIP_SITE};
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		assert_true(chips_any(&request));
		struct snapshot_request other = request;
		assert_true(chips_take_off(&other, order[i])); /* any may go first */
		assert_true(chips_take_off(&request, CHIP_LAST));
		assert_memory_equal(&request.scope, &other.scope, sizeof request.scope);
		assert_int_equal(request.site, other.site);
	}
	assert_false(chips_any(&request));
}

static void a_team_takes_the_place_of_what_it_cannot_be_parted_by(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	struct snapshot *snapshot = &desk.sample->snapshot;
	assert_in_range(snapshot->agent_count, 1, 1000);
	snapshot->agents[0].team_scope.team = 7;
	snprintf(snapshot->agents[0].team, sizeof snapshot->agents[0].team, "Blue");
	draw(&desk);
	type(&desk, "fqueue Bill");
	press(&desk, SCREEN_KEY_ENTER);
	assert_true(board_request(desk.board)->scope.queue != SCOPE_ANY);
	snprintf(snapshot->chosen[SCOPE_QUEUE], sizeof snapshot->chosen[0], "Billing");
	draw(&desk);
	shows(&desk, "queue Billing \u00D7");
	type(&desk, "fteam blu");
	press(&desk, SCREEN_KEY_ENTER);
	assert_int_equal(board_request(desk.board)->scope.team, 7);
	assert_int_equal(board_request(desk.board)->scope.queue, SCOPE_ANY);
	shows(&desk, "the other filters were taken off");
	snprintf(snapshot->chosen[SCOPE_TEAM], sizeof snapshot->chosen[0], "team Blue");
	draw(&desk);
	shows(&desk, "team Blue \u00D7");
	shows(&desk, "not known by team"); /* rather than everybody's figure */
	shows(&desk, "queues are not told by team");
	press(&desk, SCREEN_KEY_BACKSPACE);
	assert_int_equal(find_line(&desk, 0, "not known by team"), -1);
	close_desk(&desk);
}

/* ---- alerts ---- */

static const struct list_alert *newest_raised(const struct snapshot *snapshot)
{
	for (int i = 0; i < snapshot->alert_count; i++)
		if (snapshot->alerts[i].state == LIST_ALERT_RAISED)
			return &snapshot->alerts[i];
	return NULL;
}

static void the_newest_alert_is_answered_from_everywhere(void **state)
{
	(void)state;
	static const char pages[] = "123456789";
	for (const char *page = pages; *page; page++) {
		struct desk desk = open_desk();
		const struct list_alert *newest = newest_raised(&desk.sample->snapshot);
		assert_non_null(newest);
		press(&desk, *page);
		assert_int_equal(press(&desk, 'a'), BOARD_WISH);
		assert_int_equal(board_wish(desk.board)->kind, WISH_ACKNOWLEDGE);
		assert_true(board_wish(desk.board)->alert == newest->id);
		shows(&desk, "u: undo");
		/* What became of it stands beside the way back. */
		snprintf(desk.sample->snapshot.words, sizeof desk.sample->snapshot.words, "acknowledged: the collector has it");
		board_hear(desk.board, &desk.sample->snapshot);
		draw(&desk);
		shows(&desk, "the collector has it");
		shows(&desk, "u: undo");
		assert_int_equal(press(&desk, 'u'), BOARD_WISH);
		assert_int_equal(board_wish(desk.board)->kind, WISH_TAKE_BACK);
		assert_true(board_wish(desk.board)->alert == newest->id);
		assert_int_equal(press(&desk, 'u'), BOARD_REDRAW); /* once only */
		close_desk(&desk);
	}
}

static void what_was_refused_has_no_undo(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	assert_int_equal(press(&desk, 'm'), BOARD_WISH);
	assert_int_equal(board_wish(desk.board)->kind, WISH_MUTE);
	desk.sample->snapshot.refused = true;
	snprintf(desk.sample->snapshot.words, sizeof desk.sample->snapshot.words, "not muted: no collector");
	board_hear(desk.board, &desk.sample->snapshot);
	draw(&desk);
	shows(&desk, "not muted");
	assert_int_equal(find_line(&desk, 0, "u: undo"), -1);
	close_desk(&desk);
}

static void the_panel_answers_what_is_under_its_cursor(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	draw(&desk);
	for (int i = 0; i < 20 && find_line(&desk, 0, "\u2502\u25B8") < 0; i++)
		press(&desk, SCREEN_KEY_TAB);
	shows(&desk, "\u2502\u25B8"); /* the cursor in the panel of alerts */
	press(&desk, SCREEN_KEY_DOWN);
	const struct list_alert *second = &desk.sample->snapshot.alerts[1];
	if (second->state != LIST_ALERT_CLEARED) {
		assert_int_equal(press(&desk, 'a'), BOARD_WISH);
		assert_true(board_wish(desk.board)->alert == second->id);
	}
	close_desk(&desk);
}

/* ---- export ---- */

static struct export queues_export(const struct snapshot *snapshot, int *rows)
{
	for (int i = 0; i < snapshot->row_count; i++)
		rows[i] = i;
	return (struct export){.list = queues(), .snapshot = snapshot, .rows = rows, .count = snapshot->row_count, .page = "queues"};
}

static void names_are_no_formulas_in_a_spreadsheet(void **state)
{
	(void)state;
	static const struct {
		const char *name, *cell;
	} cases[] = {{"=1+1", "\r\n\"'=1+1\","}, {"+7", "\r\n\"'+7\","}, {"-2+3", "\r\n\"'-2+3\","}, {"@SUM(A1)", "\r\n\"'@SUM(A1)\","},
		{"a,\"b\"", "\r\n\"a,\"\"b\"\"\","}, {"plain", "\r\nplain,"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sample *sample = sample_create();
		int rows[64];
		sample->snapshot.row_count = 1;
		snprintf(sample->snapshot.rows[0].queue, sizeof sample->snapshot.rows[0].queue, "%s", cases[i].name);
		const struct export export = queues_export(&sample->snapshot, rows);
		char *text = export_csv(&export);
		if (!strstr(text, cases[i].cell))
			fail_msg("%s became %s", cases[i].name, text);
		free(text);
		sample_destroy(sample);
	}
}

static void files_have_plain_figures(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	int rows[64];
	json_error_t wrong;
	sample_set(sample->snapshot.rows[0].figures, "longest_wait", 252500, 1, LEVEL_CRIT);
	sample_set(sample->snapshot.rows[0].figures, "service_level", 3, 8, LEVEL_CRIT);
	sample->snapshot.rows[0].figures[metric_find("asa")].known = false;
	const struct export export = queues_export(&sample->snapshot, rows);
	char *csv = export_csv(&export), *text = export_json(&export);
	assert_non_null(strstr(csv, "waiting,longest (s),SL (%),ASA (s)"));
	assert_non_null(strstr(csv, ",252.5,37.5,,"));
	json_t *json = json_loads(text, 0, &wrong);
	assert_non_null(json);
	const json_t *row = json_array_get(json_object_get(json, "rows"), 0);
	assert_true(json_real_value(json_object_get(row, "longest")) == 252.5);
	assert_true(json_is_null(json_object_get(row, "ASA")));
	assert_string_equal(json_string_value(json_object_get(json_object_get(json, "units"), "longest")), "s");
	assert_int_equal(json_array_size(json_object_get(json, "rows")), sample->snapshot.row_count);
	json_decref(json);
	free(text);
	free(csv);
	sample_destroy(sample);
}

static void a_file_is_not_written_over_unasked(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	press(&desk, '2');
	press(&desk, 'x');
	shows(&desk, "export to: tablo-queues-");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_EXPORT);
	assert_non_null(strstr(board_file(desk.board)->text, "queue,channel,waiting"));
	assert_false(board_file(desk.board)->over);
	board_filed(desk.board, BOARD_FILE_EXISTS, "");
	draw(&desk);
	shows(&desk, "write over it?");
	type(&desk, "n");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_REDRAW);
	press(&desk, 'x');
	press(&desk, SCREEN_KEY_ENTER);
	board_filed(desk.board, BOARD_FILE_EXISTS, "");
	type(&desk, "y");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_EXPORT);
	assert_true(board_file(desk.board)->over);
	board_filed(desk.board, BOARD_FILE_WRITTEN, "");
	draw(&desk);
	shows(&desk, "rows written to tablo-queues-");
	close_desk(&desk);
}

/* What the display hides is not in the file: both are made of the snapshot's texts. */
static void the_order_and_the_find_are_those_of_the_screen(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	press(&desk, '2');
	type(&desk, "/chat");
	press(&desk, SCREEN_KEY_ENTER);
	press(&desk, ':');
	type(&desk, "export rows.json");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_EXPORT);
	assert_string_equal(board_file(desk.board)->path, "rows.json");
	json_error_t wrong;
	json_t *json = json_loads(board_file(desk.board)->text, 0, &wrong);
	const json_t *rows = json_object_get(json, "rows");
	assert_true(json_array_size(rows) > 0 && json_array_size(rows) < (size_t)desk.sample->snapshot.row_count);
	for (size_t i = 0; i < json_array_size(rows); i++)
		assert_string_equal(json_string_value(json_object_get(json_array_get(rows, i), "channel")), "chat");
	json_decref(json);
	close_desk(&desk);
}

/* ---- palette ---- */

static void commands_are_found_by_parts_of_their_names(void **state)
{
	(void)state;
	static const struct {
		const char *typed, *meant;
	} cases[] = {{"page q", "page queues"}, {"queues", "page queues"}, {"5m win", "window 5m"}, {"WINDOW 7D", "window 7d"}, {"pgq", "page queues"},
		{"quit", "quit"}, {"nothing like that", NULL}};
	struct palette palette = {.count = 0};
	palette_begin(&palette);
	palette_add(&palette, PALETTE_PAGE, 1, "page queues", NULL);
	palette_add(&palette, PALETTE_WINDOW, 1, "window 5m", NULL);
	palette_add(&palette, PALETTE_WINDOW, 2, "window 15m", NULL);
	palette_add(&palette, PALETTE_WINDOW, 3, "window 7d", NULL);
	palette_add(&palette, PALETTE_KEY, 'q', "quit", NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct palette_command *command = palette_meant(&palette, cases[i].typed);
		if (!cases[i].meant)
			assert_null(command);
		else
			assert_string_equal(command ? command->name : "none", cases[i].meant);
	}
	assert_string_equal(palette_nearest(&palette, "qiut"), "quit");
	assert_string_equal(palette_nearest(&palette, "pgae queus"), "page queues");
	char typed[PALETTE_TYPED] = "win";
	palette_complete(&palette, typed, 1);
	assert_string_equal(typed, "window 5m");
	palette_complete(&palette, typed, 1);
	palette_complete(&palette, typed, 1);
	assert_string_equal(typed, "window 7d");
	palette_complete(&palette, typed, 1);
	assert_string_equal(typed, "window 5m");
	palette_finish(&palette);
}

static void the_history_holds_twenty(void **state)
{
	(void)state;
	struct palette palette = {.count = 0};
	char typed[PALETTE_TYPED] = "";
	for (int i = 0; i < 30; i++) {
		snprintf(typed, sizeof typed, "command %d", i);
		palette_remember(&palette, typed);
		palette_remember(&palette, typed); /* the same again is one */
	}
	palette_begin(&palette);
	palette_recall(&palette, typed, 1);
	assert_string_equal(typed, "command 29");
	for (int i = 0; i < 40; i++)
		palette_recall(&palette, typed, 1);
	assert_string_equal(typed, "command 10");
	for (int i = 0; i < 40; i++)
		palette_recall(&palette, typed, -1);
	assert_string_equal(typed, "");
}

static void commands_do_what_keys_do(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	draw(&desk);
	type(&desk, ":window 7d");
	shows(&desk, "COMMANDS");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_REQUEST);
	assert_int_equal(board_request(desk.board)->window, WINDOW_7D);
	type(&desk, ":page learn");
	press(&desk, SCREEN_KEY_ENTER);
	shows(&desk, "TOPICS");
	type(&desk, ":channel chat");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_REQUEST);
	assert_int_equal(board_request(desk.board)->scope.channel, CHANNEL_CHAT);
	type(&desk, ":formula SLO");
	press(&desk, SCREEN_KEY_ENTER);
	assert_int_equal(board_request(desk.board)->formula, SL_FORMULA_COUNT - 1);
	type(&desk, ":qiut");
	press(&desk, SCREEN_KEY_ENTER);
	shows(&desk, "was \u201Cquit\u201D meant?");
	press(&desk, SCREEN_KEY_ESCAPE);
	type(&desk, ":");
	press(&desk, SCREEN_KEY_UP);
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_REQUEST); /* the formula again */
	type(&desk, ":theme protan");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_THEME);
	assert_string_equal(board_theme(desk.board), "protanopia");
	/* Whoever reads no English finds the own name of their language. */
	static const int russian[] = {':', 0x440, 0x443, 0x441};
	for (size_t i = 0; i < sizeof russian / sizeof *russian; i++)
		press(&desk, russian[i]);
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_LANGUAGE);
	assert_string_equal(board_language(desk.board), "ru");
	type(&desk, ":language engl");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_LANGUAGE);
	assert_string_equal(board_language(desk.board), "en");
	/* What somebody may not do is not offered. */
	type(&desk, ":mute");
	shows(&desk, "mute until");
	press(&desk, SCREEN_KEY_ESCAPE);
	desk.sample->snapshot.denied = ~0u;
	type(&desk, ":mute");
	assert_int_equal(find_line(&desk, 0, "mute until"), -1);
	press(&desk, SCREEN_KEY_ESCAPE);
	type(&desk, ":quit");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_QUIT);
	close_desk(&desk);
}

static void notes_and_marks_are_typed_as_commands(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	draw(&desk);
	type(&desk, ":note printer on 3 is out");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_WISH);
	assert_int_equal(board_wish(desk.board)->kind, WISH_NOTE);
	assert_string_equal(board_wish(desk.board)->text, "printer on 3 is out");
	type(&desk, ":mark");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_REDRAW); /* the text is asked for */
	type(&desk, "cards fail");
	assert_int_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_WISH);
	assert_int_equal(board_wish(desk.board)->kind, WISH_MARK);
	assert_string_equal(board_wish(desk.board)->text, "cards fail");
	desk.sample->snapshot.denied = RIGHT_BIT(RIGHT_NOTE) | RIGHT_BIT(RIGHT_MARK);
	type(&desk, ":note printer on 3 is out");
	assert_int_not_equal(press(&desk, SCREEN_KEY_ENTER), BOARD_WISH);
	close_desk(&desk);
}

/* ---- help, hints, the mouse ---- */

static void help_leads_back_to_the_same_row(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	press(&desk, '2');
	press(&desk, SCREEN_KEY_DOWN);
	const int row = find_line(&desk, 0, "\u25B8");
	press(&desk, '?');
	shows(&desk, "queues: all figures of each");
	assert_true(find_line(&desk, 0, "the list under the cursor by its next column") < find_line(&desk, 0, "go to a time") ||
		find_line(&desk, 0, "go to a time") < 0);
	press(&desk, SCREEN_KEY_ESCAPE);
	assert_int_equal(find_line(&desk, 0, "\u25B8"), row);
	press(&desk, SCREEN_KEY_ENTER);
	press(&desk, '?');
	press(&desk, SCREEN_KEY_ESCAPE);
	shows(&desk, "EVIDENCE");
	close_desk(&desk);
}

static void hints_go_with_the_key_they_name(void **state)
{
	(void)state;
	assert_int_equal(tour_after(1, 'z'), 1);
	assert_int_equal(tour_after(1, SCREEN_KEY_TAB), 2);
	assert_int_equal(tour_after(2, SCREEN_KEY_ESCAPE), 3);
	assert_int_equal(tour_after(4, '?'), 0);
	assert_int_equal(tour_after(0, '?'), 0);
	struct desk desk = open_desk();
	board_tour(desk.board);
	draw(&desk);
	shows(&desk, "1/4");
	press(&desk, SCREEN_KEY_TAB);
	shows(&desk, "2/4");
	for (int i = 0; i < 3; i++)
		press(&desk, SCREEN_KEY_ESCAPE);
	assert_int_equal(find_line(&desk, 0, "(Esc: "), -1);
	close_desk(&desk);
}

static enum board_action click(struct desk *desk, int x, int y)
{
	const enum board_action action = board_click(desk->board, &desk->sample->snapshot, x, y);
	draw(desk);
	return action;
}

static void clicks_choose_and_open(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	draw(&desk);
	assert_int_equal(click(&desk, 5, 4), BOARD_REDRAW); /* the first tile, then its page */
	click(&desk, 5, 4);
	shows(&desk, "IN QUEUE");
	assert_int_equal(find_line(&desk, 0, "DUE NEXT"), -1);
	press(&desk, '2');
	const int row = find_line(&desk, 0, "\u25B8") + 1;
	click(&desk, 20, row);
	assert_int_equal(find_line(&desk, 0, "\u25B8"), row);
	assert_int_equal(click(&desk, 20, row), BOARD_REQUEST);
	shows(&desk, "EVIDENCE");
	press(&desk, SCREEN_KEY_ESCAPE);
	/* The footer's labels are buttons. */
	char *footer = line_of(&desk, HEIGHT - 1);
	const char *at = strstr(footer, "s sort");
	assert_non_null(at);
	free(footer);
	for (int x = 0; x < WIDTH && find_line(&desk, 0, "sorted by queue") < 0; x++)
		if (canvas_cell(desk.canvas, x, HEIGHT - 1)->character == 's' && canvas_cell(desk.canvas, x + 2, HEIGHT - 1)->character == 's')
			click(&desk, x, HEIGHT - 1);
	shows(&desk, "sorted by queue");
	/* A chip goes where it is clicked. */
	type(&desk, ":channel chat");
	press(&desk, SCREEN_KEY_ENTER);
	assert_int_equal(click(&desk, 3, 1), BOARD_REQUEST);
	assert_int_equal(board_request(desk.board)->scope.channel, SCOPE_ANY);
	close_desk(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_column_sorts_both_ways), cmocka_unit_test(a_list_is_narrowed_as_one_types), cmocka_unit_test(the_sorted_column_is_marked),
		cmocka_unit_test(chips_stand_together_and_go_one_by_one), cmocka_unit_test(a_team_takes_the_place_of_what_it_cannot_be_parted_by),
		cmocka_unit_test(the_newest_alert_is_answered_from_everywhere), cmocka_unit_test(what_was_refused_has_no_undo),
		cmocka_unit_test(the_panel_answers_what_is_under_its_cursor), cmocka_unit_test(names_are_no_formulas_in_a_spreadsheet),
		cmocka_unit_test(files_have_plain_figures), cmocka_unit_test(a_file_is_not_written_over_unasked),
		cmocka_unit_test(the_order_and_the_find_are_those_of_the_screen), cmocka_unit_test(commands_are_found_by_parts_of_their_names),
		cmocka_unit_test(the_history_holds_twenty), cmocka_unit_test(commands_do_what_keys_do),
		cmocka_unit_test(notes_and_marks_are_typed_as_commands), cmocka_unit_test(help_leads_back_to_the_same_row),
		cmocka_unit_test(hints_go_with_the_key_they_name), cmocka_unit_test(clicks_choose_and_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
