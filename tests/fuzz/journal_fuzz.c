/* Any bytes as a file of a journal: the reader ends, and what it gives is in order; every record is read or refused; mending it
 * leaves something that reads without damage at its end. The last byte says whether sums are put right first, so that what lies
 * behind them is reached. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "journal/crc32c.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "journal/recover.h"
#include "tests/memory_disk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

/* Wherever a length fits, the sum is made to fit it. */
static void put_right(uint8_t *bytes, size_t size)
{
	for (size_t at = 0; at + FRAME_HEAD < size;) {
		uint32_t length = frame_get32(bytes + at);
		size_t whole = length > FRAME_HEAD ? frame_size(length - FRAME_HEAD) : 0;
		if (whole == 0 || whole > size - at) {
			at += 8;
			continue;
		}
		frame_put32(bytes + at + 4, crc32c_mask(crc32c(crc32c(0, bytes + at + 8, whole - 8), bytes + at, 4)));
		at += whole;
	}
}

static void read_everything(struct memory_disk *disk)
{
	struct frame frame;
	struct damage damage;
	struct record record;
	struct record_room room = {0};
	uint64_t last = 0;
	char text[300];
	struct reader *reader = reader_open(&disk->disk, "j", SEGMENT_JOURNAL, NULL);
	require(reader != NULL);
	struct error err = {""};
	for (enum reader_result result; (result = reader_next(reader, &frame, &damage, &err)) != READER_END;) {
		if (result == READER_FAILED) { /* only a newer form is refused */
			require(strstr(err.text, "is of form") != NULL);
			break;
		}
		if (result == READER_DAMAGE) {
			damage_describe(&damage, text, sizeof text);
			continue;
		}
		require(frame.lsn > last);
		last = frame.lsn;
		record_read(&frame, &record, &room, NULL);
	}
	reader_close(reader);
	record_room_finish(&room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct memory_disk *disk = memory_disk_create(1);
	int file = disk->disk.open(disk, "j/J-00000000000000000001.wbj", O_CREAT);
	disk_write_all(&disk->disk, file, data, size - 1, 0);
	if (size > 1 && data[size - 1] & 1)
		put_right(memory_disk_find(disk, "j/J-00000000000000000001.wbj")->bytes, size - 1);
	disk->disk.close(disk, file);
	read_everything(disk);
	struct recovery recovery = {0};
	if (recover(&recovery, &disk->disk, "j", SEGMENT_JOURNAL, NULL))
		read_everything(disk);
	memory_disk_destroy(disk);
	return 0;
}
