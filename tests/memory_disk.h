/* A disk that exists only in memory and can be cruel: it fails any call, and loses power keeping only what was made safe and a random
 * part of the rest, in pieces of 512 bytes. */
#ifndef TESTS_MEMORY_DISK_H
#define TESTS_MEMORY_DISK_H

#include <pthread.h>
#include <stdbool.h>

#include "journal/disk.h"

enum cruelty { CRUELTY_NONE, CRUELTY_EIO, CRUELTY_ENOSPC, CRUELTY_EINTR, CRUELTY_SHORT, CRUELTY_ANY /* of these */ };

struct memory_file {
	uint8_t *bytes, *safe;	  /* as a reader sees it; as it would be after a power cut */
	uint8_t *pieces;	  /* by 512 bytes: 0 safe, 1 not yet, 2 a failed sync said it was */
	int64_t size, safe_size;
	size_t room;
};

struct memory_name {
	char path[160];
	int file; /* -1: removed */
};

struct memory_disk {
	struct disk disk;
	pthread_mutex_t mutex;
	struct memory_file files[512];
	int file_count;
	struct memory_name names[512], safe_names[512];
	int name_count, safe_name_count;
	int descriptors[64]; /* file number + 1 */
	uint64_t random;
	int64_t calls;	     /* that may fail, so far */
	int64_t fail_at;     /* the call; -1: none */
	int64_t fail_count;  /* so many from there on ... */
	uint64_t fail_odds;  /* ... but only one in so many, at random */
	enum cruelty cruelty;
	int64_t fail_hits;
	int64_t power_at;    /* from this call on nothing happens any more: every call fails; -1: never */
	int64_t space;	     /* bytes that all files may have together; -1: any */
};

struct memory_disk *memory_disk_create(uint64_t seed);
void memory_disk_destroy(struct memory_disk *disk);
/* What is there after the power came back; open files are gone. */
void memory_disk_lose_power(struct memory_disk *disk);
/* The process died, the machine did not. */
void memory_disk_close_all(struct memory_disk *disk);
/* The file behind a name, or NULL. */
struct memory_file *memory_disk_find(struct memory_disk *disk, const char *path);
uint64_t memory_disk_random(struct memory_disk *disk, uint64_t below);

#endif
