/* From a command line to settings, feeds and what is asked for; shared by every command that shows figures. */
#ifndef APP_SETUP_H
#define APP_SETUP_H

#include "app/command.h"
#include "app/desk.h"
#include "config/shifts.h"
#include "store/snapshot.h"

extern const struct option feed_options[];   /* --feed, --site, --clock, --store, --speed, --at */
extern const struct option follow_options[]; /* --attach, --sites */
extern const struct option figure_options[]; /* --window, --by, --scope */
extern const struct option rule_options[];   /* --formula, --target, --short, --zone */
extern const struct option screen_options[]; /* --wall, --ascii, --colours, --theme, --frugal, --plain, --every */

struct setup {
	struct settings *settings; /* settings->feeds are the ones in force */
	struct zone *zone;
	struct shifts *shifts; /* planned; NULL: no file is set */
	struct snapshot_request request;
	enum window *windows; /* every --window, or the one set */
	int window_count;
	const char *store;  /* the URL of Redis; NULL: none */
	const char *attach; /* the collector to follow; NULL: none */
	bool several; /* a board over several sites, from these two and the settings' sections */
	int64_t every; /* ms between the summaries of --plain; 0: only when something changes */
	double speed; /* -1: not given */
	int64_t *instants; /* every --at, ascending, whole seconds */
	int instant_count;
	bool hints;	    /* for whoever opens a board the first time */
	const char *page;   /* a board begins with it; NULL: with the overview */
};

/* False: err says why; *usage: the command line is at fault. Ends what it began. */
bool setup_open(struct setup *setup, const struct arguments *arguments, bool *usage, struct error *err);
void setup_close(struct setup *setup);
/* A configuration as this program reads it, with its metrics and widgets; then the pages of the file it names, after the command line. */
bool setup_load(struct settings *settings, const char *path, struct error *err);
/* What --config and the rest of the command line say now; NULL: the file is wrong. The caller destroys it. */
struct settings *setup_again(const struct arguments *arguments, struct error *err);
bool setup_load_boards(struct settings *settings, struct error *err);
/* Only the settings: the defaults, --config, --set; for commands that show nothing. NULL as above. */
struct settings *setup_settings(const struct arguments *arguments, bool *usage, struct error *err);
/* "NAME=VALUE", as --set has it. */
bool setup_set_pair(struct settings *settings, const char *pair, struct error *err);
/* Every --at, in place of those there were; "10:30" and "-15m" are meant by `now`. */
bool setup_instants(struct setup *setup, const struct arguments *arguments, int64_t now, struct error *err);
/* One option that is an instant; `now` is what "14:05" and "-2h" are meant by, as where a journal ends. Not given: *at stays. */
bool setup_instant(const struct arguments *arguments, const char *option, const struct zone *zone, int64_t now, int64_t *at, struct error *err);
/* What rule_options say. */
bool setup_rules(struct settings *settings, const struct arguments *arguments, struct error *err);
/* Every --feed that was given, in place of the configured ones. */
void setup_feeds(struct settings *settings, const struct arguments *arguments);
/* An option of the command line, else the setting; NULL: neither, or "memory". */
const char *setup_chosen(const struct arguments *arguments, const char *option, const char *setting);
/* Are all feeds files or simulators, which bring their own clock? */
bool setup_own_time(const struct setup *setup);
/* One of the feeds never ends by itself: the simulator. */
bool setup_endless(const struct setup *setup);

#endif
