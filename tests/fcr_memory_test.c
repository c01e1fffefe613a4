/* The memory of first contact resolution by itself: whom the index finds after thousands came and went, and that places are used again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "metrics/fcr_memory.h"

#include <cmocka.h>

#define CUSTOMERS 5000
#define ENTRIES 20000 /* remembered at once */
#define ROUNDS 10

/* The model: the entries in the order in which they came; each customer's newest. */
struct model {
	uint32_t numbers[ENTRIES];
	uint32_t newest[CUSTOMERS];
	uint64_t random;
};

static uint64_t any(struct model *model, uint64_t below)
{
	model->random = model->random * 6364136223846793005u + 1442695040888963407u;
	return (model->random >> 20) % below;
}

static void forget_one(struct fcr_memory *memory, struct model *model, uint32_t number)
{
	const struct fcr_entry *entry = fcr_at(memory, number);
	const size_t customer = entry->customer - 1;
	if (model->newest[customer] == number) {
		assert_int_equal(entry->newer, 0);
		model->newest[customer] = entry->older;
	}
	fcr_memory_free(memory, number);
}

static void chains_and_index(void **state)
{
	(void)state;
	struct fcr_memory memory;
	struct model *model = memory_new(1, sizeof *model);
	size_t bytes = 0;
	fcr_memory_init(&memory);
	for (uint64_t i = 0; i < (uint64_t)ENTRIES * ROUNDS; i++) {
		const size_t place = i % ENTRIES, customer = any(model, any(model, 4) ? CUSTOMERS : 10);
		if (i >= ENTRIES)
			forget_one(&memory, model, model->numbers[place]);
		const uint32_t number = fcr_memory_take(&memory, customer + 1, (int64_t)i);
		model->numbers[place] = number;
		fcr_memory_expect(&memory, customer + 1);
		fcr_memory_expect_entry(&memory, customer + 1);
		assert_int_equal(fcr_memory_chain(&memory, number), 0);
		assert_int_equal(fcr_at(&memory, number)->older, model->newest[customer]);
		model->newest[customer] = number;
		if (i == (uint64_t)ENTRIES * 2)
			bytes = fcr_memory_bytes(&memory);
	}
	assert_int_equal(memory.count, ENTRIES);
	assert_int_equal(fcr_memory_bytes(&memory), bytes);
	for (size_t i = 0; i < ENTRIES; i++)
		forget_one(&memory, model, model->numbers[i]);
	assert_int_equal(memory.count, 0);
	assert_int_equal(memory.customers, 0);
	fcr_memory_finish(&memory);
	free(model);
}

/* One that is told late stands where it belongs. */
static void late_ones_stand_in_order(void **state)
{
	(void)state;
	struct fcr_memory memory;
	fcr_memory_init(&memory);
	const int64_t times[] = {50, 10, 40, 20, 30, -5, INT64_MAX, INT64_MIN};
	const size_t count = sizeof times / sizeof *times;
	uint32_t newest = 0;
	for (size_t i = 0; i < count; i++) {
		const uint32_t number = fcr_memory_take(&memory, 7, times[i]);
		fcr_memory_chain(&memory, number);
		newest = fcr_at(&memory, number)->newer ? newest : number;
	}
	size_t seen = 0;
	for (uint32_t i = newest; i; i = fcr_at(&memory, i)->older, seen++) {
		const uint32_t older = fcr_at(&memory, i)->older;
		assert_true(!older || fcr_queued_at(fcr_at(&memory, older)) <= fcr_queued_at(fcr_at(&memory, i)));
		assert_true(!older || fcr_at(&memory, older)->newer == i);
	}
	assert_int_equal(seen, count);
	fcr_memory_finish(&memory);
}

/* An entry keeps its contact while it has a link to a case, and after. */
static void links_hold_the_contact(void **state)
{
	(void)state;
	struct fcr_memory memory;
	fcr_memory_init(&memory);
	uint32_t first = fcr_memory_take(&memory, 1, 0), second = fcr_memory_take(&memory, 2, 0);
	fcr_memory_chain(&memory, first);
	fcr_memory_chain(&memory, second);
	*fcr_contact_of(&memory, first) = 11;
	*fcr_contact_of(&memory, second) = 22;
	const uint32_t place = fcr_link_take(&memory, first);
	assert_ptr_equal(fcr_link_of(&memory, first), &memory.links[place]);
	assert_null(fcr_link_of(&memory, second));
	assert_int_equal(*fcr_contact_of(&memory, first), 11);
	assert_int_equal(*fcr_contact_of(&memory, second), 22);
	fcr_link_free(&memory, first);
	assert_int_equal(*fcr_contact_of(&memory, first), 11);
	assert_int_equal(fcr_link_take(&memory, second), place);
	fcr_memory_free(&memory, second); /* with its link */
	assert_int_equal(fcr_link_take(&memory, first), place);
	fcr_memory_finish(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(chains_and_index), cmocka_unit_test(late_ones_stand_in_order),
		cmocka_unit_test(links_hold_the_contact)};
	return cmocka_run_group_tests_name("fcr_memory", tests, NULL, NULL);
}
