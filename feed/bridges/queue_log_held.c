#include "feed/bridges/queue_log_held.h"

#include <endian.h>
#include <stdlib.h>

#include "base/memory.h"

#define KEY "queue_log/waiting/"
#define HEAD (sizeof(int64_t) + sizeof(uint32_t)) /* number, size of the name; then the name, its NUL, the line */
#define MASK_MORE (PSEUDONYM_SIZE + QUEUE_LOG_DATA) /* bytes by which a masked line may be longer */

struct held *queue_log_held_new(const char *name, int64_t number, struct view text)
{
	const size_t name_size = strlen(name);
	struct held *held = memory_new(1, sizeof *held + name_size + 1 + text.size);
	held->number = number;
	held->name_size = (uint32_t)name_size;
	held->text_size = (uint32_t)text.size;
	memcpy(held->bytes, name, name_size);
	memcpy(held->bytes + name_size + 1, text.data, text.size);
	return held;
}

struct view queue_log_held_text(const struct held *held)
{
	return (struct view){held->bytes + held->name_size + 1, held->text_size};
}

/* ---- kept ---- */

static struct view key_of(const struct held *held, char to[64])
{
	const uint64_t sorted = htobe64(held->order);
	const size_t begin = strlen(KEY);
	memcpy(to, KEY, begin);
	memcpy(to + begin, &sorted, sizeof sorted);
	return (struct view){to, begin + sizeof sorted};
}

static size_t masked(const struct held *held, const struct pseudonym *pseudonym, char *to)
{
	const struct view text = queue_log_held_text(held);
	struct queue_log_line line;
	if (held->is_masked || queue_log_line_read(text, &line)) { /* what cannot be read never waits */
		memcpy(to, text.data, text.size);
		return text.size;
	}
	return queue_log_line_mask(pseudonym, text.data, &line, to);
}

void queue_log_held_keep(struct outbox *outbox, const struct pseudonym *pseudonym, struct held *held)
{
	const size_t begin = HEAD + held->name_size + 1;
	char key[64];
	char *value = memory_new(1, begin + held->text_size + MASK_MORE);
	memcpy(value, &held->number, sizeof held->number);
	memcpy(value + sizeof held->number, &held->name_size, sizeof held->name_size);
	memcpy(value + HEAD, held->bytes, (size_t)held->name_size + 1);
	outbox_put(outbox, key_of(held, key), (struct view){value, begin + masked(held, pseudonym, value + begin)});
	free(value);
	held->kept = true;
}

void queue_log_held_drop(struct outbox *outbox, const struct held *held)
{
	char key[64];
	outbox_remove(outbox, key_of(held, key));
}

/* ---- and found again ---- */

static void restore(void *context, struct view key, struct view value)
{
	struct held_list *found = context;
	int64_t number;
	uint32_t name_size;
	uint64_t order;
	const size_t begin = strlen(KEY);
	if (key.size != begin + sizeof order || value.size < HEAD)
		return;
	memcpy(&order, key.data + begin, sizeof order);
	memcpy(&number, value.data, sizeof number);
	memcpy(&name_size, value.data + sizeof number, sizeof name_size);
	if (name_size >= value.size - HEAD || value.data[HEAD + name_size] != 0)
		return;
	const struct view text = {value.data + HEAD + name_size + 1, value.size - HEAD - name_size - 1};
	struct held *held = queue_log_held_new(value.data + HEAD, number, text);
	held->order = be64toh(order);
	held->kept = held->is_masked = true;
	found->list = memory_grow(found->list, &found->room, found->count + 1, sizeof *found->list);
	found->list[found->count++] = held;
}

static int compare(const void *left, const void *right)
{
	const struct held *const *a = left, *const *b = right;
	return ((*a)->order > (*b)->order) - ((*a)->order < (*b)->order);
}

struct held_list queue_log_held_restore(const struct outbox *outbox)
{
	struct held_list found = {0};
	outbox_each(outbox, view_of(KEY), restore, &found);
	if (found.count)
		qsort(found.list, found.count, sizeof *found.list, compare);
	return found;
}
