/* Commands that alert rules name (exec): run by whoever decides about alerts, a collector that writes or a board that has none. Without a
 * shell; what there is to know stands in the environment (docs/OPERATION.md). */
#ifndef APP_ALERT_EXEC_H
#define APP_ALERT_EXEC_H

#include "config/settings.h"
#include "metrics/engine.h"

struct alert_exec;

/* NULL: no rule names a command, or the feeds are recorded ones. The settings outlive it. */
struct alert_exec *alert_exec_create(const struct settings *settings);
/* How long a command may take until it is ended, and how many may be started within how long; 30 s and 30 a minute where nobody sets others. */
struct alert_exec_bounds {
	int64_t patience, period; /* ms */
	int starts;
};
void alert_exec_bound(struct alert_exec *exec, struct alert_exec_bounds bounds);
/* Commands that still run are ended. NULL is fine. */
void alert_exec_destroy(struct alert_exec *exec);
/* Of each turn. What stood at the first one was told before; while `is_ours` is false it is somebody else who runs them. NULL is fine. */
void alert_exec_turn(struct alert_exec *exec, const struct engine *engine, bool is_ours);

#endif
