#include <zmq.h>

#include "app/authored.h"
#include "app/collector_state.h"
#include "app/redactor.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/map.h"

/* Nobody who leaves something in Redis proves who he is; whether it is believed is for the settings to say. */
static const char *why_refused(struct collector *collector, struct authored *authored, struct view *payload, struct redactor *redactor)
{
	unsigned needs;
	if (!permits_inbox(collector->outlets.permits))
		return "nobody proves there who he is (inbox = \"trusted\" takes them all the same)";
	const char *word = authored_read(authored, *payload, &needs);
	if (word || !outlets_store_leaves(collector->settings, collector->store_url))
		return word;
	word = redactor_take_back(redactor, desk_engine(collector->desk), payload);
	return word ? word : authored_read(authored, *payload, &needs);
}

/* What a person did at a board that has only Redis. */
static bool take_inbox(void *context, struct view payload)
{
	struct collector *collector = context;
	struct error err;
	if (!collector->desk)
		return false;
	struct authored authored = {.batch = {.count = 0}};
	struct redactor redactor = {.veil = &collector->outlets.veil};
	const char *word = why_refused(collector, &authored, &payload, &redactor);
	const bool ruled = permits_ruled(collector->outlets.permits);
	bool is_kept = true;
	if (word)
		log_line(LOG_LEVEL_WARNING, "an action in Redis' inbox is thrown away: %s", word);
	else
		is_kept = desk_take(collector->desk, authored_write(&authored, "", ruled), &err) != 0;
	if (!word && is_kept)
		authored_taken(&authored, "", ruled, collector->settings->journal, engine_now(desk_engine(collector->desk)));
	redactor_finish(&redactor);
	authored_finish(&authored);
	return is_kept;
}

bool collector_open_store(struct collector *collector, bool rewrite, struct error *err)
{
	const struct outlets *outlets = &collector->outlets;
	const bool leaves = outlets_store_leaves(collector->settings, collector->store_url);
	const struct redis_store_options options = {.url = collector->store_url, .settings = collector->settings, .journal = collector->id,
		.veil = leaves ? &outlets->veil : NULL, .journal_end = journal_state(collector->journal).appended, .rewrite = rewrite, .inbox = take_inbox, .context = collector};
	collector->store = redis_store_open(&options, err);
	return collector->store != NULL;
}

void collector_tell_store(struct collector *collector)
{
	struct redis_store_status status = redis_store_status(collector->store);
	const char *warning = status.link.about.warning;
	if (map_hash(view_of(warning)) != collector->told_warning) {
		collector->told_warning = map_hash(view_of(warning));
		log_line(LOG_LEVEL_WARNING, "%s", *warning ? warning : "Redis: its set-up is in order again");
	}
	if (status.state == collector->told_store && status.fault.trouble == collector->told_trouble)
		return;
	collector->told_store = status.state;
	collector->told_trouble = status.fault.trouble;
	if (status.fault.trouble != TROUBLE_NONE)
		log_line(status.state == STORE_STOPPED ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "Redis: %s", status.fault.error.text); /* with its remedy */
	else
		log_line(LOG_LEVEL_INFO, "Redis: %s at watermark %llu, epoch %llu", redis_store_states[status.state],
			(unsigned long long)status.watermark, (unsigned long long)status.epoch);
}

/* A commit is of what the engine holds now, and waits until that is written here and by a standby that keeps up. */
void collector_commit(struct collector *collector, const struct engine *engine)
{
	const struct journal_state *journal = &collector->health.journal;
	redis_store_release(collector->store, collector->peer ? partner_safe(&collector->partner, journal->written) : journal->written);
	if (journal->health != JOURNAL_FULL)
		redis_store_commit(collector->store, engine, engine_lsn(engine), clock_monotonic());
	collector_tell_store(collector);
}

void collector_settle_store(struct collector *collector, const struct engine *engine, int64_t until)
{
	redis_store_hurry(collector->store);
	for (;;) {
		collector->health.journal = journal_state(collector->journal);
		outlets_turn(&collector->outlets, collector->health.journal.written); /* a standby has its last word too */
		partner_lost(&collector->partner, clock_monotonic(), clock_wall());
		collector_commit(collector, engine);
		int64_t left = until - clock_monotonic();
		bool answers = redis_store_status(collector->store).link.state == REDIS_READY;
		if (left <= 0 || !answers || redis_store_settled(collector->store, engine_lsn(engine)))
			return;
		zmq_pollitem_t item = {.fd = redis_store_descriptor(collector->store), .events = ZMQ_POLLIN};
		zmq_poll(&item, 1, left < 50 ? (long)left : 50);
	}
}

