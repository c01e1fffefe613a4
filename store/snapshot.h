/* What a board shows at one instant: made by the desk from the engine, never changed after, drawn by the widgets, written as
 * JSON. No personal data but what the settings let through. All texts are harmless. */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "base/zone.h"
#include "config/shifts.h"
#include "metrics/compare.h"
#include "metrics/forecast.h"
#include "metrics/lists.h"
#include "metrics/lists_learning.h"
#include "metrics/lists_service.h"
#include "metrics/metric.h"
#include "metrics/spark.h"
#include "store/proof.h"
#include "store/snapshot_ask.h"
#include "store/timeline.h"

#define SPARKS_MOST 16

struct answer_memory; /* store/answer_memory.h */
struct snapshot_forecast;
/* What a scope can name. */
enum scope_part { SCOPE_QUEUE, SCOPE_CHANNEL, SCOPE_MARKET, SCOPE_AGENT, SCOPE_TEAM, SCOPE_PARTS };
/* Lists that only some pages show: gathered where they are asked for. */
enum snapshot_list { SNAPSHOT_AGENTS, SNAPSHOT_FORECAST, SNAPSHOT_CONDUCT /* loads, flagged_before, protocol_faults, false_flags */,
	SNAPSHOT_CLOCKS /* clock_kinds, priorities */, SNAPSHOT_VOICE /* followups, figures of markets */, SNAPSHOT_ALERTS /* history */,
	SNAPSHOT_LEARNING /* topics, newest_praises */ };

struct snapshot_request {
	struct scope scope;
	enum window window;
	enum attribution by;
	int formula;  /* enum sl_formula; -1: as set, each queue its own */
	int conduct;  /* enum conduct_filter */
	int site;     /* of a board over several: only this one, counted from 1; 0: all */
	int16_t sparks[SPARKS_MOST];   /* metric indexes whose sparks are wanted */
	int spark_count;
	struct what_if what_if; /* on the page of what is to come */
	const struct shifts *shifts; /* the caller's, outlives the snapshot; NULL: none are planned */
	unsigned lists; /* bits (1u << enum snapshot_list) */
	struct proof_request evidence, life; /* what is behind a figure; the life of one of its rows */
	struct snapshot_ask asks[ASKS_MOST]; int ask_count; /* of widgets with a scope or window of their own, each once */
	struct answer_memory *memory; /* the caller's, used while the snapshot is made; NULL: all is worked out anew */
};

struct snapshot_row { /* one line of the queue table: a (queue, channel) */
	char queue[64], channel[12];
	char site[64]; /* where several are shown; else "" */
	bool shared;   /* another site has a queue of the same name */
	struct scope scope;
	int64_t target; /* ms: answered in time within; 0: not known */
	struct figure figures[METRICS_MOST]; /* by metric index */
	enum level worst;
	bool stale;
};

/* One of the sites of a board over several. */
struct snapshot_site {
	char name[64];
	enum link_state link;
	bool known;	 /* something is known of it; else it is missing in every figure */
	bool stale;	 /* it is not followed: its share stands as it was */
	bool from_store; /* read from Redis */
	bool shown;	 /* it is in the figures: all are, or this one was chosen */
	int64_t silent;	 /* ms */
	int64_t behind;	 /* ms its engine's time is behind the latest of all; 0: not known */
	char why[200];	 /* what somebody has to do about the link, or "" */
	struct figure figures[METRICS_MOST];
};

struct snapshot_market { /* one line of the table of markets: figures of its customers over the window */
	struct list_market of;
	struct figure figures[METRICS_MOST]; /* by metric index */
};

struct snapshot {
	int64_t at; /* engine time; INT64_MIN: nothing has come yet */
	uint64_t lsn;
	const char *zone_name; /* owned by settings */
	const struct zone *zone; /* outlives the snapshot */
	const struct settings *settings;
	struct settings *held; /* the same where they may be replaced while this is shown; NULL: they outlive it */
	struct snapshot_request request;
	char title[64], scope_text[96]; /* "all queues", "Billing · chat" */
	char chosen[SCOPE_PARTS][64]; /* what the scope names, by enum scope_part: "Billing", "chat", "team Blue"; "": any */
	bool nothing; /* no batch came yet */
	bool stale;   /* any feed that counts is stale */
	int64_t stale_ms;
	char why[400];	    /* why nothing came from there yet, or "" */
	const char *source; /* "Redis, every second", "collector"; NULL: feeds of its own */
	double events_per_second;

	struct figure figures[METRICS_MOST];		      /* of the scope, by metric index */
	const struct spark_span *span; /* of the sparks */
	struct spark sparks[SPARKS_MOST]; /* those that were asked for */
	int spark_count;
	struct figure today[METRICS_MOST];		      /* the same of the day, whatever the window */
	struct compared compared[COMPARISON_COUNT]; /* of gauges, now is the figure itself */
	enum window named_window; /* of refusals, mistakes, praises */
	char longest_where[96]; /* "Billing · chat": where the longest wait is */
	char longest_contact[65];

	struct snapshot_row *rows; int row_count; /* worst first */
	struct list_conduct *conduct; int conduct_count;
	struct list_care *care; int care_count;
	struct list_care *loads; int load_count; /* of everybody who had a rude contact this shift */
	struct list_conduct *flagged_before; int flagged_before_count;
	struct list_false_flags *false_flags; int false_flag_count; /* by publisher */
	struct list_fault *protocol_faults; int protocol_fault_count; /* of today */
	struct list_alert *alerts; int alert_count; /* newest first, the standing ones before the cleared */
	struct list_due *due; int due_count;
	int64_t due_10m;
	struct list_named *refusals; int refusal_count; int64_t refusals_total;
	struct list_named *mistakes; int mistake_count; int64_t mistakes_total;
	struct list_named *praises; int praise_count; int64_t praises_total;
	struct list_feed *feeds; int feed_count; /* endpoints: settings->feeds by .feed */
	int progress; /* thousandths of a file that is played, -1: none */
	uint64_t faults[FAULT_COUNT]; /* of all feeds and engine */
	struct list_named *unknown; int unknown_count; /* event types we do not know */
	struct snapshot_forecast *forecast; /* NULL: not asked for, or nothing to tell: store/snapshot_forecast.h */
	struct list_named *impossible; int impossible_count; /* event types: what could not follow what went before */
	struct list_agent *agents; int agent_count; /* this and the next ones: where asked for */
	struct list_clocks clock_kinds[SLA_CLOCK_COUNT], priorities[PRIORITIES_MOST]; int clock_kind_count, priority_count;
	struct list_followup *followups; int followup_count;
	struct snapshot_market *markets; int market_count;
	struct list_topic *topics; int topic_count; struct list_topic topics_total; /* the most re-contacts first */
	struct list_praise *newest_praises; int newest_praise_count;
	struct list_alert *history; int history_count; /* the alerts with those that are muted */
	struct list_note *notes; int note_count; /* announcements that hold, the newest first */
	char *note; /* the newest of them, or NULL */
	char **queues; int queue_count; /* names, for the filter */
	struct timeline *timeline; /* owned; NULL: not a replay */
	struct snapshot *other;	   /* owned; the same at the time a replay compares with, or NULL */
	struct snapshot_site *sites; int site_count; /* of a board over several; else 0 */
	int sites_stale; /* of those shown: how many are stale or not known at all */
	bool zones_differ; /* of those shown: "today" is each site's own day */
	struct proof *evidence, *life; /* held; answers to the request where their numbers are its own, else not gathered yet; NULL: none */
	struct snapshot_answer *answers; int answer_count; /* to the request's asks, in their order: snapshot_answer() */
	unsigned denied; /* what may not be done at this board: bits of enum right */
	int said;	/* how often the board's own thread had something to say; each time it is `words` */
	char words[160]; /* harmless: what became of an action */
	bool refused;	 /* it was not done */
	char under_way[160]; /* how far a thread is that gathers one of them; "" */
	/* only where asked for (JSON): every row has all figures already */
};

struct engine;
/* The settings and the zone stay the caller's and must outlive the snapshot. */
struct snapshot *snapshot_create(const struct engine *engine, const struct settings *settings, const struct zone *zone,
	const struct snapshot_request *request);
/* The figures come from a collector: how its link is. What does not follow it is stale. */
void snapshot_attached(struct snapshot *snapshot, enum link_state link, int64_t silent, bool from_store, const char *why);
void snapshot_destroy(struct snapshot *snapshot);
/* The formula a queue is measured by: its own where the configuration gives it one. queue NULL: everything. */
enum sl_formula snapshot_formula(const struct settings *settings, const char *queue);
/* Where the number of a part of a scope stands. */
uint16_t *snapshot_scope_part(struct scope *scope, enum scope_part part);
/* snapshot->chosen, of the names of this engine. */
void snapshot_name_scope(struct snapshot *snapshot, const struct engine *engine);
/* The figure of a metric by name, for widgets; a static unknown one if there is no such metric. */
const struct figure *snapshot_figure(const struct snapshot *snapshot, const char *metric);
/* What was counted today, by the metric's name; 0 where it is not known. */
int64_t snapshot_count_today(const struct snapshot *snapshot, const char *metric);
/* The newest critical alert that nobody has answered: pages that turn by themselves stay while there is one. NULL: none. */
const struct list_alert *snapshot_alarm(const struct snapshot *snapshot);
/* The answer to a question of its request; NULL: it was not asked for yet. */
const struct snapshot_answer *snapshot_answer(const struct snapshot *snapshot, const struct snapshot_ask *ask);
/* snapshot->span->count points, or NULL where none were asked for. */
const int64_t *snapshot_spark(const struct snapshot *snapshot, const char *metric);

#endif
