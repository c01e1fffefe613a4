/* The pages behind a tile: the rows of its figure, sorted and searched, and the life of one of them; and what their keys ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "tests/golden.h"
#include "tests/sample_snapshot.h"
#include "tui/dump.h"
#include "tui/keys.h"
#include "widgets/board.h"
#include "widgets/evidence.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define MOMENT INT64_C(933516452000) /* 1999-08-01T14:07:32Z */

/* A board of which the tests press keys; whoever gathers what it asks for is the test. */
struct desk {
	struct sample *sample;
	struct board *board;
};

static struct desk open_desk(void)
{
	struct desk desk = {.sample = sample_create()};
	desk.sample->snapshot.zone_name = "UTC";
	desk.board = board_create(&desk.sample->settings, &desk.sample->snapshot.request);
	return desk;
}

static void close_desk(struct desk *desk)
{
	struct snapshot *snapshot = &desk->sample->snapshot;
	proof_release(snapshot->evidence);
	proof_release(snapshot->life);
	snapshot->evidence = snapshot->life = NULL;
	board_destroy(desk->board);
	sample_destroy(desk->sample);
}

static struct canvas *picture(struct desk *desk, int width, int height)
{
	struct canvas *canvas = canvas_create(width, height);
	board_draw(desk->board, &desk->sample->snapshot, &(struct glyphs){.ascii = false}, canvas);
	return canvas;
}

static void look(struct desk *desk, int width, int height, const char *name)
{
	struct canvas *canvas = picture(desk, width, height);
	golden_check(canvas, name);
	canvas_destroy(canvas);
}

static enum board_action press(struct desk *desk, const int *keys)
{
	enum board_action action = BOARD_NOTHING;
	canvas_destroy(picture(desk, 140, 40)); /* keys go by what was seen */
	for (; *keys; keys++)
		action = board_key(desk->board, &desk->sample->snapshot, *keys);
	desk->sample->snapshot.request = *board_request(desk->board);
	return action;
}
#define PRESS(desk, ...) press((desk), (const int[]){__VA_ARGS__, 0})

static void add_row(struct proof *proof, const char *subject, const char *queue, const char *channel, const char *agent, const char *state,
	int64_t ago)
{
	struct evidence *evidence = &proof->evidence;
	struct evidence_row *row = &evidence->rows[evidence->count++];
	*row = (struct evidence_row){.at = MOMENT - ago, .figure = {.known = true, .numerator = ago, .denominator = 1, .n = -1, .low = -1, .high = -1}};
	snprintf(row->subject, sizeof row->subject, "%s", subject);
	snprintf(row->queue, sizeof row->queue, "%s", queue);
	snprintf(row->channel, sizeof row->channel, "%s", channel);
	snprintf(row->agent, sizeof row->agent, "%s", agent);
	snprintf(row->state, sizeof row->state, "%s", state);
}

static void answer_rows(struct desk *desk)
{
	struct proof *proof = proof_create(&desk->sample->snapshot.request.evidence);
	proof->moment = MOMENT;
	proof->window = WINDOW_30M;
	snprintf(proof->scope_text, sizeof proof->scope_text, "all queues");
	proof->evidence = (struct evidence){.kind = EVIDENCE_PRESENT, .from = MOMENT, .to = MOMENT, .rows = memory_new(4, sizeof *proof->evidence.rows)};
	add_row(proof, "c-1041", "Delivery", "phone", "", "waiting", 4 * MINUTE_MS);
	add_row(proof, "c-1055", "Billing", "chat", "", "waiting", 96 * SECOND_MS);
	add_row(proof, "", "\u041F\u043B\u0430\u0442\u0435\u0436\u0438", "phone", "Ana K.", "warning", 42 * SECOND_MS);
	proof_release(desk->sample->snapshot.evidence);
	desk->sample->snapshot.evidence = proof;
}

/* What a window counted: more of it than a page has room for, and not all that there was. */
static void answer_counted(struct desk *desk)
{
	struct proof *proof = proof_create(&desk->sample->snapshot.request.evidence);
	proof->moment = MOMENT;
	proof->window = WINDOW_30M;
	snprintf(proof->scope_text, sizeof proof->scope_text, "Billing");
	proof->evidence = (struct evidence){.kind = EVIDENCE_COUNTED, .from = MOMENT - 30 * MINUTE_MS, .to = MOMENT, .is_cut = true,
		.why = "2 more still wait, over their target already", .rows = memory_new(100, sizeof *proof->evidence.rows)};
	for (int i = 0; i < 60; i++) {
		char subject[16];
		snprintf(subject, sizeof subject, "c-%d", 2000 + i);
		add_row(proof, subject, i % 3 ? "Billing" : "Delivery", "phone", i % 2 ? "Ana K." : "Bo L.", "", (60 - i) * 30 * SECOND_MS);
		proof->evidence.rows[i].figure.numerator = i % 5 > 0;
		proof->evidence.rows[i].figure.denominator = i % 7 ? 1 : 2;
	}
	proof_release(desk->sample->snapshot.evidence);
	desk->sample->snapshot.evidence = proof;
}

static void answer_life(struct desk *desk)
{
	static const struct life_event events[] = {
		{MOMENT - 252000, MOMENT - 252000, "contact.queued", "queue Delivery, channel phone"},
		{MOMENT - 3 * SECOND_MS, MOMENT - 2900, "contact.answered", "queue Delivery, agent Ana K., wait 04:09"},
		{MOMENT + 3 * HOUR_MS, MOMENT + 3 * HOUR_MS, "contact.ended", "agent Ana K., by customer, reason a long word after another until there is no room"},
	};
	struct proof *proof = proof_create(&desk->sample->snapshot.request.life);
	proof->moment = MOMENT;
	proof->life.events = memory_new(3, sizeof *events);
	proof->life.count = 3;
	memcpy(proof->life.events, events, sizeof events);
	proof_release(desk->sample->snapshot.life);
	desk->sample->snapshot.life = proof;
}

static void open_waiting(struct desk *desk)
{
	assert_int_equal(PRESS(desk, SCREEN_KEY_TAB, SCREEN_KEY_ENTER, SCREEN_KEY_ENTER), BOARD_REQUEST);
	assert_string_equal(metrics[desk->sample->snapshot.request.evidence.metric].name, "queue_depth");
	assert_int_equal(desk->sample->snapshot.request.evidence.number, 1);
}

static void pages_have_their_pictures(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	open_waiting(&desk);
	look(&desk, 80, 24, "evidence_reading_80x24");
	answer_rows(&desk);
	look(&desk, 80, 24, "evidence_80x24");
	look(&desk, 140, 40, "evidence_140x40");
	assert_int_equal(PRESS(&desk, SCREEN_KEY_ENTER), BOARD_REQUEST);
	answer_life(&desk);
	look(&desk, 80, 24, "life_80x24");
	look(&desk, 140, 40, "life_140x40");
	close_desk(&desk);
}

static void a_long_list_says_what_is_cut(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	PRESS(&desk, SCREEN_KEY_TAB, SCREEN_KEY_RIGHT, SCREEN_KEY_RIGHT, SCREEN_KEY_ENTER, SCREEN_KEY_ENTER);
	assert_string_equal(metrics[desk.sample->snapshot.request.evidence.metric].name, "service_level");
	answer_counted(&desk);
	PRESS(&desk, SCREEN_KEY_PAGE_DOWN, 's', 's', SCREEN_KEY_DOWN, SCREEN_KEY_END);
	look(&desk, 100, 30, "evidence_counted_100x30");
	PRESS(&desk, '/', 'b', 'O', ' ', 'l');
	look(&desk, 100, 30, "evidence_find_100x30");
	close_desk(&desk);
}

static void what_cannot_be_told_says_why(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	open_waiting(&desk);
	struct proof *proof = proof_create(&desk.sample->snapshot.request.evidence);
	snprintf(proof->evidence.why, sizeof proof->evidence.why, "what was counted is in the collector's journal: give --journal DIR");
	snprintf(proof->scope_text, sizeof proof->scope_text, "all queues");
	proof->moment = MOMENT;
	desk.sample->snapshot.evidence = proof;
	look(&desk, 80, 24, "evidence_why_80x24");
	snprintf(proof->wrong, sizeof proof->wrong, "J-1.wbj: cannot be read");
	struct canvas *canvas = picture(&desk, 80, 24);
	assert_int_equal(canvas_cell(canvas, 4, 3)->role, ROLE_CRIT);
	canvas_destroy(canvas);
	close_desk(&desk);
}

/* An answer to an earlier question is no answer. */
static void a_step_back_gives_up_and_a_new_question_waits(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	const struct snapshot_request *request = &desk.sample->snapshot.request;
	open_waiting(&desk);
	answer_rows(&desk);
	assert_int_equal(PRESS(&desk, SCREEN_KEY_DOWN, SCREEN_KEY_ENTER), BOARD_REQUEST);
	assert_string_equal(request->life.subject, "c-1055");
	assert_int_equal(request->life.around, MOMENT - 96 * SECOND_MS);
	assert_int_equal(PRESS(&desk, SCREEN_KEY_ESCAPE), BOARD_REQUEST);
	assert_int_equal(request->life.number, 0);
	assert_int_equal(request->evidence.number, 1);
	/* The third row has no name. */
	assert_int_equal(PRESS(&desk, SCREEN_KEY_END, SCREEN_KEY_ENTER), BOARD_REDRAW);
	assert_int_equal(request->life.number, 0);
	/* Another window is another question. */
	assert_int_equal(PRESS(&desk, 'w'), BOARD_REQUEST);
	assert_int_equal(request->evidence.number, 3);
	assert_int_equal(PRESS(&desk, SCREEN_KEY_ENTER), BOARD_NOTHING);
	assert_int_equal(PRESS(&desk, SCREEN_KEY_ESCAPE), BOARD_REQUEST);
	assert_int_equal(request->evidence.number, 0);
	assert_int_equal(PRESS(&desk, SCREEN_KEY_ESCAPE), BOARD_REDRAW);
	struct canvas *canvas = picture(&desk, 140, 40);
	golden_check(canvas, "evidence_left_140x40");
	canvas_destroy(canvas);
	close_desk(&desk);
}

static void rows_are_sorted_and_searched(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	open_waiting(&desk);
	answer_rows(&desk);
	const struct proof *proof = desk.sample->snapshot.evidence;
	struct evidence_list list = {.order = NULL};
	evidence_list_update(&list, proof);
	assert_int_equal(list.count, 3);
	assert_string_equal(evidence_list_selected(&list, proof)->subject, "c-1041");
	list.sort = EVIDENCE_BY_QUEUE;
	evidence_list_update(&list, proof);
	assert_string_equal(evidence_list_selected(&list, proof)->subject, "c-1055");
	list.sort = EVIDENCE_BY_VALUE;
	list.selected = 2;
	evidence_list_update(&list, proof);
	assert_int_equal(evidence_list_selected(&list, proof)->figure.numerator, 42 * SECOND_MS);
	snprintf(list.typed, sizeof list.typed, "PHONE");
	evidence_list_update(&list, proof);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.selected, 1);
	snprintf(list.typed, sizeof list.typed, "nowhere");
	evidence_list_update(&list, proof);
	assert_int_equal(list.count, 0);
	assert_null(evidence_list_selected(&list, proof));
	evidence_list_finish(&list);
	close_desk(&desk);
}

static void expect_said(struct desk *desk, const char *words)
{
	struct canvas *canvas = picture(desk, 140, 40);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	dump_text(canvas, to);
	fclose(to);
	if (!strstr(text, words))
		fail_msg("\"%s\" is not on the page:\n%s", words, text);
	free(text);
	canvas_destroy(canvas);
}

/* Agents are rows without a life; of a callback nobody knows since when; what counts above the line alone says how often. */
static void rows_that_are_no_contacts(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	open_waiting(&desk);
	answer_rows(&desk);
	struct evidence_row *rows = desk.sample->snapshot.evidence->evidence.rows;
	snprintf(rows[0].subject, sizeof rows[0].subject, "Ana K.");
	snprintf(rows[0].agent, sizeof rows[0].agent, "Ana K.");
	rows[1].figure.known = false;
	assert_int_equal(PRESS(&desk, SCREEN_KEY_ENTER), BOARD_REDRAW);
	assert_int_equal(desk.sample->snapshot.request.life.number, 0);
	expect_said(&desk, "not of people");
	expect_said(&desk, "waiting     \u2013                 \u2013 ");
	close_desk(&desk);
	desk = open_desk();
	PRESS(&desk, SCREEN_KEY_TAB, SCREEN_KEY_RIGHT, SCREEN_KEY_RIGHT, SCREEN_KEY_ENTER, SCREEN_KEY_ENTER);
	answer_counted(&desk);
	rows = desk.sample->snapshot.evidence->evidence.rows;
	rows[0].figure.known = false;
	rows[0].delta = 3;
	expect_said(&desk, " +3 ");
	close_desk(&desk);
}

static void the_worst_comes_first(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	PRESS(&desk, SCREEN_KEY_TAB, SCREEN_KEY_RIGHT, SCREEN_KEY_RIGHT, SCREEN_KEY_ENTER, SCREEN_KEY_ENTER);
	answer_counted(&desk);
	const struct proof *proof = desk.sample->snapshot.evidence;
	struct evidence_list list = {.sort = EVIDENCE_BY_VALUE};
	evidence_list_update(&list, proof);
	assert_int_equal(evidence_list_selected(&list, proof)->figure.numerator, 0);
	list.selected = 59;
	assert_int_equal(evidence_list_selected(&list, proof)->figure.numerator, 1);
	evidence_list_finish(&list);
	close_desk(&desk);
}

static void an_answer_lives_as_long_as_somebody_holds_it(void **state)
{
	(void)state;
	struct proof *proof = proof_create(&(struct proof_request){.number = 7});
	assert_ptr_equal(proof_hold(proof), proof);
	proof_release(proof);
	assert_int_equal(proof->request.number, 7);
	proof_release(proof);
	assert_null(proof_hold(NULL));
	proof_release(NULL);
}

static void small_pages_stay_inside(void **state)
{
	(void)state;
	struct desk desk = open_desk();
	open_waiting(&desk);
	answer_counted(&desk);
	for (int page = 0; page < 2; page++) {
		for (int width = 20; width < 130; width += 7)
			for (int height = 5; height < 20; height += 2)
				canvas_destroy(picture(&desk, width, height));
		PRESS(&desk, SCREEN_KEY_ENTER);
		answer_life(&desk);
	}
	close_desk(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(pages_have_their_pictures), cmocka_unit_test(a_long_list_says_what_is_cut),
		cmocka_unit_test(what_cannot_be_told_says_why), cmocka_unit_test(a_step_back_gives_up_and_a_new_question_waits),
		cmocka_unit_test(rows_are_sorted_and_searched), cmocka_unit_test(the_worst_comes_first), cmocka_unit_test(rows_that_are_no_contacts),
		cmocka_unit_test(an_answer_lives_as_long_as_somebody_holds_it),
		cmocka_unit_test(small_pages_stay_inside)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
