/* What a board shows at one instant: made by the desk from the engine, never changed after, drawn by the widgets, written as
 * JSON. No personal data but what the settings let through. All texts are harmless. */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "base/zone.h"
#include "metrics/metric.h"

#define SPARK_POINTS 60 /* minutes, the running one last */

struct snapshot_request {
	struct scope scope;
	enum window window;
	enum attribution by;
	int formula;  /* enum sl_formula; -1: as set, each queue its own */
	bool history; /* reserved */
};

struct snapshot_row { /* one line of the queue table: a (queue, channel) */
	char queue[64], channel[12];
	struct scope scope;
	struct figure figures[METRICS_MOST]; /* by metric index */
	enum level worst;
	bool stale;
};

struct snapshot_conduct {
	char agent[48], queue[64], channel[12], contact[65];
	int step, highest, fault_step; /* fault_step: the step tried out of turn, 0: none */
	int64_t since;	  /* ms since the last step (or since the flag was opened) */
	int64_t prior_ms; /* ms since the customer's earlier flag; -1: none */
	int prior_step;
	bool safety, open;
};

struct snapshot_care { char agent[48]; int rude; int64_t since /* ms since the break was suggested */; };

enum alert_state { ALERT_STATE_RAISED, ALERT_STATE_ACKNOWLEDGED, ALERT_STATE_CLEARED };
struct snapshot_alert {
	uint64_t id;
	int64_t raised, cleared; /* 0: stands */
	enum alert_state state;
	int severity; /* enum severity */
	int metric;   /* index or -1 */
	char text[120];
	char by[48]; /* who acknowledged */
};

struct snapshot_due {
	char case_id[65], queue[64], channel[12];
	const char *clock; /* "first_reply" ... */
	int64_t left, target; /* ms; left < 0: overdue */
	bool breached, paused;
	enum level level;
};

struct snapshot_named { char name[64]; int64_t count, before; }; /* before: in the period before */

struct snapshot_feed {
	char endpoint[120], src[64];
	enum link_state link;
	int64_t silent; /* ms; 0: live */
	int64_t lag;	/* ms, -1 */
	uint64_t received, lost, missing /* holes still open */, duplicate;
	uint64_t faults[FAULT_COUNT];
	int progress; /* thousandths of a file, -1 */
};

struct snapshot {
	int64_t at; /* engine time; INT64_MIN: nothing has come yet */
	uint64_t lsn;
	const char *zone_name; /* owned by settings */
	const struct zone *zone; /* outlives the snapshot */
	const struct settings *settings;
	struct snapshot_request request;
	char title[64], scope_text[96]; /* "all queues", "Billing · chat" */
	bool nothing; /* no batch came yet */
	bool stale;   /* any feed that counts is stale */
	int64_t stale_ms;
	double events_per_second;

	struct figure figures[METRICS_MOST];		      /* of the scope, by metric index */
	int64_t sparks[METRICS_MOST][SPARK_POINTS];	      /* as query_spark(); only for metrics that a tile shows, else INT64_MIN */
	struct figure before[METRICS_MOST];		      /* same time last week; known false: none */
	char longest_where[96]; /* "Billing · chat": where the longest wait is */
	char longest_contact[65];

	struct snapshot_row *rows; int row_count; /* worst first */
	struct snapshot_conduct *conduct; int conduct_count;
	struct snapshot_care *care; int care_count;
	int64_t rude_today, rude_ended_today, anger_today, rude_faults_today;
	struct snapshot_alert *alerts; int alert_count; /* newest first, the standing ones before the cleared */
	struct snapshot_due *due; int due_count;
	int64_t due_10m, sla_running, sla_paused, breached_today;
	struct snapshot_named *refusals; int refusal_count; int64_t refusals_total;
	struct snapshot_named *mistakes; int mistake_count; int64_t mistakes_total;
	struct snapshot_named *praises; int praise_count; int64_t praises_total;
	struct snapshot_feed *feeds; int feed_count;
	uint64_t faults[FAULT_COUNT]; /* of all feeds and engine */
	struct snapshot_named *unknown; int unknown_count; /* event types we do not know */
	char *note; /* the newest that still holds, or NULL */
	char **queues; int queue_count; /* names, for the filter */
	/* only where asked for (JSON): every row has all figures already */
};

struct engine;
struct snapshot *snapshot_create(const struct engine *engine, const struct settings *settings, const struct snapshot_request *request);
void snapshot_destroy(struct snapshot *snapshot);
/* The figure of a metric by name, for widgets; a static unknown one if there is no such metric. */
const struct figure *snapshot_figure(const struct snapshot *snapshot, const char *metric);
const int64_t *snapshot_spark(const struct snapshot *snapshot, const char *metric);

#endif
