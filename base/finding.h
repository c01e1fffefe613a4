/* What an examination found: said line by line by whoever looks (app/, feed/, store/), printed by whoever asked. */
#ifndef BASE_FINDING_H
#define BASE_FINDING_H

#include <stdarg.h>

enum finding { FINDING_OK, FINDING_WARN, FINDING_BAD };
extern const char *const finding_names[]; /* "ok" "warn" "bad" */

struct findings {
	void *context;
	/* remedy NULL: nothing to do. Both texts are only valid during the call. */
	void (*take)(void *context, enum finding finding, const char *text, const char *remedy);
};

/* remedy NULL: nothing to do. */
void finding_say(const struct findings *findings, enum finding finding, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
