/* Any bytes as files of an outbox's folder: it opens or says why not, and where it opens it goes on: what is committed then is there after the
 * next start, once. The first byte says whether the sums of frames are put right first, whether there are two files, and whether the bytes stand
 * behind a file as the outbox itself has written it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "feed/outbox/outbox.h"
#include "feed/outbox/outbox_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum way { WAY_RIGHT = 1, WAY_TWO = 2, WAY_BEHIND = 4 };

static char folder[64];

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

static void path_of(int number, char to[100])
{
	snprintf(to, 100, "%s/outbox-%010d", folder, number);
}

static void write_file(int number, const void *bytes, size_t size, int flags)
{
	char path[100];
	path_of(number, path);
	const int file = open(path, O_WRONLY | O_CREAT | flags, 0600);
	require(file >= 0 && write(file, bytes, size) == (ssize_t)size);
	close(file);
}

static struct outbox *open_folder(void)
{
	struct error err = {""};
	const struct outbox_options options = {.directory = folder, .src = "fuzz"};
	struct outbox *outbox = outbox_open(&options, &err);
	require(outbox || *err.text);
	return outbox;
}

/* Wherever a length fits, the head and its sum are made to fit it. */
static void put_right(uint8_t *bytes, size_t size, uint64_t segment, uint64_t from, uint64_t first)
{
	for (size_t at = 0; at + FRAME_HEAD_SIZE <= size;) {
		const size_t content = (size_t)outbox_frame_number(bytes + at, 4) % (size - at - FRAME_HEAD_SIZE + 1);
		const uint64_t kind = outbox_frame_number(bytes + at + 4, 4);
		struct wire_buffer frame = {.data = bytes + at, .size = FRAME_HEAD_SIZE + content};
		outbox_frame_seal(&frame, 0, (enum frame_kind)(kind % FRAME_KINDS), bytes[at + 8] & 0x80 ? first : bytes[at + 8], segment, from + at);
		at += FRAME_HEAD_SIZE + content;
	}
}

static void add_event(struct outbox *outbox)
{
	struct event event = {.type = EVENT_CONTACT_QUEUED, .ts = 1000000, .present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_QUEUE) | KEY_BIT(KEY_CHANNEL)};
	event.text[KEY_CONTACT] = view_of("c");
	event.text[KEY_QUEUE] = view_of("q");
	event.text[KEY_CHANNEL] = view_of("phone");
	const uint64_t next = outbox_next(outbox);
	outbox_event(outbox, &event, view_of("q"));
	require(outbox_next(outbox) == next); /* until it is committed */
}

static void take_key(void *context, struct view key, struct view value)
{
	uint64_t *sum = context;
	for (size_t i = 0; i < key.size; i++)
		*sum += (uint8_t)key.data[i];
	for (size_t i = 0; i < value.size; i++)
		*sum += (uint8_t)value.data[i];
}

static void read_everything(struct outbox *outbox)
{
	struct outbox_item items[16];
	uint64_t sum = 0, seq = outbox_oldest(outbox);
	size_t count;
	outbox_each(outbox, view_of(""), take_key, &sum);
	while ((count = outbox_read(outbox, seq, items, 16)) > 0)
		for (size_t i = 0; i < count; i++) {
			require(items[i].seq >= seq && items[i].event.size < (size_t)1 << 30);
			seq = items[i].seq + 1;
		}
}

/* What an outbox itself has written: the bytes stand behind it, as after a kill or a disk that went mad. */
static void write_sound(void)
{
	struct outbox *outbox = open_folder();
	require(outbox);
	outbox_begin(outbox);
	add_event(outbox);
	outbox_put(outbox, view_of("fuzz/a"), view_of("value"));
	outbox_note(outbox, 1, view_of("id"), 10);
	require(outbox_commit(outbox, NULL));
	outbox_close(outbox);
}

static void go_on(struct outbox *outbox)
{
	struct view value;
	const uint64_t next = outbox_next(outbox);
	read_everything(outbox);
	outbox_begin(outbox);
	add_event(outbox);
	outbox_put(outbox, view_of("fuzz/mine"), view_of("kept"));
	const bool fresh = outbox_note(outbox, 3, view_of("mine"), 100);
	const bool good = outbox_commit(outbox, NULL);
	read_everything(outbox);
	outbox_close(outbox);
	if (!good)
		return;
	outbox = open_folder();
	require(outbox && outbox_next(outbox) == next + 1 && outbox_find(outbox, view_of("fuzz/mine"), &value) && view_is(value, "kept"));
	outbox_begin(outbox);
	require(fresh && !outbox_note(outbox, 3, view_of("mine"), 100));
	outbox_abandon(outbox);
	outbox_close(outbox);
}

static void write_files(const uint8_t *data, size_t size, uint8_t way)
{
	char path[100];
	struct stat about = {0};
	uint8_t *bytes = memory_new(size + 1, 1);
	memcpy(bytes, data, size);
	const size_t first = way & WAY_TWO ? size / 2 : size;
	path_of(1, path);
	if (way & WAY_BEHIND) {
		write_sound();
		require(stat(path, &about) == 0);
	}
	if (way & WAY_RIGHT) {
		put_right(bytes, first, 1, (uint64_t)about.st_size, way & WAY_BEHIND ? 2 : 1);
		put_right(bytes + first, size - first, 2, 0, 2);
	}
	write_file(1, bytes, first, O_APPEND);
	if (way & WAY_TWO)
		write_file(2, bytes + first, size - first, O_TRUNC);
	free(bytes);
}

static void clear(void)
{
	static const char *const others[] = {"lock", "outbox-new"};
	char path[100];
	for (int number = 1; number < 5; number++) {
		path_of(number, path);
		unlink(path);
	}
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, others[i]);
		unlink(path);
	}
}

static void forget_folder(void)
{
	clear();
	rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (!*folder) {
		snprintf(folder, sizeof folder, "%s/tablo-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
		require(mkdtemp(folder) != NULL);
		atexit(forget_folder);
	}
	clear();
	write_files(data + 1, size - 1, *data);
	struct outbox *outbox = open_folder();
	if (outbox)
		go_on(outbox);
	return 0;
}
