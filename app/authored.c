#include "app/authored.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/log.h"
#include "base/map.h"
#include "base/text.h"
#include "journal/marks.h"

#define SOURCE "board:"
#define SOURCE_ROOM (sizeof SOURCE + AUTHOR_ROOM)

#define ONE 1000
#define AT_ONCE (40 * ONE)
#define A_SECOND 4

/* People may say what they did; a board is no publisher. */
static const struct {
	enum event_type type;
	enum right right;
} actions[] = {
	{EVENT_ALERT_ACKNOWLEDGED, RIGHT_ACKNOWLEDGE},
	{EVENT_ALERT_MUTED, RIGHT_MUTE},
	{EVENT_NOTE_POSTED, RIGHT_NOTE},
	{EVENT_MARK_SET, RIGHT_MARK},
	{EVENT_AGENT_STATE, RIGHT_AGENTS},
};

void authored_finish(struct authored *authored)
{
	batch_finish(&authored->batch);
	wire_buffer_finish(&authored->event);
	wire_buffer_finish(&authored->payload);
}

/* Whoever may mute may take that back, which is told as an acknowledgement that is over at once. */
static unsigned rights_for(const struct event *event, enum right right)
{
	const bool is_back = right == RIGHT_ACKNOWLEDGE && event_has(event, KEY_UNTIL) && event_number(event, KEY_UNTIL, 0) <= event->ts;
	return RIGHT_BIT(right) | (is_back ? RIGHT_BIT(RIGHT_MUTE) : 0);
}

const char *authored_read(struct authored *authored, struct view payload, unsigned *needs)
{
	struct error err;
	const struct batch *batch = &authored->batch;
	if (wire_decode(payload.data, payload.size, &authored->batch, &err) != FAULT_NONE)
		return "malformed";
	if (batch->count != 1 || batch->events[0].fault)
		return "bad_event";
	if (batch->src.size <= strlen(SOURCE) || memcmp(batch->src.data, SOURCE, strlen(SOURCE)) != 0)
		return "bad_src";
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (batch->events[0].type == actions[i].type) {
			*needs = rights_for(&batch->events[0], actions[i].right);
			return NULL;
		}
	return "not_an_action";
}

/* What it says of itself, without what only those have who are known. */
static void claim(struct view from, bool doubted, char to[AUTHOR_ROOM])
{
	char harmless[AUTHOR_ROOM - 1];
	text_harmless(from, harmless, sizeof harmless);
	snprintf(to, AUTHOR_ROOM, "%s%s", harmless, doubted ? "?" : "");
}

struct view authored_write(struct authored *authored, const char *author, bool doubted)
{
	struct batch *batch = &authored->batch;
	struct event event = batch->events[0];
	char by[AUTHOR_ROOM], from[AUTHOR_ROOM], source[SOURCE_ROOM];
	const struct view said = {batch->src.data + strlen(SOURCE), batch->src.size - strlen(SOURCE)};
	claim(*author ? view_of(author) : event_text(&event, KEY_BY), doubted && !*author, by);
	claim(*author ? view_of(author) : said, doubted && !*author, from);
	if (event_types[event.type].allowed & KEY_BIT(KEY_BY)) {
		event.present |= KEY_BIT(KEY_BY);
		event.text[KEY_BY] = view_of(by);
	}
	snprintf(source, sizeof source, SOURCE "%s", from);
	authored->event.size = 0;
	wire_encode_event(&authored->event, &event);
	const uint64_t number[] = {batch->boot, batch->seq, map_hash((struct view){(const char *)authored->event.data, authored->event.size})};
	const uint64_t boot = batch->seq == 1 ? batch->boot : map_hash((struct view){(const char *)number, sizeof number}) >> 1;
	const struct wire_header header = {.src = view_of(source), .boot = boot, .seq = 1, .sent = INSTANT_NONE};
	wire_encode_batch(&authored->payload, &header, 1, authored->event.data, authored->event.size);
	return (struct view){(const char *)authored->payload.data, authored->payload.size};
}

void authored_taken(const struct authored *authored, const char *author, bool doubted, const char *journal, int64_t at)
{
	const struct event *event = &authored->batch.events[0];
	struct error err;
	char by[AUTHOR_ROOM], text[MARK_TEXT];
	if (event->type != EVENT_MARK_SET)
		return;
	claim(*author ? view_of(author) : event_text(event, KEY_BY), doubted && !*author, by);
	text_harmless(event_text(event, KEY_TEXT), text, sizeof text);
	if (!mark_repeat(journal, at, text, by, &err))
		log_line(LOG_LEVEL_WARNING, "%s", err.text);
}

/* ---- how many ---- */

static struct allowance *allowance_of(struct allowances *allowances, uint64_t who, int64_t now)
{
	struct allowance *oldest = &allowances->list[0];
	for (int i = 0; i < allowances->count; i++) {
		if (allowances->list[i].who == who)
			return &allowances->list[i];
		if (allowances->list[i].at < oldest->at)
			oldest = &allowances->list[i];
	}
	struct allowance *place = allowances->count < ALLOWANCES ? &allowances->list[allowances->count++] : oldest;
	*place = (struct allowance){.who = who, .at = now, .tokens = AT_ONCE};
	return place;
}

bool allowances_spend(struct allowances *allowances, const char *author, int64_t now)
{
	struct allowance *allowance = allowance_of(allowances, map_hash(view_of(author)), now);
	const int64_t passed = now - allowance->at < MINUTE_MS ? now - allowance->at : MINUTE_MS;
	allowance->at = now;
	allowance->tokens += passed * A_SECOND;
	if (allowance->tokens > AT_ONCE)
		allowance->tokens = AT_ONCE;
	if (allowance->tokens < ONE)
		return false;
	allowance->tokens -= ONE;
	return true;
}
