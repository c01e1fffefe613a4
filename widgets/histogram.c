/* How long people waited, or have waited so far, by bands: so that a good mean hides nobody. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/classes.h"
#include "widgets/kinds.h"

#define LEAST_WIDTH 24
#define LEAST_HEIGHT 5
#define LABEL 10
#define COUNT 7
#define SHARE 6
#define ROWS_MOST 3 /* of a band, where there is room: thicker bars, and a blank row between them */

enum waits_of { OF_ANSWERED, OF_WAITING };
static const char *const whose[] = {"answered", "waiting"};

struct histogram_config {
	int of;
};

static const struct setting histogram_settings[] = {
	{"of", .type = SETTING_WORD, .offset = offsetof(struct histogram_config, of), .fallback = "answered", .words = whose, .word_count = 2,
		.help = "answered: how long those waited who were answered in the window; waiting: how long those have waited who wait now."},
};
static const struct setting_table histogram_table = {"histogram", "waits", "How long people wait, in bands.", histogram_settings, 1};
static const struct layout_kind histogram_kind = {.table = &histogram_table, .size = sizeof(struct histogram_config)};

static enum ask_kind kind_of(const struct widget_view *view)
{
	const struct histogram_config *config = view->widget->config;
	return config->of == OF_WAITING ? ASK_WAITING : ASK_WAITS;
}

static int asks(const struct widget_view *view, struct snapshot_ask *to, int room)
{
	return kind_ask(view, kind_of(view), -1, to, 0, room);
}

struct band {
	int64_t up_to, after, contacts; /* INT64_MAX: without end */
	bool late;
};

struct bands {
	struct band items[ASK_BANDS];
	int count;
	int64_t total, late, most, target;
};

static void take_bands(const struct snapshot_answer *answer, struct bands *bands)
{
	*bands = (struct bands){.target = answer->waits.target};
	int last = 0;
	for (int i = 0; i < answer->waits.count; i++)
		last = answer->waits.contacts[i] || (answer->waits.target && answer->waits.up_to[i] <= answer->waits.target) ? i : last;
	for (int i = 0; i <= last; i++) {
		struct band *band = &bands->items[bands->count++];
		*band = (struct band){answer->waits.up_to[i], i ? answer->waits.up_to[i - 1] : 0, answer->waits.contacts[i], false};
		band->late = bands->target && band->after >= bands->target;
		bands->total += band->contacts;
		bands->late += band->late ? band->contacts : 0;
	}
}

/* The two neighbours with the fewest together, never across the target, until there are rows for all. */
static void fit_bands(struct bands *bands, int rows)
{
	while (bands->count > rows && bands->count > 1) {
		int least = -1;
		for (int i = 0; i + 1 < bands->count; i++) {
			const int64_t both = bands->items[i].contacts + bands->items[i + 1].contacts;
			const bool allowed = bands->items[i].late == bands->items[i + 1].late || bands->count == 2;
			if (allowed && (least < 0 || both < bands->items[least].contacts + bands->items[least + 1].contacts))
				least = i;
		}
		least = least < 0 ? 0 : least;
		bands->items[least].up_to = bands->items[least + 1].up_to;
		bands->items[least].contacts += bands->items[least + 1].contacts;
		bands->items[least].late = bands->items[least + 1].late;
		memmove(&bands->items[least + 1], &bands->items[least + 2], (size_t)(bands->count - least - 2) * sizeof *bands->items);
		bands->count--;
	}
	for (int i = 0; i < bands->count; i++)
		bands->most = bands->items[i].contacts > bands->most ? bands->items[i].contacts : bands->most;
}

static void band_text(const struct band *band, char *to, size_t room)
{
	char span[32];
	format_span(band->up_to == INT64_MAX ? band->after : band->up_to, span, sizeof span);
	snprintf(to, room, "%s %s", band->up_to == INT64_MAX ? ">" : "\u2264", span);
}

static void draw_bar(const struct widget_view *view, struct rect place, int64_t contacts, int64_t most, enum role role)
{
	static const int32_t eighths[] = {' ', 0x258F, 0x258E, 0x258D, 0x258C, 0x258B, 0x258A, 0x2589};
	if (place.width <= 0 || most <= 0 || contacts <= 0)
		return;
	const int64_t steps = (int64_t)((double)contacts / (double)most * place.width * 8 + 0.5);
	const int whole = (int)(steps / 8), rest = (int)(steps % 8);
	if (view->glyphs->ascii) {
		canvas_fill(view->canvas, (struct rect){place.x, place.y, whole ? whole : 1, place.height}, role, role == ROLE_WARN ? '#' : '=');
		return;
	}
	canvas_fill(view->canvas, (struct rect){place.x, place.y, whole, place.height}, role, 0x2588);
	if (rest && whole < place.width)
		canvas_fill(view->canvas, (struct rect){place.x + whole, place.y, 1, place.height}, role, eighths[rest]);
	else if (!whole)
		canvas_fill(view->canvas, (struct rect){place.x, place.y, 1, place.height}, role, eighths[1]);
}

static void draw_band(const struct widget_view *view, struct rect inner, int y, int thick, const struct bands *bands, const struct band *band)
{
	char label[48], count[24], share[16];
	const enum role role = band->late ? ROLE_WARN : ROLE_OK;
	const bool shares = inner.width >= LABEL + COUNT + SHARE + 10;
	const int marked = LABEL + 2, right = COUNT + (shares ? SHARE : 0);
	band_text(band, label, sizeof label);
	format_count(band->contacts, count, sizeof count);
	canvas_right(view->canvas, inner.x, y, LABEL - 1, band->late ? ROLE_WARN : ROLE_DIM, label);
	if (band->late)
		canvas_text(view->canvas, inner.x + LABEL, y, 1, ROLE_WARN, level_mark(view->glyphs, LEVEL_WARN));
	draw_bar(view, (struct rect){inner.x + marked, y, inner.width - marked - right, thick}, band->contacts, bands->most, role);
	canvas_right(view->canvas, inner.x + inner.width - right, y, COUNT, band->contacts ? ROLE_TEXT : ROLE_FAINT, count);
	if (!shares || !bands->total)
		return;
	snprintf(share, sizeof share, "%.0f %%", 100 * (double)band->contacts / (double)bands->total);
	canvas_right(view->canvas, inner.x + inner.width - SHARE, y, SHARE, ROLE_DIM, share);
}

/* "187 contacts, 24 of them beyond 20 s" */
static void total_text(const struct bands *bands, char *to, size_t room)
{
	char target[32];
	const int used = snprintf(to, room, words_plural("%" PRId64 " contact", "%" PRId64 " contacts", bands->total), bands->total);
	if (!bands->target || used < 0 || (size_t)used >= room)
		return;
	format_span(bands->target, target, sizeof target);
	snprintf(to + used, room - (size_t)used, words_plural(", %" PRId64 " of them beyond %s", ", %" PRId64 " of them beyond %s", bands->late), bands->late, target);
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const bool now = kind_of(view) == ASK_WAITING;
	const char *why, *title = kind_title(view, now ? _("WAITING NOW, BY HOW LONG") : _("WAITS UNTIL ANSWERED"));
	const struct snapshot_answer *answer = kind_answer(snapshot, view, kind_of(view), -1, &why);
	struct bands bands = {0};
	char total[96] = "\u2013", window[32];
	if (answer) {
		take_bands(answer, &bands);
		format_count(bands.total, total, sizeof total);
	}
	if (kind_small(view, LEAST_WIDTH, LEAST_HEIGHT, title, LEVEL_NONE, total))
		return;
	window_text(now ? WINDOW_NOW : view->window, false, window, sizeof window);
	const struct rect inner = kind_open(snapshot, view, LEVEL_NONE, title, window);
	if (!answer || !bands.total) {
		kind_say(view, inner, why ? why : now ? _("nobody waits") : _("nobody was answered in this time"));
		return;
	}
	fit_bands(&bands, inner.height - 1);
	const int room = (inner.height - 1) / bands.count, each = room > ROWS_MOST ? ROWS_MOST : room;
	for (int i = 0; i < bands.count; i++)
		draw_band(view, inner, inner.y + i * each, each > 2 ? each - 1 : 1, &bands, &bands.items[i]);
	total_text(&bands, total, sizeof total);
	canvas_text(view->canvas, inner.x, inner.y + inner.height - 1, inner.width, bands.late ? ROLE_TEXT : ROLE_DIM, total);
}

static bool evidence(const struct snapshot *snapshot, const struct widget_view *view, struct proof_request *request)
{
	(void)snapshot;
	return kind_evidence(view, metric_find(kind_of(view) == ASK_WAITING ? "queue_depth" : "answered"), request);
}

const struct widget_class histogram_class = {
	.name = "histogram",
	.help = "how long people wait, in bands, with what is beyond the target",
	.min_width = LEAST_WIDTH,
	.min_height = 1,
	.draw = draw,
	.kind = &histogram_kind,
	.asks = asks,
	.evidence = evidence,
};
