/* What would have been raised: the alerts of a journal under one set of rules, and those that another set raises as well. */
#ifndef APP_ALERT_TRIAL_H
#define APP_ALERT_TRIAL_H

#include "config/settings.h"
#include "metrics/witness.h"

struct trial_alert {
	struct incident raised;
	int64_t cleared; /* 0: it stands at the end */
	char where[96];
	bool is_shared;	 /* the rules it is held against raise it at the same second */
};

struct trial {
	struct trial_alert *alerts; /* in the order in which they were raised */
	size_t count, room;
	int64_t now;  /* where the journal ends, or what was read of it */
	bool is_held; /* against the rules the journal was written by */
	struct trial_alert *gone; /* those that only these raise */
	size_t gone_count, gone_room;
};

/* Folds the journal under `settings`, and under the rules that it says were in force last, where it says any. [from, to]: recv, ms. */
bool trial_run(struct trial *trial, const char *journal, const struct settings *settings, int64_t from, int64_t to, struct error *err);
void trial_finish(struct trial *trial);

#endif
