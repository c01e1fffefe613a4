#include "app/salt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "feed/imports/pseudonym.h"

#define MACHINE_ID "/etc/machine-id"

static bool read_file(struct salt *salt, const char *path, struct error *err)
{
	FILE *file = fopen(path, "re");
	if (!file)
		return fail(err, "%s: the salt cannot be read: %s", path, strerror(errno));
	salt->size = fread(salt->bytes, 1, sizeof salt->bytes, file);
	fclose(file);
	while (salt->size && (salt->bytes[salt->size - 1] == '\n' || salt->bytes[salt->size - 1] == '\r'))
		salt->size--;
	return salt->size >= SALT_LEAST
		|| fail(err, "%s: a salt has at least %d bytes; `head -c 32 /dev/urandom | base64` makes one", path, SALT_LEAST);
}

/* The machine's id, which systemd wants kept secret too, so that the same source gives the same pseudonyms here again. Where there is none,
 * customers are left out rather than hashed with something anybody can guess. */
bool salt_read(struct salt *salt, const char *path, struct error *err)
{
	salt->size = 0;
	if (path)
		return read_file(salt, path, err);
	if (!read_file(salt, MACHINE_ID, NULL))
		salt->size = 0;
	return true;
}
