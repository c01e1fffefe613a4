/* What a user of this machine is called. */
#ifndef BASE_USER_H
#define BASE_USER_H

#include <stddef.h>
#include <stdint.h>

#define USER_ROOM 64

/* His name, harmless; "uid 4711" where the machine knows none. May ask a directory elsewhere: not for what is looked at often. */
void user_name(int64_t uid, char name[USER_ROOM]);

#endif
