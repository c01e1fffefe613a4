/* Anger at the company, an early sign of an incident: for the files of metrics/ only. anger.c. */
#ifndef METRICS_ANGER_H
#define METRICS_ANGER_H

#include "metrics/alerts.h"

/* Somebody was angry at the company in this slot: asks for an alert of its queue where it is one too many. */
void anger_told(struct engine *engine, uint16_t slot);
/* The alert of a queue; false: there is no reason for one by now. */
bool anger_alert(const struct engine *engine, uint32_t queue, struct alert *alert);
/* It stands until half of it has calmed down. */
bool anger_stands(const struct engine *engine, uint32_t queue);

#endif
