/* What a board says in words: changes once, in sentences that a voice can read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "tests/sample_snapshot.h"
#include "tui/signal_out.h"
#include "widgets/changes.h"
#include "widgets/signals.h"
#include "widgets/spoken.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define COUNT(array) (sizeof array / sizeof *array)

struct heard {
	int count;
	char text[4000];
};

static void hear(void *context, const char *sentence)
{
	struct heard *heard = context;
	heard->count++;
	strncat(heard->text, sentence, sizeof heard->text - strlen(heard->text) - 2);
	strcat(heard->text, "\n");
}

static struct heard listen(struct changes *changes, const struct sample *sample)
{
	struct heard heard = {0};
	changes_tell(changes, &sample->snapshot, hear, &heard);
	return heard;
}

static struct sample *begin(struct changes *changes)
{
	struct sample *sample = sample_create();
	*changes = (struct changes){0};
	for (int i = 0; i < sample->snapshot.alert_count; i++)
		sample->snapshot.alerts[i].id = (uint64_t)i + 1;
	assert_int_equal(listen(changes, sample).count, 0);
	return sample;
}

static struct figure *figure_of(struct sample *sample, const char *metric)
{
	return &sample->snapshot.figures[metric_find(metric)];
}

static void durations_are_words(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {{0, "0 seconds"}, {SECOND_MS, "1 second"}, {59 * SECOND_MS, "59 seconds"}, {MINUTE_MS, "1 minute"}, {252 * SECOND_MS,
		"4 minutes 12 seconds"},
		{HOUR_MS + MINUTE_MS, "1 hour 1 minute"}, {HOUR_MS + SECOND_MS, "1 hour"}, {49 * HOUR_MS, "2 days 1 hour"}, {-5, "0 seconds"}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[100];
		spoken_duration(cases[i].ms, text, sizeof text);
		assert_string_equal(text, cases[i].text);
	}
}

static void marks_become_words(void **state)
{
	(void)state;
	char text[100], tiny[20];
	spoken_text("wait \u2265 4 in Billing \u00B7 chat: 80 %", text, sizeof text);
	assert_string_equal(text, "wait at least 4 in Billing, chat: 80 percent");
	spoken_text("a text that does not fit anywhere", tiny, sizeof tiny);
	assert_true(strlen(tiny) < sizeof tiny);
}

static void nothing_new_says_nothing(void **state)
{
	(void)state;
	struct changes changes;
	struct sample *sample = begin(&changes);
	assert_false(changes_tell(&changes, &sample->snapshot, NULL, NULL));
	figure_of(sample, "queue_depth")->numerator += 1;
	sample->snapshot.at += SECOND_MS;
	assert_false(changes_tell(&changes, &sample->snapshot, NULL, NULL));
	sample_destroy(sample);
}

static void a_level_is_said_once(void **state)
{
	(void)state;
	struct changes changes;
	struct sample *sample = sample_create();
	changes = (struct changes){0};
	struct figure *figure = figure_of(sample, "queue_depth");
	figure->level = LEVEL_OK;
	listen(&changes, sample);
	figure->level = LEVEL_CRIT;
	struct heard heard = listen(&changes, sample);
	assert_int_equal(heard.count, 1);
	assert_non_null(strstr(heard.text, "is critical: "));
	assert_int_equal(listen(&changes, sample).count, 0);
	figure->level = LEVEL_OK;
	heard = listen(&changes, sample);
	assert_int_equal(heard.count, 1);
	assert_non_null(strstr(heard.text, "is good again"));
	figure->level = LEVEL_NONE;
	assert_int_equal(listen(&changes, sample).count, 0);
	sample_destroy(sample);
}

static void an_alert_is_said_and_its_end(void **state)
{
	(void)state;
	struct changes changes;
	struct sample *sample = begin(&changes);
	struct list_alert *alert = &sample->snapshot.alerts[0];
	*alert = (struct list_alert){.id = 77, .state = LIST_ALERT_RAISED, .severity = SEVERITY_CRITICAL,
		.text = "longest wait 04:12 in Billing \u00B7 chat"};
	struct heard heard = listen(&changes, sample);
	assert_non_null(strstr(heard.text, "Critical alert: longest wait 04:12 in Billing, chat.\n"));
	assert_int_equal(listen(&changes, sample).count, 0);
	alert->muted = true;
	heard = listen(&changes, sample);
	assert_string_equal(heard.text, "Off the list: longest wait 04:12 in Billing, chat.\n");
	alert->muted = false;
	alert->severity = SEVERITY_WARNING;
	heard = listen(&changes, sample);
	assert_string_equal(heard.text, "Alert: longest wait 04:12 in Billing, chat.\n");
	alert->state = LIST_ALERT_ACKNOWLEDGED;
	assert_int_equal(listen(&changes, sample).count, 0);
	alert->state = LIST_ALERT_CLEARED;
	heard = listen(&changes, sample);
	assert_string_equal(heard.text, "Over: longest wait 04:12 in Billing, chat.\n");
	sample_destroy(sample);
}

static void a_feed_goes_and_comes(void **state)
{
	(void)state;
	struct changes changes;
	struct sample *sample = begin(&changes);
	struct list_feed *feed = &sample->snapshot.feeds[0];
	assert_true(sample->snapshot.feed_count > 0);
	snprintf(feed->src, sizeof feed->src, "pbx");
	feed->link = LINK_LIVE;
	listen(&changes, sample);
	feed->link = LINK_STALE;
	struct heard heard = listen(&changes, sample);
	assert_non_null(strstr(heard.text, "The feed pbx has gone silent"));
	feed->link = LINK_QUIET;
	heard = listen(&changes, sample);
	assert_string_equal(heard.text, "The feed pbx is back.\n");
	sample_destroy(sample);
}

/* A table's row changes its level: nobody says so, for its alert does, but it is drawn at once. */
static void a_row_counts_too(void **state)
{
	(void)state;
	struct changes changes;
	struct sample *sample = begin(&changes);
	assert_true(sample->snapshot.row_count > 0);
	sample->snapshot.rows[0].worst = sample->snapshot.rows[0].worst == LEVEL_OK ? LEVEL_CRIT : LEVEL_OK;
	struct heard heard = {0};
	assert_true(changes_tell(&changes, &sample->snapshot, hear, &heard));
	assert_int_equal(heard.count, 0);
	sample_destroy(sample);
}

static void a_summary_has_no_marks(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	char text[4000], little[60];
	spoken_summary(&sample->snapshot, text, sizeof text);
	assert_non_null(strstr(text, "In queue "));
	assert_non_null(strstr(text, "Longest wait "));
	static const char *const marks[] = {"\u00B7", "\u2265", "\u2264", "\u2716", "\u25B2", "\u25CF", "%", "\n"};
	for (size_t i = 0; i < COUNT(marks); i++)
		assert_null(strstr(text, marks[i]));
	spoken_summary(&sample->snapshot, little, sizeof little);
	assert_true(strlen(little) < sizeof little);
	sample_destroy(sample);
}

/* ---- titles and notes ---- */
static void a_title_names_the_worst(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	char text[300];
	for (int i = 0; i < sample->snapshot.alert_count; i++)
		sample->snapshot.alerts[i].state = LIST_ALERT_CLEARED;
	signals_title(&sample->snapshot, text, sizeof text);
	assert_string_equal(text, sample->snapshot.stale ? "tablo: the figures are stale" : "tablo: all is well");
	struct list_alert *alert = &sample->snapshot.alerts[0];
	*alert = (struct list_alert){.id = 1, .state = LIST_ALERT_RAISED, .severity = SEVERITY_CRITICAL,
		.text = "longest wait 04:12 in Billing \u00B7 chat"};
	signals_title(&sample->snapshot, text, sizeof text);
	assert_string_equal(text, "tablo: 1 critical - longest wait 04:12 in Billing, chat");
	sample->snapshot.nothing = true;
	signals_title(&sample->snapshot, text, sizeof text);
	assert_string_equal(text, "tablo: waiting for figures");
	sample_destroy(sample);
}

/* Nothing in a name ends the sequence early or begins another. */
static void names_that_attack_stay_text(void **state)
{
	(void)state;
	static const char *const attacks[] = {"a\033\\b", "a\007b", "\033]0;owned\007", "\xC2\x9C", "\302\23552;c;aGk=\234", "\x9C", "a\nb\rc",
		"\x7F", "\xE2\x82", "\xF0\x9F\x92",
		"\xE0\x82\x9C", "\xE0\x80\x9B\\", "\xF0\x80\x82\x9C", "\xF5\x80\x80\x9C", "\xFF\x80\x80\x9C", "\342\200\256desrever"};
	for (size_t i = 0; i < COUNT(attacks); i++) {
		char bytes[SIGNAL_ROOM];
		for (int kind = 0; kind < 3; kind++) {
			const size_t size = kind == 0 ? signal_title(attacks[i], bytes) : signal_note(kind == 1 ? 9 : 777, attacks[i], attacks[i], bytes);
			assert_true(size > 4 && size < SIGNAL_ROOM);
			assert_memory_equal(bytes, "\033]", 2);
			assert_memory_equal(bytes + size - 2, "\033\\", 2);
			assert_true(text_valid((struct view){bytes + 2, size - 4}));
			assert_null(strstr(bytes, "\xE2\x80\xAE"));
			for (size_t at = 2; at < size - 2; at++)
				assert_false((unsigned char)bytes[at] < ' ' || bytes[at] == 0x7F || (unsigned char)bytes[at] == 0x9C);
		}
	}
	char bytes[SIGNAL_ROOM], long_text[2000];
	memset(long_text, 'x', sizeof long_text);
	long_text[sizeof long_text - 1] = 0;
	assert_true(signal_note(777, long_text, long_text, bytes) < SIGNAL_ROOM);
	signal_note(777, "a;b", "c;d", bytes);
	assert_string_equal(bytes, "\033]777;notify;a,b;c;d\033\\");
	assert_int_equal(signal_note(0, "a", "b", bytes), 0);
}

static void only_known_terminals_are_told(void **state)
{
	(void)state;
	static const char *const none[] = {"dumb", "unknown", "linux", "vt220", "screen"};
	static const char *const variables[] = {"TERM_PROGRAM", "KITTY_WINDOW_ID", "VTE_VERSION"};
	for (size_t i = 0; i < COUNT(variables); i++)
		unsetenv(variables[i]);
	for (size_t i = 0; i < COUNT(none); i++) {
		assert_false(signal_knows_titles(none[i]));
		assert_int_equal(signal_notes(none[i]), 0);
	}
	assert_true(signal_knows_titles("xterm-256color"));
	assert_int_equal(signal_notes("xterm-256color"), 0);
	assert_int_equal(signal_notes("foot"), 777);
	setenv("VTE_VERSION", "7006", 1);
	assert_int_equal(signal_notes("xterm-256color"), 777);
	assert_int_equal(signal_notes("tmux-256color"), 0);
	assert_int_equal(signal_notes("linux"), 0);
	unsetenv("VTE_VERSION");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(durations_are_words), cmocka_unit_test(marks_become_words),
		cmocka_unit_test(nothing_new_says_nothing),
		cmocka_unit_test(a_level_is_said_once), cmocka_unit_test(an_alert_is_said_and_its_end), cmocka_unit_test(a_feed_goes_and_comes),
		cmocka_unit_test(a_row_counts_too), cmocka_unit_test(a_summary_has_no_marks), cmocka_unit_test(a_title_names_the_worst),
		cmocka_unit_test(names_that_attack_stay_text), cmocka_unit_test(only_known_terminals_are_told)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
