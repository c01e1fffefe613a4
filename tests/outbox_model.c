#include "tests/outbox_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/outbox_scene.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define IDS 40

static struct view key_of(int key, char to[32])
{
	snprintf(to, 32, "test/key-%d-%.*s", key, key % 3 * 8, "with a longer tail");
	return view_of(to);
}

static struct view value_of(int version, char to[300])
{
	const int length = version * 7 % 250;
	memset(to, 'a' + version % 26, (size_t)length);
	return (struct view){to, (size_t)length};
}

static bool model_has(const struct model *model, int id)
{
	for (int i = 0; i < model->note_count; i++)
		if (model->notes[i] == id)
			return true;
	return false;
}

static void model_note(struct model *model, int id)
{
	if (model->note_count == NOTE_MOST) {
		memmove(model->notes, model->notes + 1, (NOTE_MOST - 1) * sizeof *model->notes);
		model->note_count--;
	}
	model->notes[model->note_count++] = id;
}

/* One step, done to both; what is found on the way must agree at once. */
static void step(struct outbox *outbox, struct model *model, uint64_t *random)
{
	char name[32], content[300];
	const int key = (int)(scene_random(random) % KEYS), id = (int)(scene_random(random) % IDS);
	const int version = 1 + (int)(scene_random(random) % 1000);
	struct view found;
	switch (scene_random(random) % 4) {
	case 0:
		scene_add_event(outbox, model->next++);
		break;
	case 1:
		outbox_put(outbox, key_of(key, name), value_of(version, content));
		model->values[key] = version;
		assert_true(outbox_find(outbox, view_of(name), &found));
		assert_true(view_equals(found, value_of(version, content)));
		break;
	case 2:
		outbox_remove(outbox, key_of(key, name));
		model->values[key] = 0;
		break;
	default: {
		const bool is_new = outbox_note(outbox, 3, (struct view){(const char *)&id, sizeof id}, NOTE_MOST);
		assert_int_equal(is_new, !model_has(model, id));
		if (is_new)
			model_note(model, id);
	}
	}
}

static void count_key(void *context, struct view key, struct view value)
{
	(void)key, (void)value;
	++*(int *)context;
}

/* Notes are asked for in a commit that is abandoned: asking leaves no trace. */
void model_expect(struct outbox *outbox, const struct model *model)
{
	char name[32], content[300];
	struct view found;
	int there = 0, seen = 0;
	assert_int_equal(outbox_next(outbox), model->next);
	for (int key = 0; key < KEYS; key++) {
		assert_int_equal(outbox_find(outbox, key_of(key, name), &found), model->values[key] != 0);
		if (model->values[key])
			assert_true(view_equals(found, value_of(model->values[key], content)));
		there += model->values[key] != 0;
	}
	outbox_each(outbox, view_of("test/"), count_key, &seen);
	assert_int_equal(seen, there);
	for (int id = 0; id < IDS; id++) {
		outbox_begin(outbox);
		assert_int_equal(outbox_note(outbox, 3, (struct view){(const char *)&id, sizeof id}, NOTE_MOST), !model_has(model, id));
		outbox_abandon(outbox);
	}
}

void model_expect_anywhere(struct outbox *outbox, uint64_t *random)
{
	const uint64_t oldest = outbox_oldest(outbox), next = outbox_next(outbox);
	struct outbox_item item;
	for (int i = 0; i < 20 && oldest < next; i++) {
		const uint64_t seq = oldest + scene_random(random) % (next - oldest);
		assert_int_equal(outbox_read(outbox, seq, &item, 1), 1);
		scene_expect_event(&item, seq);
	}
	assert_int_equal(outbox_read(outbox, next, &item, 1), 0);
}

void model_commit_some(struct outbox *outbox, struct model *model, uint64_t *random)
{
	struct model wanted = *model;
	outbox_begin(outbox);
	for (uint64_t steps = scene_random(random) % 8; steps; steps--)
		step(outbox, &wanted, random);
	if (scene_random(random) % 5 == 0) {
		outbox_abandon(outbox);
		return;
	}
	scene_commit(outbox);
	*model = wanted;
}
