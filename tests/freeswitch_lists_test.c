/* The lists of mod_callcenter: one snapshot, beside what events tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "tests/freeswitch_stage.h"
#include "tests/outbox_lines.h"

#include <cmocka.h>

#define QUEUE_LIST "name|strategy|moh_sound|time_base_score\nsupport@default|longest-idle-agent|a|b|c|queue\nsales|ring-all|" \
	"local_stream://moh|queue\nbad'name|x|y|z\n+OK\n"
#define AGENT_LIST                                                                                                       \
	"name|instance_id|uuid|type|contact|status|state|max_no_answer|wrap_up_time|last_status_change\n"                \
	"1000@default|single_box||Callback|[a=1]user/1000|user/1001|Available|Waiting|0|15|900\n"                        \
	"1001@default|single_box|c-9|Callback|user/1001|Available (On Demand)|In a queue call|0|0|800\n"                 \
	"1002@default|single_box||Callback|user/1002|On Break|Waiting|0|0|0\n+OK\n"
#define TIER_LIST "queue|agent|state|level|position\nsupport@default|1000@default|Ready|1|1\nsales|1001@default|Active Inbound|2|1\n+OK\n"
#define MEMBER_HEAD "queue|instance_id|uuid|session_uuid|cid_number|cid_name|system_epoch|joined_epoch|rejoined_epoch|bridge_epoch|" \
	"abandoned_epoch|base_score|skill_score|serving_agent|serving_system|state|score\n"
#define MEMBER_LIST                                                                                              \
	MEMBER_HEAD "support@default|i|w|s-w|15550100|A | B|C|1|950|0|0|0|0|0|||Waiting|50\n"                    \
	"support@default|i|g|s-g|15550101|Gone|1|940|0|0|990|0|0|||Abandoned|60\n"                               \
	"cut|off\n+OK\n\n" MEMBER_HEAD "sales|i|t|s-t|15550102|T|1|930|0|960|0|0|0|1001@default|single_box|Answered|70\n" \
	"sales|i|old|s-o|15550103|O|1|100|0|110|0|0|0|1000@default|single_box|Answered|900\n+OK\n"

static void lists_of(struct freeswitch_lists *lists, const char *members)
{
	const char *const texts[LIST_COUNT] = {QUEUE_LIST, AGENT_LIST, TIER_LIST, members};
	for (int i = 0; i < LIST_COUNT; i++)
		assert_true(freeswitch_lists_add(lists, (enum freeswitch_list)i, view_of(texts[i]), NULL));
}

static struct freeswitch_state snapshot(struct stage *stage, const char *members, char **lines)
{
	struct freeswitch_lists lists = {0};
	lists_of(&lists, members);
	outbox_begin(stage->freeswitch.host.outbox);
	const struct freeswitch_state state = freeswitch_snapshot(&stage->freeswitch, &lists);
	assert_true(outbox_commit(stage->freeswitch.host.outbox, NULL));
	freeswitch_lists_finish(&lists);
	*lines = outbox_lines(stage->freeswitch.host.outbox, &stage->from);
	return state;
}

/* A peer that makes up callers and agents fills no memory: those who are known go on. */
static void test_crowd(void **state)
{
	struct stage *stage = *state;
	struct freeswitch *freeswitch = &stage->freeswitch;
	const char *why;
	char *lines;
	stage_expect(stage, STATUS("1000", "On Break", 1000), TRIAL_MAPPED, "agent.state 1000 agent=1000@default state=away\n");
	assert_int_equal(stage_take(stage, ANSWERED("a", "1000", 2000), &why), TRIAL_MAPPED);
	assert_int_equal(freeswitch->workers, 1);
	freeswitch->workers = FREESWITCH_AGENTS_MOST;
	assert_int_equal(stage_take(stage, STATUS("1001", "On Break", 3000), &why), TRIAL_DAMAGED);
	assert_int_equal(stage_take(stage, STATUS("1000", "Logged Out", 3000), &why), TRIAL_MAPPED);
	freeswitch->visits = FREESWITCH_VISITS_MOST;
	assert_int_equal(stage_take(stage, JOINED("b", 4000), &why), TRIAL_DAMAGED);
	assert_int_equal(stage_take(stage, ANSWERED("b", "1000", 4000), &why), TRIAL_DAMAGED);
	assert_int_equal(stage_take(stage, ENDED("b", "1000", 4000, ""), &why), TRIAL_DAMAGED);
	assert_int_equal(stage_take(stage, ENDED("a", "1000", 4000, ""), &why), TRIAL_MAPPED);
	assert_int_equal(snapshot(stage, MEMBER_LIST, &lines).damaged, 3);
	free(lines);
	outbox_begin(freeswitch->host.outbox);
	freeswitch_count(freeswitch);
	outbox_abandon(freeswitch->host.outbox);
	assert_int_equal(freeswitch->workers, 1);
}

static void test_snapshot(void **state)
{
	struct stage *stage = *state;
	char *lines;
	stage->freeswitch.now = 1000000;
	const struct freeswitch_state found = snapshot(stage, MEMBER_LIST, &lines);
	assert_string_equal(lines,
		"snapshot.begin 1000000 scope=\n"
		"queue.defined 1000000 queue=support@default channel=phone snapshot=1\n"
		"queue.defined 1000000 queue=sales channel=phone snapshot=1\n"
		"queue.defined 1000000 queue=bad'name channel=phone snapshot=1\n"
		"agent.state 900000 agent=1000@default state=available snapshot=1\n"
		"agent.state 800000 agent=1001@default state=available snapshot=1\n"
		"agent.state 1000000 agent=1002@default state=away snapshot=1\n"
		"agent.member 1000000 queue=support@default agent=1000@default penalty=1 in=1 snapshot=1\n"
		"agent.member 1000000 queue=sales agent=1001@default penalty=2 in=1 snapshot=1\n"
		"contact.queued 950000 contact=w queue=support@default channel=phone snapshot=1\n"
		"contact.queued 930000 contact=t queue=sales channel=phone customer=* snapshot=1\n"
		"contact.answered 960000 contact=t queue=sales agent=1001@default snapshot=1\n"
		"snapshot.end 1000000 scope=\n");
	free(lines);
	assert_int_equal(found.queues, 3);
	assert_int_equal(found.agents, 3);
	assert_int_equal(found.waiting, 1);
	assert_int_equal(found.talking, 1);
	assert_int_equal(found.damaged, 1);
	stage_expect(stage, "Event-Name: CHANNEL_HOLD\n" STAMP(1001000) "Unique-ID: c-9\n", TRIAL_MAPPED, "contact.held 1001000 contact=t agent=1001@default\n");
	stage_expect(stage, CC("bridge-agent-end", 1002000) "CC-Queue: sales\nCC-Agent: 1001@default\nCC-Member-UUID: t\n", TRIAL_MAPPED,
		"contact.released 1002000 contact=t agent=1001@default by=system\n");
}

/* What events told while the lists were on their way is newer than the lists. */
static void test_events_beat_lists(void **state)
{
	struct stage *stage = *state;
	const char *why;
	char *lines;
	stage->freeswitch.now = 1000000;
	free((snapshot(stage, MEMBER_LIST, &lines), lines));
	stage_take(stage, JOINED("v", 1001000), &why); /* known before the lists are asked for, and gone when they are made */
	stage->freeswitch.is_asking = true;
	stage_take(stage, JOINED("new", 1002000), &why);
	stage_take(stage, CC("member-queue-end", 1003000) MEMBER("w") "CC-Cause: Cancel\nCC-Cancel-Reason: TIMEOUT\n", &why);
	stage_take(stage, STATUS("1000", "Logged%20Out", 1004000), &why);
	free(outbox_lines(stage->freeswitch.host.outbox, &stage->from));
	const struct freeswitch_state found = snapshot(stage, MEMBER_LIST, &lines);
	assert_int_equal(found.waiting, 1);
	assert_int_equal(found.talking, 1);
	assert_null(strstr(lines, "contact=w "));
	assert_null(strstr(lines, "contact=v "));
	assert_non_null(strstr(lines, "contact.queued 1002000 contact=new queue=support@default"));
	assert_non_null(strstr(lines, "agent.state 900000 agent=1000@default state=offline snapshot=1"));
	free(lines);
	stage_expect(stage, CC("member-queue-end", 1003000) MEMBER("v") "CC-Cause: Cancel\nCC-Cancel-Reason: TIMEOUT\n", TRIAL_IGNORED, "");
	assert_int_equal(stage->freeswitch.visits, 2);
}

static void test_what_is_gone(void **state)
{
	struct stage *stage = *state;
	char *lines;
	struct freeswitch_lists lists = {0};
	const char *const texts[LIST_COUNT] = {QUEUE_LIST, "+OK\n", "+OK\n", "+OK\n"};
	stage->freeswitch.now = 1000000;
	free((snapshot(stage, MEMBER_LIST, &lines), lines));
	for (int i = 0; i < LIST_COUNT; i++)
		assert_true(freeswitch_lists_add(&lists, (enum freeswitch_list)i, view_of(texts[i]), NULL));
	stage->freeswitch.now = 2000000;
	outbox_begin(stage->freeswitch.host.outbox);
	freeswitch_snapshot(&stage->freeswitch, &lists);
	assert_true(outbox_commit(stage->freeswitch.host.outbox, NULL));
	freeswitch_lists_finish(&lists);
	lines = outbox_lines(stage->freeswitch.host.outbox, &stage->from);
	assert_non_null(strstr(lines, "agent.state 2000000 agent=1000@default state=offline snapshot=1\n"));
	assert_non_null(strstr(lines, "agent.member 2000000 queue=sales agent=1001@default in=0 snapshot=1\n"));
	assert_null(strstr(lines, "contact="));
	free(lines);
	assert_int_equal(stage->freeswitch.visits, 0);
}

static void test_refused_lists(void **state)
{
	(void)state;
	struct freeswitch_lists lists = {0};
	struct error err = {""};
	char text[400];
	assert_false(freeswitch_lists_add(&lists, LIST_QUEUES, view_of("-ERR callcenter_config Command not found!\n"), &err));
	assert_non_null(strstr(err.text, "mod_callcenter"));
	lists_of(&lists, "+OK\n");
	assert_true(freeswitch_members_command(&lists, 0, text, sizeof text));
	assert_string_equal(text, "api callcenter_config queue list members 'support@default'\n\n");
	assert_true(freeswitch_members_command(&lists, 2, text, sizeof text));
	assert_string_equal(text, "");
	assert_false(freeswitch_members_command(&lists, 3, text, sizeof text));
	freeswitch_lists_finish(&lists);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STAGE(test_crowd),
		WITH_STAGE(test_snapshot),
		WITH_STAGE(test_events_beat_lists),
		WITH_STAGE(test_what_is_gone),
		cmocka_unit_test(test_refused_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
