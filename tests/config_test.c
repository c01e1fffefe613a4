#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/instant.h"
#include "config/settings.h"
#include "config/suggest.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static const char *const metric_list[] = {"longest_wait", "queue_depth", "service_level", "asa", "csat", NULL};
static const struct settings_names names = {.metrics = metric_list};

/* ---- files that exist only in memory; what they are called in messages is put back to "wall.conf" ---- */

static bool load_bytes(struct settings *settings, const char *bytes, size_t size, struct error *err)
{
	char path[64];
	const int file = memfd_create("wall.conf", MFD_CLOEXEC);
	assert_true(file >= 0);
	assert_int_equal(write(file, bytes, size), (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	const bool good = settings_load(settings, path, &names, err);
	close(file);
	if (!good && strncmp(err->text, path, strlen(path)) == 0) {
		char rest[sizeof err->text];
		snprintf(rest, sizeof rest, "%s", err->text + strlen(path));
		snprintf(err->text, sizeof err->text, "wall.conf%.500s", rest);
	}
	return good;
}

static struct settings *load(const char *text)
{
	struct settings *settings = settings_create();
	struct error err = {""};
	if (!load_bytes(settings, text, strlen(text), &err))
		fail_msg("%s", err.text);
	return settings;
}

/* How the settings print and what their sections hold, to compare them whole. */
static char *describe(const struct settings *settings)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	fprintf(to, "%s|%s|%s|%s|%s|%s|%s|", settings->site, settings->title, settings->zone, settings->clock,
		settings->colours, settings->glyphs, settings->log);
	for (int i = 0; i < settings->clock_count; i++)
		fprintf(to, "clock %s|", settings->clocks[i]);
	for (int i = 0; i < settings->feed_count; i++)
		fprintf(to, "feed %s|", settings->feeds[i]);
	for (int i = 0; i < CHANNEL_COUNT; i++)
		fprintf(to, "%lld|", (long long)settings->target[i]);
	const int64_t numbers[] = {settings->day_start, settings->silence, settings->stale, settings->reconnect,
		settings->memory_limit, settings->window, settings->by, settings->formula, settings->short_abandon,
		settings->fcr_within, settings->fcr_from, settings->fcr_match, settings->wrap_wait, settings->lost_after,
		settings->late_limit, settings->ahead_limit, settings->hold_unknown, settings->due_soon_most,
		settings->due_soon_percent, settings->care_shift, settings->care_hour, settings->care_break,
		settings->flag_days, settings->mistakes_limit, settings->queues_most, settings->agents_most,
		settings->names_most, settings->history_days, (int64_t)(settings->frames * 1000), settings->display,
		settings->queue_count, settings->level_count, settings->alert_count};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		fprintf(to, "%lld|", (long long)numbers[i]);
	for (int i = 0; i < settings->queue_count; i++) {
		const struct queue_settings *queue = &settings->queues[i];
		fprintf(to, "queue %s %s %lld %lld %d %d %d|", queue->name, queue->title ? queue->title : "-",
			(long long)queue->target, (long long)queue->short_abandon, queue->formula, queue->hidden, queue->line);
	}
	for (int i = 0; i < settings->level_count; i++) {
		const struct level_settings *level = &settings->levels[i];
		fprintf(to, "level %s %s %s %d %g %g %g %lld %d|", level->metric, level->queue ? level->queue : "-",
			level->channel ? level->channel : "-", level->window, level->warn, level->crit, level->hysteresis,
			(long long)level->hold, level->line);
	}
	for (int i = 0; i < settings->alert_count; i++) {
		const struct alert_settings *alert = &settings->alerts[i];
		fprintf(to, "alert %s %s %s %s %d %g %g %lld %s %g %d %s %d|", alert->name, alert->metric,
			alert->queue ? alert->queue : "-", alert->channel ? alert->channel : "-", alert->window, alert->enter,
			alert->leave, (long long)alert->hold, alert->and_metric ? alert->and_metric : "-", alert->and_enter,
			(int)alert->severity, alert->exec ? alert->exec : "-", alert->line);
	}
	fclose(to);
	return text;
}

static void test_defaults(void **state)
{
	(void)state;
	struct settings *settings = settings_create();
	char *text = describe(settings);
	assert_string_equal(text, "|Customer care|local|wall|auto|auto||20000|60000|14400000|300000|3600000|60000|"
				  "0|60000|5000|10000|1024|3|0|0|5000|604800000|0|0|600000|86400000|86400000|5000|2000|900000|"
				  "20|3|2|600000|2592000000|4|1000|10000|10000|8|4000|1|0|0|0|");
	free(text);
	settings_destroy(settings);
	settings_destroy(NULL);
}

static const char whole_file[] =
	"# a comment with ${HOME} and \"quotes\n"
	"/* one over\n * two lines */ site = hq // the rest\n"
	"title = \"Care // not a comment\" # but this\n"
	"zone = 'Europe/Berlin'\r\n"
	"day_start = \"06:15\"\n"
	"clocks = { \"Asia/Jakarta\", 'UTC' }\n"
	"feeds = { tcp://127.0.0.1:5556, \"ipc:///run/tablo/x\" }\n"
	"feeds += { sim:7 }\n"
	"window = today formula = sl2\n"
	"target_email = 90m\n"
	"frames = 2.5\n"
	"display = desk\n"
	"queue \"Bil\\\"ling\" {\n\ttitle = \"Bills\"\n\ttarget = 30\n\thidden = true\n}\n"
	"queue Sales { }\n"
	"level longest_wait { warn = 30s crit = 1m }\n"
	"level \"longest_wait\" { queue = Sales warn = \"none\" crit = \"80 %\" window = 5m hold = 10s hysteresis = 2.5 }\n"
	"alert \"stalled\" {\n"
	"\tmetric = longest_wait\n\tenter = \"2m\"\n\thold = \"30s\"\n\tchannel = PHONE\n"
	"\tand_metric = queue_depth\n\tand_enter = 5\n\tseverity = critical\n}\n";

static const char whole_description[] =
	"hq|Care // not a comment|Europe/Berlin|wall|auto|auto||clock Asia/Jakarta|clock UTC|feed tcp://127.0.0.1:5556|"
	"feed ipc:///run/tablo/x|feed sim:7|20000|60000|5400000|300000|3600000|60000|"
	"22500000|60000|5000|10000|1024|5|0|2|5000|604800000|0|0|600000|86400000|86400000|5000|2000|900000|20|3|2|"
	"600000|2592000000|4|1000|10000|10000|8|2500|2|2|2|1|queue Bil\"ling Bills 30000 -1 -1 1 14|queue Sales - -1 -1 -1 0 19|"
	"level longest_wait - - -1 30 60 nan 0 20|level longest_wait Sales - 1 nan 80 2.5 10000 21|"
	"alert stalled longest_wait - phone -1 120 120 30000 queue_depth 5 1 - 22|";

static void test_whole_file(void **state)
{
	(void)state;
	struct settings *settings = load(whole_file);
	char *text = describe(settings);
	assert_string_equal(text, whole_description);
	free(text);
	/* A second file goes over the first one; its lists replace, its sections add. */
	struct error err = {""};
	static const char more[] = "feeds = { }\nclocks = \"Asia/Tokyo\"\nqueue Mail { target = \"4h\" }\n";
	assert_true(load_bytes(settings, more, strlen(more), &err));
	assert_int_equal(settings->feed_count, 0);
	assert_int_equal(settings->clock_count, 1);
	assert_string_equal(settings->clocks[0], "Asia/Tokyo");
	assert_int_equal(settings->queue_count, 3);
	assert_string_equal(settings->queues[0].title, "Bills");
	assert_string_equal(settings->queues[2].name, "Mail");
	settings_destroy(settings);
}

static void expect_message(const char *text, size_t size, const char *expected)
{
	struct settings *settings = settings_create();
	struct error err = {""};
	char *before = describe(settings);
	if (load_bytes(settings, text, size, &err))
		fail_msg("taken, but should say: %s", expected);
	if (strstr(err.text, expected) != err.text)
		fail_msg("\"%s\" does not begin with \"%s\"", err.text, expected);
	char *after = describe(settings);
	assert_string_equal(before, after); /* nothing of it is in force */
	free(before);
	free(after);
	settings_destroy(settings);
}
#define EXPECT_MESSAGE(literal, expected) expect_message(literal, sizeof(literal) - 1, expected)

static void test_messages(void **state)
{
	(void)state;
	EXPECT_MESSAGE("\n\nlevel \"longest_wiat\" {\n warn = 5\n}\n",
		"wall.conf:3: no metric is called 'longest_wiat'; did you mean 'longest_wait'?");
	EXPECT_MESSAGE(
		"queue A {\n\n target = fast\n}", "wall.conf:3: 'target' must be a duration such as \"20s\", not \"fast\"");
	EXPECT_MESSAGE("site = a\ntitel = b\n", "wall.conf:2: no setting is called 'titel'; did you mean 'title'?");
	EXPECT_MESSAGE(
		"queue A {\n tagret = 5\n}", "wall.conf:2: no setting of queue is called 'tagret'; did you mean 'target'?");
	EXPECT_MESSAGE("site = a\nxyzzy = b\n", "wall.conf:2: no setting is called 'xyzzy'; --print-config");
	EXPECT_MESSAGE("quue A { }", "wall.conf:1: no setting is called 'quue'; did you mean 'queue'?");
	EXPECT_MESSAGE("/* a\n b */ // c\n# d\nstale = 0s", "wall.conf:4: 'stale' must be between 1s and 1h, not \"0s\"");
	EXPECT_MESSAGE("care_shift = 1.5", "wall.conf:1: 'care_shift' must be a whole number, not \"1.5\"");
	EXPECT_MESSAGE("care_shift = -1", "wall.conf:1: 'care_shift' must be between 1 and 1000, not \"-1\"");
	EXPECT_MESSAGE("care_shift = 99999999999999999999", "wall.conf:1: 'care_shift' must be a whole number");
	EXPECT_MESSAGE("frames = 31", "wall.conf:1: 'frames' must be a number from 0.2 to 30, not \"31\"");
	EXPECT_MESSAGE("frames = nan", "wall.conf:1: 'frames' must be a number, not \"nan\"");
	EXPECT_MESSAGE("bell = maybe", "wall.conf:1: 'bell' must be one of \"none\", \"critical\", \"all\", not \"maybe\"");
	EXPECT_MESSAGE("by = luck", "wall.conf:1: 'by' must be one of \"outcome\", \"arrival\", not \"luck\"");
	EXPECT_MESSAGE("day_start = \"06:10\"", "wall.conf:1: 'day_start' must be a time in whole quarter "
						"hours such as \"07:30\", not \"06:10\"");
	EXPECT_MESSAGE("day_start = \"24:00\"", "wall.conf:1: 'day_start' must be a time");
	EXPECT_MESSAGE("zone = Mars", "wall.conf:1: 'zone' must be a time zone such as \"Europe/Berlin\", "
				      "\"UTC\" or \"local\", not \"Mars\"");
	EXPECT_MESSAGE("clocks = { UTC,\n UTC,\n \"../x\" }", "wall.conf:3: 'clocks' must be a time zone such as");
	EXPECT_MESSAGE("clocks = { UTC, UTC, UTC, UTC, UTC, UTC, UTC }", "wall.conf:1: 'clocks' may have at most 6 entries");
	EXPECT_MESSAGE("feeds = { \"\" }", "wall.conf:1: 'feeds' must not hold an empty entry");
	EXPECT_MESSAGE("site = \"a/b\"", "wall.conf:1: 'site' must be one segment of a topic, without '/', not \"a/b\"");
	EXPECT_MESSAGE("title = \"\\xff\"", "wall.conf:1: 'title' must be valid UTF-8");
	EXPECT_MESSAGE("title = \"\\e[2J\" by = \"\\e[2J\"",
		"wall.conf:1: 'by' must be one of \"outcome\", \"arrival\", not \"\xEF\xBF\xBD[2J\"");
	EXPECT_MESSAGE("queue A { }\nqueue A { }", "wall.conf:2: the queue 'A' was set in line 1 already");
	EXPECT_MESSAGE("level asa { warn = 1 }\n\nlevel asa { crit = 2 }",
		"wall.conf:3: the level of 'asa' was set in line 1 already");
	EXPECT_MESSAGE("level asa { warn = x }",
		"wall.conf:1: 'warn' must be a limit such as 5, \"80 %\", \"20s\" or \"none\", not \"x\"");
	EXPECT_MESSAGE("level asa { hysteresis = -1 }", "wall.conf:1: 'hysteresis' must not be negative");
	EXPECT_MESSAGE("level asa { channel = fax }", "wall.conf:1: 'channel' must be one of \"phone\"");
	EXPECT_MESSAGE("\nalert a {\n}", "wall.conf:2: the alert 'a' has no 'metric'");
	EXPECT_MESSAGE("alert a { metric = asa }", "wall.conf:1: the alert 'a' has no 'enter'");
	EXPECT_MESSAGE("alert a { metric = assa enter = 1 }", "wall.conf:1: no metric is called 'assa'; did you mean 'asa'?");
	EXPECT_MESSAGE("alert a { metric = asa enter = 1 and_enter = 2 }", "wall.conf:1: the alert 'a' has only one of");
	EXPECT_MESSAGE("alert a { metric = asa enter = 1 }\nalert a { metric = asa enter = 1 }",
		"wall.conf:2: the alert 'a' was set in line 1");
	EXPECT_MESSAGE("queue \"\" { }", "wall.conf:1: the title of this 'queue' is empty; write queue \"TITLE\" { ... }");
}

static void test_syntax(void **state)
{
	(void)state;
	EXPECT_MESSAGE("site a", "wall.conf:1: '=' is missing after 'site'");
	EXPECT_MESSAGE("site =\n", "wall.conf:2: the file ends too early; a value or a '}' is missing");
	EXPECT_MESSAGE("\nqueue A {\n target = 5\n", "wall.conf:2: the '{' of this line has no '}'");
	EXPECT_MESSAGE("\n}", "wall.conf:2: a '}' without its '{'");
	EXPECT_MESSAGE("queue {\n}", "wall.conf:1: a title is missing; write queue \"TITLE\" { ... }");
	EXPECT_MESSAGE("queue A\ntarget = 5", "wall.conf:2: '{' is missing after the title of this 'queue'");
	EXPECT_MESSAGE("title += a", "wall.conf:1: 'title' is no list; write '=' in place of '+='");
	EXPECT_MESSAGE("= 5", "wall.conf:1: '=' does not belong here");
	EXPECT_MESSAGE("title = (", "wall.conf:1: '(' does not belong here");
	EXPECT_MESSAGE("clocks = { UTC UTC }", "wall.conf:1: 'UTC' does not belong here");
	EXPECT_MESSAGE("site = a\ntitle = \"Care\nstale = 5s\n", "wall.conf:2: a string has no end on its line");
	EXPECT_MESSAGE("site = a\ntitle = \"Care\\\nx\"", "wall.conf:2: a string has no end on its line");
	EXPECT_MESSAGE("title = 'Care", "wall.conf:1: a string has no end on its line");
	EXPECT_MESSAGE("site = a\n/* never\nclosed", "wall.conf:2: the comment that begins here has no end");
	EXPECT_MESSAGE("title = *x", "wall.conf:1: a character that means nothing here");
	EXPECT_MESSAGE("title = a*x", "wall.conf:1: a character that means nothing here");
	EXPECT_MESSAGE("title = \"a\\777\"", "wall.conf:1: '\\777' in a string is no byte");
	EXPECT_MESSAGE("queue A { queue B { } }", "wall.conf:1: no setting of queue is called 'queue'");
	EXPECT_MESSAGE("queue A { title = x } queue|title = 5", "wall.conf:1: ");
}

/* What libconfuse would do for whoever writes the file, and must not. */
static void test_hostile(void **state)
{
	(void)state;
	setenv("TABLO_SECRET", "hunter2", 1);
	EXPECT_MESSAGE("title = \"${TABLO_SECRET}\"", "wall.conf:1: environment variables are not put in");
	EXPECT_MESSAGE("title = ${TABLO_SECRET}", "wall.conf:1: environment variables are not put in");
	EXPECT_MESSAGE("title = a${TABLO_SECRET}", "wall.conf:1: ");
	EXPECT_MESSAGE("\ninclude(\"/etc/passwd\")", "wall.conf:2: no setting is called 'include'");
	EXPECT_MESSAGE("include = \"/etc/passwd\"", "wall.conf:1: no setting is called 'include'");
	EXPECT_MESSAGE("__unknown = 5", "wall.conf:1: no setting is called '__unknown'");
	EXPECT_MESSAGE("\"\" = 5", "wall.conf:1: ");
	EXPECT_MESSAGE("\"\" { }", "wall.conf:1: ");
	EXPECT_MESSAGE("title = a\0b", "wall.conf:1: a control character (0x00)");
	EXPECT_MESSAGE("\n\n\x1b[2J", "wall.conf:3: a control character (0x1b)");
	EXPECT_MESSAGE("\n\xff\xfe", "wall.conf:2: not valid UTF-8");
	EXPECT_MESSAGE("\n\u202etitle = 5", "wall.conf:2: no setting is called 'title'");
	struct settings *settings = load("title = '${TABLO_SECRET}' log = \"a\\x00b\"");
	assert_string_equal(settings->title, "${TABLO_SECRET}");
	settings_destroy(settings);
	settings = load("title = \"a\\e[2J\\nb\"");
	assert_string_equal(settings->title, "a\xEF\xBF\xBD[2J b");
	settings_destroy(settings);
	settings = load("");
	settings_destroy(settings);
	settings = load("\xEF\xBB\xBFsite = a");
	assert_string_equal(settings->site, "a");
	settings_destroy(settings);
}

static void test_bounds(void **state)
{
	(void)state;
	const size_t size = 1024 * 1024;
	char *text = malloc(size + 1);
	memset(text, '\n', size + 1);
	expect_message(text, size + 1, "wall.conf: larger than 1 MiB");
	struct settings *settings = settings_create();
	struct error err = {""};
	assert_true(load_bytes(settings, text, size, &err));
	settings_destroy(settings);
	memset(text, '{', size);
	expect_message(text, size, "wall.conf:1: '{' does not belong here");
	memset(text, 'x', size);
	expect_message(text, size, "wall.conf:1: no setting is called 'xxx");
	memcpy(text, "feeds={", 7);
	for (size_t i = 7; i < size; i++)
		text[i] = i % 2 ? 'a' : ',';
	expect_message(text, size, "wall.conf:1: 'feeds' may have at most 64 entries");
	memcpy(text, "title=", 6);
	memset(text + 6, 'x', size - 6);
	expect_message(text, size, "wall.conf:1: 'title' must be at most 1024 bytes long");
	size_t used = 0;
	for (int i = 0; used + 32 < size && i < 3000; i++)
		used += (size_t)sprintf(text + used, "queue q%d{}\n", i);
	expect_message(text, used, "wall.conf:2001: there are more than 2000 sections");
	free(text);
	struct settings *absent = settings_create();
	assert_false(settings_load(absent, "/nonexistent/wall.conf", &names, &err));
	assert_string_equal(err.text, "/nonexistent/wall.conf: the configuration cannot be read: No such file or directory");
	assert_false(settings_load(absent, "/tmp", &names, &err));
	settings_destroy(absent);
}

static void test_set(void **state)
{
	(void)state;
	struct settings *settings = settings_create();
	struct error err = {""};
	assert_true(settings_set(settings, "feeds", "sim:1, tcp://x:5", &err));
	assert_int_equal(settings->feed_count, 2);
	assert_string_equal(settings->feeds[1], "tcp://x:5");
	assert_false(settings_set(settings, "feeds", "a,,b", &err));
	assert_string_equal(err.text, "'feeds' must not hold an empty entry");
	assert_int_equal(settings->feed_count, 2);
	assert_true(settings_set(settings, "feeds", "", &err));
	assert_int_equal(settings->feed_count, 0);
	assert_true(settings_set(settings, "window", "TODAY", &err));
	assert_int_equal(settings->window, WINDOW_TODAY);
	assert_true(settings_set(settings, "target_chat", "1m30s", &err));
	assert_int_equal(settings->target[CHANNEL_CHAT], 90 * SECOND_MS);
	assert_false(settings_set(settings, "target_chat", "soon", &err));
	assert_string_equal(err.text, "'target_chat' must be a duration such as \"20s\", not \"soon\"");
	assert_int_equal(settings->target[CHANNEL_CHAT], 90 * SECOND_MS);
	assert_false(settings_set(settings, "tittle", "x", &err));
	assert_string_equal(err.text, "no setting is called 'tittle'; did you mean 'title'?");
	assert_false(settings_set(settings, "queue", "x", &err));
	assert_true(settings_set(settings, "frames", "0002.50", &err));
	assert_true(settings->frames > 2.49 && settings->frames < 2.51);
	static const char *const wrong[] = {"2.", ".", "", "-", "1e1", "2,5", " 2", "0.19", "30.1", "9999999999999999"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (settings_set(settings, "frames", wrong[i], &err))
			fail_msg("'%s' was taken", wrong[i]);
	settings_destroy(settings);
}

static void print_levels(FILE *to)
{
	fputs("level \"longest_wait\" {\n\twarn = \"30s\"\n\tcrit = \"1m\"\n}\n", to);
}

static void print_nothing(FILE *to)
{
	fputs("# no levels\n", to);
}

static char *printed(void (*levels)(FILE *to))
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	settings_print(to, levels, NULL);
	fclose(to);
	return text;
}

static void test_print(void **state)
{
	(void)state;
	char *text = printed(print_nothing), *with_levels = printed(print_levels), *without = printed(NULL);
	struct settings *defaults = settings_create(), *again = load(text), *levelled = load(with_levels);
	char *a = describe(defaults), *b = describe(again);
	assert_string_equal(a, b);
	assert_int_equal(levelled->level_count, 1);
	assert_true(levelled->levels[0].crit == 60.0);
	settings_destroy(load(without));
	/* Every setting is there and its line is what makes the value: with another default value in force,
	 * the file wins. */
	struct settings *other = load(whole_file);
	struct error err = {""};
	assert_true(load_bytes(other, text, strlen(text), &err));
	other->queue_count = other->level_count = other->alert_count = 0;
	char *c = describe(other);
	assert_string_equal(a, c);
	for (const char *line = text; *line; line = strchr(line, '\n') + 1)
		assert_in_range(strcspn(line, "\n"), 0, 116);
	assert_non_null(strstr(text, "# queue \"Billing\" {"));
	settings_destroy(defaults);
	settings_destroy(again);
	settings_destroy(levelled);
	struct settings *rest = load(whole_file); /* the counts say what is to be freed */
	other->queue_count = rest->queue_count;
	other->level_count = rest->level_count;
	other->alert_count = rest->alert_count;
	settings_destroy(rest);
	settings_destroy(other);
	free(text);
	free(with_levels);
	free(without);
	free(a);
	free(b);
	free(c);
}

/* A comma as decimal point must change neither reading nor printing. */
static void test_locale(void **state)
{
	(void)state;
	static const char *const locales[] = {"de_DE.UTF-8", "ru_RU.UTF-8", "fr_FR.UTF-8", "C.UTF-8"};
	char *plain = printed(print_nothing);
	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
		if (!setlocale(LC_ALL, locales[i]))
			continue;
		struct settings *settings = load(whole_file);
		setlocale(LC_ALL, locales[i]);
		assert_true(settings->frames == 2.5);
		assert_true(settings->levels[1].hysteresis == 2.5);
		settings_destroy(settings);
		EXPECT_MESSAGE("titel = b\n", "wall.conf:1: no setting is called 'titel'; did you mean 'title'?");
		char *local = printed(print_nothing);
		assert_string_equal(plain, local);
		free(local);
	}
	setlocale(LC_ALL, "C");
	free(plain);
}

static void expect_remarks(const char *feeds, int count, const char *expected)
{
	struct settings *settings = settings_create();
	struct error err = {""};
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	assert_true(settings_set(settings, "feeds", feeds, &err));
	assert_int_equal(settings_remarks(settings, to), count);
	fclose(to);
	assert_non_null(strstr(text, expected));
	free(text);
	settings_destroy(settings);
}

static void test_remarks(void **state)
{
	(void)state;
	expect_remarks("tcp://127.0.0.1:40000", 1, "tcp://127.0.0.1:40000 lies in the range of outgoing ports (32768-60999)");
	expect_remarks("tcp://localhost:32768,tcp://[::1]:60999,tcp://127.1.2.3:50000", 3, "tcp://[::1]:60999 lies in");
	expect_remarks("tcp://127.0.0.1:32767,tcp://127.0.0.1:61000,tcp://pbx:40000,ipc:///x,tcp://127.0.0.1:x", 0, "");
	expect_remarks("sim:1,sim:1", 1, "sim:1 is in 'feeds' twice");
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(sl_formula_find("sl2SV"), SL_FORMULA_SL2SV);
	assert_int_equal(sl_formula_find("SLO"), SL_FORMULA_SLO);
	assert_int_equal(sl_formula_find("SL9"), -1);
	assert_int_equal(window_find("35d"), WINDOW_35D);
	assert_int_equal(window_find(""), -1);
	assert_string_equal(suggest("sevice_level", metric_list), "service_level");
	assert_string_equal(suggest("qeueu_depth", metric_list), "queue_depth");
	assert_null(suggest("temperature", metric_list));
	assert_null(suggest("", metric_list));
}

/* libconfuse must say nothing by itself: all the messages above came back, and none went to standard error.
 */
static int kept_stderr, caught;

static int catch_stderr(void **state)
{
	(void)state;
	kept_stderr = dup(STDERR_FILENO);
	caught = memfd_create("stderr", MFD_CLOEXEC);
	return dup2(caught, STDERR_FILENO) < 0;
}

static int expect_silence(void **state)
{
	(void)state;
	const off_t size = lseek(caught, 0, SEEK_END);
	dup2(kept_stderr, STDERR_FILENO);
	close(kept_stderr);
	close(caught);
	return size != 0;
}

static void test_silence(void **state)
{
	test_messages(state);
	test_syntax(state);
	test_hostile(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_whole_file),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_locale),
		cmocka_unit_test(test_remarks),
		cmocka_unit_test(test_words),
		cmocka_unit_test_setup_teardown(test_silence, catch_stderr, expect_silence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
