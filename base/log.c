#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/text.h"

#define LINE_ROOM 2048

static atomic_int level_most = LOG_LEVEL_INFO;
static atomic_bool to_file;
static int unread; /* lines that nobody took; under `mutex` */
static int kept_stderr = -1; /* where standard error led before it was pointed to the file; under `mutex` */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void log_set_level(enum log_level level)
{
	atomic_store(&level_most, (int)level);
}

static bool point_to_stderr(struct error *err)
{
	if (kept_stderr < 0)
		return true;
	if (dup2(kept_stderr, STDERR_FILENO) < 0)
		return fail(err, "cannot point log lines to standard error again: %s", strerror(errno));
	close(kept_stderr);
	kept_stderr = -1;
	atomic_store(&to_file, false);
	return true;
}

/* Nothing that blocks or belongs to a link planted by somebody else. */
static int open_file(const char *path, struct error *err)
{
	const int file = open(
		path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	struct stat about;
	if (file < 0) {
		fail(err, "cannot write the log file '%s': %s", path,
			errno == ELOOP ? "it is a symbolic link; give the file itself" : strerror(errno));
		return -1;
	}
	if (fstat(file, &about) == 0 && (S_ISREG(about.st_mode) || S_ISCHR(about.st_mode)))
		return file;
	close(file);
	fail(err, "cannot write the log file '%s': it is no regular file", path);
	return -1;
}

static bool point_to_file(const char *path, struct error *err)
{
	const int file = open_file(path, err);
	if (file < 0)
		return false;
	if (kept_stderr < 0)
		kept_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	const bool done = kept_stderr >= 0 && dup2(file, STDERR_FILENO) >= 0;
	if (!done)
		fail(err, "cannot point standard error to '%s': %s", path, strerror(errno));
	close(file);
	if (done)
		atomic_store(&to_file, true);
	return done;
}

bool log_open(const char *path, struct error *err)
{
	pthread_mutex_lock(&mutex);
	const bool done = path ? point_to_file(path, err) : point_to_stderr(err);
	pthread_mutex_unlock(&mutex);
	return done;
}

/* One write for a line, so that lines of two processes in one file do not mix. */
static void write_line(const char *line, size_t size)
{
	while (size) {
		const ssize_t written = write(STDERR_FILENO, line, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return; /* nobody is left who could be told */
		line += written;
		size -= (size_t)written;
	}
}

/* A line is shorter than what a pipe takes at once where it says that it takes something: the write does not wait. */
static bool somebody_reads(void)
{
	struct pollfd to = {.fd = STDERR_FILENO, .events = POLLOUT};
	return poll(&to, 1, 0) != 0;
}

/* Whoever reads us may stand still; we must not because of that. What was dropped is said when there is room again. */
static void offer_line(const char *line, size_t size)
{
	char lost[100];
	if (!somebody_reads()) {
		unread++;
		return;
	}
	if (unread) {
		const int length = snprintf(lost, sizeof lost, "tablo: warning: %d log lines were dropped: nobody read them\n", unread);
		unread = 0;
		write_line(lost, (size_t)length);
		if (!somebody_reads()) {
			unread++;
			return;
		}
	}
	write_line(line, size);
}

void log_line(enum log_level level, const char *format, ...)
{
	if ((int)level > atomic_load(&level_most))
		return;
	char raw[LINE_ROOM], harmless[LINE_ROOM], line[LINE_ROOM + 64], at[40];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(raw, sizeof raw, format, arguments);
	va_end(arguments);
	text_harmless(view_of(raw), harmless, sizeof harmless);
	int length;
	if (atomic_load(&to_file)) {
		instant_format(clock_wall(), NULL, at, sizeof at);
		length = snprintf(line, sizeof line, "%s %s: %s\n", at, level_names[level], harmless);
	} else { /* a terminal needs no date, and journald writes its own */
		length = snprintf(line, sizeof line, "tablo: %s: %s\n", level_names[level], harmless);
	}
	pthread_mutex_lock(&mutex);
	offer_line(line, (size_t)length);
	pthread_mutex_unlock(&mutex);
}
