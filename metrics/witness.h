/* What happens in an engine, told to whoever watches as it happens: the timeline of a journal, the order of an incident. A witness
 * changes nothing and is no part of the state: the same records tell the same, whenever they are folded. */
#ifndef METRICS_WITNESS_H
#define METRICS_WITNESS_H

#include "base/view.h"
#include "config/display.h"
#include "metrics/scope.h"
#include "metrics/tally.h"

struct engine;

#define ALERT_TEXT_ROOM 240 /* bytes of what an alert says: two for a letter in many languages */

enum incident_kind {
	INCIDENT_ALERT,	       /* raised; critical or a warning */
	INCIDENT_CLEARED,      /* an alert ended */
	INCIDENT_ACKNOWLEDGED, /* or muted */
	INCIDENT_BREACH,       /* an SLA clock ran over its target */
	INCIDENT_STEP,	       /* of the conduct protocol: request, demand, warning, end */
	INCIDENT_FAULT,	       /* a step out of turn */
	INCIDENT_NOTE,
	INCIDENT_GAP,	       /* events that nobody can send again */
	INCIDENT_LINK,	       /* a feed went stale, was refused, or came back */
	INCIDENT_KINDS
};
extern const char *const incident_kinds[INCIDENT_KINDS]; /* "alert" "cleared" ... */

struct incident {
	enum incident_kind kind;
	int64_t at;	/* ms: when it was so; `recv` of the record or the second that told it */
	uint64_t id;	/* of the alert, or 0 */
	int severity;	/* enum severity, of alerts; -1 */
	int detail;	/* step 1 to 4; the SLA clock; the feed's number; 0 */
	int alert_kind; /* enum alert_kind, of alerts; -1 */
	int metric;	/* of the alert, or -1 */
	uint64_t count; /* of events that are missing */
	struct scope scope;
	char text[ALERT_TEXT_ROOM]; /* harmless, and as the display policy lets it be */
};

/* Something was counted: what a figure of a window is the sum of. */
struct counting {
	struct view subject; /* the contact, case ... it is about, as its source calls it: not harmless yet; size 0: not known */
	enum display_field subject_field; /* what it is */
	struct scope slot;   /* queue, channel, market */
	uint16_t agent;	     /* number of his name, 0: none */
	int64_t at, arrived; /* the instants it counts under, by outcome and by arrival (0: none) */
	const struct count *counts;
	size_t count;
	struct view label; /* the policy, team or topic it is about; size 0: none */
	enum display_field label_field;
};

struct witness {
	void *context;
	void (*saw)(void *context, const struct engine *engine, const struct incident *incident); /* may be NULL */
	void (*counted)(void *context, const struct engine *engine, const struct counting *counting); /* may be NULL */
};
/* From now on; both NULL: nobody any more. Within `saw` the engine may be asked anything. */
void engine_watch(struct engine *engine, struct witness witness);

#endif
