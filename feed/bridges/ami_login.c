#include "feed/bridges/ami_login.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "feed/curve_file.h"

#define MD5_SIZE 16

/* The value of `line` where it is "name = value": its beginning, or NULL. */
static char *value_of(char *line, const char *name)
{
	const size_t size = strlen(name);
	line += strspn(line, " \t");
	if (strncmp(line, name, size) != 0)
		return NULL;
	line += size + strspn(line + size, " \t");
	if (*line != '=')
		return NULL;
	line += 1 + strspn(line + 1, " \t>");
	for (size_t end = strlen(line); end && strchr(" \t\r", line[end - 1]);)
		line[--end] = 0;
	return line;
}

static bool take_line(struct ami_login *login, char *line, const char *path, int number, struct error *err)
{
	char *user = value_of(line, "user"), *secret = value_of(line, "secret");
	const char *blank = line + strspn(line, " \t\r");
	if (*blank == 0 || *blank == '#' || *blank == ';')
		return true;
	if (!user && !secret)
		return fail(err, "%.200s:%d: the file holds user = NAME and secret = TEXT, a line each", path, number);
	if ((user && strlen(user) >= sizeof login->user) || (secret && strlen(secret) >= sizeof login->secret))
		return fail(err, "%.200s:%d: too long", path, number);
	if (user)
		strcpy(login->user, user);
	if (secret)
		strcpy(login->secret, secret);
	return true;
}

bool ami_login_read(struct ami_login *login, const char *path, struct error *err)
{
	size_t size;
	*login = (struct ami_login){0};
	char *text = curve_file_read(path, CURVE_FILE_SECRET, &size, err), *rest = text, *line;
	bool good = text != NULL;
	for (int number = 1; good && (line = strsep(&rest, "\n")); number++)
		good = take_line(login, line, path, number, err);
	if (text)
		curve_file_forget(text, size);
	if (good && (!login->user[0] || !login->secret[0]))
		return fail(err, "%.200s: the file holds user = NAME and secret = TEXT, a line each", path);
	return good;
}

bool ami_login_key(const struct ami_login *login, struct view challenge, char to[33])
{
	gnutls_hash_hd_t running;
	uint8_t hash[MD5_SIZE];
	if (gnutls_hash_init(&running, GNUTLS_DIG_MD5) != 0)
		return false;
	gnutls_hash(running, challenge.data, challenge.size);
	gnutls_hash(running, login->secret, strlen(login->secret));
	gnutls_hash_deinit(running, hash);
	for (int i = 0; i < MD5_SIZE; i++)
		snprintf(to + 2 * i, 3, "%02x", hash[i]);
	return true;
}
