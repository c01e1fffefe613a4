#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "widgets/entry.h"
#include "widgets/filter.h"
#include "widgets/parts.h"

static bool same_scope(struct scope a, struct scope b)
{
	return a.queue == b.queue && a.channel == b.channel && a.market == b.market && a.agent == b.agent && a.team == b.team;
}

static bool is_known(const struct filter *filter, struct scope scope, int site)
{
	for (size_t i = 0; i < filter->count; i++)
		if (filter->choices[i].site == site && same_scope(filter->choices[i].scope, scope))
			return true;
	return false;
}

enum { RANK_ALL, RANK_SITE, RANK_MARKET, RANK_CHANNEL, RANK_QUEUE, RANK_TEAM };

static int rank_of(const struct filter_choice *choice)
{
	const struct scope scope = choice->scope;
	return scope.team != SCOPE_ANY ? RANK_TEAM : scope.queue != SCOPE_ANY ? RANK_QUEUE : scope.channel != SCOPE_ANY ? RANK_CHANNEL : scope.market != SCOPE_ANY ? RANK_MARKET
		: choice->site ? RANK_SITE : RANK_ALL;
}

/* Everything, sites, markets, channels, queues, teams; sites and channels in their order, the others by name. */
static int compare(const void *left, const void *right)
{
	const struct filter_choice *a = left, *b = right;
	const int rank_a = rank_of(a), rank_b = rank_of(b);
	if (rank_a != rank_b)
		return rank_a - rank_b;
	if (rank_a == RANK_SITE)
		return a->site - b->site;
	if (rank_a == RANK_CHANNEL)
		return a->scope.channel - b->scope.channel;
	return strcmp(a->name, b->name);
}

static bool learn(struct filter *filter, struct scope scope, int site, const char *name)
{
	if (is_known(filter, scope, site))
		return false;
	filter->choices = memory_grow(filter->choices, &filter->room, filter->count + 1, sizeof *filter->choices);
	struct filter_choice *choice = &filter->choices[filter->count++];
	*choice = (struct filter_choice){.scope = scope, .site = site};
	snprintf(choice->name, sizeof choice->name, "%s", name);
	return true;
}

static struct scope market_alone(struct scope of)
{
	struct scope scope = SCOPE_ALL;
	scope.market = of.market;
	return scope;
}

void filter_learn(struct filter *filter, const struct snapshot *snapshot)
{
	bool more = learn(filter, SCOPE_ALL, 0, snapshot->site_count ? _("all sites, all queues") : _("all queues"));
	for (int i = 0; i < snapshot->site_count; i++)
		more = learn(filter, SCOPE_ALL, i + 1, snapshot->sites[i].name) || more;
	for (int i = 0; i < snapshot->market_count; i++)
		if (snapshot->markets[i].of.told)
			more = learn(filter, market_alone(snapshot->markets[i].of.scope), 0, snapshot->markets[i].of.name) || more;
	for (int i = 0; i < snapshot->row_count; i++) {
		struct scope queue = SCOPE_ALL, channel = SCOPE_ALL;
		queue.queue = snapshot->rows[i].scope.queue;
		channel.channel = snapshot->rows[i].scope.channel;
		more = learn(filter, queue, 0, snapshot->rows[i].queue) || more;
		more = learn(filter, channel, 0, snapshot->rows[i].channel) || more;
	}
	for (int i = 0; i < snapshot->agent_count; i++) {
		struct scope team = SCOPE_ALL;
		team.team = snapshot->agents[i].team_scope.team;
		if (team.team != SCOPE_ANY && *snapshot->agents[i].team)
			more = learn(filter, team, 0, snapshot->agents[i].team) || more;
	}
	if (more)
		qsort(filter->choices, filter->count, sizeof *filter->choices, compare);
}

void filter_finish(struct filter *filter)
{
	free(filter->choices);
	*filter = (struct filter){0};
}

/* Lower case of both, character by character; towlower() knows Cyrillic where the locale does. */
static bool begins_with(const char *text, const char *part)
{
	for (int width, bytes, part_bytes;; text += bytes, part += part_bytes) {
		const int32_t wanted = text_next(part, &width, &part_bytes);
		if (!wanted)
			return true;
		const int32_t have = text_next(text, &width, &bytes);
		if (!have || towlower((wint_t)have) != towlower((wint_t)wanted))
			return false;
	}
}

bool filter_finds(const char *text, const char *part)
{
	for (int width, bytes; text_next(text, &width, &bytes); text += bytes)
		if (begins_with(text, part))
			return true;
	return !*part;
}

static const char *const kinds[] = {[RANK_ALL] = "", [RANK_SITE] = N_("site"), [RANK_MARKET] = N_("market"), [RANK_CHANNEL] = N_("channel"),
	[RANK_QUEUE] = N_("queue"), [RANK_TEAM] = N_("team")};

void filter_title(const struct filter_choice *choice, char *to, size_t room)
{
	const char *kind = kinds[rank_of(choice)];
	snprintf(to, room, "%s%s%s", *kind ? _(kind) : "", *kind ? " " : "", choice->name);
}

static bool matches(const struct filter *filter, const struct filter_choice *choice)
{
	char title[96];
	filter_title(choice, title, sizeof title);
	return filter_finds(title, filter->typed);
}

/* The n-th that matches, or NULL. */
static const struct filter_choice *choice_at(const struct filter *filter, int wanted)
{
	for (size_t i = 0; i < filter->count; i++)
		if (matches(filter, &filter->choices[i]) && wanted-- == 0)
			return &filter->choices[i];
	return NULL;
}

static int count_matches(const struct filter *filter)
{
	int count = 0;
	for (size_t i = 0; i < filter->count; i++)
		count += matches(filter, &filter->choices[i]);
	return count;
}

void filter_begin(struct filter *filter, struct scope present, int site)
{
	*filter->typed = 0;
	filter->selected = 0;
	filter->present = present;
	filter->site = site;
	for (size_t i = 0; i < filter->count; i++)
		if (same_scope(filter->choices[i].scope, present) && (rank_of(&filter->choices[i]) > RANK_SITE || filter->choices[i].site == site))
			filter->selected = (int)i;
}

const struct filter_choice *filter_selected(const struct filter *filter)
{
	return choice_at(filter, filter->selected);
}

void filter_move(struct filter *filter, int by)
{
	const int last = count_matches(filter) - 1;
	filter->selected += by;
	if (filter->selected > last)
		filter->selected = last;
	if (filter->selected < 0)
		filter->selected = 0;
}

bool filter_type(struct filter *filter, int character)
{
	if (!entry_type(filter->typed, sizeof filter->typed, character))
		return false;
	filter->selected = 0;
	return true;
}

bool filter_rub_out(struct filter *filter)
{
	if (!entry_rub_out(filter->typed))
		return false;
	filter->selected = 0;
	return true;
}

/* It is one of the chips already. */
static bool is_chosen(const struct filter *filter, const struct filter_choice *choice)
{
	struct scope wanted = choice->scope, present = filter->present;
	for (int part = 0; part < SCOPE_PARTS; part++) {
		const uint16_t number = *snapshot_scope_part(&wanted, (enum scope_part)part);
		if (number != SCOPE_ANY)
			return number == *snapshot_scope_part(&present, (enum scope_part)part);
	}
	return choice->site && choice->site == filter->site;
}

void filter_draw(const struct filter *filter, const struct widget_view *view)
{
	char note[96];
	snprintf(note, sizeof note, "%s%s", *filter->typed ? _("find: ") : _("type to narrow"), filter->typed);
	const struct rect inner = panel_open(view, LEVEL_NONE, _("FILTER"), note);
	const int count = count_matches(filter);
	const int first = filter->selected >= inner.height ? filter->selected - inner.height + 1 : 0;
	for (int i = first; i < count && i - first < inner.height; i++) {
		const struct filter_choice *choice = choice_at(filter, i);
		const bool chosen = i == filter->selected;
		int x = inner.x, y = inner.y + i - first;
		piece(view, &x, y, inner.x + inner.width, chosen ? ROLE_FOCUS : ROLE_TEXT, "%s ", chosen ? glyphs_mark(view->glyphs, MARK_ARROW) : " ");
		if (is_chosen(filter, choice))
			canvas_text(view->canvas, x - 1, y, 1, ROLE_OK, glyphs_mark(view->glyphs, MARK_CHECK));
		canvas_format(view->canvas, x, y, 9, ROLE_DIM, "%s", *kinds[rank_of(choice)] ? _(kinds[rank_of(choice)]) : "");
		canvas_text(view->canvas, x + 9, y, inner.width - 11, chosen ? ROLE_FOCUS : ROLE_TEXT,
			rank_of(choice) == RANK_CHANNEL ? words_of("channel", choice->name) : choice->name);
	}
	if (count == 0 && inner.height > 0)
		canvas_text(view->canvas, inner.x, inner.y, inner.width, ROLE_DIM, _("nothing is called that"));
}
