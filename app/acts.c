#include "app/acts.h"

#include <inttypes.h>
#include <pwd.h>
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
#include "feed/wire.h"

struct acts {
	char user[64], host[64];
	uint64_t boot; /* of the last one */
	int said;
	char doing[40], words[160];
};

static const struct {
	enum wish_kind kind;
	enum event_type type;
	const char *done;
} kinds[] = {
	{WISH_ACKNOWLEDGE, EVENT_ALERT_ACKNOWLEDGED, "acknowledged"},
	{WISH_MUTE, EVENT_ALERT_MUTED, "muted"},
	{WISH_TAKE_BACK, EVENT_ALERT_ACKNOWLEDGED, "taken back"},
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
	snprintf(id, sizeof id, "%016" PRIx64, act->wish->alert);
	snprintf(src, sizeof src, "board:%s@%s", act->user, act->host);
	struct event event = {.type = kinds[kind_of(act->wish)].type, .ts = act->at};
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
	char room[1024], host[64] = "";
	struct passwd entry, *found = NULL;
	if (getpwuid_r(getuid(), &entry, room, sizeof room, &found) == 0 && found)
		text_harmless(view_of(found->pw_name), acts->user, sizeof acts->user);
	else
		snprintf(acts->user, sizeof acts->user, "uid %u", (unsigned)getuid());
	gethostname(host, sizeof host - 1);
	text_harmless(view_of(*host ? host : "board"), acts->host, sizeof acts->host);
	return acts;
}

void acts_destroy(struct acts *acts)
{
	free(acts);
}

/* ---- what became of it ---- */

static void say(struct acts *acts, const char *text)
{
	text_harmless(view_of(text), acts->words, sizeof acts->words);
	acts->said++;
}

static const char *refusal(const char *word)
{
	if (strcmp(word, "timeout") == 0)
		return "no answer from the collector in time; look whether it took it";
	if (strcmp(word, "not_kept") == 0)
		return "the collector could not keep it";
	if (strcmp(word, "unknown_agent") == 0)
		return "from elsewhere an agent is named by his hash, and this is nobody's";
	if (strcmp(word, "names_by_hash") == 0)
		return "that names somebody whom only his own site knows: do it there";
	return word;
}

bool acts_carry_out(struct acts *acts, struct desk *desk, const struct wish *wish)
{
	const int kind = kind_of(wish);
	const int64_t at = desk_time(desk, wish->site);
	struct wire_buffer payload = {0};
	struct error err;
	char text[400];
	if (kind < 0 || at == INSTANT_NONE)
		return false;
	const uint64_t now = (uint64_t)clock_wall();
	acts->boot = now > acts->boot ? now : acts->boot + 1;
	snprintf(acts->doing, sizeof acts->doing, "%s", kinds[kind].done);
	act_encode(&(struct act){wish, acts->user, acts->host, acts->boot, at}, &payload);
	const enum desk_route route = desk_act(desk, wish->site, (struct view){(const char *)payload.data, payload.size}, &err);
	wire_buffer_finish(&payload);
	if (route == DESK_STREAM)
		snprintf(text, sizeof text, "%s \u2026", kinds[kind].done);
	else if (route == DESK_INBOX)
		snprintf(text, sizeof text, "%s: it waits in Redis for the collector", kinds[kind].done);
	else if (route == DESK_HERE)
		snprintf(text, sizeof text, "%s, on this board only: it has no collector", kinds[kind].done);
	else
		snprintf(text, sizeof text, "not %s: %.300s", kinds[kind].done, err.text);
	if (route == DESK_NOWHERE)
		log_line(LOG_LEVEL_WARNING, "%s", text);
	say(acts, text);
	return true;
}

bool acts_answered(struct acts *acts, struct desk *desk)
{
	struct attached_answer answer;
	char text[200];
	if (!desk_answered(desk, &answer))
		return false;
	if (answer.lsn)
		snprintf(text, sizeof text, "%s: the collector has it", acts->doing);
	else
		snprintf(text, sizeof text, "not %s: %s", acts->doing, refusal(answer.error));
	say(acts, text);
	return true;
}

void acts_tell(const struct acts *acts, struct snapshot *snapshot)
{
	snapshot->said = acts->said;
	snprintf(snapshot->words, sizeof snapshot->words, "%s", acts->words);
}
