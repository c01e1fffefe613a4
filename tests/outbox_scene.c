#include "tests/outbox_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "feed/ndjson.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define ROOT_ROOM 64

static char root[ROOT_ROOM]; /* made and removed for each test */
static char reported[4096];

static void take_report(void *context, const char *text)
{
	(void)context;
	const size_t used = strlen(reported);
	snprintf(reported + used, sizeof reported - used, "%s\n", text);
}

uint64_t scene_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

struct outbox *scene_try(const char *directory, uint64_t keep, bool sync, struct error *err)
{
	const struct outbox_options options = {.directory = directory, .src = "test", .keep_bytes = keep, .sync = sync, .report = take_report};
	return outbox_open(&options, err);
}

struct outbox *scene_open(const char *directory, uint64_t keep, bool sync)
{
	struct error err = {0};
	struct outbox *outbox = scene_try(directory, keep, sync, &err);
	if (!outbox)
		print_error("%s\n", err.text);
	assert_non_null(outbox);
	return outbox;
}

void scene_commit(struct outbox *outbox)
{
	struct error err = {0};
	if (!outbox_commit(outbox, &err))
		fail_msg("%s", err.text);
}

/* An event that bears its number as the time. */
void scene_add_event(struct outbox *outbox, uint64_t number)
{
	char contact[32];
	struct event event = {.type = EVENT_CONTACT_QUEUED, .ts = (int64_t)number + 1000000};
	snprintf(contact, sizeof contact, "c%llu", (unsigned long long)number);
	event.text[KEY_CONTACT] = view_of(contact);
	event.text[KEY_QUEUE] = view_of("Sales");
	event.text[KEY_CHANNEL] = view_of("phone");
	event.present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_QUEUE) | KEY_BIT(KEY_CHANNEL);
	outbox_event(outbox, &event, view_of("Sales"));
}

void scene_expect_event(const struct outbox_item *item, uint64_t number)
{
	struct wire_buffer payload = {0};
	struct batch batch = {0};
	assert_int_equal(item->seq, number);
	assert_true(view_is(item->queue, "Sales"));
	wire_encode_batch(&payload, &(struct wire_header){.sent = INT64_MIN}, 1, item->event.data, item->event.size);
	assert_int_equal(wire_decode(payload.data, payload.size, &batch, NULL), FAULT_NONE);
	assert_int_equal(batch.events[0].ts, number + 1000000);
	batch_finish(&batch);
	wire_buffer_finish(&payload);
}

void scene_expect_events(struct outbox *outbox, uint64_t from)
{
	struct outbox_item items[7];
	size_t count;
	uint64_t seq = from;
	while ((count = outbox_read(outbox, seq, items, 7)))
		for (size_t i = 0; i < count; i++)
			scene_expect_event(&items[i], seq++);
	assert_int_equal(seq, outbox_next(outbox));
}

int scene_begin(void **state)
{
	(void)state;
	snprintf(root, sizeof root, "/tmp/tablo-outbox-XXXXXX");
	*reported = 0;
	return mkdtemp(root) ? 0 : -1;
}

static void remove_tree(const char *path)
{
	DIR *folder = opendir(path);
	for (const struct dirent *entry; folder && (entry = readdir(folder));) {
		char below[400];
		snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
		if (*entry->d_name != '.' && unlink(below) != 0)
			remove_tree(below);
	}
	if (folder)
		closedir(folder);
	rmdir(path);
}

int scene_end(void **state)
{
	(void)state;
	remove_tree(root);
	return 0;
}

/* The segment with the highest number, or the lowest. */
void scene_find_segment(bool newest, char to[400])
{
	char found[256] = "";
	DIR *folder = opendir(root);
	for (const struct dirent *entry; (entry = readdir(folder));)
		if (strncmp(entry->d_name, "outbox-", 7) == 0 && (!*found || (strcmp(entry->d_name, found) > 0) == newest))
			snprintf(found, sizeof found, "%s", entry->d_name);
	closedir(folder);
	snprintf(to, 400, "%s/%s", root, found);
}

int scene_segment_count(void)
{
	int count = 0;
	DIR *folder = opendir(root);
	for (const struct dirent *entry; (entry = readdir(folder));)
		count += strncmp(entry->d_name, "outbox-", 7) == 0;
	closedir(folder);
	return count;
}

off_t scene_size_of(const char *path)
{
	struct stat about;
	assert_int_equal(stat(path, &about), 0);
	return about.st_size;
}

char *scene_read_file(const char *path, size_t *size)
{
	*size = (size_t)scene_size_of(path);
	char *content = memory_new(1, *size + 1);
	FILE *from = fopen(path, "re");
	assert_int_equal(fread(content, 1, *size, from), *size);
	fclose(from);
	return content;
}

void scene_write_file(const char *path, const char *content, size_t size)
{
	FILE *to = fopen(path, "we");
	assert_int_equal(fwrite(content, 1, size, to), size);
	fclose(to);
}

const char *scene_root(void)
{
	return root;
}

const char *scene_reported(void)
{
	return reported;
}

void scene_forget_reports(void)
{
	*reported = 0;
}
