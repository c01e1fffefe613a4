#include "base/user.h"

#include <pwd.h>
#include <stdio.h>

#include "base/text.h"

#define PASSWD_ROOM 4096

void user_name(int64_t uid, char name[USER_ROOM])
{
	char room[PASSWD_ROOM];
	struct passwd entry, *found = NULL;
	*name = 0;
	if (getpwuid_r((uid_t)uid, &entry, room, sizeof room, &found) == 0 && found)
		text_harmless(view_of(found->pw_name), name, USER_ROOM);
	if (!*name)
		snprintf(name, USER_ROOM, "uid %lld", (long long)uid);
}
