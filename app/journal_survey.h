/* A journal looked through file by file, several at a time: what each holds and what is wrong with it. */
#ifndef APP_JOURNAL_SURVEY_H
#define APP_JOURNAL_SURVEY_H

#include "journal/segment.h"

#define SURVEY_DAMAGES 200 /* of a file are kept; all are counted */

struct survey_file {
	struct segment segment;
	int64_t bytes;		/* on the disk; -1: it went meanwhile */
	uint64_t first, last;	/* LSNs that were read; first 0: none */
	int64_t from, to;	/* recv of those */
	uint64_t records, events;
	struct damage damages[SURVEY_DAMAGES];
	size_t damaged;
	uint64_t lost; /* records */
	int64_t tail;  /* bytes at the end of the last file that are no record */
	struct error err; /* "": it could be read */
};

struct survey {
	struct survey_file *files;
	size_t count;
	bool is_written; /* somebody writes the journal at this moment */
};

/* `path`: a directory or one file. `progress` (may be NULL) is called from the caller's thread while others work. */
bool survey_take(struct survey *survey, const char *path, void (*progress)(int permille, uint64_t records), struct error *err);
void survey_finish(struct survey *survey);
/* Bytes of a file; -1: it is not there. */
int64_t survey_size(const char *directory, const char *name);
/* Records before the first one that is kept are no damage. */
bool survey_is_damage(const struct damage *damage);
/* Anything wrong at all? */
bool survey_is_sound(const struct survey *survey);

#endif
