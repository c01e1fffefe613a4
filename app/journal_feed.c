#include "app/journal_feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "journal/reader.h"
#include "journal/record.h"

#define SCHEME "journal"
#define REFUSALS_MOST 100000 /* told one by one */

struct journal_feed {
	struct feed feed;
	struct feed_sink sink;
	struct feed_options options;
	struct reader *reader;
	struct record_room room;
	struct frame ahead; /* read, and not handed on yet */
	bool has_ahead, told_live, ended;
	int64_t at; /* recv of the last record handed on */
	/* Pacing: what was received at paced_from is due at paced_at (monotonic ms). */
	bool paced;
	int64_t paced_from, paced_at;
};

static struct journal_feed *own(struct feed *feed)
{
	return (struct journal_feed *)feed;
}

static void close_feed(struct feed *feed)
{
	struct journal_feed *journal = own(feed);
	reader_close(journal->reader);
	record_room_finish(&journal->room);
	free(journal->feed.endpoint);
	free(journal);
}

static struct feed *open_feed(const char *url, const struct feed_options *options, const struct feed_sink *sink, struct error *err)
{
	const char *path = url + strlen(SCHEME ":");
	struct journal_feed *journal = memory_new(1, sizeof *journal);
	journal->feed.endpoint = memory_text(url);
	journal->sink = *sink;
	journal->options = *options;
	journal->at = INSTANT_NONE;
	if (!*path)
		fail(err, "feed '%s': no journal is named; give journal:DIR, or journal:FILE for one file of it", url);
	else
		journal->reader = reader_open(NULL, path, SEGMENT_JOURNAL, err);
	if (journal->reader)
		return &journal->feed;
	close_feed(&journal->feed);
	return NULL;
}

static void tell(struct journal_feed *journal, enum link_state state)
{
	journal->sink.link(journal->sink.context, &journal->feed, state, 0);
}

static void refuse(struct journal_feed *journal, const char *why)
{
	journal->sink.refused(journal->sink.context, &journal->feed, FAULT_MALFORMED, why);
}

static void end_feed(struct journal_feed *journal)
{
	journal->ended = true;
	journal->has_ahead = false;
	tell(journal, LINK_ENDED);
}

/* The next record; damage is told as a refusal, with what it cost. */
static void read_ahead(struct journal_feed *journal)
{
	struct damage damage;
	struct error err;
	char text[400];
	while (!journal->has_ahead && !journal->ended) {
		switch (reader_next(journal->reader, &journal->ahead, &damage, &err)) {
		case READER_RECORD:
			journal->has_ahead = true;
			break;
		case READER_DAMAGE:
			damage_describe(&damage, text, sizeof text);
			refuse(journal, text);
			break;
		case READER_FAILED:
			refuse(journal, err.text);
			end_feed(journal);
			break;
		case READER_END:
			end_feed(journal);
			break;
		}
	}
	if (journal->has_ahead && journal->ahead.recv > journal->options.stop)
		end_feed(journal);
}

/* How the collector's links were; that one of them ended is not the end of the journal. */
static void hand_on_link(struct journal_feed *journal, const struct record *record)
{
	if (record->count) {
		for (uint64_t i = 0; i < record->count && i < REFUSALS_MOST; i++)
			journal->sink.refused(journal->sink.context, &journal->feed, record->fault, "refused when the journal was written");
		return;
	}
	const bool has_silence = record->silent_since != INSTANT_NONE && record->silent_since <= record->recv;
	if (record->link != LINK_ENDED)
		journal->sink.link(journal->sink.context, &journal->feed, record->link, has_silence ? record->recv - record->silent_since : 0);
}

static void hand_on(struct journal_feed *journal)
{
	const struct frame frame = journal->ahead;
	struct record record;
	struct error err;
	journal->has_ahead = false;
	journal->at = frame.recv > journal->at ? frame.recv : journal->at;
	if (!record_read(&frame, &record, &journal->room, &err)) {
		refuse(journal, err.text);
		return;
	}
	if (record.kind == RECORD_BATCH)
		journal->sink.batch(journal->sink.context, &journal->feed, frame.payload.data, frame.payload.size, frame.recv);
	else if (record.kind == RECORD_LINK)
		hand_on_link(journal, &record);
	else if (record.kind == RECORD_GAP)
		journal->sink.gap(journal->sink.context, &journal->feed, record.src, record.boot, record.from, record.to);
}

/* Up to `start` everything is due at once; from there the clock runs `speed` times as fast as ours. */
static int64_t due_at(struct journal_feed *journal)
{
	const int64_t recv = journal->ahead.recv;
	if (journal->options.speed <= 0 || recv <= journal->options.start || recv == INSTANT_NONE)
		return 0;
	if (!journal->paced) {
		journal->paced = true;
		journal->paced_from = journal->options.start == INSTANT_NONE ? recv : journal->options.start;
		journal->paced_at = clock_monotonic();
	}
	const double wait = (double)(recv - journal->paced_from) / journal->options.speed;
	return wait > 1e15 ? INT64_MAX : journal->paced_at + (int64_t)wait;
}

static bool next(struct feed *feed, int most)
{
	struct journal_feed *journal = own(feed);
	if (!journal->told_live)
		tell(journal, LINK_LIVE);
	journal->told_live = true;
	for (int i = 0; i < most; i++) {
		read_ahead(journal);
		if (!journal->has_ahead || due_at(journal) > clock_monotonic())
			break;
		hand_on(journal);
	}
	return journal->has_ahead && due_at(journal) <= clock_monotonic();
}

static int items(struct feed *feed, struct zmq_pollitem_t *to)
{
	(void)feed, (void)to;
	return 0;
}

static int64_t due(struct feed *feed)
{
	struct journal_feed *journal = own(feed);
	return journal->ended ? INT64_MAX : journal->has_ahead ? due_at(journal) : 0;
}

/* What is in the journal comes; there is nobody to ask. */
static bool catch_up(struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	(void)feed, (void)src, (void)boot, (void)from, (void)to;
	return false;
}

/* Between two records played by `speed` time goes on, but never past the next one. */
static int64_t time_of(struct feed *feed)
{
	const struct journal_feed *journal = own(feed);
	if (!journal->paced || journal->ended)
		return journal->at;
	const double passed = (double)(clock_monotonic() - journal->paced_at) * journal->options.speed;
	int64_t now = passed > 1e15 ? INT64_MAX : journal->paced_from + (int64_t)passed;
	if (journal->has_ahead && now > journal->ahead.recv)
		now = journal->ahead.recv;
	return now > journal->at ? now : journal->at;
}

static const struct feed_class journal_feed_class = {
	.scheme = SCHEME,
	.help = "a journal as it was kept: journal:DIR, or journal:FILE for one file of it",
	.open = open_feed,
	.close = close_feed,
	.items = items,
	.due = due,
	.next = next,
	.catch_up = catch_up,
	.time = time_of,
};

const struct feed_class *const journal_feeds[] = {&journal_feed_class, NULL};
