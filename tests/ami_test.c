/* Asterisk's manager interface: its text in any pieces, its table, and why a call left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "feed/bridges/ami.h"
#include "feed/bridges/ami_login.h"

#include <cmocka.h>

/* ---- the wire ---- */

static const char stream[] =
	"Asterisk Call Manager/7.0.3\r\n"
	"Event: Hangup\r\nChannel: Local/1@x;2\r\nUniqueid: 5.1\r\n\r\n"
	"\r\n\n"
	"a row without a colon\nanother\n\n"
	"Response: Follows\r\nPrivilege: Command\r\nfirst row\r\n\r\nthird row\r\n--END COMMAND--\r\n\r\n"
	"Event: VarSet\nChanVariable: a=1\nChanVariable: b=2\nchanvariable: c=\xff\n\n"
	"Event: Last\r\n\r\n";
static const char told[] = "[Banner=Asterisk Call Manager/7.0.3][Event=Hangup,Channel=Local/1@x;2,Uniqueid=5.1]!"
	"[Response=Follows,Privilege=Command][Event=VarSet,ChanVariable=a=1,ChanVariable=b=2,chanvariable=c=\xff][Event=Last]";

static void tell(char *to, const struct ami_message *message, enum ami_step step)
{
	if (step == AMI_DAMAGED) {
		strcat(to, "!");
		return;
	}
	for (size_t i = 0; i < message->count; i++)
		sprintf(to + strlen(to), "%s%.*s=%.*s", i ? "," : "[", (int)message->headers[i].name.size, message->headers[i].name.data,
			(int)message->headers[i].value.size, message->headers[i].value.data);
	strcat(to, "]");
}

static void read_pieces(size_t first, size_t rest, char *to)
{
	static struct ami_message message;
	struct ami_wire wire = {0};
	enum ami_step step;
	to[0] = 0;
	for (size_t at = 0, size = first; at < sizeof stream - 1; at += size, size = rest) {
		if (size > sizeof stream - 1 - at)
			size = sizeof stream - 1 - at;
		if (size == 0)
			continue;
		ami_wire_add(&wire, stream + at, size);
		while ((step = ami_wire_next(&wire, &message)) != AMI_MORE)
			tell(to, &message, step);
	}
	ami_wire_finish(&wire);
}

static void cut_anywhere(void **state)
{
	(void)state;
	char got[1024];
	for (size_t first = 0; first < sizeof stream; first++) {
		read_pieces(first, sizeof stream, got);
		assert_string_equal(got, told);
	}
	for (size_t rest = 1; rest < 9; rest++) {
		read_pieces(0 + rest, rest, got);
		assert_string_equal(got, told);
	}
}

static void too_much(void **state)
{
	(void)state;
	static struct ami_message message;
	struct ami_wire wire = {0};
	char *line = memory_new(1, 10001);
	memset(line, 'x', 10000);
	line[2] = ':';
	line[9999] = '\n';
	ami_wire_add(&wire, "Event: A\n", 9);
	ami_wire_add(&wire, line, 10000);
	ami_wire_add(&wire, "\n", 1);
	assert_int_equal(ami_wire_next(&wire, &message), AMI_MESSAGE);
	assert_int_equal(message.count, 1);
	assert_true(message.is_odd);
	for (int i = 0; i < 1000; i++) { /* ten MB of one message: no more than two are kept */
		ami_wire_add(&wire, line, i % 2 ? 10000 : 9999);
		assert_int_equal(ami_wire_next(&wire, &message), AMI_MORE);
		assert_true(wire.room <= 4 * AMI_MESSAGE_MAX);
	}
	ami_wire_add(&wire, "\n\nEvent: B\n\n", 12);
	assert_int_equal(ami_wire_next(&wire, &message), AMI_DAMAGED);
	assert_int_equal(ami_wire_next(&wire, &message), AMI_MESSAGE);
	assert_true(view_is(ami_value(&message, "event"), "B"));
	free(line);
	ami_wire_finish(&wire);
}

/* ---- the table ---- */

struct heard {
	char text[4096];
};

static void hear(void *context, const struct event *event, struct view queue)
{
	struct heard *heard = context;
	const struct view agent = event_text(event, KEY_AGENT), why = event_text(event, KEY_WHY), by = event_text(event, KEY_BY);
	(void)queue;
	sprintf(heard->text + strlen(heard->text), "%s %lld %.*s%.*s%.*s %lld %lld %lld\n", event_types[event->type].name, (long long)event->ts / 1000,
		(int)agent.size, agent.size ? agent.data : "", (int)why.size, why.size ? why.data : "", (int)by.size, by.size ? by.data : "",
		(long long)event_number(event, KEY_WAIT_MS, -1), (long long)event_number(event, KEY_TALK_MS, -1), (long long)event_number(event, KEY_HOLD_MS, -1));
}

static void happen(struct ami *ami, int64_t second, const char *text)
{
	static struct ami_message message;
	struct ami_wire wire = {0};
	const char *why;
	ami->now = ami->heard = second * 1000;
	ami_settle(ami, false);
	ami_wire_add(&wire, text, strlen(text));
	while (ami_wire_next(&wire, &message) == AMI_MESSAGE)
		ami_take(ami, &message, &why);
	ami_wire_finish(&wire);
}

#define CALL "Queue: q\nUniqueid: 100.1\nLinkedid: 100.1\n"

static void life_of_a_call(void **state)
{
	(void)state;
	struct heard heard = {""};
	struct ami ami = {.emit = hear, .context = &heard};
	happen(&ami, 100, "Event: QueueCallerJoin\n" CALL "\n");
	happen(&ami, 101, "Event: AgentCalled\n" CALL "MemberName: Ann\n\n");
	happen(&ami, 105, "Event: AgentRingNoAnswer\n" CALL "MemberName: Ann\nRingTime: 4000\n\n");
	happen(&ami, 106, "Event: AgentCalled\n" CALL "MemberName: Bob\n\n");
	happen(&ami, 108, "Event: QueueCallerLeave\n" CALL "\nEvent: AgentConnect\n" CALL "MemberName: Bob\nDestUniqueid: 106.2\nHoldTime: 8\n\n");
	happen(&ami, 110, "Event: Hold\nUniqueid: 106.2\nLinkedid: 100.1\n\nEvent: MusicOnHoldStart\nUniqueid: 100.1\n\n");
	happen(&ami, 113, "Event: Unhold\nUniqueid: 106.2\nLinkedid: 100.1\n\nEvent: MusicOnHoldStop\nUniqueid: 100.1\n\n");
	happen(&ami, 120, "Event: BlindTransfer\n\nEvent: AgentComplete\n" CALL "MemberName: Bob\nHoldTime: 8\nTalkTime: 12\nReason: transfer\n\n");
	assert_string_equal(heard.text,
		"contact.queued 100  -1 -1 -1\n"
		"contact.offered 101 Ann -1 -1 -1\n"
		"contact.missed 105 Annnoanswer -1 -1 -1\n"
		"contact.offered 106 Bob -1 -1 -1\n"
		"contact.answered 108 Bob 8000 -1 -1\n"
		"contact.held 110 Bob -1 -1 -1\n"
		"contact.unheld 113 Bob -1 -1 -1\n"
		"contact.released 120 Bobtransfer -1 9000 3000\n");
	assert_int_equal(ami.count, 0);
	ami_finish(&ami);
}

/* Why it left: by what Asterisk says, else by rule. */
static void check_left(const char *events, bool has_hangups, const char *why)
{
	char wanted[80];
	struct heard heard = {""};
	struct ami ami = {.emit = hear, .context = &heard, .has_hangups = has_hangups};
	happen(&ami, 100, "Event: Join\n" CALL "\n");
	heard.text[0] = 0;
	happen(&ami, 107, events);
	assert_string_equal(heard.text, "");
	happen(&ami, 109, "");
	snprintf(wanted, sizeof wanted, "contact.left 107 %s 7000 -1 -1\n", why);
	assert_string_equal(heard.text, wanted);
	ami_finish(&ami);
}

#define ABANDON "Event: QueueCallerAbandon\n" CALL "HoldTime: 7\n\n"
#define LEAVE "Event: QueueCallerLeave\n" CALL "\n"
#define HANGUP "Event: Hangup\n" CALL "\n"
#define STATUS(value) "Event: VarSet\nUniqueid: 100.1\nVariable: QUEUESTATUS\nValue: " value "\n\n"

static void why_it_left(void **state)
{
	(void)state;
	check_left(ABANDON LEAVE HANGUP, true, "abandoned");
	check_left(ABANDON LEAVE, false, "abandoned");
	check_left(ABANDON LEAVE, true, "timeout");
	check_left(LEAVE, true, "key");
	check_left(LEAVE HANGUP, true, "abandoned");
	check_left(ABANDON LEAVE STATUS("TIMEOUT"), true, "timeout");
	check_left(ABANDON LEAVE STATUS("LEAVEEMPTY"), true, "overflow");
	check_left(ABANDON LEAVE STATUS("WITHDRAW") HANGUP, true, "withdrawn");
}

/* What began before we listened is told as it must have been. */
static void begun_before(void **state)
{
	(void)state;
	struct heard heard = {""};
	struct ami ami = {.emit = hear, .context = &heard};
	happen(&ami, 200, "Event: AgentComplete\n" CALL "MemberName: Bob\nHoldTime: 8\nTalkTime: 12\nReason: caller\n\n");
	assert_string_equal(heard.text, "contact.queued 180  -1 -1 -1\ncontact.answered 188 Bob 8000 -1 -1\ncontact.released 200 Bobcustomer -1 12000 -1\n");
	ami_finish(&ami);
}

/* Who is paused in one queue of two stays so while his telephone rings in both. */
static void paused_in_one_queue(void **state)
{
	(void)state;
	struct heard heard = {""};
	struct ami ami = {.emit = hear, .context = &heard};
	happen(&ami, 100, "Event: QueueMemberStatus\nQueue: q\nMemberName: Ann\nStatus: 1\nPaused: 0\n\n");
	happen(&ami, 101, "Event: QueueMemberPause\nQueue: q\nMemberName: Ann\nPaused: 1\nPausedReason: Lunch\n\n");
	assert_string_equal(heard.text, "agent.state 100 Ann -1 -1 -1\nagent.state 101 Ann -1 -1 -1\n");
	happen(&ami, 102, "Event: QueueMemberStatus\nQueue: p\nMemberName: Ann\nStatus: 6\nPaused: 0\n\n"
		"Event: QueueMemberStatus\nQueue: q\nMemberName: Ann\nStatus: 6\nPaused: 1\n\n");
	assert_string_equal(heard.text, "agent.state 100 Ann -1 -1 -1\nagent.state 101 Ann -1 -1 -1\n");
	ami_finish(&ami);
}

/* ---- beside a log ---- */

static void log_queued(struct ami *ami, const char *queue, const char *contact)
{
	struct event event = import_event(EVENT_CONTACT_QUEUED, 100000);
	import_text(&event, KEY_QUEUE, view_of(queue));
	import_text(&event, KEY_CHANNEL, view_of("phone"));
	import_text(&event, KEY_CONTACT, view_of(contact));
	ami_log_event(ami, &event, view_of(queue));
}

/* After a gap: who is listed stays, who is not goes, and of an id that had to be cut nobody can say that he went. */
static void listed(void **state)
{
	(void)state;
	struct heard heard = {""};
	struct ami ami = {.emit = hear, .context = &heard, .is_joined = true, .heard = 100000, .now = 100000};
	log_queued(&ami, "q", "q/100.1@100");
	log_queued(&ami, "q", "q/100.2@100");
	log_queued(&ami, "q", "q/a-name-of-a-system-that-is-long@and-more~0123456789abcdef");
	assert_int_equal(ami.count, 3);
	assert_non_null(ami_call_find(&ami, view_of("q"), view_of("100.1")));
	ami.heard = 200000;
	ami_present_ask(&ami);
	happen(&ami, 201, "Event: QueueEntry\n" CALL "Wait: 100\n\nEvent: QueueStatusComplete\n\n");
	assert_false(ami_present_is_complete(&ami));
	happen(&ami, 201, "Event: CoreShowChannelsComplete\n\n");
	assert_true(ami_present_is_complete(&ami));
	heard.text[0] = 0;
	ami_present_tell(&ami);
	assert_int_equal(ami.count, 2);
	assert_null(ami_call_find(&ami, view_of("q"), view_of("100.2")));
	assert_string_equal(heard.text, "snapshot.begin 201  -1 -1 -1\ncontact.queued 100  -1 -1 -1\ncontact.queued 100  -1 -1 -1\nsnapshot.end 201  -1 -1 -1\n");
	ami_finish(&ami);
}

/* A list that never ends with the same channel in it, and one bridge with all in it: both stay small. */
static void endless_list(void **state)
{
	(void)state;
	struct heard heard = {""};
	struct ami ami = {.emit = hear, .context = &heard, .heard = 100000, .now = 100000};
	char text[200];
	happen(&ami, 100, "Event: QueueCallerJoin\n" CALL "\n");
	ami.heard = 200000;
	ami_present_ask(&ami);
	for (int i = 0; i < 2000; i++) {
		snprintf(text, sizeof text, "Event: CoreShowChannel\nChannel: SIP/%d-1\nUniqueid: 100.%d\nBridgeId: b%d\n\n", i % 200, i % 2 ? 1 : i % 200, i % 2 ? i : 0);
		happen(&ami, 201, text);
	}
	assert_int_equal(ami.present.channels.used, 101);
	assert_int_equal(ami.present.peer_count, 101);
	assert_int_equal(ami.present.bridge_numbers.used, 2);
	ami_finish(&ami);
}

/* Who waited before the gap, is in no list now, and is in a bridge with a member of his queue, talks with him. */
static void answered_in_gap(void **state)
{
	(void)state;
	struct heard heard = {""};
	struct ami ami = {.emit = hear, .context = &heard, .heard = 100000, .now = 100000};
	happen(&ami, 100, "Event: QueueCallerJoin\n" CALL "\n");
	ami.heard = 200000;
	ami_present_ask(&ami);
	happen(&ami, 201, "Event: QueueMember\nQueue: other\nName: Ann\nLocation: SIP/7\n\nEvent: QueueMember\nQueue: q\nName: Bob\nLocation: SIP/7\n\n"
			  "Event: CoreShowChannel\nChannel: SIP/9-1\nUniqueid: 100.9\nBridgeId: b2\n\n"
			  "Event: CoreShowChannel\nChannel: SIP/trunk-1\nUniqueid: 100.1\nBridgeId: b1\n\n"
			  "Event: CoreShowChannel\nChannel: SIP/8-1\nUniqueid: 100.8\nBridgeId: b2\n\n"
			  "Event: CoreShowChannel\nChannel: SIP/7-1\nUniqueid: 100.7\nBridgeId: b1\n\n"
			  "Event: QueueStatusComplete\n\nEvent: CoreShowChannelsComplete\n\n");
	heard.text[0] = 0;
	ami_present_tell(&ami);
	assert_non_null(strstr(heard.text, "contact.answered 200 Bob -1 -1 -1\n"));
	ami_finish(&ami);
}

/* ---- the login ---- */

static void login(void **state)
{
	(void)state;
	char path[] = "/tmp/ami-login-XXXXXX", key[33];
	struct ami_login login;
	struct error err;
	const int descriptor = mkstemp(path);
	static const char text[] = "; of the wall\n user = wall \nsecret = a b=c\r\n";
	assert_int_equal(write(descriptor, text, sizeof text - 1), sizeof text - 1);
	assert_true(ami_login_read(&login, path, &err));
	assert_string_equal(login.user, "wall");
	assert_string_equal(login.secret, "a b=c");
	strcpy(login.secret, "ef");
	assert_true(ami_login_key(&login, view_of("abcd"), key)); /* MD5 of "abcdef" */
	assert_string_equal(key, "e80b5017098950fc58aad83c8c14978e");
	assert_int_equal(fchmod(descriptor, 0640), 0);
	assert_false(ami_login_read(&login, path, &err));
	assert_non_null(strstr(err.text, "chmod 600"));
	assert_int_equal(fchmod(descriptor, 0600), 0);
	assert_int_equal(write(descriptor, "password = x\n", 13), 13);
	assert_false(ami_login_read(&login, path, &err));
	assert_non_null(strstr(err.text, ":4:"));
	close(descriptor);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(cut_anywhere), cmocka_unit_test(too_much), cmocka_unit_test(life_of_a_call),
		cmocka_unit_test(why_it_left), cmocka_unit_test(begun_before),
		cmocka_unit_test(paused_in_one_queue), cmocka_unit_test(listed), cmocka_unit_test(endless_list), cmocka_unit_test(answered_in_gap), cmocka_unit_test(login)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
