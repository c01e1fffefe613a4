/* The life of a bridge: its class converts, the outbox keeps, the publisher sends, in one loop. */
#ifndef APP_BRIDGE_RUN_H
#define APP_BRIDGE_RUN_H

#include "app/command.h"
#include "config/settings.h"
#include "feed/bridges/bridge.h"

struct bridge_choices {
	const struct bridge_class *class;
	const struct arguments *arguments; /* which the class asks for its options */
	const char *target; /* FILE, HOST, ...: "" where the class takes none */
	const char *state;  /* the folder of the outbox */
	const char *bind, *replay; /* replay NULL: none */
	const char *site, *src;
	struct pseudonym pseudonym;
	bool sync, recorded;
	int wait;	/* subscribers that are waited for at the start */
	int64_t linger; /* ms after the end of a source that ends */
};

/* Until a signal, the end of the source, or a failure. What was counted is said on standard error at the end. */
bool bridge_run(const struct bridge_choices *choices, const struct settings *settings, struct error *err);
/* What a class gets of the command line. */
const char *bridge_option(const void *arguments, const char *name);
const char *bridge_option_nth(const void *arguments, const char *name, int index);

#endif
