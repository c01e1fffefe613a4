/* Any bytes as the hints of a file that is sound: every seek ends at the record it was for. The last byte says whether the sum is put right
 * first. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "journal/crc32c.h"
#include "journal/reader.h"
#include "journal/writer.h"
#include "tests/memory_disk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORDS 60
#define BYTES 2000 /* of a payload: several hints */
static const uint8_t id[JOURNAL_ID_SIZE] = "an identity....";

static void make_journal(struct memory_disk *disk)
{
	static char payload[BYTES];
	struct writer writer;
	struct writer_options options = {.kind = SEGMENT_JOURNAL, .segment_bytes = 10000000, .segment_time = 1000000};
	struct chunks chunks = {0};
	memcpy(options.id, id, sizeof id);
	writer_init(&writer, &disk->disk, "j", &options, 0, 0, 0);
	for (uint64_t lsn = 1; lsn <= RECORDS; lsn++) {
		const struct frame frame = {.type = FRAME_BATCH, .lsn = lsn, .recv = (int64_t)lsn * 10, .payload = {payload, BYTES}};
		chunks_put(&chunks, &frame, 4000);
	}
	writer_add(&writer, &chunks);
	writer_write(&writer);
	writer_rotate(&writer);
	writer_finish(&writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct memory_disk *disk = memory_disk_create(1);
	make_journal(disk);
	const int file = disk->disk.open(disk, "j/J-00000000000000000001.wbi", O_CREAT | O_TRUNC);
	disk_write_all(&disk->disk, file, data, size - 1, 0);
	uint8_t *bytes = memory_disk_find(disk, "j/J-00000000000000000001.wbi")->bytes;
	const size_t whole = size > FRAME_HEAD ? (size - 1) / 8 * 8 : 0;
	if (data[size - 1] & 1 && whole > FRAME_HEAD + 32) { /* a frame of an index of this journal, with any places in it */
		frame_put32(bytes, (uint32_t)whole);
		bytes[8] = FRAME_INDEX;
		bytes[9] = 0;
		memcpy(bytes + FRAME_HEAD, "WBI1", 4);
		memcpy(bytes + FRAME_HEAD + 8, id, sizeof id);
		frame_put32(bytes + 4, crc32c_mask(crc32c(crc32c(0, bytes + 8, whole - 8), bytes, 4)));
	}
	disk->disk.close(disk, file);
	struct reader *reader = reader_open(&disk->disk, "j", SEGMENT_JOURNAL, NULL);
	for (uint64_t lsn = 1; lsn <= RECORDS; lsn += 7) {
		struct frame frame;
		struct damage damage;
		if (!reader_seek(reader, lsn, NULL) || reader_next(reader, &frame, &damage, NULL) != READER_RECORD || frame.lsn != lsn)
			abort();
		if (!reader_seek_time(reader, frame.recv - 5, NULL) || reader_next(reader, &frame, &damage, NULL) != READER_RECORD || frame.lsn != lsn)
			abort();
	}
	reader_close(reader);
	memory_disk_destroy(disk);
	return 0;
}
