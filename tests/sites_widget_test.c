/* How a board says which of its sites it follows: in the header, in each total, in the table, in the queues' names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tests/sample_snapshot.h"
#include "tui/dump.h"
#include "widgets/board.h"
#include "widgets/sites.h"

#include <cmocka.h>

#define SITES 3

static struct sample *open_sites(void)
{
	static const char *const names[SITES] = {"tokyo", "berlin", "Лима"};
	struct sample *sample = sample_create();
	struct snapshot *snapshot = &sample->snapshot;
	snapshot->sites = memory_new(SITES, sizeof *snapshot->sites);
	snapshot->site_count = SITES;
	for (int i = 0; i < SITES; i++) {
		struct snapshot_site *site = &snapshot->sites[i];
		*site = (struct snapshot_site){.link = LINK_LIVE, .known = true, .shown = true};
		snprintf(site->name, sizeof site->name, "%s", names[i]);
		memcpy(site->figures, snapshot->figures, sizeof site->figures);
	}
	for (int i = 0; i < snapshot->row_count; i++) {
		snprintf(snapshot->rows[i].site, sizeof snapshot->rows[i].site, "%s", names[i % SITES]);
		snapshot->rows[i].shared = i == 0;
	}
	return sample;
}

static void close_sites(struct sample *sample)
{
	free(sample->snapshot.sites);
	sample->snapshot.sites = NULL;
	sample_destroy(sample);
}

static void lose(struct snapshot *snapshot, int site)
{
	snapshot->sites[site].link = LINK_STALE;
	snapshot->sites[site].stale = true;
	snapshot->sites[site].silent = 42000;
	snapshot->sites_stale++;
}

/* The whole picture as text; the caller frees it. */
static char *picture(const struct snapshot *snapshot, int width, int height, const char *keys)
{
	struct board *board = board_create(snapshot->settings, &snapshot->request);
	struct canvas *canvas = canvas_create(width, height);
	const struct glyphs glyphs = {0};
	char *text = NULL;
	size_t size = 0;
	board_draw(board, snapshot, &glyphs, canvas);
	for (; *keys; keys++)
		board_key(board, snapshot, *keys);
	board_draw(board, snapshot, &glyphs, canvas);
	FILE *to = open_memstream(&text, &size);
	dump_text(canvas, to);
	fclose(to);
	canvas_destroy(canvas);
	board_destroy(board);
	return text;
}

static void expect(const struct snapshot *snapshot, int width, int height, const char *keys, const char *wanted)
{
	char *text = picture(snapshot, width, height, keys);
	if (!strstr(text, wanted))
		fail_msg("no \"%s\" in\n%s", wanted, text);
	free(text);
}

static void the_header_names_who_is_missing(void **state)
{
	(void)state;
	struct sample *sample = open_sites();
	struct snapshot *snapshot = &sample->snapshot;
	struct link_summary summary;
	assert_true(sites_summarise(snapshot, &summary));
	assert_string_equal(summary.text, "3 sites live");
	assert_int_equal(summary.role, ROLE_HEADER_OK);
	lose(snapshot, 2);
	sites_summarise(snapshot, &summary);
	assert_string_equal(summary.text, "2 of 3 sites, Лима STALE 42s");
	assert_int_equal(summary.role, ROLE_HEADER_CRIT);
	lose(snapshot, 1);
	sites_summarise(snapshot, &summary);
	assert_string_equal(summary.text, "1 of 3 sites, berlin STALE 42s +1");
	close_sites(sample);
}

static void a_clock_that_is_behind_is_named(void **state)
{
	(void)state;
	struct sample *sample = open_sites();
	struct snapshot *snapshot = &sample->snapshot;
	struct link_summary summary;
	snapshot->sites[0].behind = 61000; /* a quiet minute */
	sites_summarise(snapshot, &summary);
	assert_string_equal(summary.text, "3 sites live");
	snapshot->sites[0].behind = 3600000;
	sites_summarise(snapshot, &summary);
	assert_non_null(strstr(summary.text, "tokyo clock"));
	assert_int_equal(summary.role, ROLE_HEADER_WARN);
	close_sites(sample);
}

static void a_board_of_one_site_says_nothing_of_sites(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	const struct snapshot *snapshot = &sample->snapshot;
	struct link_summary summary;
	assert_false(sites_summarise(snapshot, &summary));
	assert_int_equal(sites_height(snapshot), 0);
	char share[32];
	sites_share_text(snapshot, share, sizeof share);
	assert_string_equal(share, "");
	close_sites(sample);
}

static void totals_and_rows_say_their_site(void **state)
{
	(void)state;
	struct sample *sample = open_sites();
	struct snapshot *snapshot = &sample->snapshot;
	char wanted[100];
	snprintf(wanted, sizeof wanted, "tokyo/%.8s", snapshot->rows[0].queue);
	expect(snapshot, 80, 24, "", wanted);
	expect(snapshot, 190, 45, "", "site");
	lose(snapshot, 1);
	expect(snapshot, 140, 40, "", "IN QUEUE \u00B7 2 of 3 sites");
	expect(snapshot, 80, 24, "", "2 of 3 sites, berlin STALE 42s");
	expect(snapshot, 120, 1, "", "2 of 3 sites");
	close_sites(sample);
}

static void the_page_of_feeds_has_a_table_of_sites(void **state)
{
	(void)state;
	struct sample *sample = open_sites();
	struct snapshot *snapshot = &sample->snapshot;
	lose(snapshot, 1);
	snprintf(snapshot->sites[1].why, sizeof snapshot->sites[1].why, "start its collector");
	snapshot->zones_differ = true;
	expect(snapshot, 140, 40, "h", "start its collector");
	expect(snapshot, 140, 40, "h", "3 sites \u00B7 2 followed");
	expect(snapshot, 140, 40, "h", "each site's own day");
	expect(snapshot, 80, 12, "h", "SITES");
	expect(snapshot, 80, 24, "f", "site     Лима");
	for (int height = 2; height < 12; height++)
		free(picture(snapshot, 40, height, "h"));
	close_sites(sample);
}

static void a_key_goes_through_the_sites(void **state)
{
	(void)state;
	struct sample *sample = open_sites();
	struct snapshot *snapshot = &sample->snapshot;
	struct board *board = board_create(snapshot->settings, &snapshot->request);
	for (int i = 1; i <= SITES + 1; i++) {
		assert_int_equal(board_key(board, snapshot, 'o'), BOARD_REQUEST);
		assert_int_equal(board_request(board)->site, i % (SITES + 1));
	}
	assert_int_equal(board_key(board, snapshot, 'O'), BOARD_REQUEST);
	assert_int_equal(board_request(board)->site, SITES);
	board_destroy(board);
	close_sites(sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_names_who_is_missing), cmocka_unit_test(a_clock_that_is_behind_is_named),
		cmocka_unit_test(a_board_of_one_site_says_nothing_of_sites), cmocka_unit_test(totals_and_rows_say_their_site),
		cmocka_unit_test(the_page_of_feeds_has_a_table_of_sites), cmocka_unit_test(a_key_goes_through_the_sites),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
