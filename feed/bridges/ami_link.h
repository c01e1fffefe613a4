/* A connection to Asterisk's manager interface: made again when it breaks, logged in, watched. Nothing here waits. */
#ifndef FEED_BRIDGES_AMI_LINK_H
#define FEED_BRIDGES_AMI_LINK_H

#include <stdint.h>

#include "base/error.h"
#include "feed/bridges/ami_wire.h"

#define AMI_PORT "5038"

struct ami_link;

struct ami_link_options {
	const char *target; /* HOST[:PORT], [IPV6]:PORT */
	const char *login;  /* a file: "user = ..." and "secret = ...", of mode 0600 */
	const char *mask;   /* of events: "agent,call" */
	void (*say)(void *context, const char *text);
	void *context;
};

/* Reads the login and looks the name up: both only here. The options are copied. */
struct ami_link *ami_link_open(const struct ami_link_options *options, struct error *err);
void ami_link_close(struct ami_link *link); /* NULL is fine */
int ami_link_descriptor(const struct ami_link *link); /* -1: none */
bool ami_link_wants_write(const struct ami_link *link);
int64_t ami_link_due(const struct ami_link *link); /* monotonic ms */
/* Connects, reads and writes as far as it goes at once. */
void ami_link_turn(struct ami_link *link);
/* The next message: what concerns the login is dealt with here and not given. AMI_MORE: none. */
enum ami_step ami_link_next(struct ami_link *link, struct ami_message *message);
bool ami_link_is_live(const struct ami_link *link); /* logged in */
uint64_t ami_link_number(const struct ami_link *link); /* of the connection, from 1 on: another one means a gap */
int64_t ami_link_since(const struct ami_link *link); /* monotonic ms: logged in */
/* "Action: ..." lines without their end; an id by which the answer is known. */
void ami_link_ask(struct ami_link *link, const char *action, const char *id);
void ami_link_break(struct ami_link *link, const char *why); /* begins again */

#endif
