/* One event of a line of text, as a batch of MessagePack packed by msgpack-c, so that what is wrong with it reaches the decoder as it stands:
 * "MINUTE TYPE key=value ...". Numbers for keys that hold numbers, "#1" a number for one that does not, [...] and "..." as JSON; @letters:N so many
 * letters, @holidays:N so many days, @nan, @inf; due=+3660 so many days later, ts=-2 so many seconds, ts=@zero. */
#ifndef TESTS_PACKED_LINE_H
#define TESTS_PACKED_LINE_H

#include <msgpack.h>
#include <stdint.h>

/* From the publisher "desk", at the instant `at`, whatever minute the line begins with. */
void packed_line(msgpack_sbuffer *to, uint64_t seq, int64_t at, const char *line);

#endif
