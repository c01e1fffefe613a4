/* The simulated helpdesk: the same day for the same seed, and never a thing that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail

#include "base/clock.h"
#include "base/instant.h"
#include "base/map.h"
#include "feed/feed_classes.h"
#include "feed/simulator.h"

#define START INT64_C(1790000000000)
#define CONTACTS_MOST 8192
#define AGENTS_MOST 64
#define CASES_MOST 4096

enum { ABSENT, WAITS, RINGS, TALKS, HELD, MOVES, WRAPS, OVER };

/* What the protocol allows, kept by the test's own means. */
struct checker {
	struct map ids, agent_ids, case_ids;
	uint8_t state[CONTACTS_MOST], step[CONTACTS_MOST], channel[CONTACTS_MOST];
	bool alarmed[CONTACTS_MOST]; /* of a threat to somebody's life */
	char agent[CONTACTS_MOST][32];
	int load[AGENTS_MOST][CHANNEL_COUNT], slots[AGENTS_MOST][CHANNEL_COUNT];
	bool available[AGENTS_MOST], solved[CASES_MOST];
	int64_t due[CASES_MOST][SLA_CLOCK_COUNT]; /* 0: not running */
	uint64_t types[EVENT_TYPE_COUNT];
	uint32_t skipped, anger, queues, sent_on, taken_over, reopened, met_late;
	int64_t skipped_at;
};

static uint32_t number_of(struct map *ids, struct view id, uint32_t most)
{
	uint32_t number = map_find(ids, id);
	if (number != MAP_NONE)
		return number;
	number = (uint32_t)ids->used;
	assert_true(number < most);
	map_put(ids, id, number);
	return number;
}

/* ---- agents: nobody gets more than he has room for, nor anything while he is away ---- */

static int *load_of(struct checker *checker, uint32_t contact)
{
	uint32_t agent = number_of(&checker->agent_ids, view_of(checker->agent[contact]), AGENTS_MOST);
	return &checker->load[agent][checker->channel[contact]];
}

static void give(struct checker *checker, uint32_t contact)
{
	uint32_t agent = number_of(&checker->agent_ids, view_of(checker->agent[contact]), AGENTS_MOST);
	int *load = load_of(checker, contact);
	assert_true(checker->available[agent]);
	assert_true(++*load <= checker->slots[agent][checker->channel[contact]]);
}

static void take_back(struct checker *checker, uint32_t contact)
{
	assert_true(--*load_of(checker, contact) >= 0);
}

static void check_agent(struct checker *checker, const struct event *event)
{
	uint32_t agent = number_of(&checker->agent_ids, event_text(event, KEY_AGENT), AGENTS_MOST);
	if (event->type == EVENT_AGENT_CAPACITY)
		checker->slots[agent][event_word(event, KEY_CHANNEL, 0)] = (int)event_number(event, KEY_SLOTS, 0);
	if (event->type == EVENT_AGENT_STATE)
		checker->available[agent] = event_word(event, KEY_STATE, -1) == AGENT_AVAILABLE;
}

/* ---- cases: which come back, and which clocks run out ---- */

static void check_case(struct checker *checker, const struct event *event)
{
	uint32_t number = number_of(&checker->case_ids, event_text(event, KEY_CASE), CASES_MOST);
	int64_t *due = &checker->due[number][event_word(event, KEY_CLOCK, 0)];
	if (event->type == EVENT_CASE_STATE) {
		int to = event_word(event, KEY_TO, -1);
		checker->reopened += checker->solved[number] && to == CASE_OPEN;
		checker->solved[number] = to == CASE_SOLVED;
	} else if (event->type == EVENT_SLA_STARTED) {
		assert_true(*due == 0);
		*due = event_number(event, KEY_DUE, 0);
	} else if (event->type == EVENT_SLA_MET) {
		assert_true(*due != 0);
		checker->met_late += event->ts > *due;
		*due = 0;
	} else if (event->type == EVENT_SLA_PAUSED) {
		*due = INT64_MAX; /* he who waits for the customer is not late */
	}
}

/* ---- contacts ---- */

static void same_agent(struct checker *checker, uint32_t number, const struct event *event)
{
	struct view agent = event_text(event, KEY_AGENT);
	assert_true(view_is(agent, checker->agent[number]));
}

static void take_agent(struct checker *checker, uint32_t number, const struct event *event)
{
	struct view agent = event_text(event, KEY_AGENT);
	assert_in_range(agent.size, 1, 31);
	memcpy(checker->agent[number], agent.data, agent.size);
	checker->agent[number][agent.size] = '\0';
}

static void change(struct checker *checker, uint32_t number, int from, int to)
{
	assert_int_equal(checker->state[number], from);
	checker->state[number] = (uint8_t)to;
}

static void check_released(struct checker *checker, uint32_t number, const struct event *event)
{
	same_agent(checker, number, event);
	bool moves = event_word(event, KEY_BY, -1) == RELEASED_TRANSFER;
	assert_true(event_number(event, KEY_TALK_MS, 0) >= 0);
	change(checker, number, TALKS, moves ? MOVES : event_has(event, KEY_WRAP_MS) ? OVER : WRAPS);
	take_back(checker, number);
}

static void check_contact(struct checker *checker, const struct event *event)
{
	uint32_t number = number_of(&checker->ids, event_text(event, KEY_CONTACT), CONTACTS_MOST);
	int state = checker->state[number];
	switch (event->type) {
	case EVENT_CONTACT_QUEUED:
		change(checker, number, state == MOVES ? MOVES : ABSENT, WAITS);
		checker->channel[number] = (uint8_t)event_word(event, KEY_CHANNEL, CHANNEL_OTHER);
		checker->sent_on += state == MOVES;
		break;
	case EVENT_CONTACT_OFFERED:
		change(checker, number, WAITS, RINGS);
		take_agent(checker, number, event);
		give(checker, number);
		break;
	case EVENT_CONTACT_MISSED:
		same_agent(checker, number, event);
		take_back(checker, number);
		change(checker, number, RINGS, WAITS);
		break;
	case EVENT_CONTACT_ANSWERED:
		change(checker, number, state == MOVES ? MOVES : RINGS, TALKS);
		if (state == RINGS)
			same_agent(checker, number, event);
		take_agent(checker, number, event);
		if (state == MOVES)
			give(checker, number);
		checker->taken_over += state == MOVES;
		break;
	case EVENT_CONTACT_LEFT:
		change(checker, number, state == RINGS ? RINGS : WAITS, OVER);
		if (state == RINGS)
			take_back(checker, number);
		break;
	case EVENT_CONTACT_HELD:
		same_agent(checker, number, event);
		change(checker, number, TALKS, HELD);
		break;
	case EVENT_CONTACT_UNHELD:
		same_agent(checker, number, event);
		change(checker, number, HELD, TALKS);
		break;
	case EVENT_CONTACT_RELEASED:
		check_released(checker, number, event);
		break;
	case EVENT_CONTACT_WRAPPED:
		same_agent(checker, number, event);
		change(checker, number, WRAPS, OVER);
		break;
	case EVENT_CONTACT_WORKED:
		same_agent(checker, number, event);
		assert_int_equal(state, TALKS);
		break;
	default:
		break;
	}
}

static void check_conduct(struct checker *checker, const struct event *event)
{
	uint32_t number = number_of(&checker->ids, event_text(event, KEY_CONTACT), CONTACTS_MOST);
	int state = checker->state[number];
	assert_true(state == TALKS || state == HELD);
	if (event->type == EVENT_CONDUCT_SIGNALLED)
		checker->anger += event_word(event, KEY_AIM, -1) != AIM_AGENT;
	if (event->type == EVENT_CONDUCT_SAFETY)
		checker->alarmed[number] = true;
	if (event->type != EVENT_CONDUCT_STEP)
		return;
	int step = event_word(event, KEY_STEP, -1);
	if (step == checker->step[number] + 1 || (step == STEP_ENDED && checker->alarmed[number])) {
		checker->step[number] = (uint8_t)step;
		return;
	}
	checker->skipped++;
	checker->skipped_at = event->ts;
}

static void check(struct checker *checker, const struct event *event)
{
	checker->types[event->type]++;
	if (event->type <= EVENT_CONTACT_WORKED)
		check_contact(checker, event);
	if (event->type >= EVENT_CONDUCT_SIGNALLED && event->type <= EVENT_CONDUCT_SAFETY)
		check_conduct(checker, event);
	if (event->type >= EVENT_CASE_OPENED && event->type <= EVENT_SLA_CANCELLED)
		check_case(checker, event);
	if (event->type >= EVENT_AGENT_STATE && event->type <= EVENT_AGENT_CAPACITY)
		check_agent(checker, event);
	if (event->type == EVENT_QUEUE_DEFINED)
		checker->queues++;
}

static const enum event_type wanted[] = {
	EVENT_CONTACT_QUEUED, EVENT_CONTACT_OFFERED, EVENT_CONTACT_MISSED, EVENT_CONTACT_ANSWERED, EVENT_CONTACT_HELD, EVENT_CONTACT_UNHELD,
	EVENT_CONTACT_LEFT, EVENT_CONTACT_RELEASED, EVENT_CONTACT_WRAPPED, EVENT_CONTACT_WORKED, EVENT_CALLBACK_SCHEDULED, EVENT_CALLBACK_DUE,
	EVENT_CALLBACK_DONE, EVENT_CASE_OPENED, EVENT_CASE_ASSIGNED, EVENT_CASE_MESSAGE, EVENT_CASE_STATE, EVENT_SLA_STARTED, EVENT_SLA_PAUSED,
	EVENT_SLA_RESUMED, EVENT_SLA_MET, EVENT_SURVEY_SENT, EVENT_SURVEY_ANSWERED, EVENT_REVIEW_SCORED, EVENT_FOLLOWUP_DONE, EVENT_AGENT_STATE,
	EVENT_AGENT_MEMBER, EVENT_AGENT_CAPACITY, EVENT_AGENT_HELP, EVENT_AGENT_MISTAKE, EVENT_REFUSAL_SAID, EVENT_PRAISE_RECEIVED,
	EVENT_CUSTOMER_BASE, EVENT_CUSTOMER_JOINED, EVENT_CUSTOMER_CHURNED, EVENT_CONDUCT_SIGNALLED, EVENT_CONDUCT_STEP, EVENT_CONDUCT_CALMED,
	EVENT_CONDUCT_WITHDRAWN, EVENT_CONDUCT_SAFETY, EVENT_QUEUE_DEFINED, EVENT_NOTE_POSTED,
};

static void check_day(struct checker *checker, uint64_t seed)
{
	struct simulator *simulator = simulator_create(seed, START, 0);
	struct wire_buffer encoded = {0}, payload = {0};
	struct batch batch = {0};
	struct error err;
	int64_t ts = START - 2 * HOUR_MS;
	assert_true(simulator_due(simulator) == ts);
	while (simulator_due(simulator) < START + HOUR_MS) {
		struct event event;
		int64_t due = simulator_due(simulator);
		simulator_next(simulator, &event);
		assert_true(event.ts == due && event.ts >= ts);
		ts = event.ts;
		encoded.size = 0;
		wire_encode_event(&encoded, &event);
		wire_encode_batch(&payload, &(struct wire_header){.sent = ts}, 1, encoded.data, encoded.size);
		assert_int_equal(wire_decode(payload.data, payload.size, &batch, &err), FAULT_NONE);
		assert_int_equal(batch.events[0].fault, FAULT_NONE);
		assert_int_equal(batch.events[0].type, event.type);
		assert_true(batch.events[0].present == event.present);
		check(checker, &batch.events[0]);
	}
	batch_finish(&batch);
	wire_buffer_finish(&encoded);
	wire_buffer_finish(&payload);
	simulator_destroy(simulator);
}

static void is_possible_and_complete(void **state)
{
	(void)state;
	const uint64_t seeds[] = {7, 1, 4242};
	for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
		struct checker *checker = calloc(1, sizeof *checker);
		check_day(checker, seeds[i]);
		for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
			if (!checker->types[wanted[k]]) {
				print_error("seed %d: no %s in three hours\n", (int)seeds[i], event_types[wanted[k]].name);
				assert_true(false);
			}
		assert_int_equal(checker->queues, 8);
		assert_int_equal(checker->types[EVENT_AGENT_MEMBER], 40);
		assert_int_equal(checker->types[EVENT_NOTE_POSTED], 1);
		assert_int_equal(checker->skipped, 1);
		assert_in_range(checker->skipped_at, START - 2 * MINUTE_MS, START);
		assert_true(checker->anger > 10);
		assert_int_equal(checker->types[EVENT_CONDUCT_SAFETY], 1);
		assert_true(checker->sent_on > 0 && checker->taken_over > 0);
		assert_true(checker->reopened > 0 && checker->met_late > 0);
		assert_int_equal(checker->types[EVENT_SLA_BREACHED], 0); /* that is for the board to say */
		map_finish(&checker->ids);
		map_finish(&checker->agent_ids);
		map_finish(&checker->case_ids);
		free(checker);
	}
}

/* Encodes the first `count` events. */
static void encode_day(uint64_t seed, int count, struct wire_buffer *to)
{
	struct simulator *simulator = simulator_create(seed, START, 3 * HOUR_MS);
	for (int i = 0; i < count; i++) {
		struct event event;
		simulator_next(simulator, &event);
		wire_encode_event(to, &event);
	}
	simulator_destroy(simulator);
}

/* With every compiler and on every machine: a change of the simulated day changes these bytes, and then this number. */
#define DAY_DIGEST UINT64_C(0x4ca96309a74422b2)

static uint64_t digest(const struct wire_buffer *bytes)
{
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
	for (size_t i = 0; i < bytes->size; i++)
		hash = (hash ^ bytes->data[i]) * UINT64_C(1099511628211);
	return hash;
}

static void same_everywhere(void **state)
{
	(void)state;
	struct wire_buffer day = {0};
	encode_day(7, 30000, &day);
	uint64_t found = digest(&day);
	wire_buffer_finish(&day);
	if (found != DAY_DIGEST)
		print_error("the digest of the day is 0x%016llx\n", (unsigned long long)found);
	assert_true(found == DAY_DIGEST);
}

static void same_seed_same_day(void **state)
{
	(void)state;
	struct wire_buffer first = {0}, second = {0}, other = {0};
	encode_day(7, 8000, &first);
	encode_day(7, 8000, &second);
	encode_day(8, 8000, &other);
	assert_int_equal(first.size, second.size);
	assert_memory_equal(first.data, second.data, first.size);
	assert_true(other.size != first.size || memcmp(other.data, first.data, first.size) != 0);
	wire_buffer_finish(&first);
	wire_buffer_finish(&second);
	wire_buffer_finish(&other);
}

/* Arrivals of one queue and channel per ten minutes, before the outage and in it. */
static void the_outage_brings_customers(void **state)
{
	(void)state;
	struct simulator *simulator = simulator_create(7, START, 0);
	int before = 0, during = 0, events = 0;
	while (simulator_due(simulator) < START) {
		struct event event;
		simulator_next(simulator, &event);
		events++;
		if (event.type != EVENT_CONTACT_QUEUED || !view_is(event_text(&event, KEY_QUEUE), "Billing") ||
			!view_is(event_text(&event, KEY_CHANNEL), "chat"))
			continue;
		before += event.ts >= START - 32 * MINUTE_MS && event.ts < START - 12 * MINUTE_MS;
		during += event.ts >= START - 12 * MINUTE_MS;
	}
	assert_true(during * 20 > before * 12 * 3 / 2);
	assert_in_range(events, 9000, 20000);
	simulator_destroy(simulator);
}

/* ---- the feed ---- */

struct heard {
	uint64_t next, boot;
	int64_t at;
	int live, ended, batches;
	struct batch batch;
};

static void hear_batch(void *context, struct feed *feed, const void *payload, size_t size, int64_t at)
{
	struct heard *heard = context;
	struct error err;
	(void)feed;
	assert_int_equal(wire_decode(payload, size, &heard->batch, &err), FAULT_NONE);
	assert_true(view_is(heard->batch.src, "simulator"));
	assert_true(heard->batch.seq == heard->next);
	assert_true(heard->batch.boot == heard->boot && heard->batch.sent == at && at >= heard->at);
	int64_t second = heard->batch.events[0].ts / SECOND_MS;
	assert_true(heard->batch.events[heard->batch.count - 1].ts / SECOND_MS == second);
	heard->next += heard->batch.count;
	heard->at = at;
	heard->batches++;
}

static void hear_link(void *context, struct feed *feed, enum link_state state, int64_t silent)
{
	struct heard *heard = context;
	(void)feed, (void)silent;
	heard->live += state == LINK_LIVE;
	heard->ended += state == LINK_ENDED;
}

static void hear_history_then_pace(void **state)
{
	(void)state;
	struct heard heard = {.next = 1, .boot = (uint64_t)START};
	struct feed_sink sink = {.context = &heard, .batch = hear_batch, .link = hear_link};
	struct feed_options options = {.speed = 1, .start = START, .stop = INT64_MAX};
	struct error err;
	struct feed *feed = sim_feed_class.open("sim:7", &options, &sink, &err);
	assert_non_null(feed);
	assert_true(sim_feed_class.time(feed) == INSTANT_NONE);
	while (sim_feed_class.next(feed, 100))
		;
	assert_int_equal(heard.live, 1);
	assert_true(heard.batches > 3000);
	assert_in_range(heard.at, START - 5 * SECOND_MS, START + SECOND_MS);
	int64_t wait = sim_feed_class.due(feed) - clock_monotonic();
	assert_true(wait > 0 && wait < 10 * SECOND_MS);
	int64_t time = sim_feed_class.time(feed);
	clock_sleep(20);
	assert_true(sim_feed_class.time(feed) >= time && time >= heard.at);
	sim_feed_class.close(feed);
	batch_finish(&heard.batch);
}

static void hear_all_until_stop(void **state)
{
	(void)state;
	struct heard heard = {.next = 1, .boot = (uint64_t)START};
	struct feed_sink sink = {.context = &heard, .batch = hear_batch, .link = hear_link};
	struct feed_options options = {.speed = 0, .start = START, .stop = START + 10 * MINUTE_MS};
	struct error err;
	struct feed *feed = sim_feed_class.open("sim:", &options, &sink, &err);
	assert_non_null(feed);
	while (sim_feed_class.next(feed, 100))
		;
	assert_int_equal(heard.ended, 1);
	assert_in_range(heard.at, START + 9 * MINUTE_MS, START + 10 * MINUTE_MS);
	assert_true(sim_feed_class.due(feed) == INT64_MAX);
	sim_feed_class.close(feed);
	batch_finish(&heard.batch);
	assert_null(sim_feed_class.open("sim:many", &options, &sink, &err));
	assert_non_null(strstr(err.text, "many"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_possible_and_complete),
		cmocka_unit_test(same_seed_same_day),
		cmocka_unit_test(same_everywhere),
		cmocka_unit_test(the_outage_brings_customers),
		cmocka_unit_test(hear_history_then_pace),
		cmocka_unit_test(hear_all_until_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
