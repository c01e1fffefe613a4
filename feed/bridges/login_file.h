/* What a bridge logs in with, from a file: never an argument, never in a log. */
#ifndef FEED_BRIDGES_LOGIN_FILE_H
#define FEED_BRIDGES_LOGIN_FILE_H

#include <stddef.h>

#include "base/error.h"

#define LOGIN_TEXT_MOST 512

struct login_text {
	char text[LOGIN_TEXT_MOST + 1];
	size_t size;
};

/* The first line of a file that no other user may read, or of "credential:NAME" (feed/curve_file.h). Without control characters: it cannot
 * hold a second command. */
bool login_file_read(const char *path, struct login_text *to, struct error *err);
void login_text_erase(struct login_text *text);

#endif
