/* Anger at the company: so many signals in one queue within so long raise an alert, once, until half of it has calmed down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "teller.h"

#include <cmocka.h>

static int next_contact;

static void be_angry(struct teller *t, int64_t at, const char *queue, const char *aim)
{
	char keys[120];
	const int number = next_contact++;
	snprintf(keys, sizeof keys, "contact=c%d queue=%s channel=chat", number, queue);
	tell(t, at, "contact.queued", keys);
	snprintf(keys, sizeof keys, "contact=c%d agent=ana", number);
	tell(t, at, "contact.answered", keys);
	snprintf(keys, sizeof keys, "contact=c%d kind=insult aim=%s by=engine", number, aim);
	tell(t, at, "conduct.signalled", keys);
}

/* The standing alert about anger; NULL: none. */
static const char *standing(const struct teller *t)
{
	static struct list_alert alerts[8]; /* handed out */
	const int count = list_alerts(t->engine, engine_now(t->engine), alerts, 8);
	for (int i = 0; i < count; i++)
		if (alerts[i].state != LIST_ALERT_CLEARED && strstr(alerts[i].text, "anger at the company"))
			return alerts[i].text;
	return NULL;
}

static void ten_in_one_queue(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	for (int i = 0; i < 9; i++)
		be_angry(&t, T0 + i * M, "Billing", i % 2 ? "company" : "product");
	for (int i = 0; i < 9; i++)
		be_angry(&t, T0 + 9 * M + i, "Orders", "company");
	for (int i = 0; i < 3; i++)
		be_angry(&t, T0 + 10 * M + i, "Billing", "unclear");
	pass(&t, T0 + 11 * M);
	assert_null(standing(&t));
	be_angry(&t, T0 + 12 * M, "Billing", "company");
	pass(&t, T0 + 12 * M + 2 * S);
	assert_non_null(standing(&t));
	assert_string_equal(standing(&t), "anger at the company: 10 signals in 15 min in Billing");
	teller_close(&t);
}

static void too_slowly(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	for (int i = 0; i < 30; i++)
		be_angry(&t, T0 + i * 100 * S, "Billing", "company"); /* nine in fifteen minutes */
	pass(&t, T0 + 3000 * S);
	assert_null(standing(&t));
	teller_close(&t);
}

static void until_half_has_calmed_down(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	for (int i = 0; i < 10; i++)
		be_angry(&t, T0 + i * M, "Billing", "company");
	pass(&t, T0 + 10 * M);
	assert_non_null(standing(&t));
	pass(&t, T0 + 18 * M);
	assert_non_null(standing(&t)); /* six or seven of them are less than fifteen minutes old */
	pass(&t, T0 + 22 * M);
	assert_null(standing(&t));
	struct list_alert alerts[8];
	assert_int_equal(list_alerts(t.engine, T0 + 22 * M, alerts, 8), 1); /* one, not one for each signal */
	assert_int_equal(alerts[0].state, LIST_ALERT_CLEARED);
	teller_close(&t);
}

static void never(struct settings *settings)
{
	settings->anger_limit = 0;
}

static void three_in_a_minute(struct settings *settings)
{
	settings->anger_limit = 3;
	settings->anger_within = M;
}

static void as_set(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, never);
	for (int i = 0; i < 50; i++)
		be_angry(&t, T0 + i * S, "Billing", "company");
	pass(&t, T0 + M);
	assert_null(standing(&t));
	teller_close(&t);
	teller_open(&t, three_in_a_minute);
	for (int i = 0; i < 3; i++)
		be_angry(&t, T0 + i * S, "Billing", "company");
	pass(&t, T0 + 5 * S);
	assert_non_null(standing(&t));
	/* Packed and read back it stands, and ends. */
	size_t size;
	bool differs;
	uint8_t *bytes = engine_pack(t.engine, INT64_MIN, &size);
	engine_destroy(t.engine);
	t.engine = engine_unpack(t.settings, bytes, size, &differs, NULL);
	free(bytes);
	assert_non_null(t.engine);
	assert_non_null(standing(&t));
	pass(&t, T0 + 3 * M);
	assert_null(standing(&t));
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_in_one_queue), cmocka_unit_test(too_slowly), cmocka_unit_test(until_half_has_calmed_down), cmocka_unit_test(as_set),
	};
	return cmocka_run_group_tests_name("anger", tests, NULL, NULL);
}
