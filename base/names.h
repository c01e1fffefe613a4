/* Interned names with a cap: what comes from outside must not grow memory without end. Number 0 is always "" (none),
 * number 1 always "other", which takes every name after the cap. Names are made harmless (base/text.h) when they enter. */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stdint.h>

#include "base/map.h"

#define NAME_NONE 0u
#define NAME_OTHER 1u

struct names {
	struct map numbers; /* by the name as it came */
	char **texts;	    /* harmless, by number */
	uint32_t count, cap;
	uint64_t refused; /* how often "other" stood in */
	size_t room;
};

void names_init(struct names *names, uint32_t cap);
void names_finish(struct names *names);
/* The number of a name; a new one is kept while there is room, else NAME_OTHER. Empty or absent: NAME_NONE. */
uint32_t names_intern(struct names *names, struct view name);
/* Without keeping it: NAME_NONE if unknown. */
uint32_t names_find(const struct names *names, struct view name);
/* The names as they came, by number, in an array the caller frees. */
struct view *names_keys(const struct names *names);
const char *names_text(const struct names *names, uint32_t number);

#endif
