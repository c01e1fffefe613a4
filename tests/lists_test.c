/* The lists of contacts, queues, agents and feeds that the board copies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "metrics/lists_service.h"
#include "metrics/open_items.h"
#include "teller.h"

#include <cmocka.h>

static void durations(void **state)
{
	(void)state;
	const struct { int64_t ms; const char *text; } cases[] = {{0, "00:00"}, {999, "00:00"}, {252000, "04:12"}, {-42000, "-00:42"},
		{3599999, "59:59"}, {4800000, "1 h 20"}, {3 * DAY_MS + 4 * HOUR_MS, "3 d 4 h"}, {INT64_MIN, "-106751991167 d 7 h"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[40];
		lists_duration(cases[i].ms, text, sizeof text);
		assert_string_equal(text, cases[i].text);
	}
}

static struct list_feed link_told(struct teller *t, enum link_state link, enum feed_fault fault, uint64_t count)
{
	struct list_feed feed;
	const struct record record = {.kind = RECORD_LINK, .lsn = ++t->lsn, .recv = T0 + (int64_t)t->lsn * S, .link = link, .fault = fault, .count = count};
	engine_apply(t->engine, &record);
	assert_int_equal(list_feeds(t->engine, T0 + 100 * S, &feed, 1), 1);
	return feed;
}

/* The link and why it is refused come as two records, in either order. */
static void a_refused_feed_says_why(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	assert_null(link_told(&t, LINK_REFUSED, FAULT_NONE, 0).refusal);
	assert_string_equal(link_told(&t, LINK_CONNECTING, FAULT_KEY_REFUSED, 2).refusal, feed_fault_helps[FAULT_KEY_REFUSED]);
	assert_string_equal(link_told(&t, LINK_CONNECTING, FAULT_MALFORMED, 2).refusal, feed_fault_helps[FAULT_KEY_REFUSED]);
	assert_string_equal(link_told(&t, LINK_CONNECTING, FAULT_SERVER_KEY, 1).refusal, feed_fault_helps[FAULT_SERVER_KEY]);
	struct list_feed feed = link_told(&t, LINK_LIVE, FAULT_NONE, 0);
	assert_null(feed.refusal);
	assert_int_equal(feed.faults[FAULT_KEY_REFUSED], 2);
	assert_null(link_told(&t, LINK_CONNECTING, FAULT_SECURITY, 1).refusal); /* not refused yet */
	assert_string_equal(link_told(&t, LINK_REFUSED, FAULT_NONE, 0).refusal, feed_fault_helps[FAULT_SECURITY]);
	teller_close(&t);
}

static void rows_and_queues(void **state)
{
	(void)state;
	struct teller t;
	struct scope rows[8];
	const char *names[8];
	char text[96];
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=a queue=Returns channel=chat");
	tell(&t, T0, "contact.queued", "contact=b queue=Billing channel=phone");
	tell(&t, T0, "contact.queued", "contact=c queue=Billing channel=chat market=DE");
	tell(&t, T0, "contact.queued", "contact=d queue=Billing channel=chat market=ID");
	tell(&t, T0, "refusal.said", "agent=ana policy=p"); /* of no queue: no row */
	assert_int_equal(list_rows(t.engine, SCOPE_ALL, rows, 8), 3);
	lists_scope_text(t.engine, rows[0], text, sizeof text);
	assert_string_equal(text, "Billing · phone");
	lists_scope_text(t.engine, rows[1], text, sizeof text);
	assert_string_equal(text, "Billing · chat");
	lists_scope_text(t.engine, rows[2], text, sizeof text);
	assert_string_equal(text, "Returns · chat");
	assert_int_equal(list_rows(t.engine, SCOPE_ALL, rows, 2), 2);
	struct scope chat = SCOPE_ALL;
	chat.channel = CHANNEL_CHAT;
	assert_int_equal(list_rows(t.engine, chat, rows, 8), 2);
	assert_int_equal(list_queues(t.engine, names, 8), 2);
	assert_string_equal(names[0], "Billing");
	assert_string_equal(names[1], "Returns");
	lists_scope_text(t.engine, SCOPE_ALL, text, sizeof text);
	assert_string_equal(text, "all queues");
	teller_close(&t);
}

static void who_waits_longest(void **state)
{
	(void)state;
	struct teller t;
	struct list_wait wait;
	teller_open(&t, NULL);
	tell(&t, T0, "queue.defined", "queue=Billing title=Rechnungen sl_ms=45000");
	assert_false(list_longest_wait(t.engine, SCOPE_ALL, T0, &wait));
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=chat");
	tell(&t, T0 + S, "contact.queued", "contact=b queue=Billing channel=phone");
	assert_true(list_longest_wait(t.engine, SCOPE_ALL, T0 + M, &wait));
	assert_string_equal(wait.contact, "a");
	assert_string_equal(wait.queue, "Rechnungen");
	assert_string_equal(wait.channel, "chat");
	assert_int_equal(wait.wait, M);
	uint16_t queue = 2; /* the first name after "" and "other" */
	assert_int_equal(list_target(t.engine, (struct scope){queue, CHANNEL_CHAT, SCOPE_ANY, SCOPE_ANY, SCOPE_ANY, 0}), 45 * S);
	tell(&t, T0 + M, "contact.left", "contact=a why=abandoned");
	assert_true(list_longest_wait(t.engine, SCOPE_ALL, T0 + M, &wait));
	assert_string_equal(wait.contact, "b");
	teller_close(&t);
}

static void agents(void **state)
{
	(void)state;
	struct teller t;
	struct list_agent items[8];
	teller_open(&t, NULL);
	tell(&t, T0, "agent.state", "agent=zoe state=available team=Berlin");
	tell(&t, T0, "agent.state", "agent=ana state=away reason=lunch");
	tell(&t, T0, "agent.state", "agent=bob state=available");
	tell(&t, T0, "contact.queued", "contact=c queue=Billing channel=chat");
	tell(&t, T0 + S, "contact.answered", "contact=c agent=bob");
	tell(&t, T0 + 2 * S, "agent.help", "agent=zoe on=1");
	assert_int_equal(list_agents(t.engine, SCOPE_ALL, T0 + M, items, 8), 3);
	assert_string_equal(items[0].name, "zoe");
	assert_string_equal(items[0].summary, "help");
	assert_string_equal(items[0].team, "Berlin");
	assert_string_equal(items[1].name, "ana");
	assert_string_equal(items[1].summary, "away");
	assert_string_equal(items[1].reason, "lunch");
	assert_int_equal(items[1].since, M);
	assert_string_equal(items[2].summary, "talk");
	assert_int_equal(items[2].contacts, 1);
	assert_int_equal(items[2].since, M - S);
	teller_close(&t);
}

static void to_the_team(struct settings *settings)
{
	settings->display = DISPLAY_FOR_TEAM;
}

/* Nobody is named in full unless the settings say so; what has to be equal on every board does not hang on it. */
static void names_of_people(void **state)
{
	(void)state;
	static const char *const names[] = {"A. P.", "Anna Petrova"}, *const texts[] = {"agent A. P.", "agent Anna Petrova"};
	for (int full = 0; full < 2; full++) {
		struct teller t;
		struct list_agent agent;
		char text[100];
		teller_open(&t, full ? NULL : to_the_team);
		tell(&t, T0, "agent.state", "agent=Anna\u00a0Petrova state=available");
		assert_int_equal(list_agents(t.engine, SCOPE_ALL, T0, &agent, 1), 1);
		assert_string_equal(agent.name, names[full]);
		lists_scope_text(t.engine, agent.scope, text, sizeof text);
		assert_string_equal(text, texts[full]);
		lists_scope_identity(t.engine, agent.scope, text, sizeof text);
		assert_string_equal(text, "agent Anna Petrova");
		teller_close(&t);
	}
}

/* Places of contacts that closed long ago are free again, and nobody waits there. */
static void open_contacts_are_there(void **state)
{
	(void)state;
	struct teller t;
	struct open_contact items[4];
	teller_open(&t, NULL);
	for (int i = 0; i < 4200; i++) {
		char keys[80];
		snprintf(keys, sizeof keys, i < 2100 ? "contact=c%d queue=Billing channel=chat" : "contact=c%d why=abandoned", i % 2100);
		tell(&t, T0 + i * 100, i < 2100 ? "contact.queued" : "contact.left", keys);
	}
	assert_int_equal(open_contacts(t.engine, items, 4), 0);
	size_t size;
	bool differs;
	struct error err;
	uint8_t *bytes = engine_pack(t.engine, INT64_MIN, &size);
	struct engine *again = engine_unpack(t.settings, bytes, size, &differs, &err);
	assert_int_equal(open_contacts(again, items, 4), 0);
	engine_destroy(again);
	free(bytes);
	tell(&t, T0 + H, "contact.queued", "contact=last queue=Billing channel=chat");
	assert_int_equal(open_contacts(t.engine, items, 4), 1);
	assert_string_equal(items[0].id, "last");
	teller_close(&t);
}

static void expect_clocks(const struct list_clocks *clocks, const char *name, int64_t running, int64_t due_soon, int64_t paused, int64_t breached)
{
	assert_string_equal(clocks->name, name);
	assert_int_equal(clocks->running, running);
	assert_int_equal(clocks->due_soon, due_soon);
	assert_int_equal(clocks->paused, paused);
	assert_int_equal(clocks->breached, breached);
}

/* A clock may be paused and breached: then it counts as both, and runs as neither. */
static void clocks_by_kind_and_priority(void **state)
{
	(void)state;
	struct teller t;
	struct list_clocks kinds[SLA_CLOCK_COUNT], items[PRIORITIES_MOST];
	struct scope scope;
	int count;
	struct error err;
	teller_open(&t, NULL);
	tell(&t, T0, "case.opened", "case=c1 queue=Billing channel=chat priority=1");
	tell(&t, T0, "case.opened", "case=c2 queue=VIP channel=chat priority=3");
	tell(&t, T0, "case.opened", "case=c3 queue=VIP channel=chat");
	tell(&t, T0, "sla.started", "case=c1 clock=first_reply target_ms=60000");
	tell(&t, T0, "sla.started", "case=c1 clock=resolve target_ms=36000000");
	tell(&t, T0, "sla.started", "case=c2 clock=first_reply target_ms=600000");
	tell(&t, T0, "sla.started", "case=c3 clock=first_reply target_ms=36000000");
	tell(&t, T0 + 2 * M, "sla.paused", "case=c1 clock=first_reply");
	tell(&t, T0 + 2 * M, "sla.paused", "case=c3 clock=first_reply");
	pass(&t, T0 + 9 * M);
	list_live_clocks(t.engine, SCOPE_ALL, kinds, items, &count);
	expect_clocks(&kinds[SLA_FIRST_REPLY], "first_reply", 1, 1, 2, 1);
	expect_clocks(&kinds[SLA_NEXT_REPLY], "next_reply", 0, 0, 0, 0);
	expect_clocks(&kinds[SLA_RESOLVE], "resolve", 1, 0, 0, 0);
	assert_int_equal(count, 3);
	expect_clocks(&items[0], "P1", 1, 0, 1, 1);
	expect_clocks(&items[1], "P3", 1, 1, 0, 0);
	expect_clocks(&items[2], "none", 0, 0, 1, 0);
	assert_true(list_scope_parse(t.engine, "queue=VIP", &scope, &err));
	list_live_clocks(t.engine, scope, kinds, items, &count);
	assert_int_equal(count, 2);
	expect_clocks(&items[0], "P3", 1, 1, 0, 0);
	expect_clocks(&kinds[SLA_RESOLVE], "resolve", 0, 0, 0, 0);
	teller_close(&t);
}

static void markets_and_what_was_impossible(void **state)
{
	(void)state;
	struct teller t;
	struct list_market markets[4];
	struct list_named impossible[4];
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=chat market=DE");
	tell(&t, T0, "customer.base", "market=JP customers=1000");
	tell(&t, T0, "contact.left", "contact=nobody why=abandoned");
	tell(&t, T0, "contact.left", "contact=noone why=abandoned");
	tell(&t, T0, "sla.met", "case=none clock=resolve");
	pass(&t, T0 + M);
	assert_int_equal(list_markets(t.engine, INSTANT_NONE, markets, 4), 2);
	assert_string_equal(markets[0].name, "DE");
	assert_string_equal(list_scope_name(t.engine, markets[1].scope, "market"), "JP");
	assert_int_equal(list_markets(t.engine, INSTANT_NONE, markets, 1), 1);
	assert_int_equal(list_impossible(t.engine, impossible, 4), 2);
	assert_string_equal(impossible[0].name, "contact.left");
	assert_int_equal(impossible[0].count, 2);
	assert_string_equal(impossible[1].name, "sla.met");
	assert_int_equal(list_impossible(t.engine, impossible, 1), 1);
	teller_close(&t);
}

static void feeds(void **state)
{
	(void)state;
	struct teller t;
	struct list_feed feed;
	struct list_source source;
	struct list_named unknown[4];
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=chat");
	t.seq += 3;
	tell(&t, T0 + S, "contact.queued", "contact=b queue=Billing channel=chat");
	struct event odd[3] = {{.type = EVENT_UNKNOWN, .ts = T0 + S, .type_name = view_of("coffee.ready")},
		{.type = EVENT_UNKNOWN, .ts = T0 + S, .type_name = view_of("coffee.ready")},
		{.type = EVENT_UNKNOWN, .ts = T0 + S, .type_name = view_of("tea\x1b[31m")}};
	struct batch batch = {.src = view_of("test-1"), .boot = 1, .seq = t.seq, .sent = T0, .count = 3, .events = odd};
	engine_apply(t.engine, &(struct record){.kind = RECORD_BATCH, .lsn = ++t.lsn, .recv = T0 + S, .batch = &batch});
	assert_int_equal(list_feeds(t.engine, T0 + S, &feed, 1), 1);
	assert_string_equal(feed.src, "test-1");
	assert_int_equal(feed.publishers, 1);
	assert_int_equal(feed.received, 5);
	assert_int_equal(feed.batches, 3);
	assert_int_equal(feed.missing, 3);
	assert_int_equal(feed.lag, S);
	assert_int_equal(feed.faults[FAULT_UNKNOWN_EVENT], 3);
	assert_int_equal(list_sources(t.engine, &source, 1), 1);
	assert_int_equal(source.missing, 3);
	assert_int_equal(source.boot, 1);
	assert_int_equal(list_unknown(t.engine, unknown, 4), 2);
	assert_string_equal(unknown[0].name, "coffee.ready");
	assert_int_equal(unknown[0].count, 2);
	assert_null(strchr(unknown[1].name, 0x1b));
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations), cmocka_unit_test(a_refused_feed_says_why), cmocka_unit_test(rows_and_queues), cmocka_unit_test(who_waits_longest),
		cmocka_unit_test(agents), cmocka_unit_test(names_of_people), cmocka_unit_test(open_contacts_are_there), cmocka_unit_test(clocks_by_kind_and_priority), cmocka_unit_test(markets_and_what_was_impossible),
		cmocka_unit_test(feeds),
	};
	return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
