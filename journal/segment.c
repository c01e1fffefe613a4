#include "journal/segment.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

#define DIGITS 20

#define MAGIC 4
#define SEALED_MAGIC "WBZ1"

/* `sealed` NULL: files of this kind are not sealed. The last letter of a magic is the version of the form. */
static const struct {
	char letter;
	const char *suffix, *sealed, *magic;
} kinds[] = {[SEGMENT_JOURNAL] = {'J', ".wbj", ".wbz", "WBJ1"}, [SEGMENT_HISTORY] = {'H', ".wbh", NULL, "WBH1"}};

void segment_set_name(struct segment *segment, enum segment_kind kind)
{
	char attempt[16] = "";
	if (segment->attempt)
		snprintf(attempt, sizeof attempt, "-%" PRIu32, segment->attempt);
	snprintf(segment->name, sizeof segment->name, "%c-%0*" PRIu64 "%s%s", kinds[kind].letter, DIGITS, segment->first, attempt,
		segment->is_sealed ? kinds[kind].sealed : kinds[kind].suffix);
}

bool segment_read_name(const char *name, enum segment_kind kind, struct segment *segment)
{
	if (strlen(name) >= SEGMENT_NAME_SIZE || name[0] != kinds[kind].letter || name[1] != '-')
		return false;
	char *end;
	segment->first = strtoull(name + 2, &end, 10);
	segment->attempt = *end == '-' ? (uint32_t)strtoul(end + 1, NULL, 10) : 0;
	const char *suffix = strrchr(name, '.');
	segment->is_sealed = suffix && kinds[kind].sealed && strcmp(suffix, kinds[kind].sealed) == 0;
	segment_set_name(segment, kind);
	return strcmp(segment->name, name) == 0;
}

struct segment segment_raw(const struct segment *segment)
{
	struct segment raw = {.first = segment->first, .attempt = segment->attempt};
	segment_set_name(&raw, SEGMENT_JOURNAL);
	return raw;
}

struct segment segment_sealed(const struct segment *segment)
{
	struct segment sealed = {.first = segment->first, .attempt = segment->attempt, .is_sealed = true};
	segment_set_name(&sealed, SEGMENT_JOURNAL);
	return sealed;
}

bool segment_same(const struct segment *left, const struct segment *right)
{
	return left->first == right->first && left->attempt == right->attempt;
}

struct lister {
	struct segment_list *list;
	enum segment_kind kind;
};

static void take_name(void *to, const char *name)
{
	struct lister *lister = to;
	struct segment_list *list = lister->list;
	struct segment segment;
	if (!segment_read_name(name, lister->kind, &segment))
		return;
	list->segments = memory_grow(list->segments, &list->room, list->count + 1, sizeof *list->segments);
	list->segments[list->count++] = segment;
}

static int by_first(const void *left, const void *right)
{
	const struct segment *a = left, *b = right;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	if (a->attempt != b->attempt)
		return a->attempt < b->attempt ? -1 : 1;
	return b->is_sealed - a->is_sealed;
}

static void drop_doubles(struct segment_list *list)
{
	size_t kept = 0;
	for (size_t i = 0; i < list->count; i++)
		if (kept == 0 || !segment_same(&list->segments[kept - 1], &list->segments[i]))
			list->segments[kept++] = list->segments[i];
	list->count = kept;
}

bool segments_list(struct segment_list *list, const struct disk *disk, const char *directory, enum segment_kind kind, struct error *err)
{
	list->count = 0;
	struct lister lister = {list, kind};
	int result = disk->list(disk->context, directory, take_name, &lister);
	if (result < 0)
		return fail(err, "%s: cannot be listed: %s", directory, strerror(-result));
	if (list->count)
		qsort(list->segments, list->count, sizeof *list->segments, by_first);
	drop_doubles(list);
	return true;
}

void segments_finish(struct segment_list *list)
{
	free(list->segments);
	*list = (struct segment_list){0};
}

struct frame segment_head_frame(const struct segment_head *head, enum segment_kind kind, uint8_t *payload)
{
	memcpy(payload, kinds[kind].magic, MAGIC);
	frame_put32(payload + 4, head->is_retry);
	memcpy(payload + 8, head->id, JOURNAL_ID_SIZE);
	frame_put64(payload + 24, (uint64_t)head->created);
	frame_put64(payload + 32, head->before);
	return (struct frame){.type = FRAME_SEGMENT, .lsn = head->first, .recv = head->recv, .durable = head->first - 1,
		.payload = {(const char *)payload, SEGMENT_PAYLOAD}};
}

void segment_head_turn(uint8_t *payload, bool is_sealed)
{
	memcpy(payload, is_sealed ? SEALED_MAGIC : kinds[SEGMENT_JOURNAL].magic, MAGIC);
}

int segment_head_unknown(const struct frame *frame, enum segment_kind kind)
{
	const char *magic = frame->payload.data;
	if (frame->type != FRAME_SEGMENT || frame->payload.size < MAGIC || magic[MAGIC - 1] < '0' || magic[MAGIC - 1] > '9')
		return 0;
	const bool is_raw = memcmp(magic, kinds[kind].magic, MAGIC - 1) == 0, is_sealed = memcmp(magic, SEALED_MAGIC, MAGIC - 1) == 0;
	return (is_raw || is_sealed) && magic[MAGIC - 1] != '1' ? magic[MAGIC - 1] - '0' : 0;
}

bool segment_head_read(const struct frame *frame, enum segment_kind kind, struct segment_head *head)
{
	const uint8_t *payload = (const uint8_t *)frame->payload.data;
	if (frame->type != FRAME_SEGMENT || frame->payload.size != SEGMENT_PAYLOAD)
		return false;
	const bool is_sealed = kinds[kind].sealed && memcmp(payload, SEALED_MAGIC, MAGIC) == 0;
	if (!is_sealed && memcmp(payload, kinds[kind].magic, MAGIC) != 0)
		return false;
	*head = (struct segment_head){.first = frame->lsn, .recv = frame->recv, .created = (int64_t)frame_get64(payload + 24),
		.before = frame_get32(payload + 32), .is_retry = frame_get32(payload + 4) & 1};
	memcpy(head->id, payload + 8, JOURNAL_ID_SIZE);
	return true;
}

bool segment_head_load(const struct disk *disk, const char *directory, const struct segment *segment, enum segment_kind kind,
	struct segment_head *head)
{
	uint8_t bytes[FRAME_HEAD + SEGMENT_PAYLOAD];
	struct frame frame;
	size_t need;
	char *path = disk_path(directory, segment->name);
	const int file = disk->open(disk->context, path, O_RDONLY);
	free(path);
	if (file < 0)
		return false;
	const ssize_t got = disk_read_all(disk, file, bytes, sizeof bytes, 0);
	disk->close(disk->context, file);
	return got > 0 && frame_read(bytes, (size_t)got, &frame, &need) == FRAME_GOOD && segment_head_read(&frame, kind, head);
}

void damage_describe(const struct damage *damage, char *to, size_t room)
{
	static const char *const words[] = {[DAMAGE_BAD] = "are damaged", [DAMAGE_TAIL] = "at its end are no record and were cut off",
		[DAMAGE_MISSING] = "are missing", [DAMAGE_FOREIGN] = "belong to another journal"};
	char records[80] = "no record is known to be lost";
	if (damage->from <= damage->to)
		snprintf(records, sizeof records, "records %" PRIu64 " to %" PRIu64 " are lost", damage->from, damage->to);
	if (damage->kind == DAMAGE_MISSING)
		snprintf(to, room, "%s: before it, %s", damage->name, records);
	else
		snprintf(to, room, "%s: %" PRIu64 " bytes at %" PRId64 " %s; %s", damage->name, damage->bytes, damage->offset,
			words[damage->kind], records);
}
