/* Any bytes as a state file: it is loaded or passed over, and removing what is too much comes to an end. The last byte says whether the head
 * and the sum are put right first. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "journal/crc32c.h"
#include "journal/state_file.h"
#include "tests/memory_disk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD 64
static const uint8_t id[JOURNAL_ID_SIZE] = "an identity....";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct memory_disk *disk = memory_disk_create(1);
	struct state_file state = {.lsn = 0};
	int skipped;
	const int file = disk->disk.open(disk, "j/S-00000000000000000050.wbs", O_CREAT);
	disk_write_all(&disk->disk, file, data, --size, 0);
	uint8_t *bytes = memory_disk_find(disk, "j/S-00000000000000000050.wbs")->bytes;
	if (data[size] & 1 && size > HEAD) {
		memcpy(bytes, data[size] & 2 ? "WBS1" : "WBS2", 4);
		memcpy(bytes + 8, id, sizeof id);
		frame_put64(bytes + 24, 50);
		frame_put64(bytes + 40, size - (data[size] & 2 ? 48 : HEAD));
		frame_put32(bytes + 4, crc32c_mask(crc32c(0, bytes + 8, size - 8)));
	}
	disk->disk.close(disk, file);
	if (state_file_load(&disk->disk, "j", id, UINT64_MAX, INT64_MAX, &state, &skipped, NULL)) {
		if (state.lsn != 50 || !state.bytes.data)
			abort();
		free((void *)(uintptr_t)state.bytes.data);
	}
	state_files_thin(&disk->disk, "j", 10);
	state_files_retire(&disk->disk, "j", 100);
	memory_disk_destroy(disk);
	return 0;
}
