/* Appending a million events of about 111 bytes to the journal, made safe every 100 ms, beside a bare loop of write(2) of the same
 * bytes, one call an event; and beside the least it can cost, the same bytes in calls of 256 KiB. Lines: name value unit ratio limit ok|OVER. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "journal/journal.h"

#define EVENTS 1000000
#define PAYLOAD 71 /* 111 bytes with the head of a frame */
#define ROUNDS 3
#define LIMIT 1.0       /* times the loop of a call an event */
#define LIMIT_LEAST 6.0 /* times the least */
#define PIECE (256 * 1024)

static void fill(char *payload, uint64_t number)
{
	memset(payload, 'e', PAYLOAD);
	memcpy(payload, &number, sizeof number);
}

static double append_all(const char *directory)
{
	struct error err = {""};
	struct journal_options options = journal_options();
	options.keep_free = 0;
	struct journal *journal = journal_open(directory, &options, &err);
	if (!journal) {
		fprintf(stderr, "journal_bench: %s\n", err.text);
		exit(1);
	}
	char payload[PAYLOAD];
	struct frame frame = {.type = FRAME_BATCH, .payload = {payload, PAYLOAD}};
	int64_t start = clock_monotonic_ns();
	for (uint64_t i = 0; i < EVENTS; i++) {
		fill(payload, i);
		while (journal_append(journal, &frame), frame.lsn == 0)
			clock_sleep(1); /* the disk does not keep up: what a collector would count */
	}
	if (!journal_close(journal, &err)) {
		fprintf(stderr, "journal_bench: %s\n", err.text);
		exit(1);
	}
	return (double)(clock_monotonic_ns() - start) / EVENTS;
}

/* The same bytes in calls of at most `most`, safe at the end. */
static double write_bare(const char *path, size_t most)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t size = frame_size(PAYLOAD), used = 0;
	uint8_t *piece = memory_new(1, PIECE + FRAME_MAX);
	int64_t start = clock_monotonic_ns();
	for (uint64_t i = 0; i < EVENTS; i++) {
		char payload[PAYLOAD];
		fill(payload, i);
		memcpy(piece + used + FRAME_HEAD, payload, PAYLOAD);
		used += size;
		if (used + size > most || i + 1 == EVENTS) {
			if (write(file, piece, used) != (ssize_t)used)
				exit(1);
			used = 0;
		}
	}
	fdatasync(file);
	double each = (double)(clock_monotonic_ns() - start) / EVENTS;
	close(file);
	free(piece);
	return each;
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static double median(double *rounds)
{
	qsort(rounds, ROUNDS, sizeof *rounds, by_value);
	return rounds[ROUNDS / 2];
}

static bool report(const char *name, double each, double ratio, double limit)
{
	printf("%s %.1f ns %.2f %.2f %s\n", name, each, ratio, limit, ratio <= limit ? "ok" : "OVER");
	return ratio <= limit;
}

int main(int count, char **words)
{
	char directory[200];
	snprintf(directory, sizeof directory, "%s/tablo-journal-bench-XXXXXX", count > 1 ? words[1] : ".");
	if (!mkdtemp(directory)) {
		fprintf(stderr, "journal_bench: %s: no directory can be made there\n", directory);
		return 1;
	}
	double ours[ROUNDS], bare[ROUNDS], least[ROUNDS];
	char *path = memory_format("%s/bare", directory), *inner = memory_format("%s/journal", directory);
	for (int i = 0; i < ROUNDS; i++) {
		bare[i] = write_bare(path, 1);
		least[i] = write_bare(path, PIECE);
		ours[i] = append_all(inner);
	}
	char *command = memory_format("rm -rf '%s'", directory);
	int status = system(command);
	double each = median(ours);
	bool is_kept = report("journal_append", each, each / median(bare), LIMIT);
	is_kept &= report("journal_append_least", each, each / median(least), LIMIT_LEAST);
	free(command);
	free(path);
	free(inner);
	return status == 0 && is_kept ? 0 : 1;
}
