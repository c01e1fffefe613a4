/* The targets of an SLA clock that the board starts itself, as people write them: { "1: 4h", "2: 8h", "*: 24h" }. */
#ifndef CONFIG_SLA_TARGETS_H
#define CONFIG_SLA_TARGETS_H

#include "config/settings.h"

#define SLA_PRIORITIES 6 /* 0: every one that has no target of its own ("*"), 1 to 5 */

/* "2: 8h", "*: 24h". */
bool sla_target_read(const char *text, int *priority, int64_t *target, struct error *err);
/* ms by priority; -1: none. */
void sla_targets_of(const struct sla_settings *settings, int64_t targets[SLA_PRIORITIES]);
/* What a section says belongs together. */
bool sla_settings_check(const struct sla_settings *settings, const char *clock, struct error *err);

#endif
