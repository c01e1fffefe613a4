/* Records as boards elsewhere get them: without what names somebody. Batches are feed/veiled.h's; of the collector's own records the texts of
 * the settings and the endpoints of feeds are left out. Whole: what is not understood is not passed on. */
#ifndef APP_REDACTOR_H
#define APP_REDACTOR_H

#include "feed/veiled.h"
#include "journal/record.h"

struct engine;

struct redactor {
	const struct veil *veil;
	struct veiled_room batches;
	struct record_room records;
	struct wire_buffer own;
};

void redactor_finish(struct redactor *redactor);
/* Puts another payload in the place of the frame's; it lasts until the next call. False: it cannot be sent elsewhere. */
bool redactor_frame(struct redactor *redactor, struct frame *frame, struct error *err);
/* An action of somebody elsewhere: an agent's hash becomes his name. NULL: `payload` is what to take; else the word for why not. */
const char *redactor_take_back(struct redactor *redactor, const struct engine *engine, struct view *payload);

#endif
