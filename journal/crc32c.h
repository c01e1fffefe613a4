/* CRC-32C (Castagnoli), as SSE4.2 computes it; "123456789" gives 0xe3069283. */
#ifndef JOURNAL_CRC32C_H
#define JOURNAL_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from `crc`, 0 at the beginning: crc32c(crc32c(0, a), b) is that of a followed by b. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t size);
/* The same without help of the processor: what runs where it has none. */
uint32_t crc32c_portable(uint32_t crc, const void *bytes, size_t size);

/* For sums that are stored: a CRC over bytes that hold a CRC of themselves is a bad check, so it is turned and shifted, as in
 * LevelDB's log. */
static inline uint32_t crc32c_mask(uint32_t crc)
{
	return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

#endif
