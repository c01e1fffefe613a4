#include "widgets/board_palette.h"

#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "config/rights.h"
#include "tui/keys.h"
#include "tui/theme.h"
#include "widgets/board_evidence.h"
#include "widgets/board_export.h"
#include "widgets/board_move.h"
#include "widgets/board_press.h"
#include "widgets/board_request.h"

#define EXPORT_WORD "export "

/* Commands that a text follows, which the collector takes into the journal with its author. */
static const struct post {
	const char *name;
	enum wish_kind kind;
	unsigned needs; /* bit of enum right */
	bool replays;	/* there too: the player keeps them beside the journal */
} posts[] = {
	{"note", WISH_NOTE, RIGHT_BIT(RIGHT_NOTE), false},
	{"mark", WISH_MARK, RIGHT_BIT(RIGHT_MARK), true},
};
#define POST_COUNT ((int)(sizeof posts / sizeof *posts))

/* For the catalogue only: KEYED_PAGES makes the names of identifiers. */
#define PAGE_WORDS                                                                                                     \
	NC_("page", "overview"), NC_("page", "queues"), NC_("page", "sla"), NC_("page", "conduct"), NC_("page", "agents"), NC_("page", "voice"),  \
		NC_("page", "learning"), NC_("page", "forecast"), NC_("page", "feeds"), NC_("page", "alerts")

static void add_pages(struct palette *palette, const struct layout_pages *layout)
{
	char name[96];
	for (int i = 0; i < layout->count; i++) {
		snprintf(name, sizeof name, _("page %s"), layout->pages[i].name);
		palette_add(palette, PALETTE_OWN, i, name, NULL);
	}
	snprintf(name, sizeof name, _("page %s"), words_of("page", "overview"));
	palette_add(palette, PALETTE_PAGE, BOARD_OVERVIEW, name, N_("tiles, queues, alerts: all at once"));
#define PAGE_COMMAND(word, title, digit, text)                                                                         \
	snprintf(name, sizeof name, _("page %s"), words_of("page", #title));                                                              \
	palette_add(palette, PALETTE_PAGE, BOARD_##word, name, text);
	KEYED_PAGES(PAGE_COMMAND)
#undef PAGE_COMMAND
}

/* Those that can be pressed here: of a key that only moves something nobody asks by name. */
static void add_keys(struct palette *palette, const struct board *board, const struct snapshot *snapshot)
{
	for (const struct board_key_info *key = board_keys; key->keys; key++) {
		const char *name = key->command ? key->command : key->codes[0] < SCREEN_KEY_UP ? key->label : NULL;
		const bool may = !key->needs || (key->needs & snapshot->denied) != key->needs;
		if (name && *name && may && press_is_meant(board, snapshot, key))
			palette_add(palette, PALETTE_KEY, key->codes[0], words_of("key", name), key->help)->key = key;
	}
}

static void add_figures(struct palette *palette)
{
	char name[96];
	for (int window = WINDOW_NOW + 1; window < WINDOW_COUNT; window++) {
		snprintf(name, sizeof name, _("window %s"), window_names[window]);
		palette_add(palette, PALETTE_WINDOW, window, name, NULL);
	}
	for (int formula = -1; formula < SL_FORMULA_COUNT; formula++) {
		snprintf(name, sizeof name, _("formula %s"), formula < 0 ? _("of each queue") : sl_formula_codes[formula]);
		palette_add(palette, PALETTE_FORMULA, formula, name, NULL);
	}
}

static void add_scopes(struct palette *palette, struct filter *filter)
{
	char name[96];
	for (size_t i = 0; i < filter->count; i++) {
		filter_title(&filter->choices[i], name, sizeof name);
		palette_add(palette, PALETTE_SCOPE, 0, name, NULL)->choice = filter->choices[i];
	}
}

static void add_themes(struct palette *palette)
{
	char name[96];
	for (int i = 0; theme_names[i]; i++) {
		snprintf(name, sizeof name, _("theme %s"), theme_names[i]);
		palette_add(palette, PALETTE_THEME, i, name, NULL);
	}
}

static void add_languages(struct palette *palette)
{
	char name[96];
	for (int i = 0; i < WORDS_LANGUAGES; i++) {
		if (!words_own_names[i])
			continue;
		snprintf(name, sizeof name, _("language %s"), words_own_names[i]);
		palette_add(palette, PALETTE_LANGUAGE, i, name, NULL);
	}
}

static bool may_post(const struct post *post, const struct snapshot *snapshot)
{
	return snapshot->timeline ? post->replays : !(post->needs & snapshot->denied);
}

static void add_posts(struct palette *palette, const struct snapshot *snapshot)
{
	for (int i = 0; i < POST_COUNT; i++)
		if (may_post(&posts[i], snapshot))
			palette_add(palette, PALETTE_POST, i, posts[i].name, NULL);
}

enum board_action palette_open(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	filter_learn(&board->filter, snapshot);
	palette_begin(&board->palette);
	add_pages(&board->palette, &board->settings->layout);
	add_keys(&board->palette, board, snapshot);
	add_figures(&board->palette);
	add_scopes(&board->palette, &board->filter);
	add_themes(&board->palette);
	add_languages(&board->palette);
	add_posts(&board->palette, snapshot);
	palette_add(&board->palette, PALETTE_TOUR, 0, _("tour"), N_("four hints about what can be done here"));
	palette_add(&board->palette, PALETTE_RELOAD, 0, _("reload"), N_("read the configuration again"));
	entry_begin(&board->entry, ENTRY_COMMAND);
	return BOARD_REDRAW;
}

/* ---- doing it ---- */

static enum board_action run(struct board *board, const struct snapshot *snapshot, const struct palette_command *command)
{
	switch (command->kind) {
	case PALETTE_KEY:
		return command->key->act(board, snapshot, command->value);
	case PALETTE_PAGE:
		return move_to(board, (enum board_page)command->value);
	case PALETTE_OWN:
		return own_go(board, command->value);
	case PALETTE_WINDOW:
		board->request.window = (enum window)command->value;
		return BOARD_REQUEST;
	case PALETTE_FORMULA:
		board->request.formula = command->value;
		return BOARD_REQUEST;
	case PALETTE_THEME:
		board->theme = theme_names[command->value];
		return BOARD_THEME;
	case PALETTE_LANGUAGE:
		board->language = words_languages[command->value];
		return BOARD_LANGUAGE;
	case PALETTE_SCOPE:
		return request_narrow(board, &command->choice);
	case PALETTE_RELOAD:
		return BOARD_RELOAD;
	case PALETTE_POST: /* the text is still to be typed */
		entry_begin(&board->entry, ENTRY_COMMAND);
		snprintf(board->entry.typed, sizeof board->entry.typed, "%s ", posts[command->value].name);
		return BOARD_REDRAW;
	case PALETTE_TOUR:
		board_tour(board);
		return BOARD_REDRAW;
	}
	return BOARD_NOTHING;
}

/* Rows behind a figure are asked for once more where what they are rows of has changed. */
static enum board_action run_here(struct board *board, const struct snapshot *snapshot, const struct palette_command *command)
{
	const int asked = board->request.evidence.number;
	const enum board_action action = run(board, snapshot, command);
	if (action == BOARD_REQUEST && board->page == BOARD_EVIDENCE && asked == board->request.evidence.number)
		evidence_again(board);
	return action == BOARD_NOTHING ? BOARD_REDRAW : action;
}

/* "note TEXT": the text, with what is posted; NULL: it is none of them, or not for whoever sits here. */
static const char *text_to_post(const struct snapshot *snapshot, const char *typed, const struct post **post)
{
	for (int i = 0; i < POST_COUNT; i++) {
		const size_t length = strlen(posts[i].name);
		if (strncmp(typed, posts[i].name, length) != 0 || typed[length] != ' ' || !may_post(&posts[i], snapshot))
			continue;
		const char *text = typed + length + strspn(typed + length, " ");
		*post = &posts[i];
		return *text ? text : NULL;
	}
	return NULL;
}

static enum board_action post_text(struct board *board, const struct post *post, const char *text, const char *typed)
{
	board->wish = (struct wish){.kind = post->kind, .site = board->request.site};
	snprintf(board->wish.text, sizeof board->wish.text, "%s", text);
	palette_remember(&board->palette, typed);
	entry_begin(&board->entry, ENTRY_NONE);
	return BOARD_WISH;
}

static enum board_action finish(struct board *board, const struct snapshot *snapshot)
{
	struct entry *entry = &board->entry;
	char typed[sizeof entry->typed];
	memcpy(typed, entry->typed, sizeof typed);
	const struct post *post = NULL;
	const char *text = text_to_post(snapshot, typed, &post);
	if (text)
		return post_text(board, post, text, typed);
	const bool has_file = strncmp(typed, EXPORT_WORD, strlen(EXPORT_WORD)) == 0 && typed[strlen(EXPORT_WORD)];
	const struct palette_command *command = has_file || !*typed ? NULL : palette_meant(&board->palette, typed);
	if (*typed && !has_file && !command) {
		snprintf(entry->wrong, sizeof entry->wrong, _("nothing is called that: was \u201C%.100s\u201D meant?"), palette_nearest(&board->palette, typed));
		return BOARD_REDRAW;
	}
	entry_begin(entry, ENTRY_NONE);
	if (!*typed)
		return BOARD_REDRAW;
	palette_remember(&board->palette, command ? command->name : typed);
	return command ? run_here(board, snapshot, command) : export_to(board, snapshot, typed + strlen(EXPORT_WORD));
}

enum board_action palette_entry_key(struct board *board, const struct snapshot *snapshot, int key)
{
	struct entry *entry = &board->entry;
	switch (key) {
	case SCREEN_KEY_ENTER:
		return finish(board, snapshot);
	case SCREEN_KEY_ESCAPE:
		entry_begin(entry, ENTRY_NONE);
		return BOARD_REDRAW;
	case SCREEN_KEY_TAB:
	case SCREEN_KEY_BACKTAB:
		palette_complete(&board->palette, entry->typed, key == SCREEN_KEY_TAB ? 1 : -1);
		return BOARD_REDRAW;
	case SCREEN_KEY_UP:
	case SCREEN_KEY_DOWN:
		palette_recall(&board->palette, entry->typed, key == SCREEN_KEY_UP ? 1 : -1);
		return BOARD_REDRAW;
	default:
		board->palette.chosen = -1;
		return entry_key(entry, key) ? BOARD_REDRAW : BOARD_NOTHING;
	}
}
