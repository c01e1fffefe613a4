/* `tablo doctor`: one table of checks (app/doctor.c). A check looks and says lines; what it looks at on this machine is in
 * doctor_machine.c, on the wire in doctor_feeds.c. */
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include "app/command.h"
#include "base/finding.h"
#include "config/settings.h"

/* What a check may look at. */
struct examination {
	const struct settings *settings;
	const char *journal; /* a directory, or NULL */
	const char *store;   /* a URL of Redis, or NULL */
	int64_t listen;	     /* ms that feeds are listened to */
};

struct check {
	const char *name;
	const char *about; /* what it looks at */
	void (*look)(const struct examination *examination, const struct findings *findings);
};

/* doctor_machine.c */
void check_terminal(const struct examination *examination, const struct findings *findings);
void check_locale(const struct examination *examination, const struct findings *findings);
void check_zones(const struct examination *examination, const struct findings *findings);
void check_limits(const struct examination *examination, const struct findings *findings);
void check_disk(const struct examination *examination, const struct findings *findings);
/* doctor_feeds.c */
void check_zmq(const struct examination *examination, const struct findings *findings);
void check_keys(const struct examination *examination, const struct findings *findings);
void check_feeds(const struct examination *examination, const struct findings *findings);

/* doctor_store.c */
void check_store(const struct examination *examination, const struct findings *findings);

#endif
