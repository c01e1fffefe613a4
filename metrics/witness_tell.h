/* For the files of metrics/ in which things happen: tell it to the witness, if there is one. */
#ifndef METRICS_WITNESS_TELL_H
#define METRICS_WITNESS_TELL_H

#include "metrics/state.h"

void witness_alert(const struct engine *engine, enum incident_kind kind, const struct alert *alert);
void witness_breach(const struct engine *engine, uint32_t sla, int64_t at);
void witness_step(const struct engine *engine, enum incident_kind kind, const struct conduct *record, int step);
void witness_note(const struct engine *engine, const struct note *note);
void witness_gap(const struct engine *engine, struct view src, uint64_t lost);
/* Whom what is counted next is about. */
void witness_event(struct engine *engine, const struct event *event);
void witness_timer(struct engine *engine, const struct timer *timer);
void witness_count(const struct engine *engine, uint16_t slot, uint16_t agent, const struct count *counts, size_t count, int64_t at, int64_t arrived);
void witness_link(const struct engine *engine, int feed);

#endif
