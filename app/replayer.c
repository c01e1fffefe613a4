#include "app/replayer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/replay_compare.h"
#include "app/replay_marks.h"
#include "app/replay_report.h"
#include "app/replay_rules.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "replay/outline.h"
#include "replay/player.h"

#define RECORDS_AT_ONCE 64
#define TURN_MS 10     /* of work at a stretch */
#define FRAME_MS 100   /* from one picture to the next while it plays, and while a seek takes its time */
#define IDLE_MS 250    /* while the chronicle reads, and while the journal may grow */

static const double speeds[] = {1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 3600, 0};
#define SPEED_COUNT (int)(sizeof speeds / sizeof *speeds)

struct replayer {
	struct replayer_options options;
	char *journal;
	char name[64];
	struct player *player;
	struct chronicle *chronicle;
	struct replay_compare *compare;
	struct replay_marks marks;
	int64_t first, last;	/* where one may go, ms */
	int64_t cursor;
	int64_t anchor_at, anchor; /* playing: the cursor was there at that monotonic ms */
	int64_t goal;		/* of a seek; INSTANT_NONE: a record */
	int64_t sought, shown;	/* monotonic ms: when the seek began, when there was last something to show */
	double speed;
	bool playing, seeking, under_way, ended, failed, compares, changed, told, settled /* the chronicle has read all there was */;
	int zoom, columns;
	char said[TIMELINE_TEXT];
};

/* ---- where one may go ---- */

static bool find_span(struct replayer *replayer, struct player_span *found, struct error *err)
{
	const struct replayer_options *options = &replayer->options;
	char from[40], to[40];
	if (!player_span(replayer->player, found, err))
		return false;
	const struct player_span span = *found;
	replayer->first = options->from > span.from ? options->from : span.from;
	replayer->last = options->to < span.to ? options->to : span.to;
	if (replayer->first <= replayer->last)
		return true;
	instant_format(span.from, options->zone, from, sizeof from);
	instant_format(span.to, options->zone, to, sizeof to);
	return fail(err, "%s: --from and --to leave nothing of this journal: it reaches from %s to %s", replayer->journal, from, to);
}

static int64_t clamp(const struct replayer *replayer, int64_t at)
{
	return at < replayer->first ? replayer->first : at > replayer->last ? replayer->last : at;
}

/* The chronicle follows the journal: what it has read is there to be played. */
static void grow(struct replayer *replayer, const struct chronicle_look *look)
{
	if (look->now > replayer->last && replayer->options.to > look->now) {
		replayer->last = look->now;
		replayer->ended = false;
	}
}

/* ---- opening ---- */

static bool open_parts(struct replayer *replayer, struct error *err)
{
	const struct replayer_options *options = &replayer->options;
	struct player_span span;
	replayer->player = player_open(replayer->journal, options->settings, err);
	if (!replayer->player || !find_span(replayer, &span, err))
		return false;
	const struct chronicle_options chronicle = {.journal = replayer->journal, .settings = options->settings, .scope = SCOPE_ALL,
		.follow = options->to == INT64_MAX, .from = options->from, .to = options->to};
	replayer->chronicle = chronicle_open(&chronicle, err);
	if (!replayer->chronicle)
		return false;
	replayer->compare = replay_compare_open(options->compare, replayer->journal, &span, replayer->first, options->settings, options->zone, err);
	replay_marks_read(&replayer->marks, replayer->journal, options->settings);
	replayer->marks.writable = replayer->marks.writable && !options->name;
	return replayer->compare != NULL;
}

static void begin_seek(struct replayer *replayer, int64_t goal)
{
	replayer->goal = goal;
	replayer->seeking = replayer->under_way = replayer->changed = true;
	replayer->ended = replayer->failed = false;
	replayer->sought = clock_monotonic();
}

static void go_to(struct replayer *replayer, int64_t at)
{
	struct error err;
	begin_seek(replayer, clamp(replayer, at));
	if (!player_seek(replayer->player, replayer->goal, &err)) {
		replayer->failed = true;
		text_harmless(view_of(err.text), replayer->said, sizeof replayer->said);
	}
}

struct replayer *replayer_open(const struct replayer_options *options, struct error *err)
{
	struct replayer *replayer = memory_new(1, sizeof *replayer);
	replayer->options = *options;
	replayer->journal = memory_text(options->journal);
	replay_name(replayer->journal, options->name, replayer->name, sizeof replayer->name);
	if (!open_parts(replayer, err)) {
		replayer_close(replayer);
		return NULL;
	}
	replayer->speed = options->speed;
	replayer->playing = !options->paused;
	replayer->compares = options->compare != NULL;
	replayer->zoom = options->can_return ? REPLAY_ZOOM_LAST_HOURS : replayer->last - replayer->first > DAY_MS ? REPLAY_ZOOM_DAY : REPLAY_ZOOM_WHOLE;
	replayer->cursor = replayer->first;
	go_to(replayer, options->at == INSTANT_NONE ? replayer->first : options->at);
	return replayer;
}

void replayer_close(struct replayer *replayer)
{
	if (!replayer)
		return;
	chronicle_close(replayer->chronicle);
	replay_compare_close(replayer->compare);
	player_close(replayer->player);
	free(replayer->journal);
	free(replayer);
}

/* ---- wishes ---- */

static void say(struct replayer *replayer, const char *text)
{
	snprintf(replayer->said, sizeof replayer->said, "%s", text);
}

static void change_speed(struct replayer *replayer, int by)
{
	int i = 0;
	/* The nearest of the table that is not slower; 0 is the fastest. */
	while (i + 1 < SPEED_COUNT && replayer->speed > 0 && speeds[i] < replayer->speed)
		i++;
	i = replayer->speed > 0 ? i : SPEED_COUNT - 1;
	i += by;
	replayer->speed = speeds[i < 0 ? 0 : i >= SPEED_COUNT ? SPEED_COUNT - 1 : i];
}

static void step(struct replayer *replayer, int by)
{
	struct error err;
	replayer->playing = false;
	begin_seek(replayer, INSTANT_NONE);
	if (player_step(replayer->player, by, &err))
		return;
	replayer->failed = true;
	text_harmless(view_of(err.text), replayer->said, sizeof replayer->said);
}

static void go_to_incident(struct replayer *replayer, int by)
{
	char text[100], at[16];
	const int64_t here = replayer->seeking && replayer->goal != INSTANT_NONE ? replayer->goal : replayer->cursor;
	const struct chronicle_look look = chronicle_enter(replayer->chronicle);
	const struct incident *incident = outline_incident(&look, here, by);
	const int64_t shown = incident ? outline_shown(incident) : INSTANT_NONE;
	if (incident) {
		const struct civil civil = instant_civil(incident->at, replayer->options.zone);
		outline_text(incident, text, sizeof text);
		snprintf(at, sizeof at, "%02d:%02d:%02d", civil.hour, civil.minute, civil.second);
		snprintf(replayer->said, sizeof replayer->said, "%s %s", at, text);
	} else if (by > 0 && !look.done) {
		say(replayer, _("no later incident in what was read so far"));
	} else {
		say(replayer, by > 0 ? _("no later incident") : _("no earlier incident"));
	}
	chronicle_leave(replayer->chronicle);
	if (shown == INSTANT_NONE)
		return;
	replayer->playing = false;
	go_to(replayer, shown);
}

static void go_on(struct replayer *replayer)
{
	replayer->playing = !replayer->playing;
	replayer->anchor_at = replayer->cursor;
	replayer->anchor = clock_monotonic();
}

static void set_mark(struct replayer *replayer, const char *text)
{
	struct error err;
	char harmless[120];
	text_harmless(view_of(text), harmless, sizeof harmless);
	if (replay_marks_add(&replayer->marks, replayer->journal, replayer->options.settings, replayer->cursor, harmless, &err))
		say(replayer, _("the mark is kept with the journal"));
	else
		text_harmless(view_of(err.text), replayer->said, sizeof replayer->said);
}

static struct replay_span choose_span(const struct replayer *replayer)
{
	struct replay_span span = {.first = replayer->first, .last = replayer->last};
	replay_span_choose(&span, replayer->zoom, replayer->cursor, replayer->options.zone);
	return span;
}

static void write_report(struct replayer *replayer, const char *path)
{
	struct error err;
	char text[TIMELINE_TEXT + 40];
	const struct replay_source source = {.journal = replayer->journal, .name = replayer->name, .settings = replayer->options.settings,
		.zone = replayer->options.zone, .chronicle = replayer->chronicle};
	const struct replay_span span = choose_span(replayer);
	const bool good = replay_report_write(&source, &span, path, &err);
	snprintf(text, sizeof text, _("the report is in %s"), path);
	text_harmless(view_of(good ? text : err.text), replayer->said, sizeof replayer->said);
}

void replayer_wish(struct replayer *replayer, const struct wish *wish)
{
	const int64_t here = replayer->seeking && replayer->goal != INSTANT_NONE ? replayer->goal : replayer->cursor;
	if (wish->kind != WISH_COLUMNS)
		*replayer->said = 0;
	replayer->changed = true;
	switch (wish->kind) {
	case WISH_PAUSE:
		go_on(replayer);
		break;
	case WISH_MOVE:
		go_to(replayer, here + wish->value);
		break;
	case WISH_GO:
		if (wish->value < replayer->first || wish->value > replayer->last)
			say(replayer, wish->value < replayer->first ? _("that is before the journal's beginning") : _("that is after the journal's end"));
		go_to(replayer, wish->value);
		break;
	case WISH_STEP:
		step(replayer, wish->value > 0 ? 1 : -1);
		break;
	case WISH_SPEED:
		change_speed(replayer, wish->value > 0 ? 1 : -1);
		replayer->anchor_at = replayer->cursor;
		replayer->anchor = clock_monotonic();
		break;
	case WISH_INCIDENT:
		go_to_incident(replayer, wish->value > 0 ? 1 : -1);
		break;
	case WISH_END:
		go_to(replayer, wish->value > 0 ? replayer->last : replayer->first);
		break;
	case WISH_ZOOM:
		replayer->zoom = replay_span_zoom(replayer->zoom, (int)wish->value, replayer->last - replayer->first);
		break;
	case WISH_COMPARE:
		replayer->compares = !replayer->compares;
		break;
	case WISH_MARK:
		set_mark(replayer, wish->text);
		break;
	case WISH_REPORT:
		write_report(replayer, wish->text);
		break;
	case WISH_COLUMNS:
		replayer->columns = wish->value < 0 ? 0 : wish->value > TIMELINE_COLUMNS_MOST ? TIMELINE_COLUMNS_MOST : (int)wish->value;
		break;
	case WISH_ACKNOWLEDGE: /* of a live board only */
	case WISH_MUTE:
	case WISH_TAKE_BACK:
	case WISH_NOTE:
		break;
	}
}

/* ---- turns ---- */

/* How far the cursor has come by the clock on the wall. */
static int64_t position(const struct replayer *replayer, int64_t now)
{
	if (replayer->speed <= 0)
		return replayer->last;
	const double passed = (double)(now - replayer->anchor) * replayer->speed;
	const double left = (double)(replayer->last - replayer->anchor_at);
	return passed >= left ? replayer->last : replayer->anchor_at + (int64_t)passed;
}

static void begin_frame(struct replayer *replayer, int64_t now)
{
	struct error err;
	replayer->goal = position(replayer, now);
	replayer->under_way = true;
	if (!player_play(replayer->player, replayer->goal, &err)) {
		replayer->failed = true;
		text_harmless(view_of(err.text), replayer->said, sizeof replayer->said);
	}
}

static void tell_rules(struct replayer *replayer)
{
	char text[TIMELINE_TEXT];
	if (replayer->told || *replayer->said || !replay_rules_text(replayer->chronicle, replayer->player, replayer->options.differs, text, sizeof text))
		return;
	say(replayer, text);
	replayer->told = replayer->changed = true;
}

static void arrive(struct replayer *replayer, int64_t now)
{
	/* Waits grow where no record lies between too: what an import wrote has none for a quiet second. */
	if (replayer->goal != INSTANT_NONE)
		player_pass(replayer->player, replayer->goal);
	const int64_t reached = engine_now(player_engine(replayer->player));
	replayer->under_way = replayer->seeking = false;
	replayer->cursor = replayer->goal != INSTANT_NONE ? replayer->goal : clamp(replayer, reached);
	replayer->ended = replayer->cursor >= replayer->last;
	tell_rules(replayer);
	replayer->anchor_at = replayer->cursor;
	replayer->anchor = now;
	replayer->changed = true;
}

/* Shows how far it has come where it takes longer than the eye waits. */
static void pass_by(struct replayer *replayer, int64_t now)
{
	const int64_t since = replayer->sought > replayer->shown ? replayer->sought : replayer->shown;
	const struct engine *engine = player_engine(replayer->player);
	if (now - since < FRAME_MS || !engine || engine_now(engine) == INSTANT_NONE)
		return;
	replayer->cursor = clamp(replayer, engine_now(engine));
	replayer->changed = true;
}

static void work(struct replayer *replayer, int64_t now)
{
	struct error err;
	const int64_t until = now + TURN_MS;
	enum player_state state = PLAYER_UNDERWAY;
	while (state == PLAYER_UNDERWAY && now < until) {
		state = player_turn(replayer->player, RECORDS_AT_ONCE, &err);
		now = clock_monotonic();
	}
	if (state == PLAYER_FAILED) {
		replayer->failed = true;
		replayer->under_way = false;
		text_harmless(view_of(err.text), replayer->said, sizeof replayer->said);
		replayer->changed = true;
	} else if (state != PLAYER_UNDERWAY) {
		arrive(replayer, now);
	} else {
		pass_by(replayer, now);
	}
}

static void look_at_chronicle(struct replayer *replayer)
{
	const struct chronicle_look look = chronicle_enter(replayer->chronicle);
	const int64_t last = replayer->last;
	grow(replayer, &look);
	replayer->changed = replayer->changed || !look.done || !replayer->settled || replayer->last != last;
	replayer->settled = look.done;
	chronicle_leave(replayer->chronicle);
	if (!replayer->under_way)
		tell_rules(replayer);
}

bool replayer_turn(struct replayer *replayer)
{
	const int64_t now = clock_monotonic();
	if (!replayer->failed && !replayer->under_way && replayer->playing && !replayer->ended && now - replayer->shown >= FRAME_MS)
		begin_frame(replayer, now);
	if (!replayer->failed && replayer->under_way)
		work(replayer, now);
	if (!replayer->under_way && replayer->compares && !replay_compare_turn(replayer->compare, replayer->cursor))
		return false; /* both times come together */
	if (now - replayer->shown >= IDLE_MS)
		look_at_chronicle(replayer);
	const bool changed = replayer->changed;
	if (changed || now - replayer->shown >= IDLE_MS)
		replayer->shown = now;
	replayer->changed = false;
	return changed;
}

int64_t replayer_due(const struct replayer *replayer)
{
	const int64_t now = clock_monotonic();
	if (replayer->failed)
		return now + IDLE_MS;
	if (replayer->under_way || (replayer->compares && replay_compare_busy(replayer->compare)))
		return now;
	return replayer->shown + (replayer->playing && !replayer->ended ? FRAME_MS : IDLE_MS);
}

/* ---- what is shown ---- */

static enum timeline_state state_of(const struct replayer *replayer)
{
	if (replayer->failed)
		return TIMELINE_FAILED;
	if (replayer->seeking)
		return TIMELINE_SEEKING;
	if (replayer->ended)
		return TIMELINE_END;
	return replayer->playing ? TIMELINE_PLAYING : TIMELINE_PAUSED;
}

static void fill_timeline(struct replayer *replayer, struct timeline *timeline)
{
	const struct chronicle_look look = chronicle_enter(replayer->chronicle);
	struct chronicle *other = replayer->compares ? replay_compare_chronicle(replayer->compare) : NULL;
	const int64_t shift = replay_compare_shift(replayer->compare), whole = replayer->last - replayer->first;
	struct chronicle_look others = look;
	if (other)
		others = chronicle_enter(other);
	timeline->events = look.events;
	outline_lost(timeline, &look);
	timeline->read = look.done || whole <= 0 ? 100 : look.now <= replayer->first ? 0 : (int)((look.now - replayer->first) * 100 / whole);
	timeline->read = timeline->read > 100 ? 100 : !look.done && timeline->read == 100 ? 99 : timeline->read;
	outline_fill(timeline, &look, replayer->compares ? &others : NULL, shift);
	if (look.wrong && !*timeline->said)
		text_harmless(view_of(look.wrong), timeline->said, sizeof timeline->said);
	if (other)
		chronicle_leave(other);
	chronicle_leave(replayer->chronicle);
}

static struct timeline *make_timeline(struct replayer *replayer)
{
	struct timeline *timeline = memory_new(1, sizeof *timeline);
	struct damage damage;
	memcpy(timeline->journal, replayer->name, sizeof timeline->journal);
	memcpy(timeline->said, replayer->said, sizeof timeline->said);
	if (!*timeline->said && replayer->options.trouble)
		replayer->options.trouble(replayer->options.context, timeline->said, sizeof timeline->said);
	timeline->first = replayer->first;
	timeline->last = replayer->last;
	timeline->cursor = replayer->cursor;
	timeline->state = state_of(replayer);
	timeline->goal = replayer->goal;
	timeline->speed = replayer->speed;
	timeline->can_return = replayer->options.can_return;
	timeline->can_mark = replayer->marks.writable;
	timeline->compares = replayer->compares;
	timeline->other_missing = !replay_compare_text(replayer->compare, replayer->cursor, timeline->other, sizeof timeline->other);
	timeline->mark_count = replayer->marks.count;
	memcpy(timeline->marks, replayer->marks.marks, sizeof timeline->marks);
	timeline->column_count = replayer->columns;
	const struct replay_span span = choose_span(replayer);
	timeline->from = span.from;
	timeline->to = span.to;
	if (player_damage(replayer->player, &damage))
		outline_damage(timeline, &damage);
	fill_timeline(replayer, timeline);
	return timeline;
}

struct snapshot *replayer_snapshot(struct replayer *replayer, const struct snapshot_request *request)
{
	const struct replayer_options *options = &replayer->options;
	const struct engine *engine = player_engine(replayer->player);
	struct snapshot *snapshot = snapshot_create(engine, options->settings, options->zone, request);
	snapshot->timeline = make_timeline(replayer);
	if (replayer->compares)
		snapshot->other = replay_compare_snapshot(replayer->compare, engine, request);
	return snapshot;
}

const struct engine *replayer_engine(const struct replayer *replayer)
{
	return player_engine(replayer->player);
}

const struct replayer_options *replayer_options(const struct replayer *replayer)
{
	return &replayer->options;
}

bool replayer_seeking(const struct replayer *replayer)
{
	return replayer->seeking;
}
