/* Who may do what at boards, and what he is called in the journal: the sections `right` of a collector's configuration and the lists of
 * client keys, held against what the transport proved (feed/stream_person.h). Of the desk's own thread. docs/OPERATION.md. */
#ifndef APP_PERMITS_H
#define APP_PERMITS_H

#include "base/error.h"
#include "base/user.h"
#include "config/settings.h"
#include "feed/curve_gate.h"
#include "feed/stream_person.h"

struct permits;

#define AUTHOR_ROOM USER_ROOM

/* NULL: a section names no key, or a file cannot be read. The settings outlive it. */
struct permits *permits_open(const struct settings *settings, struct error *err);
void permits_close(struct permits *permits); /* NULL is fine */
/* Sections and names of keys anew from their files; on failure all stays as it was. */
bool permits_reload(struct permits *permits, struct error *err);

/* Is there any section? Without one everybody who may attach may do everything, as he who may is called. */
bool permits_ruled(const struct permits *permits);
unsigned permits_of(const struct permits *permits, const struct stream_person *who);
/* The name under which the journal has what he does, harmless. False: he proves nothing, and is who he says he is. */
bool permits_author(struct permits *permits, const struct stream_person *who, char author[AUTHOR_ROOM]);
/* "lead, chief": whose right it is. */
void permits_whose(const struct permits *permits, enum right right, char *to, size_t room);
/* Actions that nobody proved to be his, out of Redis: taken or not. */
bool permits_inbox(const struct permits *permits);
/* Not everybody may see names: who may then. Good until the next reload. */
struct curve_narrow permits_narrow(const struct permits *permits);

#endif
