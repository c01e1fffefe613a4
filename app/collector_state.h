/* For collector*.c and standby.c only: a collector from inside. collector.c keeps records and states, collector_recovery.c is its start,
 * collector_store.c what goes to Redis, standby.c what one of a pair does until it takes over. */
#ifndef APP_COLLECTOR_STATE_H
#define APP_COLLECTOR_STATE_H

#include "app/collector.h"
#include "app/historian.h"
#include "app/outlets.h"
#include "app/partner.h"
#include "app/rules.h"
#include "app/saver.h"

struct standby;

struct collector {
	const struct settings *settings;
	const char *peer; /* NULL: alone */
	struct journal *journal;
	struct saver *saver;
	struct historian *historian; /* NULL: no history is kept */
	struct outlets outlets;
	struct redis_store *store; /* NULL: nothing is kept in Redis */
	const char *store_url;
	struct desk *desk;
	struct standby *standby; /* NULL: it writes */
	struct epochs epochs;	 /* of a pair */
	struct partner partner;	 /* of a pair's primary */
	int64_t ready_at;	 /* monotonic: when the desk began its last turn */
	struct turnover turnover; /* NONE: it goes on */
	enum redis_trouble told_trouble;
	enum redis_store_state told_store;
	uint64_t told_warning; /* hash of what is doubtful in the set-up of Redis */
	uint64_t told_unkept;  /* to those attached */
	int64_t told_at;
	struct engine *engine; /* recovered, until the desk takes it */
	struct recorder recorder;
	struct desk_company company;
	struct wire_buffer room;
	char id[2 * JOURNAL_ID_SIZE + 1];
	struct collector_health health;
	uint64_t state_lsn; /* of the state that was packed last */
	uint64_t weight;    /* of the journal's records so far (struct state_file) */
	uint64_t events;    /* since that state */
	int64_t state_at;   /* monotonic */
	/* Packed, and not yet on the disk: it waits until the records it stands for are durable. */
	uint8_t *packed;
	size_t packed_size;
	uint64_t packed_lsn, packed_weight;
	int64_t packed_recv;
	bool rebase; /* records were not kept: only a new state tells what the engine is */
	enum journal_health told;
	struct rules rules; /* in force */
};

/* The newest state that is sound, and the records after it, into collector->engine. */
bool collector_recover(struct collector *collector, struct error *err);
void collector_report_damage(void *context, const struct damage *damage);

bool collector_open_store(struct collector *collector, bool rewrite, struct error *err);
/* Redis gets what the disk, and a standby that keeps up, have. */
void collector_commit(struct collector *collector, const struct engine *engine);
void collector_tell_store(struct collector *collector);
void collector_settle_store(struct collector *collector, const struct engine *engine, int64_t until);

/* What is written now is the desk's own: the rules in force. Feeds tell how they are. */
void collector_tell_rules(struct collector *collector);

#endif
