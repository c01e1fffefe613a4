/* CURVE keys as files and text. A key is 32 bytes, written as 40 characters of Z85. A key file holds a pair:
 *
 *	# comment
 *	public <40 characters>
 *	secret <40 characters>
 *
 * and belongs to its reader alone. "credential:NAME" is a file that systemd put into $CREDENTIALS_DIRECTORY. */
#ifndef FEED_CURVE_KEYS_H
#define FEED_CURVE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/view.h"

#define CURVE_KEY_SIZE 40
#define CURVE_KEY_ROOM (CURVE_KEY_SIZE + 1)
#define CURVE_NAME_ROOM 64
#define CURVE_ALLOWED_MAX 4096 /* keys of an allow-list */

struct curve_pair {
	char public[CURVE_KEY_ROOM], secret[CURVE_KEY_ROOM];
};

/* False where libzmq was built without CURVE. */
bool curve_available(struct error *err);
/* Refuses a file that others could read or write, that somebody else owns, or that is a link. `pair` is untouched on failure. */
bool curve_pair_read(const char *path, struct curve_pair *pair, struct error *err);
/* Overwrites it: to be called as soon as a pair is done with. */
void curve_pair_forget(struct curve_pair *pair);
/* The public half of it needs no quotes or escapes in a configuration. */
bool curve_pair_create(struct curve_pair *pair, struct error *err);
/* The pair into `path` (0600), its public half into `path`.pub (0644); neither may be there already. */
bool curve_pair_write(const char *path, const struct curve_pair *pair, struct error *err);
/* A public key given as its 40 characters, or as the file that holds it: what begins with '/' or '.' or "credential:" is a file. */
bool curve_public_read(const char *text, char key[CURVE_KEY_ROOM], struct error *err);
/* One of those on an allow-list: its key, and whose it is, harmless ("": nobody said). */
struct curve_client {
	char key[CURVE_KEY_ROOM], name[CURVE_NAME_ROOM];
};
/* An allow-list: a key a line, and behind it as a comment whose it is; others must not be able to write it. The result is
 * freed by the caller; NULL: err says why. */
struct curve_client *curve_clients_read(const char *path, size_t *count, struct error *err);
/* The keys of one. */
char (*curve_allowed_read(const char *path, size_t *count, struct error *err))[CURVE_KEY_ROOM];

#endif
