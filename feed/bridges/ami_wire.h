/* Text of the Asterisk Manager Interface into messages: lines "Name: value" up to an empty line. Whatever comes, in whatever pieces. */
#ifndef FEED_BRIDGES_AMI_WIRE_H
#define FEED_BRIDGES_AMI_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/view.h"

#define AMI_LINE_MAX 8192	/* bytes; a longer line is left out of its message */
#define AMI_MESSAGE_MAX 65536	/* bytes; a longer message is damaged */
#define AMI_HEADERS_MAX 512

struct ami_header {
	struct view name, value;
};

/* Views hold until the wire is used again. */
struct ami_message {
	struct ami_header headers[AMI_HEADERS_MAX];
	size_t count;
	bool is_banner; /* the first line of a connection, which no empty line ends: headers[0].value is its text */
	bool is_odd;	/* some of its lines were no headers, or too long */
};

/* A zeroed one is ready. */
struct ami_wire {
	char *bytes;
	size_t size, room;
	size_t line;	/* where the unfinished line begins */
	size_t used;	/* bytes of the message that was given last */
	bool is_command; /* inside of Response: Follows, which an empty line does not end */
	bool is_skipped; /* the message is too long: up to its empty line it is passed over */
};

void ami_wire_finish(struct ami_wire *wire);
void ami_wire_reset(struct ami_wire *wire); /* another connection begins */
void ami_wire_add(struct ami_wire *wire, const char *bytes, size_t size);

enum ami_step { AMI_MESSAGE, AMI_DAMAGED /* a block that is no message */, AMI_MORE };
enum ami_step ami_wire_next(struct ami_wire *wire, struct ami_message *message);
/* The text ends: what stands there without its empty line counts as a message. */
enum ami_step ami_wire_rest(struct ami_wire *wire, struct ami_message *message);

/* The first header of that name, whatever its case; size 0: none, or empty. */
struct view ami_value(const struct ami_message *message, const char *name);

#endif
