/* A customer's number, address or name never travels: a salted hash stands in for it. */
#ifndef FEED_IMPORTS_PSEUDONYM_H
#define FEED_IMPORTS_PSEUDONYM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

#define PSEUDONYM_SIZE 17 /* 16 hexadecimal digits and the end */
#define SALT_LEAST 16	  /* bytes: with less, all numbers of a town could be tried */

struct pseudonym {
	bool active; /* there is a salt */
	uint8_t secret[192];
};

/* The same salt gives the same pseudonyms, today and on another machine. An empty one: no pseudonyms are given. */
void pseudonym_init(struct pseudonym *pseudonym, struct view salt);
/* Empty where there is no salt, or the text is what systems write for "not known": "", "anonymous", "unknown", "private", ...
 * Of a phone number only the digits and a leading + count, so that "+1 555-0100" and "+15550100" are the same customer. */
struct view pseudonym_of(const struct pseudonym *pseudonym, struct view customer, char to[PSEUDONYM_SIZE]);

#endif
