/* The pages on digits: each with its picture at each size, with nothing to show and with names that attack; their rows and what Enter asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tests/golden.h"
#include "tests/sample_snapshot.h"
#include "tui/dump.h"
#include "tui/keys.h"
#include "widgets/board.h"

#include <cmocka.h> /* last: it makes a macro of fail */

struct page {
	const char *name;
	int key;
	const struct page_class *class;
};
static const struct page pages[] = {
#define PAGE_ENTRY(word, name, digit, help) {#name, '0' + (digit), &page_##name##_class},
	KEYED_PAGES(PAGE_ENTRY)
#undef PAGE_ENTRY
};
#define PAGES (sizeof pages / sizeof *pages)

static struct canvas *draw_page(struct sample *sample, const struct page *page, int width, int height, bool ascii)
{
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	struct canvas *canvas = canvas_create(width, height);
	const struct glyphs glyphs = {.ascii = ascii};
	board_key(board, &sample->snapshot, page->key);
	board_draw(board, &sample->snapshot, &glyphs, canvas);
	board_destroy(board);
	return canvas;
}

static void check(struct sample *sample, const struct page *page, int width, int height, const char *kind)
{
	char name[80];
	snprintf(name, sizeof name, "pages_%s_%s%dx%d", page->name, kind, width, height);
	struct canvas *canvas = draw_page(sample, page, width, height, strcmp(kind, "ascii_") == 0);
	golden_check(canvas, name);
	canvas_destroy(canvas);
}

static void every_page_has_its_pictures(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	for (size_t i = 0; i < PAGES; i++) {
		check(sample, &pages[i], 140, 40, "");
		check(sample, &pages[i], 80, 24, "");
		check(sample, &pages[i], 80, 24, "ascii_");
	}
	sample_destroy(sample);
}

/* Events have come, but nothing to show. */
static void an_empty_page_says_so(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	const int64_t at = sample->snapshot.at;
	sample_empty(sample);
	sample->snapshot.at = at;
	sample->snapshot.nothing = false;
	for (size_t i = 0; i < PAGES; i++)
		check(sample, &pages[i], 80, 24, "empty_");
	sample_destroy(sample);
}

/* Absurd values and names of every script on the smallest page that is one: nothing leaves its cell. */
static void names_that_attack_stay_inside(void **state)
{
	(void)state;
	uint64_t seed = 0x9E3779B97F4A7C15u;
	for (int round = 0; round < 60; round++) {
		struct sample *sample = sample_create();
		sample_randomise(sample, &seed);
		for (size_t i = 0; i < PAGES; i++) {
			const int width = 1 + (int)sample_random(&seed, 150), height = 1 + (int)sample_random(&seed, 40);
			struct canvas *canvas = draw_page(sample, &pages[i], round ? width : 60, round ? height : 20, sample_random(&seed, 2));
			for (int cell = 0; cell < canvas->width * canvas->height; cell++) {
				assert_true(canvas->cells[cell].role < ROLE_COUNT);
				assert_true(canvas->cells[cell].character >= ' ' || (canvas->cells[cell].character == 0 && cell % canvas->width > 0));
			}
			canvas_destroy(canvas);
		}
		sample_destroy(sample);
	}
}

/* The arrow stands at one place of the page: line * 100 + column; -1: nowhere. */
static int place_of_cursor(struct board *board, const struct sample *sample, int height)
{
	struct canvas *canvas = canvas_create(100, height);
	int place = -1, count = 0;
	board_draw(board, &sample->snapshot, &(struct glyphs){.ascii = false}, canvas);
	for (int y = 1; y < height - 1; y++)
		for (int x = 0; x < 100; x++)
			if (canvas_cell(canvas, x, y)->role == ROLE_FOCUS && canvas_cell(canvas, x, y)->character == 0x25B8) {
				place = y * 100 + x;
				count++;
			}
	canvas_destroy(canvas);
	assert_int_equal(count, place < 0 ? 0 : 1);
	return place;
}

static void the_cursor_goes_through_all_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < PAGES; i++) {
		struct sample *sample = sample_create();
		struct board *board = board_create(&sample->settings, &sample->snapshot.request);
		const struct page *page = &pages[i];
		const int rows = page_chooses(page->class) ? page_rows(page->class, &sample->snapshot, NULL) : 0;
		board_key(board, &sample->snapshot, page->key);
		for (int row = 0; row < rows; row++) {
			assert_true(place_of_cursor(board, sample, 20) > 0);
			assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_DOWN), row + 1 < rows ? BOARD_REDRAW : BOARD_NOTHING);
		}
		board_destroy(board);
		sample_destroy(sample);
	}
}

static void enter_asks_for_what_stands_behind_the_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < PAGES; i++) {
		struct sample *sample = sample_create();
		struct board *board = board_create(&sample->settings, &sample->snapshot.request);
		const struct snapshot_request *request = board_request(board);
		const struct page *page = &pages[i];
		const int rows = page_chooses(page->class) ? page_rows(page->class, &sample->snapshot, NULL) : 0;
		board_key(board, &sample->snapshot, page->key);
		for (int row = 0; row < rows; row++) {
			struct proof_request wanted = {.metric = -1};
			const int place = place_of_cursor(board, sample, 30);
			if (page_evidence(page->class, &sample->snapshot, NULL, row, &wanted)) {
				assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_ENTER), BOARD_REQUEST);
				const struct proof_request *asked = *wanted.subject ? &request->life : &request->evidence;
				assert_true(asked->number > 0);
				assert_string_equal(asked->subject, wanted.subject);
				assert_int_equal(asked->is_scoped, wanted.is_scoped);
				assert_memory_equal(&asked->scope, &wanted.scope, sizeof wanted.scope);
				assert_true(asked->metric >= 0 && asked->metric < metric_count);
				board_key(board, &sample->snapshot, SCREEN_KEY_ESCAPE);
			} else {
				assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_ENTER), BOARD_REDRAW);
			}
			assert_int_equal(request->life.number + request->evidence.number, 0);
			assert_int_equal(place_of_cursor(board, sample, 30), place);
			board_key(board, &sample->snapshot, SCREEN_KEY_DOWN);
		}
		board_destroy(board);
		sample_destroy(sample);
	}
}

static void a_queue_is_told_by_what_makes_it_bad(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	struct proof_request request = {.metric = -1};
	sample->snapshot.rows[0].figures[metric_find("queue_depth")].level = LEVEL_WARN;
	sample->snapshot.rows[0].figures[metric_find("longest_wait")].level = LEVEL_CRIT;
	assert_true(page_queues_class.evidence(&sample->snapshot, 0, &request));
	assert_string_equal(metrics[request.metric].name, "longest_wait");
	assert_int_equal(request.scope.channel, CHANNEL_CHAT);
	assert_true(page_queues_class.evidence(&sample->snapshot, 2, &request));
	assert_string_equal(metrics[request.metric].name, "queue_depth");
	sample_destroy(sample);
}

static char *text_of(struct board *board, const struct sample *sample)
{
	char *text = NULL;
	size_t size = 0;
	struct canvas *canvas = canvas_create(100, 30);
	board_draw(board, &sample->snapshot, &(struct glyphs){.ascii = false}, canvas);
	FILE *to = open_memstream(&text, &size);
	dump_text(canvas, to);
	fclose(to);
	canvas_destroy(canvas);
	return text;
}

/* Amber from the limit of the state on, red from twice that on; who asks for help is red at once. */
static void time_in_a_state_has_its_limit(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	static const struct {
		int64_t since;
		enum role role;
	} times[] = {{59999, ROLE_TEXT}, {60000, ROLE_WARN}, {119999, ROLE_WARN}, {120000, ROLE_CRIT}};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		sample->snapshot.agents[3].since = times[i].since;
		struct canvas *canvas = draw_page(sample, &(struct page){"agents", '5', &page_agents_class}, 80, 24, false);
		for (int x = 4; x < 76; x++) { /* beside the mark of the row */
			const struct cell *cell = canvas_cell(canvas, x, 6);
			const bool is_time = cell->character == ':' || (cell->character >= '0' && cell->character <= '9' && x < 40);
			assert_int_equal(cell->role == ROLE_WARN || cell->role == ROLE_CRIT, is_time && times[i].role != ROLE_TEXT);
			if (is_time)
				assert_int_equal(cell->role, times[i].role);
		}
		canvas_destroy(canvas);
	}
	sample_destroy(sample);
}

/* Who errs is named only where the settings say so. */
static void mistakes_are_shown_where_allowed(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	for (int shown = 0; shown < 2; shown++) {
		sample->settings.show_mistakes = shown;
		for (int page = 0; page < 2; page++) {
			struct board *board = board_create(&sample->settings, &sample->snapshot.request);
			if (page)
				board_key(board, &sample->snapshot, '7');
			sample->snapshot.conduct_count = sample->snapshot.care_count = 0;
			char *text = text_of(board, sample);
			assert_int_equal(strstr(text, "Ilya P.") != NULL, shown);
			free(text);
			board_destroy(board);
		}
	}
	sample_destroy(sample);
}

/* From list to list and no further; what is empty is passed over. */
static void lists_of_a_page_are_gone_through(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	const struct page_class *class = &page_sla_class;
	assert_int_equal(page_beside(class, &sample->snapshot, NULL, 0, 1), 4);
	assert_int_equal(page_beside(class, &sample->snapshot, NULL, 5, 1), 7);
	assert_int_equal(page_beside(class, &sample->snapshot, NULL, 16, 1), -1);
	assert_int_equal(page_beside(class, &sample->snapshot, NULL, 2, -1), -1);
	assert_int_equal(page_beside(class, &sample->snapshot, NULL, 16, -1), 7);
	sample->snapshot.figures[metric_find("backlog")].numerator = 0;
	assert_int_equal(page_beside(class, &sample->snapshot, NULL, 5, 1), 7); /* what is due: there is no backlog */
	sample->snapshot.due_count = sample->snapshot.clock_kind_count = sample->snapshot.priority_count = 0;
	assert_int_equal(page_beside(class, &sample->snapshot, NULL, 0, 1), -1);
	sample_destroy(sample);
}

static void expect(struct board *board, const struct sample *sample, const char *wanted)
{
	char *text = text_of(board, sample);
	if (!strstr(text, wanted))
		fail_msg("the board does not say \"%s\":\n%s", wanted, text);
	free(text);
}

/* What has no room gives way to the list with the cursor. */
static void the_list_with_the_cursor_is_shown(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	board_key(board, &sample->snapshot, '3');
	char *text = text_of(board, sample);
	assert_non_null(strstr(text, "BACKLOG"));
	assert_null(strstr(text, "PRIORITIES"));
	free(text);
	board_key(board, &sample->snapshot, SCREEN_KEY_RIGHT);
	text = text_of(board, sample);
	assert_null(strstr(text, "BACKLOG"));
	assert_non_null(strstr(text, "PRIORITIES"));
	assert_non_null(strstr(text, "\u25B8\u2716 P1"));
	free(text);
	board_destroy(board);
	sample_destroy(sample);
}

/* How often Tab is pressed to leave the page: once for each list with rows, at least once. */
static int lists_with_rows(const struct page_class *class, const struct snapshot *snapshot)
{
	int lists = 0;
	for (int i = 0; page_list(class, i); i++)
		lists += page_list(class, i)->count(snapshot) > 0;
	return lists ? lists : 1;
}

/* From list to list and page to page with Tab; help and the filter lead back to the page they were called on. */
static void pages_are_left_as_one_came(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	board_key(board, &sample->snapshot, '2');
	expect(board, sample, "QUEUES");
	board_key(board, &sample->snapshot, '?');
	expect(board, sample, "keys and marks");
	board_key(board, &sample->snapshot, SCREEN_KEY_ESCAPE);
	expect(board, sample, "QUEUES");
	int tabs = 0;
	for (size_t i = 0; i < PAGES; i++)
		tabs += lists_with_rows(pages[i].class, &sample->snapshot);
	while (tabs-- > 0)
		board_key(board, &sample->snapshot, SCREEN_KEY_TAB);
	expect(board, sample, "IN QUEUE"); /* after the last list of the last page comes the overview */
	board_key(board, &sample->snapshot, '2');
	board_key(board, &sample->snapshot, SCREEN_KEY_BACKTAB);
	expect(board, sample, "IN QUEUE");
	board_key(board, &sample->snapshot, '5');
	assert_int_equal(board_request(board)->lists, 1u << SNAPSHOT_AGENTS);
	board_key(board, &sample->snapshot, '5');
	expect(board, sample, "IN QUEUE");
	assert_int_equal(board_request(board)->lists, 0);
	board_destroy(board);
	sample_destroy(sample);
}

/* ---- a threat to life ---- */

static char *first_line(struct board *board, const struct sample *sample, int width, int height)
{
	char *text = NULL;
	size_t size = 0;
	struct canvas *canvas = canvas_create(width, height);
	board_draw(board, &sample->snapshot, &(struct glyphs){.ascii = false}, canvas);
	FILE *to = open_memstream(&text, &size);
	dump_text(canvas, to);
	fclose(to);
	canvas_destroy(canvas);
	text[strcspn(text, "\n")] = 0;
	return text;
}

/* On top of every page at every size, until somebody acknowledges it. */
static void a_threat_to_life_is_on_every_page(void **state)
{
	(void)state;
	static const int sizes[][2] = {{140, 40}, {80, 24}, {60, 20}, {40, 10}, {19, 4}}, keys[] = {0, '2', '4', '5', '9', '?', 'f'};
	struct sample *sample = sample_create();
	struct list_alert *alert = &sample->snapshot.alerts[sample->snapshot.alert_count - 1];
	*alert = (struct list_alert){.kind = LIST_ALERT_SAFETY, .severity = SEVERITY_CRITICAL, .metric = -1, .raised = sample->snapshot.at - 42000,
		.text = "SAFETY: threat to life in Billing"};
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			for (int answered = 0; answered < 2; answered++) {
				struct board *board = board_create(&sample->settings, &sample->snapshot.request);
				if (keys[k])
					board_key(board, &sample->snapshot, keys[k]);
				alert->state = answered ? LIST_ALERT_ACKNOWLEDGED : LIST_ALERT_RAISED;
				char *line = first_line(board, sample, sizes[s][0], sizes[s][1]);
				if ((strstr(line, "SAFETY") != NULL) == answered)
					fail_msg("%dx%d, key %d: \"%s\"", sizes[s][0], sizes[s][1], keys[k], line);
				if (!answered && sizes[s][0] >= 60)
					assert_non_null(strstr(line, "threat to life in Billing \u00B7 00:42"));
				free(line);
				board_destroy(board);
			}
	sample_destroy(sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_has_its_pictures), cmocka_unit_test(an_empty_page_says_so), cmocka_unit_test(names_that_attack_stay_inside),
		cmocka_unit_test(the_cursor_goes_through_all_rows), cmocka_unit_test(enter_asks_for_what_stands_behind_the_row),
		cmocka_unit_test(a_queue_is_told_by_what_makes_it_bad), cmocka_unit_test(time_in_a_state_has_its_limit),
		cmocka_unit_test(mistakes_are_shown_where_allowed), cmocka_unit_test(lists_of_a_page_are_gone_through),
		cmocka_unit_test(the_list_with_the_cursor_is_shown), cmocka_unit_test(pages_are_left_as_one_came),
		cmocka_unit_test(a_threat_to_life_is_on_every_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
