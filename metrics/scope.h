/* Which contacts a figure is about: a queue, channel, market; or a team, an agent; or everything. */
#ifndef METRICS_SCOPE_H
#define METRICS_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#define SCOPE_ANY UINT16_MAX

/* Numbers of interned names (engine.names), SCOPE_ANY: not restricted. channel: enum channel. queue, channel and market go
 * together; agent and team go together; the two groups exclude each other (scope_parse says so). */
struct scope {
	uint16_t queue, channel, market, agent, team;
	uint16_t calm; /* 1: in handling times, CSAT and FCR without flagged contacts (enum conduct_filter); no name */
};

#define SCOPE_ALL ((struct scope){SCOPE_ANY, SCOPE_ANY, SCOPE_ANY, SCOPE_ANY, SCOPE_ANY, 0})

static inline bool scope_equal(struct scope a, struct scope b)
{
	return a.queue == b.queue && a.channel == b.channel && a.market == b.market && a.agent == b.agent && a.team == b.team && a.calm == b.calm;
}

static inline bool scope_of_people(struct scope scope)
{
	return scope.agent != SCOPE_ANY || scope.team != SCOPE_ANY;
}

#endif
