/* The desk beats for the service manager only while the screen answers: what the two threads share of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "app/exchange.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static void a_screen_that_hangs_is_noticed(void **state)
{
	(void)state;
	struct exchange exchange;
	struct error err;
	const struct snapshot_request request = {.scope = SCOPE_ALL};
	assert_true(exchange_open(&exchange, &request, &err));
	assert_true(exchange_is_answered(&exchange)); /* nobody has called yet */
	exchange_call(&exchange);
	assert_false(exchange_is_answered(&exchange));
	exchange_take(&exchange); /* it heard, and hangs before it answers */
	assert_false(exchange_is_answered(&exchange));
	exchange_call(&exchange);
	exchange_answer(&exchange);
	assert_true(exchange_is_answered(&exchange));
	exchange_close(&exchange);
}

static void the_screen_says_how_often_it_draws(void **state)
{
	(void)state;
	struct exchange exchange;
	struct error err;
	const struct snapshot_request request = {.scope = SCOPE_ALL};
	assert_true(exchange_open(&exchange, &request, &err));
	assert_int_equal(exchange_interval(&exchange), 0);
	exchange_pace(&exchange, 250);
	assert_int_equal(exchange_interval(&exchange), 250);
	exchange_pace(&exchange, 5000); /* a level may change each second, and is drawn at once */
	assert_int_equal(exchange_interval(&exchange), 1000);
	exchange_close(&exchange);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_screen_that_hangs_is_noticed), cmocka_unit_test(the_screen_says_how_often_it_draws)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
