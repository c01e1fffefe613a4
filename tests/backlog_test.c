/* The backlog by age: what the lists of the slots say is what a look at each case says, whatever happens to the cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "teller.h"

#include <cmocka.h>

#define CASES 1500 /* several chunks of the lists */

static const char *const figures[] = {"backlog", "backlog_oldest", "backlog_p50", "backlog_p90", "backlog_under_1d", "backlog_1d", "backlog_3d",
	"backlog_7d", "backlog_30d", "longest_wait_async"};

static int below(uint64_t *random, int limit)
{
	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int)((uint32_t)(*random >> 33) % (uint32_t)limit);
}

static void say(struct teller *t, int64_t recv, int64_t ts, int number, const char *type, const char *keys)
{
	char text[120];
	snprintf(text, sizeof text, "case=k%d %s", number, keys);
	tell_late(t, recv, ts, type, text);
}

/* Every case is ana's: hers are looked at one by one, everybody's are not. */
static void compare(const struct teller *t)
{
	struct scope ana = SCOPE_ALL;
	assert_true(list_scope_parse(t->engine, "agent=ana", &ana, NULL));
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
		const struct figure all = figure_in(t, figures[i], WINDOW_NOW, BY_OUTCOME, SCOPE_ALL);
		const struct figure hers = figure_in(t, figures[i], WINDOW_NOW, BY_OUTCOME, ana);
		if (all.known != hers.known || all.numerator != hers.numerator)
			fail_msg("%s: %lld, not %lld", figures[i], (long long)all.numerator, (long long)hers.numerator);
	}
}

static void happen(struct teller *t, uint64_t *random, int64_t now)
{
	static const char *const queues[] = {"queue=Billing channel=email", "queue=Returns channel=chat", "queue=Billing channel=messenger"};
	static const char *const moves[] = {"queue=Billing", "queue=Returns", "queue=VIP"};
	static const char *const states[] = {"to=open", "to=pending", "to=solved", "to=closed"};
	const int number = below(random, CASES), chance = below(random, 10);
	if (chance < 3) {
		say(t, now, now - below(random, 20) * H, number, "case.opened", queues[below(random, 3)]); /* some of them late */
		say(t, now, now, number, "case.assigned", "agent=ana");
	} else if (chance < 5) {
		say(t, now, now, number, "case.message", below(random, 2) ? "by=customer public=1" : "by=agent public=1");
	} else if (chance < 7) {
		say(t, now, now, number, "case.assigned", moves[below(random, 3)]);
	} else {
		say(t, now, now, number, "case.state", states[below(random, 4)]);
	}
}

static void lists_say_what_a_look_says(void **state)
{
	(void)state;
	struct teller t;
	uint64_t random = 7;
	int64_t now = T0;
	teller_open(&t, NULL);
	pass(&t, now);
	say(&t, now, now, 0, "case.opened", "queue=Billing channel=email");
	say(&t, now, now, 0, "case.assigned", "agent=ana");
	for (int i = 0; i < 9000; i++) {
		now += below(&random, 40) ? below(&random, 20) * M : below(&random, 12) * H;
		happen(&t, &random, now);
		if (i % 50 == 0)
			compare(&t);
		if (i == 4500) {
			size_t size;
			bool differs;
			uint8_t *bytes = engine_pack(t.engine, INT64_MIN, &size);
			struct engine *copy = engine_unpack(t.settings, bytes, size, &differs, NULL);
			assert_non_null(copy);
			free(bytes);
			engine_destroy(t.engine);
			t.engine = copy;
		}
	}
	assert_true(gauge(&t, "backlog") > 5);
	assert_true(gauge(&t, "backlog_30d") > 0);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lists_say_what_a_look_says)};
	return cmocka_run_group_tests_name("backlog", tests, NULL, NULL);
}
