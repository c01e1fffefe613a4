/* Any bytes as a sealed file: the reader ends, from the beginning and by seeking, and what it gives is in order; mending it does no harm.
 * The last byte says whether the sums of frames are put right first, and whether the bytes are what a block holds once it is unpacked. */
#include <fcntl.h>
#include <stdlib.h>

#include <zstd.h>

#include "base/memory.h"
#include "journal/crc32c.h"
#include "journal/reader.h"
#include "journal/recover.h"
#include "journal/seal.h"
#include "tests/memory_disk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME "J-00000000000000000001.wbz"

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

/* Wherever a length fits, the sum is made to fit it. */
static void put_right(uint8_t *bytes, size_t size)
{
	for (size_t at = 0; at + FRAME_HEAD < size;) {
		const uint32_t length = frame_get32(bytes + at);
		const size_t whole = length > FRAME_HEAD ? frame_size(length - FRAME_HEAD) : 0;
		if (whole == 0 || whole > size - at) {
			at += 8;
			continue;
		}
		frame_put32(bytes + at + 4, crc32c_mask(crc32c(crc32c(0, bytes + at + 8, whole - 8), bytes + at, 4)));
		at += whole;
	}
}

static void put_frame(struct memory_disk *disk, int file, int64_t *offset, const struct frame *frame)
{
	uint8_t *bytes = memory_new(1, frame_size(frame->payload.size));
	frame_write(frame, bytes);
	disk_write_all(&disk->disk, file, bytes, frame_size(frame->payload.size), *offset);
	*offset += (int64_t)frame_size(frame->payload.size);
	free(bytes);
}

/* A head and one block, whose content is hostile and whose sums are right. The first byte: how many records it says there are. */
static void put_block(struct memory_disk *disk, int file, const uint8_t *data, size_t size)
{
	uint8_t head[SEGMENT_PAYLOAD];
	const size_t room = ZSTD_compressBound(size);
	uint8_t *payload = memory_new(1, BLOCK_HEAD + room);
	const uint32_t count = 1 + data[0];
	int64_t offset = 0;
	struct frame frame = segment_head_frame(&(struct segment_head){.first = 1}, SEGMENT_JOURNAL, head);
	segment_head_turn(head, true);
	put_frame(disk, file, &offset, &frame);
	frame_put32(payload, count);
	frame_put32(payload + 4, (uint32_t)(size - 1));
	frame_put64(payload + 8, count);
	const size_t packed = ZSTD_compress(payload + BLOCK_HEAD, room, data + 1, size - 1, 1);
	frame = (struct frame){.type = FRAME_BLOCK, .lsn = 1, .durable = count, .payload = {(char *)payload, BLOCK_HEAD + packed}};
	put_frame(disk, file, &offset, &frame);
	free(payload);
}

static void read_from(struct memory_disk *disk, struct reader *reader)
{
	struct frame frame;
	struct damage damage;
	uint64_t last = 0;
	(void)disk;
	for (enum reader_result result; (result = reader_next(reader, &frame, &damage, NULL)) != READER_END && result != READER_FAILED;) {
		if (result == READER_DAMAGE)
			continue;
		require(frame.lsn > last);
		require(frame.payload.size > 0 && frame.payload.size <= FRAME_PAYLOAD_MAX * 2);
		require(crc32c(0, frame.payload.data, frame.payload.size) != 1 || frame.lsn != 0); /* touches every byte */
		last = frame.lsn;
	}
}

static void read_everything(struct memory_disk *disk)
{
	struct reader *reader = reader_open(&disk->disk, "j", SEGMENT_JOURNAL, NULL);
	read_from(disk, reader);
	for (uint64_t lsn = 1; lsn < 200; lsn += 40)
		if (reader_seek(reader, lsn, NULL))
			read_from(disk, reader);
	if (reader_seek_time(reader, 1000, NULL))
		read_from(disk, reader);
	reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	const uint8_t way = data[--size];
	struct memory_disk *disk = memory_disk_create(1);
	struct sealing sealing = {.disk = &disk->disk, .directory = "j", .level = 1};
	struct segment segment = {.first = 1, .is_sealed = true};
	segment_set_name(&segment, SEGMENT_JOURNAL);
	const int file = disk->disk.open(disk, "j/" NAME, O_CREAT);
	if (way & 2)
		put_block(disk, file, data, size);
	else
		disk_write_all(&disk->disk, file, data, size, 0);
	if (!(way & 2) && way & 1)
		put_right(memory_disk_find(disk, "j/" NAME)->bytes, size);
	disk->disk.close(disk, file);
	read_everything(disk);
	struct recovery recovery = {0};
	recover(&recovery, &disk->disk, "j", SEGMENT_JOURNAL, NULL);
	seal_mend(&sealing, &segment, NULL);
	read_everything(disk);
	memory_disk_destroy(disk);
	return 0;
}
