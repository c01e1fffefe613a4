/* Any order of things, by a seeded generator: records, reading, answering, lost messages, restarts, epochs, detaching. Whatever
 * happens, each owner gets each record once and in order (tests/stream_rig.c checks every one), and in the end has them all.
 * TABLO_ROUNDS: times as many rounds; TABLO_STREAM_SEED: the first seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "tests/stream_rig.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define OWNERS 3
#define STEPS 150
#define ROUNDS 25

static struct rig rig;

static uint32_t chance(uint64_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 33) % below;
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void take_over(uint64_t *seed)
{
	uint64_t back = chance(seed, 5);
	rig_set_journal(&rig, rig.origin.journal[0], rig.origin.epoch + 1);
	rig.lsn -= back < rig.lsn ? back : rig.lsn;
	stream_server_restart(rig.server, &rig.origin, rig.lsn, 1);
}

static void start_again(uint64_t *seed)
{
	rig_stop(&rig);
	if (chance(seed, 3) == 0) {
		rig_set_journal(&rig, (uint8_t)(rig.origin.journal[0] + 1), 1);
		rig.lsn = chance(seed, 50);
		rig.kept_from = 1;
	} else {
		rig_write(&rig, (int)chance(seed, 20));
	}
	rig_start(&rig);
}

static void attach(struct rig_owner *owner, uint64_t *seed)
{
	int count = rig.owner_count, number = (int)(owner - rig.owners);
	rig_detach(owner);
	rig.owner_count = number;
	rig_attach(&rig, (struct stream_client_options){.queue = chance(seed, 2) ? 5 : 0, .timeout = 60,
		.backlog_records = 20 + chance(seed, 200), .range_most = chance(seed, 2) ? 300 : 0});
	rig.owner_count = count;
}

static void step(uint64_t *seed)
{
	struct rig_owner *owner = &rig.owners[chance(seed, OWNERS)];
	uint32_t what = chance(seed, 1000);
	if (what < 300)
		rig_write(&rig, 1 + (int)chance(seed, 10));
	else if (what < 600)
		rig_read(owner, 1 + (int)chance(seed, 20));
	else if (what < 850)
		rig_serve(&rig);
	else if (what < 965)
		rig_turn(&rig);
	else if (what < 970)
		rig_write(&rig, 1000); /* more than the queues take */
	else if (what < 975)
		rig.kept_from = rig.lsn > 100 ? rig.lsn - 100 : 1;
	else if (what < 980)
		rig.has_state = !rig.has_state;
	else if (what < 990)
		take_over(seed);
	else if (what < 997)
		attach(owner, seed);
	else
		start_again(seed);
}

static void describe(void)
{
	for (int i = 0; i < OWNERS; i++) {
		const struct rig_owner *owner = &rig.owners[i];
		struct stream_client_counts counts = stream_client_counts(owner->client);
		print_message("owner %d: at %llu of %llu, epoch %llu of %llu, link %d %s, states %llu, restarts %llu, malformed %llu, foreign %llu, "
			      "misses %llu\n", i, (unsigned long long)owner->position, (unsigned long long)rig.lsn,
			(unsigned long long)owner->origin.epoch, (unsigned long long)rig.origin.epoch, owner->link, owner->link_why,
			(unsigned long long)owner->states, (unsigned long long)counts.restarts, (unsigned long long)counts.malformed,
			(unsigned long long)counts.foreign, (unsigned long long)counts.misses);
	}
	fail_msg("not everybody has everything");
}

static void play(uint64_t first)
{
	uint64_t seed = first * UINT64_C(0x9e3779b97f4a7c15) + 1;
	rig_open(&rig, first % 4 ? "inproc" : "ipc");
	rig_stop(&rig);
	rig.feed.stale = 400;
	rig.feed.reconnect = 60;
	rig.options.queue = first % 3 ? 10 : 0;
	rig_start(&rig);
	rig.state_size = 16 + chance(&seed, 1400 * 1024) * (first % 5 == 0);
	for (int i = 0; i < OWNERS; i++)
		attach(&rig.owners[rig.owner_count++], &seed);
	for (int i = 0; i < STEPS; i++)
		step(&seed);
	rig.has_state = true;
	int64_t until = clock_monotonic() + RIG_DEADLINE;
	while (!rig_is_level(&rig) && clock_monotonic() < until)
		rig_turn(&rig);
	if (!rig_is_level(&rig))
		describe();
	rig_close(&rig);
}

static void each_record_once_and_in_order(void **state)
{
	(void)state;
	uint64_t rounds = ROUNDS * from_environment("TABLO_ROUNDS", 1), seed = from_environment("TABLO_STREAM_SEED", 1);
	for (uint64_t i = 0; i < rounds; i++) {
		print_message("seed %llu\n", (unsigned long long)(seed + i));
		play(seed + i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_record_once_and_in_order)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
