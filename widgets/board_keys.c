#include "tui/keys.h"
#include "widgets/board_alerts.h"
#include "widgets/board_evidence.h"
#include "widgets/board_forecast.h"
#include "widgets/board_move.h"
#include "widgets/board_replay.h"
#include "widgets/board_state.h"
#include "widgets/classes.h"

#define ON_OVERVIEW (1u << BOARD_OVERVIEW)
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
#define BOTH_MODES (BOARD_LIVE | BOARD_REPLAY) /* and only on its pages */
#define CONTROL_C 3

static enum board_action show(struct board *board, enum board_page page)
{
	return move_to(board, board->page != page ? page : board_page_classes[page] ? BOARD_OVERVIEW : board->home);
}

static bool is_everything(struct scope scope)
{
	return scope.queue == SCOPE_ANY && scope.channel == SCOPE_ANY && scope.market == SCOPE_ANY && !scope_of_people(scope);
}

static enum board_action choose_scope(struct board *board)
{
	const struct filter_choice *choice = filter_selected(&board->filter);
	if (!choice)
		return BOARD_NOTHING;
	/* A queue is chosen within the site that is shown; everything is everything. */
	if (choice->site || is_everything(choice->scope))
		board->request.site = choice->site;
	board->request.scope = choice->scope;
	move_to(board, board->home);
	for (int i = 0; i < FOCUS_COUNT; i++)
		board->scroll[i] = 0;
	return BOARD_REQUEST;
}

/* The page that has all of what the panel shows; BOARD_PANEL: the panel alone is shown larger. */
static enum board_page page_of_focus(int focus)
{
	static const enum board_page pages[PANEL_COUNT] = {[PANEL_QUEUES] = BOARD_QUEUES, [PANEL_CONDUCT] = BOARD_PANEL, [PANEL_ALERTS] = BOARD_PANEL,
		[PANEL_DUE] = BOARD_SLA, [PANEL_LEARNING] = BOARD_LEARNING};
	if (focus == FOCUS_HEADER)
		return BOARD_FEEDS;
	return focus < FOCUS_PANELS ? BOARD_TILE : pages[focus - FOCUS_PANELS];
}

static enum board_action open_focused(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	if (board->page == BOARD_FILTER)
		return choose_scope(board);
	if (board->page != BOARD_OVERVIEW || board->focus == FOCUS_NONE)
		return BOARD_NOTHING;
	return show(board, page_of_focus(board->focus));
}

/* Back; on the overview it takes the focus away, then the filter; from a look back it leads to the live board. */
static enum board_action go_back(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	if (board->page == BOARD_EVIDENCE || board->page == BOARD_LIFE)
		return evidence_back(board);
	if (board->page == BOARD_CUSTOM) { /* to its row */
		board->page = BOARD_VOICE;
		return BOARD_REDRAW;
	}
	if (board->page != BOARD_OVERVIEW)
		return move_to(board, board_page_classes[board->page] ? BOARD_OVERVIEW : board->home);
	if (board->focus != FOCUS_NONE) {
		board->focus = FOCUS_NONE;
		return BOARD_REDRAW;
	}
	if (is_everything(board->request.scope) && !board->request.site)
		return snapshot->timeline && snapshot->timeline->can_return ? BOARD_RETURN : BOARD_NOTHING;
	board->request.scope = SCOPE_ALL;
	board->request.site = 0;
	return BOARD_REQUEST;
}

static enum board_action quit(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)board;
	(void)snapshot;
	(void)key;
	return BOARD_QUIT;
}

static enum board_action show_help(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	return show(board, BOARD_HELP);
}

static enum board_action show_feeds(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	return show(board, BOARD_FEEDS);
}

static enum board_action show_overview(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	return board->page == BOARD_OVERVIEW ? BOARD_NOTHING : move_to(board, BOARD_OVERVIEW);
}

static enum board_action show_page(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	switch (key) {
#define PAGE_CASE(word, name, digit, help) case '0' + (digit): return show(board, BOARD_##word);
		KEYED_PAGES(PAGE_CASE)
#undef PAGE_CASE
	default:
		return BOARD_NOTHING;
	}
}

static enum board_action show_filter(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	filter_learn(&board->filter, snapshot);
	filter_begin(&board->filter, board->request.scope, board->request.site);
	return show(board, BOARD_FILTER);
}

static enum board_action change_window(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	const int by = key == 'W' ? WINDOW_COUNT - 1 : 1;
	board->request.window = (enum window)(((int)board->request.window + by) % WINDOW_COUNT);
	return BOARD_REQUEST;
}

/* All sites, then each alone. */
static enum board_action change_site(struct board *board, const struct snapshot *snapshot, int key)
{
	const int count = snapshot->site_count + 1, by = key == 'O' ? count - 1 : 1;
	if (snapshot->site_count == 0)
		return BOARD_NOTHING;
	board->request.site = (board->request.site + by) % count;
	return BOARD_REQUEST;
}

static enum board_action change_attribution(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	board->request.by = board->request.by == BY_OUTCOME ? BY_ARRIVAL : BY_OUTCOME;
	return BOARD_REQUEST;
}

static enum board_action change_conduct(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	board->request.conduct = board->request.conduct == CONDUCT_ALL ? CONDUCT_WITHOUT : CONDUCT_ALL;
	return BOARD_REQUEST;
}

static enum board_action change_formula(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	board->request.formula = board->request.formula + 1 >= SL_FORMULA_COUNT ? -1 : board->request.formula + 1;
	return BOARD_REQUEST;
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
	{.keys = "1-9", .label = "pages", .help = "the pages; 1: the overview; the digit of the page one is on leads back", .codes = {'1'},
		.pages = ON_OVERVIEW | ON_KEYED, .act = show_overview},
#define PAGE_KEY(word, name, digit, text) {.keys = #digit, .help = (text), .codes = {'0' + (digit)}, .act = show_page},
	KEYED_PAGES(PAGE_KEY)
#undef PAGE_KEY
	{.keys = "Space", .label = "pause", .help = "stop, or go on", .codes = {' '}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL,
		.act = replay_pause},
	{.keys = "\u2190 \u2192", .label = "10 s", .help = "ten seconds back, forward", .codes = {SCREEN_KEY_LEFT, SCREEN_KEY_RIGHT},
		.modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_move},
	{.keys = "\u2191 \u2193", .help = "a minute back, forward", .codes = {SCREEN_KEY_UP, SCREEN_KEY_DOWN}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW, .act = replay_move},
	{.keys = "Shift-arrows", .help = "ten minutes back (left, up), forward", .codes = {SCREEN_KEY_SHIFT_LEFT, SCREEN_KEY_SHIFT_RIGHT,
		SCREEN_KEY_SHIFT_UP, SCREEN_KEY_SHIFT_DOWN}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_move},
	{.keys = ", .", .help = "the batch with events before, the next one", .codes = {',', '.'}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL,
		.act = replay_step},
	{.keys = "[ ]", .label = "speed", .help = "slower, faster: 1 to 3600 times real time, then as fast as it goes", .codes = {'[', ']'},
		.modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_speed},
	{.keys = "n N", .label = "incidents", .help = "the next, the previous incident: an alert raised, a breach, a step of conduct, a gap",
		.codes = {'n', 'N'}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_incident},
	{.keys = "g", .label = "go to time", .help = "go to a time: 14:05, 2026-11-20 14:05, -15m, +1h", .codes = {'g'}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW | ON_PANEL, .act = replay_type},
	{.keys = "Home End", .help = "the beginning, the end of the journal", .codes = {SCREEN_KEY_HOME, SCREEN_KEY_END}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW, .act = replay_end},
	{.keys = "m", .label = "mark", .help = "set a mark with a few words at the cursor", .codes = {'m'}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW | ON_PANEL, .act = replay_type},
	{.keys = "e", .label = "report", .help = "write the report of what the timeline shows into a file", .codes = {'e'}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW, .act = replay_type},
	{.keys = "'", .help = "go to a mark", .codes = {'\''}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_marks},
	{.keys = "\u2191 \u2193 Enter", .label = "choose", .help = "on the list of marks: choose one, and go there", .codes = {SCREEN_KEY_UP,
		SCREEN_KEY_DOWN, SCREEN_KEY_ENTER}, .modes = BOARD_REPLAY, .pages = ON_MARKS, .act = replay_mark_key},
	{.keys = "c", .label = "compare", .help = "compare with another time (--compare, or a week before or after), or no more", .codes = {'c'},
		.modes = BOARD_REPLAY, .pages = ON_OVERVIEW | ON_PANEL, .act = replay_compare},
	{.keys = "+ -", .label = "zoom", .help = "the timeline nearer, further", .codes = {'+', '=', '-'}, .modes = BOARD_REPLAY, .pages = ON_OVERVIEW,
		.act = replay_zoom},
	{.keys = "z", .help = "the timeline in the next of its spans, the whole journal among them", .codes = {'z'}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW, .act = replay_zoom},
	{.keys = "M", .help = "the mouse on or off: a click on the timeline goes there", .codes = {'M'}, .modes = BOARD_REPLAY,
		.pages = ON_OVERVIEW, .act = toggle_mouse},
	{.keys = "Enter", .label = "which ones", .help = "on a tile's page: the contacts and cases behind its figure", .codes = {SCREEN_KEY_ENTER},
		.modes = BOTH_MODES, .pages = ON_TILE, .act = evidence_open},
	{.keys = "Enter", .label = "answers", .help = "on the card of a market: what its customers answered", .codes = {SCREEN_KEY_ENTER},
		.modes = BOTH_MODES, .pages = ON_CUSTOM, .act = evidence_of_market},
	{.keys = "Enter", .label = "its life", .help = "on a row of the evidence: everything that was told about it", .codes = {SCREEN_KEY_ENTER},
		.modes = BOTH_MODES, .pages = ON_EVIDENCE, .act = evidence_choose},
	{.keys = "Enter", .label = "which ones", .help = "on a row of a page: what stands behind it", .codes = {SCREEN_KEY_ENTER},
		.modes = BOTH_MODES, .pages = ON_KEYED, .act = evidence_of_row},
	{.keys = "a", .label = "acknowledge", .help = "on the page of alerts: you take care of it, as long as it stands; A until a time", .codes = {'a'},
		.modes = BOARD_LIVE, .pages = ON_ALERTS, .act = alerts_answer},
	{.keys = "A", .help = "on the page of alerts: you take care of it until a time", .codes = {'A'}, .modes = BOARD_LIVE, .pages = ON_ALERTS,
		.act = alerts_answer_until},
	{.keys = "m", .label = "mute", .help = "on the page of alerts: an hour of quiet, also where it comes again; M until a time", .codes = {'m'},
		.modes = BOARD_LIVE, .pages = ON_ALERTS, .act = alerts_answer},
	{.keys = "M", .help = "on the page of alerts: quiet until a time", .codes = {'M'}, .modes = BOARD_LIVE, .pages = ON_ALERTS,
		.act = alerts_answer_until},
	{.keys = "u", .label = "undo", .help = "on the page of alerts: what was acknowledged or muted is raised again", .codes = {'u'}, .modes = BOARD_LIVE,
		.pages = ON_ALERTS, .act = alerts_answer},
	{.keys = "s", .label = "sort", .help = "on the page of evidence: by time, by value, by queue", .codes = {'s'}, .modes = BOTH_MODES,
		.pages = ON_EVIDENCE, .act = evidence_order},
	{.keys = "/", .label = "find", .help = "on the page of evidence: only rows with these words", .codes = {'/'}, .modes = BOTH_MODES,
		.pages = ON_EVIDENCE, .act = evidence_find},
	{.keys = "+ -", .label = "agents", .help = "on the forecast: what if there were an agent more, one less", .codes = {'+', '-'}, .modes = BOTH_MODES,
		.pages = ON_FORECAST, .act = forecast_key},
	{.keys = "< >", .label = "arrivals", .help = "on the forecast: what if 5 % less came, 5 % more", .codes = {'<', '>'}, .modes = BOTH_MODES,
		.pages = ON_FORECAST, .act = forecast_key},
	{.keys = "( )", .label = "AHT", .help = "on the forecast: what if handling took 5 % less, 5 % more", .codes = {'(', ')'}, .modes = BOTH_MODES,
		.pages = ON_FORECAST, .act = forecast_key},
	{.keys = "x", .label = "as it is", .help = "on the forecast: nothing changed any more", .codes = {'x'}, .modes = BOTH_MODES,
		.pages = ON_FORECAST, .act = forecast_key},
	{.keys = "Tab", .label = "next", .help = "the next tile or panel; on the pages of a digit the next of those", .codes = {SCREEN_KEY_TAB},
		.pages = ON_OVERVIEW | ON_KEYED, .act = move_next_focus},
	{.keys = "Shift-Tab", .help = "the tile, panel or page before", .codes = {SCREEN_KEY_BACKTAB}, .act = move_previous_focus},
	{.keys = "Enter", .label = "open", .help = "the tile or panel under the cursor on the whole page; the header: the feeds; in the filter: choose",
		.codes = {SCREEN_KEY_ENTER}, .modes = BOTH_MODES, .pages = ON_OVERVIEW | ON_FILTER, .act = open_focused},
	{.keys = "\u2191 \u2193", .label = "move", .help = "scroll the list under the cursor, or move among the tiles",
		.codes = {SCREEN_KEY_UP, SCREEN_KEY_DOWN}, .pages = (ON_LISTS & ~ON_CUSTOM) | ON_FILTER, .act = move_arrow},
	{.keys = "\u2190 \u2192", .help = "the tile or panel before, after; on the pages of a digit the list before, after",
		.codes = {SCREEN_KEY_LEFT, SCREEN_KEY_RIGHT}, .act = move_sideways},
	{.keys = "PgUp PgDn", .help = "scroll by a page", .codes = {SCREEN_KEY_PAGE_UP, SCREEN_KEY_PAGE_DOWN}, .act = move_page},
	{.keys = "Home End", .help = "the first line, the last", .codes = {SCREEN_KEY_HOME, SCREEN_KEY_END}, .act = move_jump},
	{.keys = "f", .label = "filter", .help = "one queue, channel or market; typing narrows the list", .codes = {'f', '/'}, .pages = ON_OVERVIEW,
		.act = show_filter},
	{.keys = "w", .label = "window", .help = "the next window (5 min, 15 min ... today); W the one before", .codes = {'w', 'W'},
		.pages = ON_OVERVIEW | ON_PANEL, .act = change_window},
	{.keys = "s", .label = "formula", .help = "the next service level formula: all queues by the same, or each by its own", .codes = {'s'},
		.pages = ON_OVERVIEW, .act = change_formula},
	{.keys = "b", .label = "by", .help = "count by outcome, or by arrival", .codes = {'b'}, .pages = ON_OVERVIEW, .act = change_attribution},
	{.keys = "x", .help = "handling times and CSAT without contacts flagged as rude, or of all", .codes = {'x'}, .act = change_conduct},
	{.keys = "o", .help = "of a board over several sites: the next site alone, then all together; O the one before", .codes = {'o', 'O'},
		.act = change_site},
	{.keys = "h", .label = "feeds", .help = "what each feed sent, lost and got wrong", .codes = {'h'}, .pages = ON_OVERVIEW, .act = show_feeds},
	{.keys = "r", .help = "the last hours from the journal; Esc comes back to now", .codes = {'r'}, .modes = BOARD_LIVE,
		.pages = ON_OVERVIEW, .act = look_back},
	{.keys = "Esc", .label = "back", .help = "back; on the overview: let go of the cursor, then of the filter", .codes = {SCREEN_KEY_ESCAPE},
		.pages = ON_LISTS | ON_FILTER | ON_MARKS, .always = true, .act = go_back},
	{.keys = "?", .label = "help", .help = "this page", .codes = {'?', SCREEN_KEY_F1}, .pages = ON_OVERVIEW | ON_LISTS, .always = true, .act = show_help},
	{.keys = "q", .label = "quit", .help = "leave; so does Ctrl-C", .codes = {'q', 'Q', CONTROL_C}, .pages = ON_OVERVIEW | ON_LISTS, .always = true,
		.act = quit},
	{.keys = NULL},
};

/* While typing, letters are letters: only what is no letter goes through the table. */
static bool filter_takes(struct board *board, int key, enum board_action *action)
{
	*action = BOARD_REDRAW;
	switch (key) {
	case SCREEN_KEY_UP:
	case SCREEN_KEY_DOWN:
		filter_move(&board->filter, key == SCREEN_KEY_UP ? -1 : 1);
		return true;
	case SCREEN_KEY_PAGE_UP:
	case SCREEN_KEY_PAGE_DOWN:
		filter_move(&board->filter, key == SCREEN_KEY_PAGE_UP ? -move_page_length(board) : move_page_length(board));
		return true;
	case SCREEN_KEY_BACKSPACE:
		filter_rub_out(&board->filter);
		return true;
	case SCREEN_KEY_ESCAPE:
		if (!*board->filter.typed)
			return false;
		filter_begin(&board->filter, board->request.scope, board->request.site);
		return true;
	default:
		return filter_type(&board->filter, key);
	}
}

/* Keys of a mode are for its own pages; elsewhere the same key may mean what it always does. */
static bool is_meant(const struct board *board, const struct snapshot *snapshot, const struct board_key_info *entry)
{
	const enum board_mode mode = snapshot->timeline ? BOARD_REPLAY : BOARD_LIVE;
	return !entry->modes || (entry->modes & mode && entry->pages & 1u << board->page);
}

enum board_action board_key(struct board *board, const struct snapshot *snapshot, int key)
{
	enum board_action action;
	if (board->entry.kind == ENTRY_FIND && key != CONTROL_C)
		return evidence_entry_key(board, key);
	if ((board->entry.kind == ENTRY_ACKNOWLEDGE || board->entry.kind == ENTRY_MUTE) && key != CONTROL_C)
		return alerts_entry_key(board, snapshot, key);
	if (board->entry.kind != ENTRY_NONE && snapshot->timeline && key != CONTROL_C)
		return replay_entry_key(board, snapshot, key);
	const bool said = *board->said;
	*board->said = 0;
	if (board->page == BOARD_MARKS && !snapshot->timeline)
		board->page = BOARD_OVERVIEW;
	if (board->page == BOARD_FILTER && filter_takes(board, key, &action))
		return action;
	for (const struct board_key_info *entry = board_keys; entry->keys; entry++)
		for (int i = 0; i < 4 && entry->codes[i]; i++)
			if (entry->codes[i] == key && is_meant(board, snapshot, entry)) {
				action = entry->act(board, snapshot, key);
				if (action == BOARD_REQUEST && board->page == BOARD_EVIDENCE && entry->act != go_back && entry->act != evidence_open)
					evidence_again(board);
				return action == BOARD_NOTHING && said ? BOARD_REDRAW : action;
			}
	return said ? BOARD_REDRAW : BOARD_NOTHING;
}
