/* The key by which names and ids become hashes for boards elsewhere (base/veil.h), as a file of its owner alone:
 *
 *	# comment
 *	identifiers <32 hexadecimal digits>
 *
 * "credential:NAME" is a file that systemd put into $CREDENTIALS_DIRECTORY. */
#ifndef FEED_IDENTIFIERS_KEY_H
#define FEED_IDENTIFIERS_KEY_H

#include "base/error.h"
#include "base/veil.h"

/* Refuses a file that others could read or write, that somebody else owns, or that is a link. `veil` is untouched on failure. */
bool identifiers_key_read(const char *path, struct veil *veil, struct error *err);
/* A new random key; a file that is there is never overwritten. */
bool identifiers_key_write(const char *path, struct error *err);

#endif
