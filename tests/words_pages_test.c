/* Every page in Russian: its pictures, no English word left on it, and nothing that changes with the language but the words. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "config/tables.h"
#include "tests/golden.h"
#include "tests/sample_snapshot.h"
#include "tui/dump.h"
#include "tui/keys.h"
#include "widgets/board.h"

#include <cmocka.h> /* last: it makes a macro of fail */

struct scene {
	const char *name;
	int keys[3]; /* pressed one after the other; 0: none */
	void (*dress)(struct sample *sample); /* what the sample lacks for it; NULL: nothing */
};

/* ---- what the sample lacks ---- */

static void add_faults(struct sample *sample)
{
	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++)
		sample->snapshot.feeds[0].faults[fault] = 100;
	sample->snapshot.feeds[1].refusal = feed_fault_helps[FAULT_KEY_REFUSED];
	sample->snapshot.feeds[1].link = LINK_REFUSED;
}

static void add_timeline(struct sample *sample)
{
	const int64_t noon = INT64_C(933508800000);
	struct timeline *timeline = sample->snapshot.timeline = memory_new(1, sizeof *timeline);
	sample->snapshot.zone_name = "UTC";
	*timeline = (struct timeline){.journal = "0801", .first = noon, .last = noon + 12 * HOUR_MS, .from = noon, .to = noon + 12 * HOUR_MS,
		.cursor = noon + 4 * HOUR_MS, .state = TIMELINE_PLAYING, .goal = INT64_MIN, .speed = 60, .events = 3511, .read = 43, .can_mark = true,
		.note = "1", .note_at = noon + 4 * HOUR_MS + 120000, .next = "2", .next_at = noon + 4 * HOUR_MS + 83000, .mark_count = 1,
		.marks = {{.at = noon + 2 * HOUR_MS, .text = "3"}}};
}

static void add_sites(struct sample *sample)
{
	struct snapshot *snapshot = &sample->snapshot;
	snapshot->sites = memory_new(2, sizeof *snapshot->sites);
	snapshot->site_count = 2;
	for (int i = 0; i < 2; i++) {
		snapshot->sites[i] = (struct snapshot_site){.link = i ? LINK_STALE : LINK_LIVE, .known = true, .shown = true, .stale = i, .silent = i * 42000};
		snprintf(snapshot->sites[i].name, sizeof snapshot->sites[i].name, "%d", i + 1);
		memcpy(snapshot->sites[i].figures, snapshot->figures, sizeof snapshot->sites[i].figures);
	}
	snapshot->sites_stale = 1;
}

static struct proof *add_proof(struct sample *sample)
{
	struct proof *proof = proof_create(&(struct proof_request){.number = 1, .metric = metric_find("queue_depth")});
	proof->moment = INT64_C(933516452000);
	proof->window = WINDOW_30M;
	snprintf(proof->scope_text, sizeof proof->scope_text, "1");
	sample->snapshot.zone_name = "UTC";
	return proof;
}

/* Behind the first tile: whom it counts. */
static void add_evidence(struct sample *sample)
{
	struct proof *proof = sample->snapshot.evidence = add_proof(sample);
	proof->evidence = (struct evidence){.kind = EVIDENCE_PRESENT, .from = proof->moment, .to = proof->moment, .count = 2,
		.rows = memory_new(2, sizeof *proof->evidence.rows)};
	for (int i = 0; i < 2; i++) {
		struct evidence_row *row = &proof->evidence.rows[i];
		*row = (struct evidence_row){.at = proof->moment - 90000,
			.figure = {.known = true, .numerator = 90000, .denominator = 1, .n = -1, .low = -1, .high = -1}, .queue = "Billing", .channel = "phone"};
		snprintf(row->subject, sizeof row->subject, "%d", i + 1041);
	}
}

static void hang(struct sample *sample, const char *page)
{
	struct error err;
	sample->settings.wall = true;
	sample->settings.wall_seconds = 20 * SECOND_MS;
	if (strcmp(page, "alerts") != 0)
		sample->snapshot.alert_count = 0; /* they would hold their own page */
	assert_true(settings_set(&sample->settings, "wall_pages", page, &err));
}

static void hang_figures(struct sample *sample)
{
	hang(sample, "figures");
}

static void hang_queues(struct sample *sample)
{
	hang(sample, "queues");
}

static void hang_alerts(struct sample *sample)
{
	hang(sample, "alerts");
}

static void hang_clocks(struct sample *sample)
{
	hang(sample, "clocks");
}

#define PAGE_SCENE(word, name, digit, help) {#name, {'0' + (digit)}, NULL},
static const struct scene scenes[] = {
	{"overview", {0}, NULL}, {"tile", {SCREEN_KEY_TAB, SCREEN_KEY_ENTER}, NULL}, {"help", {'?'}, NULL}, {"filter", {'f'}, NULL},
	KEYED_PAGES(PAGE_SCENE)
	{"faults", {'9'}, add_faults}, {"palette", {':'}, NULL}, {"replay", {0}, add_timeline}, {"replay_help", {'?'}, add_timeline},
	{"sites", {'9'}, add_sites}, {"evidence", {SCREEN_KEY_TAB, SCREEN_KEY_ENTER, SCREEN_KEY_ENTER}, add_evidence},
	{"wall_figures", {0}, hang_figures}, {"wall_queues", {0}, hang_queues}, {"wall_alerts", {0}, hang_alerts}, {"wall_clocks", {0}, hang_clocks},
};
#undef PAGE_SCENE
#define SCENES (sizeof scenes / sizeof *scenes)

/* What is written alike in both languages: names of the sample, what feeds and settings say, abbreviations of the field, keys. */
static const char *const alike[] = {
#include "tests/words_alike.h"
};

static void begin(const char *language)
{
	setlocale(LC_ALL, "C.UTF-8");
	setlocale(LC_NUMERIC, "C");
	words_open(language);
}

static struct sample *dress(const struct scene *scene)
{
	struct sample *sample = sample_create();
	if (scene->dress)
		scene->dress(sample);
	return sample;
}

static void undress(struct sample *sample)
{
	struct snapshot *snapshot = &sample->snapshot;
	proof_release(snapshot->evidence);
	free(snapshot->timeline);
	free(snapshot->sites);
	snapshot->evidence = NULL;
	snapshot->timeline = NULL;
	snapshot->sites = NULL;
	setting_clear(setting_find(board_table.settings, board_table.count, "wall_pages"), &sample->settings);
	sample_destroy(sample);
}

/* Without the sentences that the sample brings as data: they are made where a snapshot is. */
static struct sample *create_sample(const struct scene *scene)
{
	struct sample *sample = dress(scene);
	struct snapshot *snapshot = &sample->snapshot;
	for (int i = 0; i < snapshot->alert_count; i++)
		snprintf(snapshot->alerts[i].text, sizeof snapshot->alerts[i].text, "%d", i);
	for (int i = 0; i < snapshot->history_count; i++)
		snprintf(snapshot->history[i].text, sizeof snapshot->history[i].text, "%d", i);
	snprintf(snapshot->title, sizeof snapshot->title, "1");
	snprintf(snapshot->scope_text, sizeof snapshot->scope_text, "2");
	return sample;
}

static struct canvas *draw(struct sample *sample, const struct scene *scene, int width, int height)
{
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	struct canvas *canvas = canvas_create(width, height);
	const struct glyphs glyphs = {.ascii = false};
	board_wall_turn(board, &sample->snapshot, 1000);
	board_draw(board, &sample->snapshot, &glyphs, canvas);
	for (size_t i = 0; i < sizeof scene->keys / sizeof *scene->keys && scene->keys[i]; i++)
		board_key(board, &sample->snapshot, scene->keys[i]);
	board_draw(board, &sample->snapshot, &glyphs, canvas);
	board_destroy(board);
	return canvas;
}

static void pictures_in_russian(void **state)
{
	(void)state;
	static const int sizes[][2] = {{140, 40}, {80, 24}};
	begin("ru");
	for (size_t i = 0; i < SCENES; i++) {
		struct sample *sample = dress(&scenes[i]);
		for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
			char name[80];
			struct canvas *canvas = draw(sample, &scenes[i], sizes[size][0], sizes[size][1]);
			snprintf(name, sizeof name, "ru_%s_%dx%d", scenes[i].name, sizes[size][0], sizes[size][1]);
			golden_check(canvas, name);
			canvas_destroy(canvas);
		}
		undress(sample);
	}
}

/* ---- what is left of English ---- */

static char *text_of(const char *language, struct sample *sample, const struct scene *scene)
{
	char *text = NULL;
	size_t size = 0;
	begin(language);
	struct canvas *canvas = draw(sample, scene, 200, 60);
	FILE *to = open_memstream(&text, &size);
	dump_text(canvas, to);
	fclose(to);
	canvas_destroy(canvas);
	return text;
}

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* The word as a whole, not as a part of another one. */
static bool has_word(const char *text, const char *word, size_t length)
{
	for (const char *at = text; (at = memmem(at, strlen(at), word, length)); at++)
		if ((at == text || !is_letter(at[-1])) && !is_letter(at[length]))
			return true;
	return false;
}

static bool is_alike(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
		if (strlen(alike[i]) == length && strncmp(alike[i], word, length) == 0)
			return true;
	return false;
}

static void no_english_is_left(void **state)
{
	(void)state;
	size_t left = 0, seen = 0;
	for (size_t i = 0; i < SCENES; i++) {
		struct sample *sample = create_sample(&scenes[i]);
		char *english = text_of("en", sample, &scenes[i]), *russian = text_of("ru", sample, &scenes[i]);
		for (const char *at = english; *at;) {
			size_t length = 0;
			while (is_letter(at[length]))
				length++;
			if (length > 2 && !is_alike(at, length)) {
				seen++;
				if (has_word(russian, at, length)) {
					print_message("%s: \"%.*s\" is English still\n", scenes[i].name, (int)length, at);
					left++;
				}
			}
			at += length ? length : 1;
		}
		free(english);
		free(russian);
		undress(sample);
	}
	assert_true(seen > 300); /* there was English to be found */
	assert_int_equal(left, 0);
}

/* Both ways and back: nothing of one language stays in a table or a buffer. */
static void languages_change_while_it_runs(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENES; i++) {
		struct sample *sample = create_sample(&scenes[i]);
		char *before = text_of("en", sample, &scenes[i]), *between = text_of("ru", sample, &scenes[i]), *after = text_of("en", sample, &scenes[i]);
		assert_string_equal(before, after);
		assert_string_not_equal(before, between);
		free(before);
		free(between);
		free(after);
		undress(sample);
	}
}

/* Any of them may come to stand on a tile's page, a widget or the page of feeds. */
static void tables_are_translated(void **state)
{
	(void)state;
	begin("ru");
	for (int i = 0; i < metric_count; i++) {
		const char *const texts[] = {metrics[i].title, metrics[i].formula, metrics[i].note};
		for (size_t text = 0; text < sizeof texts / sizeof *texts; text++)
			if (*texts[text] && strlen(texts[text]) > 5 && words_say(texts[text]) == texts[text])
				fail_msg("%s: \"%s\" is English still", metrics[i].name, texts[text]);
	}
	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
		assert_ptr_not_equal(words_say(feed_fault_helps[fault]), feed_fault_helps[fault]);
		assert_ptr_not_equal(words_of("fault", feed_fault_names[fault]), feed_fault_names[fault]);
	}
}

static void plurals(void **state)
{
	(void)state;
	static const struct { int count; const char *words; } rows[] = {{0, "строк"}, {1, "строка"}, {2, "строки"}, {4, "строки"}, {5, "строк"},
		{11, "строк"}, {12, "строк"}, {20, "строк"}, {21, "строка"}, {22, "строки"}, {25, "строк"}, {101, "строка"}, {111, "строк"}};
	begin("ru");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(words_plural("row", "rows", rows[i].count), rows[i].words);
	begin("en");
	assert_string_equal(words_plural("row", "rows", 1), "row");
	assert_string_equal(words_plural("row", "rows", 21), "rows");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_in_russian), cmocka_unit_test(no_english_is_left), cmocka_unit_test(languages_change_while_it_runs),
		cmocka_unit_test(tables_are_translated), cmocka_unit_test(plurals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
