/* A bridge to FreeSWITCH without a connection, and the texts of events. */
#ifndef TESTS_FREESWITCH_STAGE_H
#define TESTS_FREESWITCH_STAGE_H

#include "feed/bridges/freeswitch_events.h"

struct stage {
	struct freeswitch freeswitch;
	uint64_t from;
};

int stage_begin(void **state); /* for cmocka_unit_test_setup_teardown() */
int stage_end(void **state);
enum trial_outcome stage_take(struct stage *stage, const char *block, const char **why);
/* What it becomes, and what it makes: one event a line. */
void stage_expect(struct stage *stage, const char *block, enum trial_outcome outcome, const char *lines);

#define WITH_STAGE(test) cmocka_unit_test_setup_teardown(test, stage_begin, stage_end)

#define STAMP(ms) "Event-Date-Timestamp: " #ms "000\n"
#define CC(action, ms) "Event-Name: CUSTOM\nEvent-Subclass: callcenter::info\n" STAMP(ms) "CC-Action: " action "\n"
#define MEMBER(id) "CC-Queue: support%40default\nCC-Member-UUID: " id "\nCC-Member-Session-UUID: s-" id "\n"
#define CALLER "CC-Member-CID-Name: Some%20One\nCC-Member-CID-Number: %2B15550100\n"
#define AGENT(name) "CC-Agent: " name "%40default\nCC-Agent-System: single_box\n"
#define JOINED(id, ms) CC("member-queue-start", ms) MEMBER(id) CALLER
#define ANSWERED(id, name, ms) CC("bridge-agent-start", ms) MEMBER(id) CALLER AGENT(name) "CC-Agent-UUID: c-" id "\n" \
	"CC-Agent-Answered-Time: 1\nCC-Member-Joined-Time: 1\n"
#define ENDED(id, name, ms, more) CC("bridge-agent-end", ms) MEMBER(id) AGENT(name) "CC-Agent-Bridged: true\n" more
#define STATUS(name, status, ms) CC("agent-status-change", ms) AGENT(name) "CC-Agent-Status: " status "\n"
#define STATE(name, text, ms) CC("agent-state-change", ms) AGENT(name) "CC-Agent-State: " text "\n"

#endif
