#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "base/clock.h"
#include "tests/stream_rig.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static struct rig rig;

static int close_rig(void **state)
{
	(void)state;
	rig_close(&rig);
	return 0;
}

static void a_state_and_what_follows(void **state)
{
	(void)state;
	static const char *const kinds[] = {"inproc", "ipc", "tcp"};
	for (int i = 0; i < 3; i++) {
		rig_open(&rig, kinds[i]);
		rig_write(&rig, 100);
		struct rig_owner *owner = rig_attach_level(&rig, (struct stream_client_options){0});
		assert_int_equal(owner->states, 1);
		assert_int_equal(owner->records, 0);
		rig_write(&rig, 500);
		RIG_UNTIL(&rig, rig_is_level(&rig));
		assert_int_equal(owner->states, 1);
		assert_int_equal(owner->records, 500);
		assert_int_equal(stream_client_counts(owner->client).asked, 0);
		assert_int_equal(stream_server_counts(rig.server).subscribers, 1);
		if (i < 2)
			rig_close(&rig);
	}
}

static void a_journal_with_nothing_in_it(void **state)
{
	(void)state;
	rig_open(&rig, "inproc");
	struct rig_owner *owner = rig_attach_level(&rig, (struct stream_client_options){0});
	assert_int_equal(owner->position, 0);
	rig_write(&rig, 1);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(owner->records, 1);
}

static void records_while_the_state_is_fetched(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	rig.state_size = 9 * 512 * 1024 + 17;
	rig_write(&rig, 10);
	struct rig_owner *owner = rig_attach(&rig, (struct stream_client_options){.timeout = RIG_DEADLINE});
	while (owner->states == 0) {
		rig_turn(&rig);
		rig_write(&rig, 3);
	}
	assert_true(rig.lsn > 20);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(owner->states, 1);
	assert_int_equal(rig.states_taken, 1);
	assert_int_equal(stream_server_counts(rig.server).chunks, 10);
	assert_int_equal(stream_client_counts(owner->client).asked, 0);
}

static void what_a_small_queue_loses_is_asked_for(void **state)
{
	(void)state;
	rig_open_narrow(&rig, 5);
	struct rig_owner *owner = rig_attach_level(&rig, (struct stream_client_options){.queue = 5});
	for (int i = 0; i < 3; i++) {
		rig_write(&rig, 6000);
		RIG_UNTIL(&rig, rig_is_level(&rig));
	}
	assert_int_equal(owner->states, 1);
	assert_int_equal(owner->records, 18000);
	assert_true(stream_server_counts(rig.server).slow > 0);
	assert_true(stream_client_counts(owner->client).asked > 1000);
}

static void too_much_lost_is_a_new_state(void **state)
{
	(void)state;
	rig_open_narrow(&rig, 5);
	struct rig_owner *owner = rig_attach_level(&rig, (struct stream_client_options){.queue = 5, .range_most = 100});
	rig_write(&rig, 20000);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_true(owner->states >= 2);
	assert_string_equal(owner->why, "too many records were missed to fetch each");
}

static void what_is_not_kept_any_more_is_a_new_state(void **state)
{
	(void)state;
	rig_open_narrow(&rig, 5);
	struct rig_owner *owner = rig_attach_level(&rig, (struct stream_client_options){.queue = 5});
	rig.kept_from = 20001;
	rig_write(&rig, 20000);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(owner->states, 2);
	assert_string_equal(owner->why, "the collector does not have the records missed any more");
	assert_true(owner->links[LINK_CONNECTING] >= 1);
}

static void a_restart_with_the_same_journal_goes_on(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	struct rig_owner *owner = rig_attach(&rig, (struct stream_client_options){0});
	rig_write(&rig, 100);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	uint64_t before = owner->position;
	rig_stop(&rig);
	rig_write(&rig, 50); /* to the journal, with nobody listening */
	rig_start(&rig);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	rig_write(&rig, 50);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(owner->states, 1);
	assert_int_equal(owner->position, before + 100);
}

static void another_journal_is_a_new_state(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	struct rig_owner *owner = rig_attach(&rig, (struct stream_client_options){0});
	rig_write(&rig, 100);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	rig_stop(&rig);
	rig_set_journal(&rig, 2, 1);
	rig.lsn = 30;
	rig_start(&rig);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(owner->states, 2);
	assert_string_equal(owner->why, "the collector has another journal");
}

static void a_new_epoch_is_a_new_state(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	struct rig_owner *owner = rig_attach(&rig, (struct stream_client_options){0});
	rig_write(&rig, 100);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	rig_write(&rig, 20); /* still waits in the socket */
	rig_set_journal(&rig, 1, 2);
	rig.lsn -= 5; /* the new one had acknowledged only so much */
	stream_server_restart(rig.server, &rig.origin, rig.lsn, 1);
	rig_write(&rig, 7);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(owner->states, 2);
	assert_string_equal(owner->why, "the collector began a new epoch");
}

static void records_that_went_back_are_a_new_state(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	struct rig_owner *owner = rig_attach_level(&rig, (struct stream_client_options){0});
	rig_write(&rig, 100);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	rig_stop(&rig);
	rig.lsn = 60;
	rig_start(&rig);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(owner->states, 2);
	assert_string_equal(owner->why, "the collector's records went back");
}

static void a_standby_goes_on_where_it_was(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	rig_write(&rig, 30000);
	struct rig_owner *owner = rig_attach(&rig,
		(struct stream_client_options){.origin = rig.origin, .lsn = 1000, .range_most = UINT64_MAX});
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(owner->records, 29000);
	assert_int_equal(rig.states_taken, 0);
}

static void a_standby_of_something_else_gets_a_state(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	rig_write(&rig, 100);
	struct stream_origin other = rig.origin;
	other.epoch = 9;
	struct rig_owner *forked = rig_attach(&rig, (struct stream_client_options){.origin = other, .lsn = 50});
	struct rig_owner *further = rig_attach_level(&rig, (struct stream_client_options){.origin = rig.origin, .lsn = 5000});
	assert_string_equal(forked->why, "the collector began a new epoch");
	assert_string_equal(further->why, "the collector's records went back");
}

static void fifty_share_a_few_states(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	rig_stop(&rig);
	rig.options.fresh = 1000;
	rig_start(&rig);
	rig.state_size = 700 * 1024;
	rig_write(&rig, 50);
	for (int i = 0; i < 50; i++)
		rig_attach(&rig, (struct stream_client_options){0});
	int64_t until = clock_monotonic() + RIG_DEADLINE;
	do {
		rig_write(&rig, 2);
		rig_turn(&rig);
	} while ((rig.lsn < 200 || stream_server_counts(rig.server).chunks < 100) && clock_monotonic() < until);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(stream_server_counts(rig.server).subscribers, 50);
	assert_true(rig.states_taken <= 10);
	for (int i = 0; i < 50; i++)
		assert_int_equal(rig.owners[i].states, 1);
}

/* It reads nothing for a while: nobody else waits for it, and it catches up. */
static void a_slow_one_keeps_nobody(void **state)
{
	(void)state;
	rig_open_narrow(&rig, 1000);
	struct rig_owner *quick = rig_attach(&rig, (struct stream_client_options){0});
	struct rig_owner *slow = rig_attach_level(&rig, (struct stream_client_options){.queue = 10});
	for (int i = 0; i < 100; i++) {
		rig_write(&rig, 100);
		int64_t until = clock_monotonic() + RIG_DEADLINE;
		while (quick->position < rig.lsn && clock_monotonic() < until) {
			rig_serve(&rig);
			rig_read(quick, 1000);
		}
		assert_int_equal(quick->position, rig.lsn);
	}
	assert_int_equal(stream_client_counts(quick->client).asked, 0);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(slow->states, 1);
	assert_int_equal(slow->records, 10000);
	assert_true(stream_server_counts(rig.server).slow > 0);
}

static void a_full_backlog_is_thrown_away_and_asked_for(void **state)
{
	(void)state;
	rig_open(&rig, "inproc");
	rig.state_size = 5 * 512 * 1024;
	struct rig_owner *owner = rig_attach(&rig, (struct stream_client_options){.backlog_records = 64, .backlog_bytes = 10000});
	while (owner->states == 0) {
		rig_write(&rig, 200);
		rig_turn(&rig);
	}
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_true(stream_client_counts(owner->client).overflows > 0);
	assert_true(stream_client_counts(owner->client).asked > 0);
	assert_int_equal(owner->states, 1);
}

static void actions_get_their_answer(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	struct rig_owner *owner = rig_attach(&rig, (struct stream_client_options){.timeout = 100});
	struct error err = {""};
	assert_int_equal(stream_client_act(owner->client, "\x80", 1, &err), 0); /* nobody said where to */
	assert_non_null(strstr(err.text, "where to ask"));
	RIG_UNTIL(&rig, rig_is_level(&rig));
	int64_t id = stream_client_act(owner->client, "\x81\xa1""a\xa1""b", 5, &err);
	assert_true(id > 0);
	RIG_UNTIL(&rig, owner->answers == 1);
	assert_true(owner->answer_id == id && owner->answer_lsn == 1 && rig.acts == 1);
	RIG_UNTIL(&rig, owner->position == 1);
	assert_true(stream_client_act(owner->client, "\x80", 1, &err) > 0);
	RIG_UNTIL(&rig, owner->answers == 2);
	assert_string_equal(owner->answer_error, "forbidden");
	rig_stop(&rig);
	assert_true(stream_client_act(owner->client, "\x81\xa1""a\xa1""b", 5, &err) > 0);
	RIG_UNTIL(&rig, owner->answers == 3);
	assert_string_equal(owner->answer_error, "timeout");
	int sent = 0;
	while (stream_client_act(owner->client, "\x81\xa1""a\xa1""b", 5, &err))
		sent++;
	assert_int_equal(sent, 16);
	assert_non_null(strstr(err.text, "wait for their answer"));
	RIG_UNTIL(&rig, owner->answers == 3 + sent);
}

static void a_link_goes_stale_and_comes_back(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	rig.feed.stale = 300;
	struct rig_owner *owner = rig_attach_level(&rig, (struct stream_client_options){0});
	struct stream_server *server = rig.server;
	rig.server = NULL; /* hangs */
	RIG_UNTIL(&rig, owner->link == LINK_STALE);
	rig.server = server;
	rig_write(&rig, 5);
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(owner->states, 1);
}

static void a_state_that_cannot_be_read_is_refused(void **state)
{
	(void)state;
	static const char *const theirs[] = {"state 9", NULL}, *const ours[] = {"state 1", "state 2", NULL};
	rig_open(&rig, "ipc");
	rig_stop(&rig);
	rig.options.formats = theirs;
	rig_start(&rig);
	struct rig_owner *other = rig_attach(&rig, (struct stream_client_options){.formats = ours});
	struct rig_owner *damaged = rig_attach(&rig, (struct stream_client_options){.formats = theirs});
	damaged->refuses = true;
	RIG_UNTIL(&rig, other->link == LINK_REFUSED && damaged->link == LINK_REFUSED);
	assert_string_equal(other->link_why,
		"the collector's program 0.1.0 writes its state as state 9, which this one does not know: update it");
	assert_string_equal(damaged->link_why, "the state is of another world");
	damaged->refuses = false;
	RIG_UNTIL(&rig, damaged->link == LINK_LIVE);
	assert_int_equal(other->states, 0);
}

static void a_collector_without_a_state_is_asked_again(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	rig.has_state = false;
	struct rig_owner *owner = rig_attach(&rig, (struct stream_client_options){0});
	RIG_UNTIL(&rig, stream_server_counts(rig.server).requests >= 2);
	rig.has_state = true;
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(owner->states, 1);
}

static void endpoints_that_cannot_be(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	struct error err = {""};
	const struct stream_sink sink = {0};
	struct stream_client_options client = {.url = "tcp://nowhere", .feed = rig.feed};
	assert_null(stream_client_open(&client, &sink, &err));
	client.url = "tcp://192.0.2.1:5000";
	assert_null(stream_client_open(&client, &sink, &err));
	assert_non_null(strstr(err.text, "unencrypted"));
	const struct stream_source source = {0};
	struct stream_server_options server = rig.options;
	server.site = "a/b";
	assert_null(stream_server_open(&server, &source, &err));
	server.site = "here";
	server.bind = "tcp://0.0.0.0:*";
	assert_null(stream_server_open(&server, &source, &err));
	assert_non_null(strstr(err.text, "unencrypted"));
}

#define TEST(name) cmocka_unit_test_teardown(name, close_rig)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_state_and_what_follows),
		TEST(a_journal_with_nothing_in_it),
		TEST(records_while_the_state_is_fetched),
		TEST(what_a_small_queue_loses_is_asked_for),
		TEST(too_much_lost_is_a_new_state),
		TEST(what_is_not_kept_any_more_is_a_new_state),
		TEST(a_restart_with_the_same_journal_goes_on),
		TEST(another_journal_is_a_new_state),
		TEST(a_new_epoch_is_a_new_state),
		TEST(records_that_went_back_are_a_new_state),
		TEST(a_standby_goes_on_where_it_was),
		TEST(a_standby_of_something_else_gets_a_state),
		TEST(fifty_share_a_few_states),
		TEST(a_slow_one_keeps_nobody),
		TEST(a_full_backlog_is_thrown_away_and_asked_for),
		TEST(actions_get_their_answer),
		TEST(a_link_goes_stale_and_comes_back),
		TEST(a_state_that_cannot_be_read_is_refused),
		TEST(a_collector_without_a_state_is_asked_again),
		TEST(endpoints_that_cannot_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
