/* The files of a journal: J-<first LSN>.wbj, or .wbz once it is sealed (journal/block.h), and those of the history: H-<first number>.wbh.
 * Each begins with a head and holds consecutive records; it ends where the next one begins. One that was given up (its disk could not be
 * trusted) may have records that stand in the next one too: those count. */
#ifndef JOURNAL_SEGMENT_H
#define JOURNAL_SEGMENT_H

#include "base/error.h"
#include "journal/disk.h"
#include "journal/frame.h"

#define SEGMENT_NAME_SIZE 64
#define SEGMENT_PAYLOAD 40

enum segment_kind { SEGMENT_JOURNAL, SEGMENT_HISTORY };

struct segment {
	uint64_t first;
	uint32_t attempt; /* more than one may begin with the same record: the later counts */
	bool is_sealed;
	char name[SEGMENT_NAME_SIZE];
};

struct segment_list {
	struct segment *segments; /* ascending */
	size_t count, room;
};

/* Of a file that is there both sealed and not, only the sealed one: it was read back before it got its name. */
bool segments_list(struct segment_list *list, const struct disk *disk, const char *directory, enum segment_kind kind, struct error *err);
void segments_finish(struct segment_list *list);
void segment_set_name(struct segment *segment, enum segment_kind kind);
/* Only a name we would give is one of ours. */
bool segment_read_name(const char *name, enum segment_kind kind, struct segment *segment);
/* The same file in its other form, or with what belongs to it beside it. */
struct segment segment_raw(const struct segment *segment);
struct segment segment_sealed(const struct segment *segment);
bool segment_same(const struct segment *left, const struct segment *right);

struct segment_head {
	uint8_t id[JOURNAL_ID_SIZE];
	uint64_t first;
	int64_t recv;	  /* of the first record */
	int64_t created;  /* ms, wall clock */
	uint32_t before;  /* CRC of the record before the first; 0: there is none */
	bool is_retry;	  /* the file before was given up, and this one repeats what may not have been safe there */
};

/* The payload of a FRAME_SEGMENT, into SEGMENT_PAYLOAD bytes. */
struct frame segment_head_frame(const struct segment_head *head, enum segment_kind kind, uint8_t *payload);
/* The same head for the sealed form, and back; whatever else it says stays. */
void segment_head_turn(uint8_t *payload, bool is_sealed);
bool segment_head_read(const struct frame *frame, enum segment_kind kind, struct segment_head *head);
/* That of a file by its name; false: it cannot be read. */
bool segment_head_load(const struct disk *disk, const char *directory, const struct segment *segment, enum segment_kind kind,
	struct segment_head *head);
/* A head of a form that this program does not know: its version; 0: it is none of those. */
int segment_head_unknown(const struct frame *frame, enum segment_kind kind);

/* What is wrong with a journal: a stretch of a file, and the records that are not there. */
enum damage_kind {
	DAMAGE_BAD,	/* bytes that are no record, with good ones after them: they were whole once */
	DAMAGE_TAIL,	/* the same at the end: cut off, and kept aside */
	DAMAGE_MISSING, /* the records are in no file (any more) */
	DAMAGE_FOREIGN	/* a file of another journal */
};
struct damage {
	enum damage_kind kind;
	char name[SEGMENT_NAME_SIZE];
	int64_t offset;
	uint64_t bytes;
	uint64_t from, to; /* LSNs; from > to: none is known to be missing */
};
void damage_describe(const struct damage *damage, char *to, size_t room);

#endif
