/* Texts as browsers and servers send them in queries and forms: "a=1&b=two+words%21". */
#ifndef FEED_MAPPING_FORM_H
#define FEED_MAPPING_FORM_H

#include "base/view.h"

/* Cuts the next field off; false: none is left. Both are still encoded. */
bool form_next(struct view *rest, struct view *name, struct view *value);
/* Decodes into `to`, which has room for as many bytes as `from` has; returns how many they became. A % without two digits stands for itself. */
size_t form_decode(struct view from, char *to);

#endif
