/* What customers' numbers are hashed with: --salt-file, else this machine's id. */
#ifndef APP_SALT_H
#define APP_SALT_H

#include "base/error.h"
#include "base/view.h"

#define SALT_MOST 4096
#define SALT_MISSING "no --salt-file and no /etc/machine-id: customers are left out"

struct salt {
	char bytes[SALT_MOST];
	size_t size; /* 0: there is none */
};

/* `path` NULL: this machine's id, and it is no failure if there is none. */
bool salt_read(struct salt *salt, const char *path, struct error *err);

#endif
