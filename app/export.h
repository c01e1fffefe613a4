/* `tablo export`: figures and alerts for other programs, while they happen. One entry for each kind. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H

#include "app/setup.h"

struct export {
	const struct arguments *arguments;
	struct setup *setup;
	struct desk *desk;
	int stop; /* readable when a signal asks for the end */
};

struct export_kind {
	const char *name, *help;
	const char *const *options; /* its own; ends with NULL */
	bool (*run)(struct export *export, struct error *err);
};
extern const struct export_kind export_prometheus, export_alerts;

/* A signal has asked for the end. */
bool export_stopped(const struct export *export);

#endif
