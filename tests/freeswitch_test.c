/* What becomes of FreeSWITCH's events; the trial, and the login's file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "feed/bridges/login_file.h"
#include "tests/freeswitch_stage.h"
#include "tests/outbox_lines.h"

#include <cmocka.h>

/* ---- events ---- */

static void test_whole_call(void **state)
{
	struct stage *stage = *state;
	stage_expect(stage, JOINED("u1", 1000250), TRIAL_MAPPED, "contact.queued 1000250 contact=u1 queue=support@default channel=phone customer=*\n");
	stage_expect(stage, JOINED("u1", 1000250), TRIAL_DUPLICATE, "");
	stage_expect(stage, CC("agent-offering", 1003000) MEMBER("u1") AGENT("1000"), TRIAL_MAPPED, "contact.offered 1003000 contact=u1 agent=1000@default\n");
	stage_expect(stage, CC("bridge-agent-fail", 1012500) MEMBER("u1") AGENT("1000") "CC-Hangup-Cause: NO_ANSWER\nCC-Agent-Called-Time: 1003\n"
		"CC-Agent-Aborted-Time: 1012\n",
		TRIAL_MAPPED, "contact.missed 1012500 contact=u1 agent=1000@default why=noanswer ring_ms=9000\n");
	stage_expect(stage, CC("agent-offering", 1013000) MEMBER("u1") AGENT("1001"), TRIAL_MAPPED, "contact.offered 1013000 contact=u1 agent=1001@default\n");
	stage_expect(stage, ANSWERED("u1", "1001", 1015750), TRIAL_MAPPED, "contact.answered 1015750 contact=u1 queue=support@default agent=1001@default\n");
	stage_expect(stage, "Event-Name: CHANNEL_HOLD\n" STAMP(1020000) "Unique-ID: c-u1\n", TRIAL_MAPPED,
		"contact.held 1020000 contact=u1 agent=1001@default\n");
	stage_expect(stage, "Event-Name: CHANNEL_HOLD\n" STAMP(1020001) "Unique-ID: c-u1\n", TRIAL_DUPLICATE, "");
	stage_expect(stage, "Event-Name: CHANNEL_HOLD\n" STAMP(1020002) "Unique-ID: s-u1\n", TRIAL_IGNORED, "");
	stage_expect(stage, "Event-Name: CHANNEL_UNHOLD\n" STAMP(1030000) "Unique-ID: c-u1\n", TRIAL_MAPPED,
		"contact.unheld 1030000 contact=u1 agent=1001@default\n");
	stage_expect(stage, ENDED("u1", "1001", 1100000, "Hangup-Cause: NORMAL_CLEARING\nvariable_sip_hangup_disposition: recv_bye\n"), TRIAL_MAPPED,
		"contact.released 1100000 contact=u1 agent=1001@default by=agent wrap_ms=0\n");
	stage_expect(stage, CC("member-queue-end", 1100010) MEMBER("u1") AGENT("1001") "CC-Cause: Terminated\n", TRIAL_IGNORED, "");
	stage_expect(stage, ENDED("u1", "1001", 1100000, "CC-Member-Joined-Time: 1\n"), TRIAL_DUPLICATE, "");
	assert_int_equal(stage->freeswitch.visits, 0);
}

static void test_who_hung_up(void **state)
{
	static const struct {
		const char *headers, *by;
	} cases[] = {
		{"Hangup-Cause: NORMAL_CLEARING\nvariable_sip_hangup_disposition: send_bye\n", "customer"},
		{"Hangup-Cause: NORMAL_CLEARING\nvariable_sip_hangup_disposition: recv_bye\n", "agent"},
		{"Hangup-Cause: MANAGER_REQUEST\nvariable_sip_hangup_disposition: send_bye\n", "system"},
		{"Hangup-Cause: BLIND_TRANSFER\nvariable_sip_hangup_disposition: recv_bye\n", "transfer"},
		{"Hangup-Cause: ATTENDED_TRANSFER\n", "transfer"},
		{"CC-Hangup-Cause: NORMAL_CLEARING\n", "system"},
	};
	struct stage *stage = *state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *answered = memory_format(CC("bridge-agent-start", 2000) "CC-Queue: q\nCC-Agent: a\nCC-Member-UUID: w%zu\n", i);
		char *ended = memory_format(CC("bridge-agent-end", 3000) "CC-Queue: q\nCC-Agent: a\nCC-Member-UUID: w%zu\n%s", i, cases[i].headers);
		char *lines = memory_format("contact.released 3000 contact=w%zu agent=a by=%s wrap_ms=0\n", i, cases[i].by);
		const char *why;
		assert_int_equal(stage_take(stage, answered, &why), TRIAL_MAPPED);
		free(outbox_lines(stage->freeswitch.host.outbox, &stage->from));
		stage_expect(stage, ended, TRIAL_MAPPED, lines);
		free(answered);
		free(ended);
		free(lines);
	}
}

/* mod_callcenter says BREAK_OUT of those who hang up. */
static void test_why_they_left(void **state)
{
	static const struct {
		const char *headers, *why;
	} cases[] = {
		{"CC-Cancel-Reason: BREAK_OUT\nAnswer-State: hangup\n", "abandoned"},
		{"CC-Cancel-Reason: BREAK_OUT\nAnswer-State: answered\nHangup-Cause: NORMAL_CLEARING\n", "abandoned"},
		{"CC-Cancel-Reason: BREAK_OUT\n", "abandoned"},
		{"CC-Cancel-Reason: BREAK_OUT\nAnswer-State: answered\n", "withdrawn"},
		{"CC-Cancel-Reason: NONE\nAnswer-State: answered\n", "abandoned"},
		{"CC-Cancel-Reason: TIMEOUT\nAnswer-State: answered\n", "timeout"},
		{"CC-Cancel-Reason: NO_AGENT_TIMEOUT\n", "overflow"},
		{"CC-Cancel-Reason: EXIT_WITH_KEY\nAnswer-State: answered\n", "key"},
		{"Answer-State: hangup\n", "abandoned"},
	};
	struct stage *stage = *state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *joined = memory_format(CC("member-queue-start", 1000) "CC-Queue: q\nCC-Member-UUID: l%zu\n", i);
		char *left = memory_format(CC("member-queue-end", 9000) "CC-Queue: q\nCC-Cause: Cancel\nCC-Member-UUID: l%zu\n%s", i, cases[i].headers);
		char *lines = memory_format("contact.queued 1000 contact=l%zu queue=q channel=phone\ncontact.left 9000 contact=l%zu why=%s\n", i, i,
			cases[i].why);
		const char *why;
		assert_int_equal(stage_take(stage, joined, &why), TRIAL_MAPPED);
		stage_expect(stage, left, TRIAL_MAPPED, lines);
		stage_expect(stage, left, TRIAL_IGNORED, "");
		free(joined);
		free(left);
		free(lines);
	}
}

static void test_why_it_was_missed(void **state)
{
	static const char *const causes[][2] = {{"NO_ANSWER", "noanswer"}, {"USER_BUSY", "rejected"}, {"CALL_REJECTED", "rejected"},
		{"USER_NOT_REGISTERED", "failed"},
		{"NORMAL_CLEARING", "noanswer"}, {"SOMETHING_NEW", "noanswer"}, {"LOSE_RACE", NULL}, {"ORIGINATOR_CANCEL", NULL}};
	struct stage *stage = *state;
	stage_expect(stage, JOINED("m", 1000), TRIAL_MAPPED, "contact.queued 1000 contact=m queue=support@default channel=phone customer=*\n");
	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
		char *block = memory_format(CC("bridge-agent-fail", 2000) "CC-Agent: a\nCC-Member-UUID: m\nCC-Hangup-Cause: %s\n", causes[i][0]);
		char *lines = causes[i][1] ? memory_format("contact.missed 2000 contact=m agent=a why=%s\n", causes[i][1]) : memory_text("");
		stage_expect(stage, block, causes[i][1] ? TRIAL_MAPPED : TRIAL_IGNORED, lines);
		free(block);
		free(lines);
	}
}

static void test_taken_back(void **state)
{
	struct stage *stage = *state;
	stage_expect(stage, JOINED("r", 1000), TRIAL_MAPPED, "contact.queued 1000 contact=r queue=support@default channel=phone customer=*\n");
	stage_expect(stage, CC("member-queue-end", 5000) MEMBER("r") "CC-Cause: Cancel\nCC-Cancel-Reason: BREAK_OUT\nAnswer-State: hangup\n", TRIAL_MAPPED,
		"contact.left 5000 contact=r why=abandoned\n");
	stage_expect(stage, CC("member-queue-resume", 20000) MEMBER("r") CALLER, TRIAL_MAPPED,
		"contact.queued 20000 contact=r queue=support@default channel=phone customer=* resumed=1\n");
	stage_expect(stage, ANSWERED("r", "1", 21000), TRIAL_MAPPED, "contact.answered 21000 contact=r queue=support@default agent=1@default\n");
	stage_expect(stage, ENDED("r", "1", 22000, ""), TRIAL_MAPPED, "contact.released 22000 contact=r agent=1@default by=system wrap_ms=0\n");
}

/* Connected in the midst of calls whose beginning nobody saw; the times they tell are whole seconds. */
static void test_unseen_beginnings(void **state)
{
	struct stage *stage = *state;
	stage_expect(stage, "CC-Action: bridge-agent-start\nCC-Queue: q\nCC-Agent: a\nCC-Member-UUID: x\nCC-Agent-Answered-Time: 109\n"
		"CC-Member-Joined-Time: 90\n", TRIAL_MAPPED,
		"contact.queued 90000 contact=x queue=q channel=phone\ncontact.answered 109000 contact=x queue=q agent=a\n");
	stage_expect(stage, "CC-Action: bridge-agent-end\nCC-Queue: q\nCC-Agent: b\nCC-Member-UUID: y\nCC-Bridge-Terminated-Time: 200\n"
		"CC-Agent-Answered-Time: 109\nCC-Member-Joined-Time: 90\n",
		TRIAL_MAPPED,
		"contact.queued 90000 contact=y queue=q channel=phone\ncontact.answered 109000 contact=y queue=q agent=b\n"
			"contact.released 200000 contact=y agent=b by=system wrap_ms=0\n");
	stage_expect(stage, "CC-Action: member-queue-end\nCC-Queue: q\nCC-Member-UUID: z\nCC-Cause: Cancel\nCC-Cancel-Reason: TIMEOUT\n"
		"CC-Member-Joined-Time: 90\nCC-Member-Leaving-Time: 100\n",
		TRIAL_MAPPED, "contact.queued 90000 contact=z queue=q channel=phone\ncontact.left 100000 contact=z why=timeout\n");
	stage_expect(stage, "CC-Action: agent-offering\nCC-Queue: q\nCC-Agent: a\nCC-Member-UUID: nobody\n", TRIAL_IGNORED, "");
	stage_expect(stage, "CC-Action: member-queue-start\nCC-Queue: q\nCC-Member-UUID: now\n", TRIAL_MAPPED,
		"contact.queued 5000000 contact=now queue=q channel=phone\n");
}

/* The caller hangs up in the very moment the agent answers: both sides tell an end. */
static void test_answered_too_late(void **state)
{
	struct stage *stage = *state;
	const char *why;
	assert_int_equal(stage_take(stage, JOINED("t", 1000), &why), TRIAL_MAPPED);
	assert_int_equal(stage_take(stage, ANSWERED("t", "1", 2000), &why), TRIAL_MAPPED);
	free(outbox_lines(stage->freeswitch.host.outbox, &stage->from));
	stage_expect(stage, CC("member-queue-end", 2010) MEMBER("t") "CC-Cause: Cancel\nCC-Cancel-Reason: NONE\nAnswer-State: hangup\n", TRIAL_IGNORED, "");
	stage_expect(stage, CC("bridge-agent-end", 2020) MEMBER("t") AGENT("1") "CC-Agent-Bridged: false\n", TRIAL_MAPPED,
		"contact.released 2020 contact=t agent=1@default by=system wrap_ms=0\n");
}

static void test_agents(void **state)
{
	struct stage *stage = *state;
	stage_expect(stage, CC("agent-add", 1000) "CC-Agent: a\nCC-Agent-Type: Callback\n", TRIAL_MAPPED, "agent.state 1000 agent=a state=offline\n");
	stage_expect(stage, STATUS("1", "Available", 2000), TRIAL_MAPPED, "agent.state 2000 agent=1@default state=available\n");
	stage_expect(stage, STATUS("1", "On%20Break", 3000), TRIAL_MAPPED, "agent.state 3000 agent=1@default state=away\n");
	stage_expect(stage, STATUS("1", "Available%20(On%20Demand)", 4000), TRIAL_MAPPED, "agent.state 4000 agent=1@default state=available\n");
	stage_expect(stage, STATE("1", "Idle", 5000), TRIAL_MAPPED, "agent.state 5000 agent=1@default reason=Idle state=away\n");
	stage_expect(stage, STATE("1", "Waiting", 6000), TRIAL_MAPPED, "agent.state 6000 agent=1@default state=available\n");
	stage_expect(stage, STATE("1", "Receiving", 6000), TRIAL_IGNORED, "");
	stage_expect(stage, STATE("1", "Dancing", 6000), TRIAL_UNKNOWN, "");
	stage_expect(stage, STATUS("1", "Logged%20Out", 7000), TRIAL_MAPPED, "agent.state 7000 agent=1@default state=offline\n");
	stage_expect(stage, STATUS("1", "Gone", 7000), TRIAL_UNKNOWN, "");
	stage_expect(stage, CC("agent-max-no-answer", 1) AGENT("1"), TRIAL_IGNORED, "");
	stage_expect(stage, CC("members-count", 1) "CC-Queue: q\nCC-Count: 1\n", TRIAL_IGNORED, "");
	stage_expect(stage, CC("something-new", 1) AGENT("1"), TRIAL_UNKNOWN, "");
	stage_expect(stage, "Event-Name: HEARTBEAT\n", TRIAL_IGNORED, "");
	stage_expect(stage, CC("agent-status-change", 1) "CC-Agent-Status: Available\n", TRIAL_DAMAGED, "");
	stage_expect(stage, CC("member-queue-start", 1) "CC-Queue: q\n", TRIAL_DAMAGED, "");
	stage_expect(stage, CC("member-queue-start", 1) "CC-Member-UUID: q\n", TRIAL_DAMAGED, "");
}

static void with_wrap_up(struct stage *stage, const char *name, enum worker_status status, int64_t wrap_ms)
{
	struct worker worker = {.status = status, .wrap_ms = wrap_ms};
	view_copy(view_of(name), worker.name, sizeof worker.name);
	outbox_begin(stage->freeswitch.host.outbox);
	worker_put(&stage->freeswitch, &worker);
	assert_true(outbox_commit(stage->freeswitch.host.outbox, NULL));
}

static void wraps_at(struct stage *stage, int64_t now, const char *lines)
{
	stage->freeswitch.now = now;
	outbox_begin(stage->freeswitch.host.outbox);
	freeswitch_wraps(&stage->freeswitch);
	assert_true(outbox_commit(stage->freeswitch.host.outbox, NULL));
	char *made = outbox_lines(stage->freeswitch.host.outbox, &stage->from);
	assert_string_equal(made, lines);
	free(made);
}

/* The state is Waiting at once, but no call comes for wrap_up_time: the clock ends it, and it is told as nominal. */
static void test_nominal_wrap_up(void **state)
{
	struct stage *stage = *state;
	const char *why;
	with_wrap_up(stage, "1@default", WORKER_READY, 15000);
	stage_take(stage, ANSWERED("n", "1", 2000), &why);
	free(outbox_lines(stage->freeswitch.host.outbox, &stage->from));
	stage_expect(stage, ENDED("n", "1", 10000, ""), TRIAL_MAPPED, "contact.released 10000 contact=n agent=1@default by=system\n");
	stage_expect(stage, STATE("1", "Waiting", 10001), TRIAL_IGNORED, "");
	assert_int_equal(stage->freeswitch.wrap_next, 25000);
	wraps_at(stage, 24999, "");
	assert_int_equal(stage->freeswitch.wrap_next, 25000);
	wraps_at(stage, 25000, "contact.wrapped 25000 contact=n agent=1@default wrap_ms=15000 nominal=1\n");
	assert_int_equal(stage->freeswitch.wrap_next, FREESWITCH_NEVER);
}

static void test_wrap_up_cut_short(void **state)
{
	struct stage *stage = *state;
	const char *why;
	with_wrap_up(stage, "1@default", WORKER_READY, 15000);
	stage_take(stage, ANSWERED("n", "1", 2000), &why);
	stage_take(stage, ENDED("n", "1", 10000, ""), &why);
	stage_take(stage, JOINED("o", 11000), &why);
	free(outbox_lines(stage->freeswitch.host.outbox, &stage->from));
	stage_expect(stage, CC("agent-offering", 12000) MEMBER("o") AGENT("1"), TRIAL_MAPPED,
		"contact.wrapped 12000 contact=n agent=1@default wrap_ms=2000 nominal=1\ncontact.offered 12000 contact=o agent=1@default\n");
	wraps_at(stage, 100000, "");
}

/* On demand an agent is Idle after a call until somebody says that he is ready: that is seen. */
static void test_observed_wrap_up(void **state)
{
	struct stage *stage = *state;
	const char *why;
	with_wrap_up(stage, "1@default", WORKER_ON_DEMAND, 15000);
	stage_take(stage, ANSWERED("d", "1", 2000), &why);
	free(outbox_lines(stage->freeswitch.host.outbox, &stage->from));
	stage_expect(stage, ENDED("d", "1", 10000, ""), TRIAL_MAPPED, "contact.released 10000 contact=d agent=1@default by=system\n");
	stage_expect(stage, STATE("1", "Idle", 10001), TRIAL_IGNORED, "");
	wraps_at(stage, 60000, "");
	stage_expect(stage, STATE("1", "Waiting", 70000), TRIAL_MAPPED, "contact.wrapped 70000 contact=d agent=1@default wrap_ms=60000\n");
	stage_take(stage, ANSWERED("e", "1", 100000), &why);
	stage_take(stage, ENDED("e", "1", 110000, ""), &why);
	stage_take(stage, STATE("1", "Idle", 110001), &why);
	free(outbox_lines(stage->freeswitch.host.outbox, &stage->from));
	wraps_at(stage, 650000, "contact.wrapped 650000 contact=e agent=1@default wrap_ms=540000 nominal=1\n"
		"agent.state 650000 agent=1@default reason=Idle state=away\n");
}

/* Names as hostile as they come; and nothing of a caller leaves but a pseudonym. */
static void test_hostile_names(void **state)
{
	struct stage *stage = *state;
	char block[9000], name[3001];
	const char *why;
	memset(name, 'x', 3000);
	name[3000] = 0;
	snprintf(block, sizeof block, CC("member-queue-start", 1000) "CC-Queue: %%1b[31m%s\nCC-Member-UUID: a%%09b%%0ac%s\n"
		"CC-Member-CID-Number: 15550100\nCC-Member-CID-Name: Someone\n", name, name);
	assert_int_equal(stage_take(stage, block, &why), TRIAL_MAPPED);
	assert_int_equal(stage_take(stage, block, &why), TRIAL_DUPLICATE);
	char *made = outbox_lines(stage->freeswitch.host.outbox, &stage->from);
	assert_null(strchr(made, '\t'));
	assert_null(strchr(made, '\033'));
	assert_null(strstr(made, "5550100"));
	assert_null(strstr(made, "Someone"));
	assert_ptr_equal(strchr(made, '\n'), made + strlen(made) - 1);
	free(made);
}

/* ---- the trial ---- */

struct told {
	FILE *to;
	char *text;
	size_t size;
};

static void told_source(void *context, const char *name, enum trial_outcome outcome, const char *why)
{
	struct told *told = context;
	fprintf(told->to, "%s %d %s\n", name, (int)outcome, why ? "why" : "-");
}

static void told_made(void *context, const struct event *event, struct view queue)
{
	struct told *told = context;
	char *line = event_line(event);
	(void)queue;
	fprintf(told->to, "  %s\n", line);
	free(line);
}

static void told_field(void *context, const char *field, const char *use)
{
	struct told *told = context;
	if (!use || strcmp(use, "customer") == 0)
		fprintf(told->to, "  %s: %s\n", field, use ? use : "not mapped");
}

static void trial(struct stage *stage, const char *path, struct told *told)
{
	told->to = open_memstream(&told->text, &told->size);
	const struct bridge_trial to = {told, told_source, told_made, told_field};
	assert_true(freeswitch_test(&stage->freeswitch.host, path, &to, NULL));
	fclose(told->to);
}

static void write_file(char *path, const char *text, mode_t mode)
{
	const int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(file, mode), 0);
	close(file);
}

static void test_trial(void **state)
{
	struct stage *stage = *state;
	char path[] = "/tmp/freeswitch_trial.XXXXXX";
	struct told told;
	write_file(path,
		"Content-Type: auth/request\n\nContent-Type: text/event-plain\nContent-Length: 63\n\nEvent-Name: HEARTBEAT\nHeartbeat-Interval: 20\n"
			"Up-Time: 1 day !!"
		"\n" JOINED("u", 1000) "\nEvent-Name: CUSTOM\nCC-Action: something-new\n\nContent-Type: text/event-json\n\nContent-Length: 7\n\nabc",
		0600);
	trial(stage, path, &told);
	assert_string_equal(told.text,
		"auth/request 1 why\nHEARTBEAT 1 why\n  Up-Time: not mapped\nmember-queue-start 0 -\n"
		"  contact.queued 1000 contact=u queue=support@default channel=phone customer=*\n"
		"  CC-Member-Session-UUID: not mapped\n  CC-Member-CID-Name: not mapped\n  CC-Member-CID-Number: customer\n"
		"something-new 2 why\ntext/event-json 2 why\n 3 why\n");
	free(told.text);
	unlink(path);
}

/* The documented examples: each event is accounted for. */
static void test_documented(void **state)
{
	struct stage *stage = *state;
	const char *data = getenv("TABLO_DATA");
	struct told told;
	char path[600];
	snprintf(path, sizeof path, "%s/payload-samples/freeswitch_mod_callcenter_events.txt", data ? data : "");
	if (!data || access(path, R_OK) != 0)
		skip();
	trial(stage, path, &told);
	size_t counts[TRIAL_DUPLICATE + 1] = {0};
	for (const char *line = told.text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (*line != ' ')
			counts[strchr(line, ' ')[1] - '0']++;
	assert_int_equal(counts[TRIAL_UNKNOWN] + counts[TRIAL_DAMAGED], 0);
	assert_int_equal(counts[TRIAL_MAPPED] + counts[TRIAL_IGNORED] + counts[TRIAL_DUPLICATE], 10);
	assert_non_null(strstr(told.text, "  contact.queued 9000000 contact=453324f8-3424-4322-4242362fd23d queue=support@default channel=phone customer=*\n"
					  "  contact.answered 10009000 contact=453324f8-3424-4322-4242362fd23d queue=support@default agent=AgentNameHere\n"));
	assert_non_null(strstr(told.text, "  contact.released 10500000 contact=453324f8-3424-4322-4242362fd23d agent=AgentNameHere by=system wrap_ms=0\n"));
	assert_null(strstr(told.text, "CALLER"));
	assert_null(strstr(told.text, "555"));
	free(told.text);
}

/* ---- the login's file ---- */

static void test_login_file(void **state)
{
	(void)state;
	static const struct {
		const char *content;
		mode_t mode;
		const char *found, *trouble;
	} cases[] = {{"ClueCon\n", 0600, "ClueCon", NULL}, {"a b\r\nsecond", 0400, "a b", NULL}, {"open", 0644, NULL, "chmod 600"}, {"open", 0620, NULL, "chmod 600"},

		{"", 0600, NULL, "1 to"}, {"\nx", 0600, NULL, "1 to"}, {"a\tb", 0600, NULL, "control character"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char path[] = "/tmp/freeswitch_login.XXXXXX";
		struct login_text login;
		struct error err = {""};
		write_file(path, cases[i].content, cases[i].mode);
		assert_int_equal(login_file_read(path, &login, &err), cases[i].found != NULL);
		if (cases[i].found)
			assert_string_equal(login.text, cases[i].found);
		else
			assert_non_null(strstr(err.text, cases[i].trouble));
		unlink(path);
	}
	struct login_text login;
	assert_false(login_file_read("/", &login, NULL));
	assert_false(login_file_read("/dev/null", &login, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STAGE(test_whole_call),
		WITH_STAGE(test_who_hung_up),
		WITH_STAGE(test_why_they_left),
		WITH_STAGE(test_why_it_was_missed),
		WITH_STAGE(test_taken_back),
		WITH_STAGE(test_unseen_beginnings),
		WITH_STAGE(test_answered_too_late),
		WITH_STAGE(test_agents),
		WITH_STAGE(test_nominal_wrap_up),
		WITH_STAGE(test_wrap_up_cut_short),
		WITH_STAGE(test_observed_wrap_up),
		WITH_STAGE(test_hostile_names),
		WITH_STAGE(test_trial),
		WITH_STAGE(test_documented),
		cmocka_unit_test(test_login_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
