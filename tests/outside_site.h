/* A site whose events have everything a publisher can say, hostile ids among it, folded as it is and as boards elsewhere get it. */
#ifndef TESTS_OUTSIDE_SITE_H
#define TESTS_OUTSIDE_SITE_H

#include "base/veil.h"
#include "feed/veiled.h"
#include "tests/redis_day.h"

#define MARKER "PII-" /* stands in all that names somebody */

struct site {
	struct veil veil;
	struct settings *settings;
	struct engine *inside, *outside;
	struct veiled_room room;
	struct batch batch;
	struct redis_day day;
	uint64_t random, seq;
	int64_t pause; /* ms */
	size_t bytes, redacted;
	bool careless;	    /* a mistake that must be found: what goes out is what came in, */
	size_t names;	    /* and so many payloads have names in them */
};

struct site site_open(uint64_t seed);
void site_close(struct site *site);
/* What is applied inside goes out and is folded there: told() of a redis_day. */
void site_send(void *context, const struct record *record, struct view payload);
/* One to four events of any type. */
void site_batch(struct site *site);

/* With the key that SipHash's reference uses. */
struct veil site_veil(void);
bool has_marker(const void *bytes, size_t size);
void expect_no_marker(const void *bytes, size_t size, const char *where);

#endif
