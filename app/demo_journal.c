#include "app/demo_journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/memory.h"

struct demo_journal {
	struct collector_options options;
	struct recorder recorder;
	struct desk_company company;
	struct desk *desk;
	struct collector *collector; /* NULL: not opened yet, or it cannot be */
	bool is_tried;
	uint64_t number; /* of the last record where there is no collector to give it one */
};

/* Where memory holds the folder, a demo that is left on for days must not fill it. */
static const char *const limits[][2] = {{"journal_segment", "4"}, {"journal_keep_size", "48"}, {"journal_keep", "1d"},
	{"journal_keep_free", "16"}, {"journal_sync", "1s"}};

bool demo_journal_prepare(struct settings *settings, const char *directory, struct error *err)
{
	if (mkdir(directory, 0700) != 0)
		return fail(err, "%s: cannot be made for the demo's journal: %s", directory, strerror(errno));
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (!settings_set(settings, limits[i][0], limits[i][1], err))
			return false;
	return settings_set(settings, "journal", directory, err);
}

/* The board goes on without where it fails: what is asked then says that the journal cannot be read. */
static void open_now(struct demo_journal *journal)
{
	struct error err;
	journal->is_tried = true;
	journal->collector = collector_open(&journal->options, &err);
	if (journal->collector)
		collector_begin(journal->collector, journal->desk);
	else
		log_line(LOG_LEVEL_WARNING, "the demo keeps no journal: %s", err.text);
}

static uint64_t keep(void *context, const struct record *record, struct view payload)
{
	struct demo_journal *journal = context;
	if (!journal->collector)
		return ++journal->number;
	const struct recorder *recorder = collector_recorder(journal->collector);
	return recorder->keep(recorder->context, record, payload);
}

/* The first thing that the desk's thread asks: meanwhile libzmq's own thread makes the connection. */
static int items(void *context, struct zmq_pollitem_t *to)
{
	struct demo_journal *journal = context;
	if (!journal->is_tried)
		open_now(journal);
	if (!journal->collector)
		return 0;
	const struct desk_company *company = collector_company(journal->collector);
	return company->items(company->context, to);
}

static int64_t due(void *context)
{
	const struct demo_journal *journal = context;
	const struct desk_company *company = journal->collector ? collector_company(journal->collector) : NULL;
	return company ? company->due(company->context) : INT64_MAX;
}

static void turn(void *context, struct desk *desk)
{
	const struct demo_journal *journal = context;
	const struct desk_company *company = journal->collector ? collector_company(journal->collector) : NULL;
	if (company)
		company->turn(company->context, desk);
}

struct demo_journal *demo_journal_create(const struct collector_options *options)
{
	struct demo_journal *journal = memory_new(1, sizeof *journal);
	journal->options = *options;
	journal->recorder = (struct recorder){.context = journal, .keep = keep};
	journal->company = (struct desk_company){.context = journal, .items = items, .due = due, .turn = turn};
	return journal;
}

const struct recorder *demo_journal_recorder(const struct demo_journal *journal)
{
	return &journal->recorder;
}

const struct desk_company *demo_journal_company(const struct demo_journal *journal)
{
	return &journal->company;
}

void demo_journal_begin(struct demo_journal *journal, struct desk *desk)
{
	journal->desk = desk;
}

void demo_journal_close(struct demo_journal *journal)
{
	if (!journal)
		return;
	collector_close(journal->collector, NULL, NULL);
	free(journal);
}
