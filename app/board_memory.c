#include "app/board_memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/export_file.h"

#define PATH_MOST 400
#define FILE_MOST 4096 /* bytes of it that are read: what is longer was not written by us */
#define SEEN "tour = seen"

/* The folder of the file, made where it is missing; false: there is none. */
static bool folder_of(char *to, size_t room)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char below[PATH_MOST];
	if (state && *state == '/') {
		snprintf(below, sizeof below, "%s", state);
	} else if (home && *home == '/') {
		snprintf(below, sizeof below, "%.300s/.local", home);
		mkdir(below, 0700);
		snprintf(below, sizeof below, "%.300s/.local/state", home);
	} else {
		return false;
	}
	mkdir(below, 0700);
	return (size_t)snprintf(to, room, "%s/tablo", below) < room && (mkdir(to, 0700) == 0 || errno == EEXIST);
}

/* Whatever stands in the file besides: only this line counts. */
static bool is_seen(const char *path)
{
	char text[FILE_MOST + 1];
	FILE *from = fopen(path, "re");
	if (!from)
		return false;
	const size_t size = fread(text, 1, FILE_MOST, from);
	fclose(from);
	text[size] = 0;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		if (strcmp(line, SEEN) == 0)
			return true;
	return false;
}

bool board_memory_first(void)
{
	char folder[PATH_MOST + 8], path[PATH_MOST + 24];
	struct error err;
	if (!folder_of(folder, sizeof folder))
		return false;
	snprintf(path, sizeof path, "%s/board.state", folder);
	return !is_seen(path) && export_file_write(path, SEEN "\n", true, &err) == EXPORT_WRITTEN;
}
