#include "feed/outbox/outbox.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "feed/outbox/outbox_state.h"
#include "feed/pack_write.h"

#define KEEP_BYTES ((uint64_t)64 << 20)
#define SEGMENT_MOST ((uint64_t)64 << 20)
#define WRITE_OUT (1 << 20) /* bytes */
#define KEY_MOST 1024
#define VALUE_MOST (1 << 20)
#define COMMIT_MOST (256 << 20) /* bytes */

_Static_assert(SECRET_SIZE >= XXH3_SECRET_SIZE_MIN, "long enough for the hash");

void outbox_report(const struct outbox *outbox, const char *format, ...)
{
	char text[600];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (outbox->options.report)
		outbox->options.report(outbox->options.context, text);
}

void outbox_fail(struct outbox *outbox, const char *format, ...)
{
	va_list arguments;
	if (*outbox->failure.text)
		return;
	va_start(arguments, format);
	vsnprintf(outbox->failure.text, sizeof outbox->failure.text, format, arguments);
	va_end(arguments);
}

bool outbox_failed(struct outbox *outbox, struct error *err)
{
	pthread_mutex_lock(&outbox->lock);
	const bool failed = *outbox->failure.text;
	if (failed)
		fail(err, "%s", outbox->failure.text);
	pthread_mutex_unlock(&outbox->lock);
	return failed;
}

/* ---- its life ---- */

static void init_locks(struct outbox *outbox)
{
	pthread_mutexattr_t recursive;
	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&outbox->turn, &recursive);
	pthread_mutexattr_destroy(&recursive);
	pthread_mutex_init(&outbox->lock, NULL);
}

static bool check_src(const char *src, struct error *err)
{
	return (*src && strlen(src) <= ID_MAX) || fail(err, "the publisher's name '%.80s' must have 1 to %d bytes", src, ID_MAX);
}

struct outbox *outbox_open(const struct outbox_options *options, struct error *err)
{
	struct outbox *outbox = memory_new(1, sizeof *outbox);
	outbox->options = *options;
	outbox->src = memory_text(options->src);
	outbox->directory_name = memory_text(options->directory ? options->directory : "memory");
	outbox->directory = outbox->guard = outbox->event = -1;
	outbox->keep = options->keep_bytes ? options->keep_bytes : KEEP_BYTES;
	outbox->segment_bytes = outbox->keep / 4 < SEGMENT_MOST ? outbox->keep / 4 : SEGMENT_MOST;
	init_locks(outbox);
	if (check_src(outbox->src, err) && outbox_recover(outbox, err) && outbox_readers_begin(outbox, err) && outbox_sync_begin(outbox, err))
		return outbox;
	outbox_close(outbox);
	return NULL;
}

void outbox_close(struct outbox *outbox)
{
	if (!outbox)
		return;
	outbox_sync_end(outbox);
	outbox_readers_end(outbox);
	for (size_t i = 0; i < outbox->segment_count; i++)
		outbox_segment_finish(&outbox->segments[i]);
	free(outbox->segments);
	if (outbox->guard >= 0)
		close(outbox->guard);
	if (outbox->directory >= 0)
		close(outbox->directory);
	outbox_memory_finish(&outbox->memory);
	wire_buffer_finish(&outbox->made);
	wire_buffer_finish(&outbox->scratch);
	wire_buffer_finish(&outbox->checked);
	batch_finish(&outbox->batch);
	pthread_mutex_destroy(&outbox->turn);
	pthread_mutex_destroy(&outbox->lock);
	free(outbox->src);
	free(outbox->directory_name);
	free(outbox);
}

uint64_t outbox_boot(const struct outbox *outbox)
{
	return outbox->boot;
}

uint64_t outbox_next(const struct outbox *outbox)
{
	return atomic_load(&outbox->next);
}

/* ---- a commit ---- */

void outbox_begin(struct outbox *outbox)
{
	static const uint8_t head[FRAME_HEAD_SIZE];
	pthread_mutex_lock(&outbox->turn);
	assert(!outbox->is_open);
	outbox->is_open = true;
	outbox->made.size = 0;
	outbox->made_events = 0;
	outbox->refusal.text[0] = 0;
	outbox_folder_hold(outbox, &outbox->refusal);
	pack_put_bytes(&outbox->made, head, sizeof head);
}

static void end(struct outbox *outbox, bool good)
{
	if (good)
		outbox_memory_settle(&outbox->memory);
	else
		outbox_memory_undo(&outbox->memory);
	outbox->is_open = false;
	pthread_mutex_unlock(&outbox->turn);
}

void outbox_abandon(struct outbox *outbox)
{
	end(outbox, false);
}

/* Behind a commit that could not be finished stands a part of it. */
static bool cut_off(struct outbox *outbox)
{
	const struct outbox_segment *segment = outbox_newest(outbox);
	outbox->torn = outbox->torn && ftruncate(segment->file, (off_t)segment->size) != 0;
	return !outbox->torn;
}

static bool write_commit(struct outbox *outbox, struct error *err)
{
	struct outbox_segment *segment = outbox_newest(outbox);
	const uint64_t first = atomic_load(&outbox->next);
	if (!cut_off(outbox))
		return fail(err, "%s: what is left of a commit cannot be cut off: %s", outbox->directory_name, strerror(errno));
	outbox_frame_seal(&outbox->made, 0, FRAME_COMMIT, first, segment->number, segment->size);
	if (outbox_write_all(segment->file, outbox->made.data, outbox->made.size, segment->size))
		return true;
	const int reason = errno;
	outbox->torn = true;
	cut_off(outbox);
	return fail(err, "%s: cannot be written: %s; nothing is taken until it can", outbox->directory_name, strerror(reason));
}

static void publish_commit(struct outbox *outbox)
{
	struct outbox_segment *segment = outbox_newest(outbox);
	const uint64_t first = atomic_load(&outbox->next);
	pthread_mutex_lock(&outbox->lock);
	outbox_segment_mark(segment, first, segment->size);
	segment->size += outbox->made.size;
	segment->event_bytes += outbox->made_events ? outbox->made.size : 0;
	outbox->commits++;
	atomic_store(&outbox->next, first + outbox->made_events);
	if (outbox->syncs) {
		pthread_cond_signal(&outbox->committed);
	} else {
		outbox->limit = first + outbox->made_events;
		outbox_readers_wake(outbox);
	}
	pthread_mutex_unlock(&outbox->lock);
}

static void write_out(struct outbox *outbox)
{
	struct outbox_segment *segment = outbox_newest(outbox);
	if (outbox->syncs || segment->size - segment->written_out < WRITE_OUT)
		return;
	outbox_write_out(outbox, segment, segment->written_out);
	segment->written_out = segment->size;
}

/* Where that is not possible the old one grows, and it is tried again later. */
static void begin_next(struct outbox *outbox)
{
	struct error err;
	if (outbox_newest(outbox)->size < outbox->roll_at || outbox_segment_begin(outbox, &err))
		return;
	outbox->roll_at += outbox->segment_bytes / 4;
	outbox_report(outbox, "%s", err.text);
}

static bool may_commit(struct outbox *outbox, struct error *err)
{
	if (*outbox->refusal.text)
		return fail(err, "%s", outbox->refusal.text);
	if (outbox->made.size > COMMIT_MOST)
		return fail(err, "%s: more than %d MiB in one commit", outbox->directory_name, COMMIT_MOST >> 20);
	if (outbox_failed(outbox, err))
		return false;
	/* Into a file that was removed one can go on writing, and nothing of it would be there after a restart. */
	return outbox_folder_stands(outbox) || fail(err, "%s: was removed or moved at this moment", outbox->directory_name);
}

bool outbox_commit(struct outbox *outbox, struct error *err)
{
	assert(outbox->is_open);
	const bool empty = outbox->made.size == FRAME_HEAD_SIZE;
	const bool good = may_commit(outbox, err) && (empty || write_commit(outbox, err));
	if (good && !empty) {
		publish_commit(outbox);
		outbox_memory_settle(&outbox->memory);
		write_out(outbox);
		begin_next(outbox);
	}
	end(outbox, good);
	return good;
}

/* ---- what is in it ---- */

/* As whoever reads it will: what it would refuse is not sent. */
static bool is_sound(struct outbox *outbox, struct error *err)
{
	const struct wire_header header = {.sent = INT64_MIN};
	wire_encode_batch(&outbox->checked, &header, 1, outbox->scratch.data, outbox->scratch.size);
	const enum feed_fault fault = wire_decode(outbox->checked.data, outbox->checked.size, &outbox->batch, err);
	if (fault == FAULT_NONE && outbox->batch.count == 1 && outbox->batch.events[0].fault != FAULT_NONE)
		return fail(err, "%s", feed_fault_helps[outbox->batch.events[0].fault]);
	return fault == FAULT_NONE;
}

void outbox_event(struct outbox *outbox, const struct event *event, struct view queue)
{
	struct error err;
	assert(outbox->is_open);
	outbox->scratch.size = 0;
	wire_encode_event(&outbox->scratch, event);
	if (!is_sound(outbox, &err)) {
		const char *name = event->type < EVENT_TYPE_COUNT ? event_types[event->type].name : "of an unknown type";
		outbox_report(outbox, "an event %s was not made: %s", name, err.text);
		return;
	}
	if (queue.size > ID_MAX)
		queue.size = 0;
	const struct view encoded = {(const char *)outbox->scratch.data, outbox->scratch.size};
	outbox_op_write(&outbox->made, &(struct op){.kind = OP_EVENT, .key = queue, .value = encoded});
	outbox->made_events++;
}

static bool fits(struct outbox *outbox, struct view key, struct view value)
{
	if (key.size && key.size <= KEY_MOST && value.size <= VALUE_MOST)
		return true;
	return fail(&outbox->refusal, "%s: a key of %zu bytes, or its value of %zu, is more than is remembered", outbox->directory_name, key.size,
		value.size);
}

void outbox_put(struct outbox *outbox, struct view key, struct view value)
{
	assert(outbox->is_open);
	if (!fits(outbox, key, value))
		return;
	outbox_op_write(&outbox->made, &(struct op){.kind = OP_PUT, .key = key, .value = value});
	outbox_memory_put(&outbox->memory, key, value);
}

void outbox_remove(struct outbox *outbox, struct view key)
{
	assert(outbox->is_open);
	if (key.size > KEY_MOST || !outbox_memory_remove(&outbox->memory, key))
		return;
	outbox_op_write(&outbox->made, &(struct op){.kind = OP_REMOVE, .key = key});
}

/* The lock is no part of what is promised not to change. */
static pthread_mutex_t *turn_of(const struct outbox *outbox)
{
	return (pthread_mutex_t *)(uintptr_t)&outbox->turn;
}

bool outbox_find(const struct outbox *outbox, struct view key, struct view *value)
{
	pthread_mutex_lock(turn_of(outbox));
	const bool found = outbox_memory_find(&outbox->memory, key, value);
	pthread_mutex_unlock(turn_of(outbox));
	return found;
}

void outbox_each(const struct outbox *outbox, struct view prefix, void (*take)(void *context, struct view key, struct view value), void *context)
{
	size_t position = 0;
	const struct map_entry *entry;
	pthread_mutex_lock(turn_of(outbox));
	while ((entry = map_next(&outbox->memory.keys, &position))) {
		const struct view key = map_entry_key(entry);
		const struct outbox_value *value = &outbox->memory.values[entry->value];
		if (key.size >= prefix.size && (prefix.size == 0 || memcmp(key.data, prefix.data, prefix.size) == 0))
			take(context, key, (struct view){value->data, value->size});
	}
	pthread_mutex_unlock(turn_of(outbox));
}

bool outbox_note(struct outbox *outbox, unsigned set, struct view id, size_t most)
{
	assert(outbox->is_open && set < OUTBOX_SETS);
	const XXH128_hash_t keyed = XXH3_128bits_withSecret(id.data, id.size, outbox->secret, SECRET_SIZE);
	const struct outbox_hash hash = {keyed.low64, keyed.high64};
	const uint32_t bounded = most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
	if (!outbox_memory_note(&outbox->memory, set, hash, bounded))
		return false;
	outbox_op_write_note(&outbox->made, set, hash, bounded);
	return true;
}
