#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/doctor.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/zone.h"
#include "journal/history.h"
#include "tui/screen.h"
#include "tui/terminal.h"

#define COLUMNS_LEAST 20 /* below, and below the rows, there are no boxes */
#define ROWS_LEAST 5
#define FILES_LEAST 1024
#define MEBIBYTE (1024 * 1024)
#define FREE_BAD 128	/* MiB: two segments of the journal */
#define FREE_DOUBTFUL 2048 /* MiB */
#define SYNC_ROUNDS 16
#define SYNC_SIZE 4096
#define SYNC_DOUBTFUL 50 /* ms: the journal syncs every 100 */
#define SYNC_BAD 500

void check_terminal(const struct examination *examination, const struct findings *findings)
{
	const char *term = getenv("TERM");
	int colours, width, height;
	(void)examination;
	if (!isatty(STDOUT_FILENO)) {
		finding_say(findings, FINDING_OK, NULL, "standard output is no terminal; nothing to look at");
		return;
	}
	if (!term || !*term || !screen_knows(term, &colours)) {
		finding_say(findings, FINDING_WARN, "set TERM, or install its description (Debian: ncurses-term)",
			"TERM is '%.60s', which nobody here knows; the board tries others", term ? term : "");
		return;
	}
	const struct terminal terminal = {.input = STDIN_FILENO, .output = STDOUT_FILENO};
	terminal_size(&terminal, &width, &height);
	if (width < COLUMNS_LEAST || height < ROWS_LEAST)
		finding_say(findings, FINDING_WARN, "make it larger; 80x24 shows most, 140x40 all", "%s, %dx%d: too small for more than a line", term,
			width, height);
	else if (colours < 8)
		finding_say(findings, FINDING_WARN, "states are told by words and marks alone; TERM=xterm-256color where the terminal can",
			"%s, %dx%d, no colours", term, width, height);
	else
		finding_say(findings, FINDING_OK, NULL, "%s, %d colours, %dx%d", term, colours, width, height);
}

void check_locale(const struct examination *examination, const struct findings *findings)
{
	const char *codeset = nl_langinfo(CODESET);
	(void)examination;
	if (strcmp(codeset, "UTF-8") == 0)
		finding_say(findings, FINDING_OK, NULL, "characters are UTF-8");
	else
		finding_say(findings, FINDING_WARN, "set LC_ALL=C.UTF-8, or draw with --ascii", "characters are %.60s, not UTF-8", codeset);
}

static void look_at_zone(const char *name, const struct findings *findings)
{
	struct error err;
	struct zone *zone = zone_open(name, &err);
	if (zone)
		finding_say(findings, FINDING_OK, NULL, "%.60s, now %+.2f h from UTC", name, zone_offset(zone, clock_wall()) / 3600.0);
	else
		finding_say(findings, FINDING_BAD, "install tzdata, or set another zone", "%.300s", err.text);
	zone_close(zone);
}

void check_zones(const struct examination *examination, const struct findings *findings)
{
	look_at_zone(examination->settings->zone, findings);
	for (int i = 0; i < examination->settings->clock_count; i++)
		look_at_zone(examination->settings->clocks[i], findings);
}

static void look_at_files(const struct findings *findings)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		finding_say(findings, FINDING_WARN, NULL, "how many files may be open is not known: %s", strerror(errno));
	else if (files.rlim_cur < FILES_LEAST)
		finding_say(findings, FINDING_WARN, "ulimit -n 1024, or LimitNOFILE=1024 in the unit", "only %llu files may be open",
			(unsigned long long)files.rlim_cur);
	else
		finding_say(findings, FINDING_OK, NULL, "%llu files may be open", (unsigned long long)files.rlim_cur);
}

static void look_at_memory(int64_t wanted, const struct findings *findings)
{
	struct rlimit space;
	int64_t page = sysconf(_SC_PAGESIZE), have = sysconf(_SC_PHYS_PAGES) * page / MEBIBYTE;
	if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
		finding_say(findings, FINDING_WARN, "take it off: memory_limit, and MemoryMax= in the unit, do it better",
			"address space is limited to %llu MiB", (unsigned long long)space.rlim_cur / MEBIBYTE);
	if (have < wanted)
		finding_say(findings, FINDING_WARN, "set memory_limit to less than that", "%lld MiB of memory, but memory_limit is %lld",
			(long long)have, (long long)wanted);
	else
		finding_say(findings, FINDING_OK, NULL, "%lld MiB of memory, memory_limit is %lld", (long long)have, (long long)wanted);
}

void check_limits(const struct examination *examination, const struct findings *findings)
{
	look_at_files(findings);
	look_at_memory(examination->settings->memory_limit, findings);
}

static void look_at_room(const char *folder, const struct findings *findings)
{
	struct statvfs disk;
	if (statvfs(folder, &disk) != 0) {
		finding_say(findings, FINDING_BAD, "make the directory, and let the service write into it", "%.300s: %s", folder, strerror(errno));
		return;
	}
	unsigned long long room = (unsigned long long)disk.f_bavail * disk.f_frsize / MEBIBYTE;
	if (room < FREE_DOUBTFUL)
		finding_say(findings, room < FREE_BAD ? FINDING_BAD : FINDING_WARN, "make room, or keep the journal for fewer days",
			"%.300s: only %llu MiB free", folder, room);
	else
		finding_say(findings, FINDING_OK, NULL, "%.300s: %llu MiB free", folder, room);
}

/* A file without a name, so that nothing stays whatever happens. */
static int open_nameless(const char *folder)
{
	int file = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return file;
	char *path = memory_format("%s/.tablo-XXXXXX", folder);
	file = mkostemp(path, O_CLOEXEC);
	if (file >= 0)
		unlink(path);
	free(path);
	return file;
}

/* The slowest of a few small writes, in ms; -1 with errno. */
static int64_t time_sync(const char *folder)
{
	static const char block[SYNC_SIZE];
	int file = open_nameless(folder);
	if (file < 0)
		return -1;
	int64_t slowest = 0;
	for (int i = 0; i < SYNC_ROUNDS && slowest >= 0; i++) {
		int64_t began = clock_monotonic();
		if (write(file, block, sizeof block) != (ssize_t)sizeof block || fdatasync(file) != 0)
			slowest = -1;
		else if (clock_monotonic() - began > slowest)
			slowest = clock_monotonic() - began;
	}
	int reason = errno;
	close(file);
	errno = reason;
	return slowest;
}

static void look_at_sync(const char *folder, const struct findings *findings)
{
	int64_t slowest = time_sync(folder);
	if (slowest < 0)
		finding_say(findings, FINDING_BAD, "let the service write into it; a local disk with ext4 or xfs is best",
			"%.300s: no file can be written and made safe there: %s", folder, strerror(errno));
	else if (slowest >= SYNC_DOUBTFUL)
		finding_say(findings, slowest >= SYNC_BAD ? FINDING_BAD : FINDING_WARN, "a faster disk, or one that others use less",
			"%.300s: a write takes up to %lld ms to be safe", folder, (long long)slowest);
	else
		finding_say(findings, FINDING_OK, NULL, "%.300s: a write is safe within %lld ms", folder, (long long)slowest + 1);
}

/* Only of a directory that is a journal's already. */
static void look_at_history(const char *folder, const struct findings *findings)
{
	struct history_mark mark, end;
	struct error err = {0};
	if (!history_find(NULL, folder, UINT64_MAX, &mark, &end, &err))
		finding_say(findings, FINDING_BAD, "move the files H-*.wbh away and start the collector: what it still knows is written anew", "%s", err.text);
	else if (mark.number)
		finding_say(findings, FINDING_OK, NULL, "the history tells everything up to record %llu of the journal", (unsigned long long)mark.lsn);
}

void check_disk(const struct examination *examination, const struct findings *findings)
{
	const char *folder = examination->journal;
	if (!folder) {
		finding_say(findings, FINDING_OK, NULL, "no journal to look at (--journal DIR)");
		return;
	}
	look_at_room(folder, findings);
	look_at_sync(folder, findings);
	look_at_history(folder, findings);
}
