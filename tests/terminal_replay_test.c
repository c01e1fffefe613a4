/* `tablo replay` on a terminal: a simulated helpdesk's hours in a journal, opened, played, sought, marked, compared, left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "journal/journal.h"
#include "journal/record.h"
#include "tests/redis_day.h"
#include "tests/stage.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define SOON 8000 /* ms: far above what is needed, for slow machines */
#define EVENTS 9000
#define AT "2026-09-21 12:50:00" /* inside the hours written below */
#define AT_SECONDS (12 * 3600 + 50 * 60)

static const char *const clock_text = "REPLAY  2026-09-21 ";

static void told(void *context, const struct record *record, struct view payload)
{
	struct journal *journal = context;
	struct wire_buffer room = {0};
	struct frame frame = record_frame(record, payload, &room);
	assert_int_equal(journal_append(journal, &frame), JOURNAL_OK);
	wire_buffer_finish(&room);
}

static void write_journal(const char *directory)
{
	struct error err;
	struct redis_day day;
	const struct journal_options options = journal_options();
	struct settings *settings = redis_day_settings();
	struct engine *engine = redis_day_engine(settings);
	struct journal *journal = journal_open(directory, &options, &err);
	assert_non_null(journal);
	redis_day_start(&day, 7);
	day.told = told;
	day.punctual = true;
	day.recv = DAY_START - 2 * HOUR_MS;
	day.context = journal;
	redis_day_play(&day, engine, EVENTS);
	redis_day_wait(&day, engine, SECOND_MS);
	assert_true(journal_close(journal, &err));
	redis_day_finish(&day);
	engine_destroy(engine);
	settings_destroy(settings);
}

static int set_up(void **state)
{
	if (stage_set_up(state) != 0)
		return -1;
	struct stage *stage = *state;
	char directory[100];
	snprintf(directory, sizeof directory, "%s/incident", stage->folder);
	write_journal(directory);
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;
	char words[120];
	snprintf(words, sizeof words, "rm -rf %s/incident", stage->folder);
	assert_int_equal(system(words), 0);
	return stage_tear_down(state);
}

static const char *journal_of(struct stage *stage, char path[100])
{
	snprintf(path, 100, "%s/incident", stage->folder);
	return path;
}

/* The time in the header as seconds of the day; -1: there is none. */
static int shown_time(struct pty *pty)
{
	int hour, minute, second;
	const char *at = strstr(pty_screen(pty), clock_text);
	if (!at || sscanf(at + strlen(clock_text), "%d:%d:%d", &hour, &minute, &second) != 3)
		return -1;
	return hour * 3600 + minute * 60 + second;
}

/* Arrived there, not on the way. */
static bool is_at(struct pty *pty, const void *wanted)
{
	return shown_time(pty) == *(const int *)wanted && pty_shows(pty, " paused");
}

static bool is_after(struct pty *pty, const void *then)
{
	return shown_time(pty) > *(const int *)then;
}

#define SEE_TIME(pty, time) see_time((pty), (time), __LINE__)
static void see_time(struct pty *pty, int time, int line)
{
	if (pty_wait(pty, is_at, &time, SOON))
		return;
	stage_print(pty);
	fail_msg("line %d: %d is not the time shown", line, time);
}

static struct pty *open_paused(void **state, struct pty_options options, const char *more)
{
	char path[100];
	const char *words[] = {"replay", journal_of(*state, path), "--zone", "UTC", "--at", AT, "--paused", more, NULL};
	struct pty *pty = stage_start(*state, options, words);
	SEE(pty, "REPLAY", SOON);
	SEE_TIME(pty, AT_SECONDS);
	return pty;
}

static void it_opens_in_another_colour(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){0}, NULL);
	struct pty_colour ink, ground;
	bool reverse;
	SEE(pty, "paused", SOON);
	SEE(pty, "journal incident", SOON);
	SEE(pty, "TIMELINE", SOON);
	SEE(pty, "waiting", SOON);
	SEE_NO(pty, "reading", SOON);
	pty_cell(pty, 1, 0, &ink, &ground, &reverse);
	assert_true(!ground.is_default && ground.red > ground.green && ground.blue > ground.green);
	pty_send(pty, "?");
	SEE(pty, "the next, the previous incident", SOON);
	pty_send(pty, "\033");
	SEE(pty, "TIMELINE", SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
	assert_false(pty_alternate(pty));
}

#define HEIGHT 40
#define ROW 1000

/* All rows of the page at that time. What was typed last is drawn last: once the line to type in is there, so is all before it. */
static void read_page(struct pty *pty, int time, char rows[HEIGHT][ROW])
{
	SEE_TIME(pty, time);
	pty_send(pty, "g");
	SEE(pty, "go to:", SOON);
	for (int y = 0; y < HEIGHT; y++)
		pty_row(pty, y, rows[y], ROW);
}

static void arrows_move_the_time(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){0}, NULL);
	const int at = AT_SECONDS;
	pty_send(pty, "\033OC");
	SEE_TIME(pty, at + 10);
	pty_send(pty, "\033OD\033OD");
	SEE_TIME(pty, at - 10);
	pty_send(pty, "\033OB");
	SEE_TIME(pty, at + 50);
	pty_send(pty, "\033[1;2C");
	SEE_TIME(pty, at + 650);
	pty_send(pty, "\033[1;2D\033OA");
	SEE_TIME(pty, at - 10);
	/* Away and back again the same page is shown, once the timeline knows the whole journal. */
	SEE_NO(pty, "reading", SOON);
	pty_send(pty, "g13:10\r");
	static char there[HEIGHT][ROW], back[HEIGHT][ROW];
	read_page(pty, at + 1200, there);
	pty_send(pty, "12:30\r");
	SEE_TIME(pty, at - 1200);
	pty_send(pty, "g13:10\r");
	read_page(pty, at + 1200, back);
	for (int y = 1; y < HEIGHT - 1; y++)
		assert_string_equal(there[y], back[y]);
}

static void it_plays_and_stands_still(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){0}, NULL);
	const int at = AT_SECONDS, later = at + 60;
	pty_send(pty, "]]]]] ");
	SEE(pty, "60\u00D7", SOON);
	SEE(pty, "playing", SOON);
	assert_true(pty_wait(pty, is_after, &later, SOON));
	pty_send(pty, " ");
	SEE(pty, "paused", SOON);
	const int then = shown_time(pty);
	pty_send(pty, ".");
	assert_true(pty_wait(pty, is_after, &(int){then - 1}, SOON));
	pty_send(pty, "]]]]]]]]]] ");
	SEE(pty, "as fast as it goes", SOON);
	SEE(pty, "\u25A0 end", SOON);
	/* A key is answered while it goes back to the beginning. */
	pty_send(pty, "\033OH?");
	SEE(pty, "keys and marks", SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
}

static void incidents_and_times_are_found(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){0}, NULL);
	const int at = AT_SECONDS;
	SEE(pty, "next: ", SOON);
	SEE_NO(pty, "reading", SOON);
	pty_send(pty, "n");
	assert_true(pty_wait(pty, is_after, &at, SOON));
	const int first = shown_time(pty);
	pty_send(pty, "n");
	assert_true(pty_wait(pty, is_after, &first, SOON));
	pty_send(pty, "N");
	SEE_TIME(pty, first);
	pty_send(pty, "g26 o'clock\r");
	SEE(pty, "is not a time", SOON);
	pty_send(pty, "\033");
	SEE_NO(pty, "is not a time", SOON);
	pty_send(pty, "g2020-01-01 10:00\r");
	SEE(pty, "before the journal's beginning", SOON);
	pty_send(pty, "g12:50\r");
	SEE_TIME(pty, at);
	pty_send(pty, "c");
	SEE(pty, "compared with 2026-09-14: before its beginning", SOON);
	pty_send(pty, "c");
	SEE_NO(pty, "compared with", SOON);
}

static void times_are_compared(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){0}, "--compare=-15m");
	SEE(pty, "compared with 2026-09-21 12:35", SOON);
	SEE(pty, " then ", SOON);
	SEE(pty, "compared", SOON);
	pty_send(pty, "\033OB");
	SEE(pty, "compared with 2026-09-21 12:36", SOON);
	pty_send(pty, "c");
	SEE_NO(pty, " then ", SOON);
	SEE(pty, "compare with 2026-09-21 12:36 off", SOON);
}

static void a_mark_is_kept(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){0}, NULL);
	pty_send(pty, "mcards fail\r");
	SEE(pty, "the mark is kept", SOON);
	SEE(pty, "marks: 1", SOON);
	pty_send(pty, "\033[1;2C");
	SEE_TIME(pty, AT_SECONDS + 600);
	pty_send(pty, "'");
	SEE_TIME(pty, AT_SECONDS);
	pty_send(pty, "q");
	ENDS(pty, 0);
	pty = open_paused(state, (struct pty_options){0}, NULL);
	SEE(pty, "marks: 1", SOON);
}

/* How many rows of the page hold a contact that waits. */
static int waiting_rows(struct pty *pty)
{
	char row[ROW];
	int count = 0;
	for (int y = 2; y < HEIGHT - 1; y++) {
		pty_row(pty, y, row, sizeof row);
		count += strstr(row, " waiting ") != NULL;
	}
	return count;
}

static bool has_waiting_rows(struct pty *pty, const void *wanted)
{
	return waiting_rows(pty) == *(const int *)wanted;
}

/* The first word after the mark of the chosen row. */
static void chosen_subject(struct pty *pty, char *to, size_t room)
{
	int x, y;
	char row[ROW], word[100] = "";
	assert_true(pty_find(pty, "\u25B8 ", &x, &y));
	pty_row(pty, y, row, sizeof row);
	assert_int_equal(sscanf(strstr(row, "\u25B8 ") + strlen("\u25B8 "), "%99s", word), 1);
	snprintf(to, room, "%s", word);
}

static void a_figure_has_its_rows_and_each_its_life(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){.width = 80, .height = 24}, NULL);
	char subject[100], title[120];
	const int waiting = (int)stage_number(pty, "IN QUEUE"); /* a small page has its figures in digits */
	assert_true(waiting > 0);
	pty_resize(pty, 140, HEIGHT);
	SEE(pty, "TIMELINE", SOON);
	pty_send(pty, "\t\r");
	SEE(pty, "comes from", SOON);
	pty_send(pty, "\r");
	SEE(pty, "EVIDENCE", SOON);
	assert_true(pty_wait(pty, has_waiting_rows, &waiting, SOON));
	SEE(pty, "its life", SOON); /* the last line: the page is whole */
	assert_int_equal(waiting_rows(pty), waiting);
	chosen_subject(pty, subject, sizeof subject);
	pty_send(pty, "\r");
	snprintf(title, sizeof title, "LIFE \u00B7 %s", subject);
	SEE(pty, title, SOON);
	SEE(pty, "contact.queued", SOON);
	pty_send(pty, "\033");
	SEE(pty, "EVIDENCE", SOON);
	pty_send(pty, "\033");
	SEE(pty, "comes from", SOON);
	pty_send(pty, "\033");
	SEE(pty, "TIMELINE", SOON);
	SEE_TIME(pty, AT_SECONDS);
}

static void what_a_window_counted_is_read(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){0}, NULL);
	char row[ROW];
	pty_send(pty, "\t\t\t\r");
	SEE(pty, "which ones", SOON);
	SEE(pty, "rests on", SOON);
	const int64_t of = stage_number(pty, " of ");
	pty_send(pty, "\r");
	SEE(pty, "last 30 min to 12:50:00", SOON);
	SEE(pty, "its life", SOON);
	/* Those that still wait over their target are in the figure, but not counted yet; one that was queued twice is one row. */
	const int64_t more = pty_shows(pty, "more still wait") ? stage_number(pty, " more; ") : 0;
	assert_in_range(stage_number(pty, "EVIDENCE \u00B7 Service level"), (of - more) * 9 / 10, of - more);
	SEE(pty, " 100 % ", SOON);
	pty_send(pty, "ss/phone");
	SEE(pty, "find: phone", SOON);
	pty_send(pty, "\r");
	SEE(pty, "by queue", SOON);
	SEE(pty, "its life", SOON);
	pty_row(pty, 3, row, sizeof row);
	assert_non_null(strstr(row, "phone"));
}

/* The number in one of the columns of numbers of the chosen row, counted from 0, and the name before them. */
static int64_t chosen_count(struct pty *pty, int column, char *name, size_t room)
{
	int x, y;
	char row[ROW];
	assert_true(pty_find(pty, "\u25B8", &x, &y));
	pty_row(pty, y, row, sizeof row);
	const char *begin = strstr(row, "\u25B8");
	while (*begin == ' ' || (unsigned char)*begin >= 0x80) /* the cursor, and the mark of a level */
		begin++;
	const char *end = strstr(begin, "  ");
	assert_non_null(end);
	snprintf(name, room, "%.*s", (int)(end - begin), begin);
	int64_t number = -1;
	char *at = row + (end - row);
	for (int i = 0; i <= column; i++)
		number = strtoll(at, &at, 10);
	return number;
}

/* Down to the first row of the panel of refusals, which lies below the topics. */
static bool chosen_below(struct pty *pty, const void *title)
{
	int x, y, title_y;
	return pty_find(pty, "\u25B8", &x, &y) && pty_find(pty, title, &x, &title_y) && y > title_y;
}

static void choose_below(struct pty *pty, const char *title)
{
	for (int row = 0; row < 40 && !chosen_below(pty, title); row++) {
		pty_send(pty, "\033OB");
		pty_wait(pty, chosen_below, title, 200);
	}
	assert_true(chosen_below(pty, title));
}

/* A policy's row leads to as many rows as it was said, one of them to its life, and Esc all the way back. */
static void rows_of_a_page_lead_on(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){0}, NULL);
	char name[100], title[160];
	pty_send(pty, "7");
	SEE(pty, "\u2500 THANKS", SOON); /* below the rows: they are there */
	choose_below(pty, "BY THE RULE THAT SAYS IT");
	const int64_t said = chosen_count(pty, 0, name, sizeof name);
	assert_true(said > 0);
	pty_send(pty, "\r");
	snprintf(title, sizeof title, "EVIDENCE \u00B7 Times we said no \u00B7 %s", name);
	SEE(pty, title, SOON);
	SEE(pty, "today to 12:50", SOON);
	SEE(pty, "its life", SOON);
	assert_in_range(stage_number(pty, title), said * 9 / 10, said); /* who was told twice is one row */
	pty_send(pty, "\r");
	SEE(pty, "refusal.said", SOON);
	pty_send(pty, "\033");
	SEE(pty, title, SOON);
	pty_send(pty, "\033");
	SEE(pty, "\u2500 THANKS", SOON);
	pty_send(pty, "3");
	SEE(pty, "\u2500 DUE NEXT", SOON); /* below the rows: they are there */
	const int64_t breached = chosen_count(pty, 3, name, sizeof name);
	assert_true(breached > 0);
	pty_send(pty, "\r");
	snprintf(title, sizeof title, "SLA breached, still open \u00B7 %s", name);
	SEE(pty, title, SOON);
	SEE(pty, "its life", SOON);
	assert_int_equal(stage_number(pty, title), breached);
	pty_send(pty, "\033\033");
	SEE(pty, "TIMELINE", SOON);
	SEE_TIME(pty, AT_SECONDS);
}

static void a_report_is_written(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = open_paused(state, (struct pty_options){0}, NULL);
	char path[100], keys[200], line[200] = "";
	pty_send(pty, "mcards fail\r");
	SEE(pty, "the mark is kept", SOON);
	SEE_NO(pty, "reading", SOON);
	pty_send(pty, "e");
	SEE(pty, "report to: report-incident-2026-09-21.html", SOON);
	for (size_t i = 0; i < strlen("report-incident-2026-09-21.html"); i++)
		pty_send(pty, "\177");
	snprintf(path, sizeof path, "%s/incident/spoken.html", stage->folder);
	snprintf(keys, sizeof keys, "%s\r", path);
	pty_send(pty, keys);
	SEE(pty, "the report is in", SOON);
	FILE *report = fopen(path, "r");
	assert_non_null(report);
	bool marked = false;
	while (fgets(line, sizeof line, report))
		marked = marked || strstr(line, "cards fail");
	fclose(report);
	assert_true(marked);
	/* Once more, under the same name: nothing is written over. */
	pty_send(pty, "e");
	SEE(pty, "report to:", SOON);
	for (size_t i = 0; i < strlen("report-incident-2026-09-21.html"); i++)
		pty_send(pty, "\177");
	pty_send(pty, keys);
	SEE(pty, "is there already", SOON);
}

static void sizes_change_and_nothing_breaks(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){0}, NULL);
	SEE(pty, "TIMELINE", SOON);
	pty_resize(pty, 80, 24);
	SEE_NO(pty, "TIMELINE", SOON);
	SEE(pty, "REPLAY", SOON);
	pty_resize(pty, 60, 4);
	SEE(pty, "REPLAY 2026-09-21 12:50:00 paused", SOON);
	pty_resize(pty, 200, 60);
	SEE(pty, "TIMELINE", SOON);
	SEE(pty, "notes", SOON);
	SEE_TIME(pty, AT_SECONDS);
}

static void a_click_goes_there(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){0}, NULL);
	pty_send(pty, "M");
	SEE(pty, "the mouse is on", SOON);
	pty_send(pty, "\033[<0;135;34M\033[<0;135;34m");
	assert_true(pty_wait(pty, is_after, &(int){AT_SECONDS + 600}, SOON));
	pty_send(pty, "M");
	SEE(pty, "the mouse is off", SOON);
}

static void without_colours_it_is_words(void **state)
{
	struct pty *pty = open_paused(state, (struct pty_options){.environment = (const char *const[]){"NO_COLOR=1", NULL}}, "--ascii");
	SEE(pty, "= paused", SOON);
	SEE(pty, "TIMELINE", SOON);
	for (const char *at = pty_screen(pty); *at; at++)
		assert_false(*at & 0x80);
}

static void a_live_board_looks_back(void **state)
{
	struct stage *stage = *state;
	char url[128], path[100];
	struct pty *pty = stage_show_file(stage, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "r");
	SEE(pty, "no journal to look back into", SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
	snprintf(url, sizeof url, "file:%s", stage->events);
	pty = START(stage, OPTIONS(0), "--feed", url, "--speed", "0", "--zone", "UTC", "--journal", journal_of(stage, path));
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "r");
	SEE(pty, "REPLAY", SOON);
	SEE(pty, "TIMELINE", SOON);
	pty_send(pty, "\033");
	SEE_NO(pty, "REPLAY", SOON);
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
}

int main(void)
{
#define PLAY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {PLAY(it_opens_in_another_colour), PLAY(arrows_move_the_time), PLAY(it_plays_and_stands_still),
		PLAY(incidents_and_times_are_found), PLAY(times_are_compared), PLAY(a_mark_is_kept), PLAY(a_figure_has_its_rows_and_each_its_life),
		PLAY(what_a_window_counted_is_read), PLAY(rows_of_a_page_lead_on), PLAY(a_report_is_written), PLAY(sizes_change_and_nothing_breaks),
		PLAY(a_click_goes_there),
		PLAY(without_colours_it_is_words), PLAY(a_live_board_looks_back)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
