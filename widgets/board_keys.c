#include "base/words.h"
#include "tui/keys.h"
#include "widgets/board_alerts.h"
#include "widgets/board_evidence.h"
#include "widgets/board_export.h"
#include "widgets/board_forecast.h"
#include "widgets/board_lists.h"
#include "widgets/board_move.h"
#include "widgets/board_pages.h"
#include "widgets/board_palette.h"
#include "widgets/board_replay.h"
#include "widgets/board_request.h"

#define ON_OVERVIEW (1u << BOARD_OVERVIEW | 1u << BOARD_OWN)
#define ON_TILE (1u << BOARD_TILE)
#define PAGE_BIT(word, name, digit, help) | 1u << BOARD_##word
#define ON_KEYED (0u KEYED_PAGES(PAGE_BIT))
#define ON_PANEL (ON_TILE | 1u << BOARD_PANEL | ON_KEYED)
#define ON_EVIDENCE (1u << BOARD_EVIDENCE)
#define ON_CUSTOM (1u << BOARD_CUSTOM)
#define ON_LISTS (ON_PANEL | ON_EVIDENCE | ON_CUSTOM | 1u << BOARD_LIFE | 1u << BOARD_HELP)
#define ON_FORECAST (1u << BOARD_FORECAST)
#define ON_ALERTS (1u << BOARD_ALERTS)
#define ON_MARKS (1u << BOARD_MARKS)
#define ON_FILTER (1u << BOARD_FILTER)
#define EVERYWHERE (ON_OVERVIEW | ON_LISTS)
#define BOTH_MODES (BOARD_LIVE | BOARD_REPLAY) /* and only on its pages */
#define CONTROL_C 3

static enum board_action quit(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)board;
	(void)snapshot;
	(void)key;
	return BOARD_QUIT;
}

static enum board_action toggle_mouse(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)board;
	(void)snapshot;
	(void)key;
	return BOARD_MOUSE;
}

static enum board_action look_back(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)board;
	(void)snapshot;
	(void)key;
	return BOARD_LOOK_BACK;
}

const struct board_key_info board_keys[] = {
	{.keys = "1-9", .label = NC_("key", "pages"), .command = "",
		.help = N_("the pages; 1: the overview; the digit of the page one is on leads back"),
		.codes = {'1'},
		.pages = ON_OVERVIEW | ON_KEYED, .act = pages_overview},
#define PAGE_KEY(word, name, digit, text) {.keys = #digit, .help = (text), .codes = {'0' + (digit)}, .act = pages_show},
	KEYED_PAGES(PAGE_KEY)
#undef PAGE_KEY
	{.keys = "Space", .label = NC_("key", "pause"), .help = N_("stop, or go on"),
		.codes = {' '}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL,
		.act = replay_pause},
	{.keys = "\u2190 \u2192", .label = NC_("key", "10 s"), .help = N_("ten seconds back, forward"), .codes = {SCREEN_KEY_LEFT, SCREEN_KEY_RIGHT},
		.modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_move},
	{.keys = "\u2191 \u2193", .help = N_("a minute back, forward"), .codes = {SCREEN_KEY_UP, SCREEN_KEY_DOWN}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW, .act = replay_move},
	{.keys = NC_("key", "Shift-arrows"), .help = N_("ten minutes back (left, up), forward"), .codes = {SCREEN_KEY_SHIFT_LEFT, SCREEN_KEY_SHIFT_RIGHT,
		SCREEN_KEY_SHIFT_UP, SCREEN_KEY_SHIFT_DOWN}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_move},
	{.keys = ", .", .help = N_("the batch with events before, the next one"),
		.codes = {',', '.'}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL,
		.act = replay_step},
	{.keys = "[ ]", .label = NC_("key", "speed"), .help = N_("slower, faster: 1 to 3600 times real time, then as fast as it goes"),
		.codes = {'[', ']'},
		.modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_speed},
	{.keys = "n N", .label = NC_("key", "incidents"),
		.help = N_("the next, the previous incident: an alert raised, a breach, a step of conduct, a gap"),
		.codes = {'n', 'N'}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_incident},
	{.keys = "g", .label = NC_("key", "go to time"), .help = N_("go to a time: 14:05, 2026-11-20 14:05, -15m, +1h"),
		.codes = {'g'}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW | ON_PANEL, .act = replay_type},
	{.keys = "Home End", .help = N_("the beginning, the end of the journal"), .codes = {SCREEN_KEY_HOME, SCREEN_KEY_END}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW, .act = replay_end},
	{.keys = "m", .label = NC_("key", "mark"), .help = N_("set a mark with a few words at the cursor"), .codes = {'m'}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW | ON_PANEL, .act = replay_type},
	{.keys = "e", .label = NC_("key", "report"), .help = N_("write the report of what the timeline shows into a file"),
		.codes = {'e'}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW, .act = replay_type},
	{.keys = "'", .help = N_("go to a mark"), .codes = {'\''}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_marks},
	{.keys = "\u2191 \u2193 Enter", .label = NC_("key", "choose"), .help = N_("on the list of marks: choose one, and go there"),
		.codes = {SCREEN_KEY_UP,
		SCREEN_KEY_DOWN, SCREEN_KEY_ENTER}, .modes = BOARD_REPLAY, .pages = ON_MARKS, .act = replay_mark_key},
	{.keys = "c", .label = NC_("key", "compare"), .help = N_("compare with another time (--compare, or a week before or after), or no more"),
		.codes = {'c'},
		.modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_compare},
	{.keys = "+ -", .label = NC_("key", "zoom"), .help = N_("the timeline nearer, further"),
		.codes = {'+', '=', '-'}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW,
		.act = replay_zoom},
	{.keys = "z", .help = N_("the timeline in the next of its spans, the whole journal among them"), .codes = {'z'}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW, .act = replay_zoom},
	{.keys = "Enter", .label = NC_("key", "which ones"), .help = N_("on a tile's page: the contacts and cases behind its figure"),
		.codes = {SCREEN_KEY_ENTER},
		.modes = BOTH_MODES, .pages = ON_TILE, .act = evidence_open},
	{.keys = "Enter", .label = NC_("key", "answers"), .help = N_("on the card of a market: what its customers answered"),
		.codes = {SCREEN_KEY_ENTER},
		.modes = BOTH_MODES, .pages = ON_CUSTOM, .act = evidence_of_market},
	{.keys = "Enter", .label = NC_("key", "its life"), .help = N_("on a row of the evidence: everything that was told about it"),
		.codes = {SCREEN_KEY_ENTER},
		.modes = BOTH_MODES, .pages = ON_EVIDENCE, .act = evidence_choose},
	{.keys = "Enter", .label = NC_("key", "which ones"), .help = N_("on a row of a page: what stands behind it"), .codes = {SCREEN_KEY_ENTER},
		.modes = BOTH_MODES, .pages = ON_KEYED, .act = evidence_of_row},
	{.keys = "a", .label = NC_("key", "acknowledge"),
		.help = N_("on an alert: you take care of it, as long as it stands; A until a time; u takes it back"),
		.codes = {'a'}, .modes = BOARD_LIVE, .pages = ON_ALERTS, .act = alerts_answer,
		.needs = RIGHT_BIT(RIGHT_ACKNOWLEDGE)},
	{.keys = "a", .command = NC_("key", "acknowledge"), .help = N_("the newest alert nobody has answered, or the one under the cursor of the panel"),
		.codes = {'a'}, .modes = BOARD_LIVE, .pages = EVERYWHERE & ~ON_ALERTS, .act = alerts_answer, .needs = RIGHT_BIT(RIGHT_ACKNOWLEDGE)},
	{.keys = "A", .command = NC_("key", "acknowledge until"), .help = N_("acknowledge until a time"),
		.codes = {'A'}, .modes = BOARD_LIVE, .pages = EVERYWHERE,
		.act = alerts_answer_until, .needs = RIGHT_BIT(RIGHT_ACKNOWLEDGE)},
	{.keys = "m", .label = NC_("key", "mute"), .help = N_("on an alert: an hour of quiet, also where it comes again; t until a time"),
		.codes = {'m'},
		.modes = BOARD_LIVE, .pages = ON_ALERTS, .act = alerts_answer,
		.needs = RIGHT_BIT(RIGHT_MUTE)},
	{.keys = "m", .command = NC_("key", "mute"), .help = N_("an hour of quiet for the newest alert nobody has answered; t until a time"), .codes = {'m'}, .modes = BOARD_LIVE,
		.pages = EVERYWHERE & ~ON_ALERTS, .act = alerts_answer, .needs = RIGHT_BIT(RIGHT_MUTE)},
	{.keys = "t", .command = NC_("key", "mute until"), .help = N_("quiet until a time"), .codes = {'t'}, .modes = BOARD_LIVE, .pages = EVERYWHERE,
		.act = alerts_answer_until, .needs = RIGHT_BIT(RIGHT_MUTE)},
	{.keys = "u", .label = NC_("key", "undo"),
		.help = N_("what was acknowledged or muted is raised again: under the cursor, or what you answered last"),
		.codes = {'u'},
		.modes = BOARD_LIVE, .pages = ON_ALERTS, .act = alerts_undo,
		.needs = RIGHT_BIT(RIGHT_ACKNOWLEDGE) | RIGHT_BIT(RIGHT_MUTE)},
	{.keys = "u", .command = NC_("key", "undo"), .help = N_("what you answered last is raised again"), .codes = {'u'}, .modes = BOARD_LIVE,
		.pages = EVERYWHERE & ~ON_ALERTS, .act = alerts_undo, .needs = RIGHT_BIT(RIGHT_ACKNOWLEDGE) | RIGHT_BIT(RIGHT_MUTE)},
	{.keys = "s", .label = NC_("key", "sort"), .help = N_("the list under the cursor by its next column, last as the page has it"), .codes = {'s'},
		.pages = ON_KEYED | ON_EVIDENCE, .act = lists_sort},
	{.keys = "S", .command = NC_("key", "turn the order"), .help = N_("the list under the cursor the other way round"),
		.codes = {'S'}, .pages = ON_KEYED | ON_EVIDENCE,
		.act = lists_turn},
	{.keys = "/", .label = NC_("key", "find"), .help = N_("only rows with these words, as one types; Esc: all again"),
		.codes = {'/'}, .modes = BOTH_MODES,
		.pages = ON_KEYED | ON_EVIDENCE, .act = lists_find},
	{.keys = "+ -", .label = NC_("key", "agents"), .help = N_("on the forecast: what if there were an agent more, one less"),
		.codes = {'+', '-'}, .modes = BOTH_MODES,
		.pages = ON_FORECAST, .act = forecast_key},
	{.keys = "< >", .label = NC_("key", "arrivals"), .help = /* xgettext:no-c-format */ N_("on the forecast: what if 5 % less came, 5 % more"),
		.codes = {'<', '>'}, .modes = BOTH_MODES,
		.pages = ON_FORECAST, .act = forecast_key},
	{.keys = "( )", .label = NC_("key", "AHT"), .help = /* xgettext:no-c-format */ N_("on the forecast: what if handling took 5 % less, 5 % more"),
		.codes = {'(', ')'}, .modes = BOTH_MODES,
		.pages = ON_FORECAST, .act = forecast_key},
	{.keys = "=", .label = NC_("key", "as it is"), .help = N_("on the forecast: nothing changed any more"), .codes = {'='}, .modes = BOTH_MODES,
		.pages = ON_FORECAST, .act = forecast_key},
	{.keys = "Tab", .label = NC_("key", "next"), .help = N_("the next tile or panel; on a page of several lists the next list, then the next page"),
		.codes = {SCREEN_KEY_TAB},
		.pages = ON_OVERVIEW | ON_KEYED, .act = move_next_focus},
	{.keys = "Shift-Tab", .help = N_("the tile, panel, list or page before"), .codes = {SCREEN_KEY_BACKTAB}, .act = move_previous_focus},
	{.keys = "Enter", .label = NC_("key", "open"),
		.help = N_("the tile or panel under the cursor on the whole page; the header: the feeds; in the filter: choose"),
		.codes = {SCREEN_KEY_ENTER}, .modes = BOTH_MODES, .pages = ON_OVERVIEW | ON_FILTER, .act = pages_open},
	{.keys = "\u2191 \u2193", .label = NC_("key", "move"), .help = N_("scroll the list under the cursor, or move among the tiles"),
		.codes = {SCREEN_KEY_UP, SCREEN_KEY_DOWN}, .pages = (ON_LISTS & ~ON_CUSTOM) | ON_FILTER, .act = move_arrow},
	{.keys = "\u2190 \u2192", .help = N_("the tile or panel before, after; on the pages of a digit the list before, after"),
		.codes = {SCREEN_KEY_LEFT, SCREEN_KEY_RIGHT}, .act = move_sideways},
	{.keys = "PgUp PgDn", .help = N_("scroll by a page"), .codes = {SCREEN_KEY_PAGE_UP, SCREEN_KEY_PAGE_DOWN}, .act = move_page},
	{.keys = "Home End", .help = N_("the first line, the last"), .codes = {SCREEN_KEY_HOME, SCREEN_KEY_END}, .act = move_jump},
	{.keys = "f", .label = NC_("key", "filter"),
		.help = N_("by queue, channel, market or team, also together: each is a chip; typing narrows the list"),
		.codes = {'f', '/'}, .pages = ON_OVERVIEW,
		.act = pages_filter},
	{.keys = "w", .label = NC_("key", "window"), .command = NC_("key", "next window"),
		.help = N_("the next window (5 min, 15 min ... today); W the one before"),
		.codes = {'w', 'W'},
		.pages = ON_OVERVIEW | ON_PANEL, .act = request_window},
	{.keys = "F", .label = NC_("key", "formula"), .help = N_("the next service level formula: all queues by the same, or each by its own"),
		.codes = {'F'},
		.pages = ON_OVERVIEW, .act = request_formula},
	{.keys = "b", .label = NC_("key", "by"), .command = NC_("key", "count by outcome or arrival"), .help = N_("count by outcome, or by arrival"),
		.codes = {'b'}, .pages = ON_OVERVIEW, .act = request_attribution},
	{.keys = "C", .command = NC_("key", "count without flagged contacts"),
		.help = N_("handling times and CSAT without contacts flagged as rude, or of all"),
		.codes = {'C'}, .act = request_conduct},
	{.keys = "Backspace", .command = NC_("key", "take the last filter off"),
		.help = N_("takes the last chip of the filter off; Esc on the overview all of them"),
		.codes = {SCREEN_KEY_BACKSPACE}, .act = request_widen},
	{.keys = "o", .command = NC_("key", "next site"),
		.help = N_("of a board over several sites: the next site alone, then all together; O the one before"),
		.codes = {'o', 'O'},
		.act = request_site},
	{.keys = "h", .label = NC_("key", "feeds"), .help = N_("what each feed sent, lost and got wrong"),
		.codes = {'h'}, .pages = ON_OVERVIEW, .act = pages_feeds},
	{.keys = "x", .label = NC_("key", "export"), .help = N_("the table on screen into a file, as CSV or JSON"),
		.codes = {'x'}, .pages = ON_KEYED | ON_EVIDENCE,
		.act = export_type},
	{.keys = ":", .label = NC_("key", "commands"), .command = "", .help = N_("any page, window, filter, theme, language or key by a part of its name"),
		.codes = {':'},
		.pages = ON_OVERVIEW | ON_KEYED, .act = palette_open},
	{.keys = "Wheel", .help = N_("with the mouse on: scroll the list under the cursor"), .codes = {SCREEN_KEY_WHEEL_UP, SCREEN_KEY_WHEEL_DOWN},
		.act = move_wheel},
	{.keys = "M", .command = NC_("key", "mouse"),
		.help = N_("the mouse on or off: off, text can be marked and copied as anywhere; on, clicks choose and open"),
		.codes = {'M'}, .act = toggle_mouse},
	{.keys = "r", .command = NC_("key", "look back"), .help = N_("the last hours from the journal; Esc comes back to now"),
		.codes = {'r'}, .modes = BOARD_LIVE,
		.pages = ON_OVERVIEW, .act = look_back},
	{.keys = "Esc", .label = NC_("key", "back"), .help = N_("back; on the overview: let go of the cursor, then of the filter"),
		.codes = {SCREEN_KEY_ESCAPE},
		.pages = ON_LISTS | ON_FILTER | ON_MARKS, .always = true, .act = pages_back},
	{.keys = "?", .label = NC_("key", "help"), .help = N_("this page"),
		.codes = {'?', SCREEN_KEY_F1}, .pages = ON_OVERVIEW | ON_LISTS, .always = true, .act = pages_help},
	{.keys = "q", .label = NC_("key", "quit"), .help = N_("leave; so does Ctrl-C"),
		.codes = {'q', 'Q', CONTROL_C}, .pages = ON_OVERVIEW | ON_LISTS, .always = true,
		.act = quit},
	{.keys = NULL},
};
