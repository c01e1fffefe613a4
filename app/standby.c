#include "app/standby.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/collector_state.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "feed/curve.h"
#include "feed/stream_client.h"
#include "journal/record.h"

#define SILENT 1500	  /* ms without a sign of a primary that sends one each second; its lease lasts 2000 */
#define SILENT_FIRST 1000 /* ... of one that was never heard */
#define ACK_EVERY 100	  /* ms, and sooner where something was written */
#define ACK_SPACING 10
#define TURNS_MOST 16
#define MESSAGES_A_TURN 512

struct standby {
	struct collector *collector;
	struct curve *curve;
	struct stream_client *client;
	struct record_room room;
	struct epochs theirs; /* as hello told */
	struct desk *desk;
	uint64_t acked;
	int64_t ack_at;	 /* monotonic: of the last one */
	int64_t opened;
	enum link_state link;
	enum redis_claim told;
	char link_why[400], claim_why[400];
};

static void end(struct standby *standby, struct turnover turnover)
{
	struct turnover *to = &standby->collector->turnover;
	if (to->what == TURNOVER_NONE)
		*to = turnover;
	else
		turnover_finish(&turnover);
}

/* ---- the stream ---- */

static uint64_t resume(void *context, const struct stream_origin *origin, struct view text)
{
	struct standby *standby = context;
	struct collector *collector = standby->collector;
	struct epochs *ours = &collector->epochs, theirs = {0};
	uint64_t last = journal_state(collector->journal).appended;
	struct error err;
	if (collector->turnover.what != TURNOVER_NONE)
		return STREAM_HOLD;
	memcpy(theirs.id, origin->journal, JOURNAL_ID_SIZE);
	if (!text.data || !epochs_read(text, &theirs) || !theirs.count) {
		log_line(LOG_LEVEL_ERROR, "%s: a collector answers there that is not one of a pair: give it --peer too", collector->peer);
		return STREAM_HOLD;
	}
	standby->theirs = theirs;
	bool is_same = memcmp(theirs.id, journal_id(collector->journal), JOURNAL_ID_SIZE) == 0;
	if (!is_same && last) {
		snprintf(standby->claim_why, sizeof standby->claim_why, "%s holds another journal than the primary's: move it away to follow with an empty one",
			collector->settings->journal);
		log_line(LOG_LEVEL_ERROR, "%s", standby->claim_why);
		return STREAM_HOLD;
	}
	uint64_t common = is_same ? epochs_common(ours, last, &theirs) : 0;
	if (common && common < last) {
		end(standby, (struct turnover){.what = TURNOVER_CUT, .from = common + 1});
		return STREAM_HOLD;
	}
	if (!common)
		return 0;
	if (epochs_newest(ours) != epochs_newest(&theirs) && !epochs_save(NULL, collector->settings->journal, &theirs, &err)) {
		log_line(LOG_LEVEL_ERROR, "%s", err.text);
		return STREAM_HOLD;
	}
	*ours = theirs;
	return common;
}

static bool take_state(void *context, const struct stream_state *state, struct error *err)
{
	struct standby *standby = context;
	bool differs;
	struct engine *engine = engine_unpack(standby->collector->settings, state->bytes.data, state->bytes.size, &differs, err);
	if (!engine)
		return false;
	engine_destroy(engine);
	struct turnover turnover = {.what = TURNOVER_ANEW, .state = memory_new(state->bytes.size, 1), .state_size = state->bytes.size,
		.lsn = state->lsn, .recv = state->recv, .epochs = standby->theirs};
	memcpy(turnover.state, state->bytes.data, state->bytes.size);
	memcpy(turnover.epochs.id, state->origin.journal, JOURNAL_ID_SIZE);
	end(standby, turnover);
	return true;
}

static void take_record(void *context, const struct frame *came, const struct stream_origin *origin)
{
	struct standby *standby = context;
	struct collector *collector = standby->collector;
	struct frame frame = *came;
	struct record record;
	struct error err;
	(void)origin;
	if (collector->turnover.what != TURNOVER_NONE)
		return;
	journal_append(collector->journal, &frame);
	if (frame.lsn != came->lsn) {
		log_line(LOG_LEVEL_ERROR, "record %llu of the primary cannot be kept (%s): following begins anew", (unsigned long long)came->lsn,
			journal_state(collector->journal).why);
		end(standby, (struct turnover){.what = TURNOVER_AGAIN});
		return;
	}
	collector->weight += frame_size(frame.payload.size);
	if (!record_read(&frame, &record, &standby->room, &err)) {
		log_line(LOG_LEVEL_ERROR, "record %llu cannot be read and is passed over: %s", (unsigned long long)frame.lsn, err.text);
		return;
	}
	record.lsn = frame.lsn;
	collector->events += record.batch ? record.batch->count : 0;
	desk_follow(standby->desk, &record);
}

static void take_link(void *context, enum link_state state, const char *why, int64_t silent)
{
	struct standby *standby = context;
	(void)silent;
	standby->link = state;
	snprintf(standby->link_why, sizeof standby->link_why, "%s", why);
	if (state == LINK_LIVE) {
		standby->claim_why[0] = 0;
		log_line(LOG_LEVEL_INFO, "stands by: follows the primary at %s", standby->collector->peer);
	} else if (why[0])
		log_line(LOG_LEVEL_WARNING, "the primary's stream: %s", why);
}

static bool open_client(struct standby *standby, void *zmq, struct error *err)
{
	const struct settings *settings = standby->collector->settings;
	const struct stream_client_options options = {.url = standby->collector->peer, .range_most = UINT64_MAX,
		.feed = {.site = settings->site, .silence = settings->silence, .stale = settings->stale, .reconnect = settings->reconnect, .zmq = zmq,
			.curve = standby->curve}};
	const struct stream_sink sink = {.context = standby, .resume = resume, .state = take_state, .record = take_record, .link = take_link};
	standby->client = stream_client_open(&options, &sink, err);
	return standby->client != NULL;
}

struct standby *standby_open(struct collector *collector, void *zmq, struct error *err)
{
	struct standby *standby = memory_new(1, sizeof *standby);
	standby->collector = collector;
	standby->opened = clock_monotonic();
	standby->link = LINK_CONNECTING;
	standby->curve = curve_open(collector->settings, err);
	if (standby->curve && open_client(standby, zmq, err))
		return standby;
	standby_close(standby);
	return NULL;
}

void standby_close(struct standby *standby)
{
	if (!standby)
		return;
	stream_client_close(standby->client);
	curve_close(standby->curve);
	record_room_finish(&standby->room);
	free(standby);
}

int standby_items(const struct standby *standby, struct zmq_pollitem_t *items)
{
	return stream_client_items(standby->client, items);
}

int64_t standby_due(const struct standby *standby)
{
	int64_t client = stream_client_due(standby->client), ack = standby->ack_at + ACK_EVERY;
	return client < ack ? client : ack;
}

bool standby_reload_keys(struct standby *standby, struct error *err)
{
	return curve_reload(standby->curve, err);
}

static void acknowledge(struct standby *standby, int64_t now)
{
	uint64_t written = journal_state(standby->collector->journal).written;
	if (now - standby->ack_at < (written == standby->acked ? ACK_EVERY : ACK_SPACING))
		return;
	stream_client_ack(standby->client, written);
	standby->acked = written;
	standby->ack_at = now;
}

/* ---- taking over ---- */

static int64_t silence(const struct standby *standby, int64_t now, bool *ever)
{
	return now - stream_client_heard(standby->client, ever);
}

static bool is_silent(const struct standby *standby, int64_t now)
{
	bool ever;
	int64_t silent = silence(standby, now, &ever);
	return silent >= (ever ? SILENT : SILENT_FIRST);
}

static void tell_claim(struct standby *standby, enum redis_claim claim)
{
	struct collector *collector = standby->collector;
	if (claim == standby->told)
		return;
	standby->told = claim;
	struct redis_store_status status = redis_store_status(collector->store);
	if (claim == CLAIM_AHEAD)
		snprintf(standby->claim_why, sizeof standby->claim_why,
			"Redis stands for records that this journal, which ends with %llu, does not have; so it does not take over: start the other "
			"collector; if that is gone for good, start this one once without peer",
			(unsigned long long)journal_state(collector->journal).appended);
	else if (claim == CLAIM_REFUSED)
		snprintf(standby->claim_why, sizeof standby->claim_why, "it cannot take over: %.300s", status.fault.error.text);
	else if (claim == CLAIM_WAITING && status.fault.trouble != TROUBLE_NONE)
		snprintf(standby->claim_why, sizeof standby->claim_why, "no primary is heard, and without Redis nobody takes over: %.300s",
			status.fault.error.text);
	else
		standby->claim_why[0] = 0;
	if (standby->claim_why[0])
		log_line(LOG_LEVEL_WARNING, "%s", standby->claim_why);
}

static bool begin_epoch(struct collector *collector, uint64_t epoch, uint64_t lsn, char text[EPOCHS_TEXT_ROOM])
{
	struct error err;
	struct epochs epochs = collector->epochs;
	memcpy(epochs.id, journal_id(collector->journal), JOURNAL_ID_SIZE);
	epochs_begin(&epochs, epoch, lsn + 1);
	if (!epochs_save(NULL, collector->settings->journal, &epochs, &err)) {
		log_line(LOG_LEVEL_ERROR, "it cannot take over: %s", err.text);
		return false;
	}
	collector->epochs = epochs;
	epochs_write(&epochs, text);
	return true;
}

static void take_over(struct standby *standby, struct desk *desk, int64_t now)
{
	struct collector *collector = standby->collector;
	uint64_t epoch = redis_store_status(collector->store).epoch, lsn = journal_state(collector->journal).appended;
	char text[EPOCHS_TEXT_ROOM];
	bool ever;
	int64_t silent = silence(standby, now, &ever), heard = ever ? now - silent : standby->opened;
	if (!begin_epoch(collector, epoch, lsn, text)) {
		end(standby, (struct turnover){.what = TURNOVER_AGAIN});
		return;
	}
	standby_close(standby);
	collector->standby = NULL;
	partner_begin(&collector->partner, clock_wall());
	outlets_lead(&collector->outlets, desk, lsn, epoch, text);
	collector_tell_rules(collector);
	uint64_t taken = desk_lead(desk, heard);
	log_line(LOG_LEVEL_INFO, "is primary from record %llu on, epoch %llu: %s for %lld ms; %llu payloads that the feeds brought meanwhile were taken",
		(unsigned long long)lsn + 1, (unsigned long long)epoch, ever ? "the one before was silent" : "no other was heard", (long long)silent,
		(unsigned long long)taken);
}

void standby_turn(struct standby *standby, struct desk *desk)
{
	struct collector *collector = standby->collector;
	standby->desk = desk;
	for (int i = 0; i < TURNS_MOST && stream_client_next(standby->client, MESSAGES_A_TURN); i++)
		;
	int64_t now = clock_monotonic();
	acknowledge(standby, now);
	bool silent = is_silent(standby, now);
	enum redis_claim claim = redis_store_claim(collector->store, journal_state(collector->journal).appended,
		epochs_newest(&collector->epochs), silent, now);
	if (collector->turnover.what != TURNOVER_NONE)
		return;
	if (claim == CLAIM_TAKEN)
		take_over(standby, desk, now);
	else if (silent)
		tell_claim(standby, claim);
}

struct standby_status standby_status(const struct standby *standby)
{
	bool ever;
	return (struct standby_status){.follows = standby->link == LINK_LIVE, .newest = stream_client_newest(standby->client),
		.silence = silence(standby, clock_monotonic(), &ever), .why = standby->claim_why[0] ? standby->claim_why : standby->link_why};
}
