#include "app/acts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/attached.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/user.h"
#include "base/words.h"
#include "feed/wire.h"

struct acts {
	char user[USER_ROOM], host[64];
	uint64_t boot; /* of the last one */
	int said;
	bool refused; /* not done */
	int doing; /* of kinds: what waits for its answer */
	char words[160];
};

/* Whole sentences, as languages want them; %s: why, or whose right it is. */
static const struct {
	enum wish_kind kind;
	enum event_type type;
	const char *under_way, *done, *waits, *here, *not_done, *whose;
} kinds[] = {
	{WISH_ACKNOWLEDGE, EVENT_ALERT_ACKNOWLEDGED, N_("acknowledged \u2026"), N_("acknowledged: the collector has it"),
		N_("acknowledged: it waits in Redis for the collector"), N_("acknowledged, on this board only: it has no collector"),
		N_("not acknowledged: %s"), N_("not acknowledged, for you may not: acknowledging is for %s")},
	{WISH_MUTE, EVENT_ALERT_MUTED, N_("muted \u2026"), N_("muted: the collector has it"), N_("muted: it waits in Redis for the collector"),
		N_("muted, on this board only: it has no collector"), N_("not muted: %s"), N_("not muted, for you may not: muting is for %s")},
	{WISH_TAKE_BACK, EVENT_ALERT_ACKNOWLEDGED, N_("taken back \u2026"), N_("taken back: the collector has it"),
		N_("taken back: it waits in Redis for the collector"), N_("taken back, on this board only: it has no collector"),
		N_("not taken back: %s"), N_("not taken back, for you may not: that is for %s")},
	{WISH_NOTE, EVENT_NOTE_POSTED, N_("posted \u2026"), N_("posted: the collector has it"), N_("posted: it waits in Redis for the collector"),
		N_("posted, on this board only: it has no collector"), N_("not posted: %s"), N_("not posted, for you may not: posting is for %s")},
	{WISH_MARK, EVENT_MARK_SET, N_("marked \u2026"), N_("marked: the collector has it"), N_("marked: it waits in Redis for the collector"),
		N_("not marked: this board keeps no journal"), N_("not marked: %s"), N_("not marked, for you may not: marks are for %s")},
};

static int kind_of(const struct wish *wish)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].kind == wish->kind)
			return (int)i;
	return -1;
}

/* ---- the event ---- */

static void put_number(struct event *event, enum event_key key, int64_t number)
{
	event->present |= KEY_BIT(key);
	event->number[key - KEY_TEXT_COUNT] = number;
}

static void put_text(struct event *event, enum event_key key, const char *text)
{
	event->present |= KEY_BIT(key);
	event->text[key] = view_of(text);
}

void act_encode(const struct act *act, struct wire_buffer *to)
{
	char id[20], src[140];
	struct wire_buffer body = {0};
	const int kind = kind_of(act->wish);
	if (kind < 0)
		return;
	snprintf(id, sizeof id, "%016" PRIx64, act->wish->alert);
	snprintf(src, sizeof src, "board:%s@%s", act->user, act->host);
	struct event event = {.type = kinds[kind].type, .ts = act->at};
	if (act->wish->kind == WISH_NOTE || act->wish->kind == WISH_MARK)
		put_text(&event, KEY_TEXT, act->wish->text);
	else
		put_text(&event, KEY_ALERT, id);
	put_text(&event, KEY_BY, act->user);
	if (act->wish->kind == WISH_TAKE_BACK)
		put_number(&event, KEY_UNTIL, act->at);
	else if (act->wish->value)
		put_number(&event, KEY_UNTIL, act->wish->value);
	wire_encode_event(&body, &event);
	const struct wire_header header = {.src = view_of(src), .boot = act->boot, .seq = 1, .sent = INSTANT_NONE};
	wire_encode_batch(to, &header, 1, body.data, body.size);
	wire_buffer_finish(&body);
}

/* ---- who ---- */

struct acts *acts_create(void)
{
	struct acts *acts = memory_new(1, sizeof *acts);
	char host[64] = "";
	user_name(getuid(), acts->user);
	gethostname(host, sizeof host - 1);
	text_harmless(view_of(*host ? host : "board"), acts->host, sizeof acts->host);
	return acts;
}

void acts_destroy(struct acts *acts)
{
	free(acts);
}

/* ---- what became of it ---- */

static void say(struct acts *acts, bool done, const char *text)
{
	acts->refused = !done;
	text_harmless(view_of(text), acts->words, sizeof acts->words);
	acts->said++;
}

/* The collector's words, as people read them. */
static const struct {
	const char *word, *text;
} refusals[] = {
	{"timeout", N_("no answer from the collector in time; look whether it took it")},
	{"not_kept", N_("the collector could not keep it")},
	{"too_many", N_("that were too many in too short a time; go on in a few seconds")},
	{"not_allowed", N_("nobody may do that: no right of the collector's configuration has it")},
	{"unknown_agent", N_("from elsewhere an agent is named by his hash, and this is nobody's")},
	{"names_by_hash", N_("that names somebody whom only his own site knows: do it there")},
};

static const char *refusal(const char *word)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (strcmp(refusals[i].word, word) == 0)
			return _(refusals[i].text);
	return word;
}

/* What was said of an action, in its own words; `why`: where it was not done. */
static void say_done(struct acts *acts, const char *sentence, const char *why)
{
	char text[600];
	if (why)
		snprintf(text, sizeof text, _(sentence), why);
	else
		snprintf(text, sizeof text, "%s", _(sentence));
	say(acts, !why, text);
}

static void say_route(struct acts *acts, int kind, enum desk_route route, const struct error *err)
{
	const char *const sentences[] = {[DESK_NOWHERE] = kinds[kind].not_done, [DESK_STREAM] = kinds[kind].under_way, [DESK_INBOX] = kinds[kind].waits,
		[DESK_HERE] = kinds[kind].here};
	if (route == DESK_NOWHERE)
		log_line(LOG_LEVEL_WARNING, "an action was not taken: %s", err->text);
	say_done(acts, sentences[route], route == DESK_NOWHERE ? err->text : NULL);
}

bool acts_carry_out(struct acts *acts, struct desk *desk, const struct wish *wish)
{
	const int kind = kind_of(wish);
	const int64_t at = desk_time(desk, wish->site);
	struct wire_buffer payload = {0};
	struct error err;
	if (kind < 0 || at == INSTANT_NONE)
		return false;
	const uint64_t now = (uint64_t)clock_wall();
	acts->boot = now > acts->boot ? now : acts->boot + 1;
	acts->doing = kind;
	act_encode(&(struct act){wish, acts->user, acts->host, acts->boot, at}, &payload);
	const enum desk_route route = desk_act(desk, wish->site, (struct view){(const char *)payload.data, payload.size}, &err);
	wire_buffer_finish(&payload);
	say_route(acts, kind, route, &err);
	return true;
}

bool acts_answered(struct acts *acts, struct desk *desk)
{
	struct attached_answer answer;
	if (!desk_answered(desk, &answer))
		return false;
	const int kind = acts->doing;
	if (answer.lsn)
		say_done(acts, kinds[kind].done, NULL);
	else if (*answer.whose)
		say_done(acts, kinds[kind].whose, answer.whose);
	else
		say_done(acts, kinds[kind].not_done, refusal(answer.error));
	return true;
}

void acts_tell(const struct acts *acts, struct snapshot *snapshot)
{
	snapshot->said = acts->said;
	snapshot->refused = acts->refused;
	snprintf(snapshot->words, sizeof snapshot->words, "%s", acts->words);
}
