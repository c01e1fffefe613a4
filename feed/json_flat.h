/* How deep a JSON text is nested, before a parser that recurses sees it. */
#ifndef FEED_JSON_FLAT_H
#define FEED_JSON_FLAT_H

#include "base/view.h"

/* Is no place of it inside more than `most` lists and objects? */
bool json_flat(struct view text, int most);

#endif
