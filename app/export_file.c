#include "app/export_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum export_result failed(const char *path, struct error *err)
{
	fail(err, "%s: cannot be written: %s", path, strerror(errno));
	return EXPORT_FAILED;
}

static bool write_whole(int descriptor, const char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		const ssize_t written = write(descriptor, text, left);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		text += written;
		left -= (size_t)written;
	}
	return true;
}

/* The new file stands under another name until it is whole; mkstemp() makes it for its user alone. */
enum export_result export_file_write(const char *path, const char *text, bool over, struct error *err)
{
	char beside[512];
	if ((size_t)snprintf(beside, sizeof beside, "%s.XXXXXX", path) >= sizeof beside) {
		errno = ENAMETOOLONG;
		return failed(path, err);
	}
	const int descriptor = mkostemp(beside, 0);
	if (descriptor < 0)
		return failed(path, err);
	bool good = write_whole(descriptor, text);
	good = close(descriptor) == 0 && good;
	good = good && (over ? rename(beside, path) : link(beside, path)) == 0;
	const int why = errno;
	if (!good || !over)
		unlink(beside);
	if (good)
		return EXPORT_WRITTEN;
	errno = why;
	return !over && why == EEXIST ? EXPORT_EXISTS : failed(path, err);
}
