/* Everything that can be set: one table entry per setting (config/tables.c); the file is read with libconfuse. The printed
 * configuration, the man page and `tablo check` all come from the table. */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "config/display.h"
#include "config/rights.h"
#include "feed/event.h" /* only for enum channel: see docs/ARCHITECTURE.md */

enum sl_formula { SL_FORMULA_SL2SV, SL_FORMULA_SL1, SL_FORMULA_SL2, SL_FORMULA_SL2S, SL_FORMULA_SL3, SL_FORMULA_SL4, SL_FORMULA_SLO, SL_FORMULA_COUNT };
extern const char *const sl_formula_codes[SL_FORMULA_COUNT]; /* "SL2sv" ... */
int sl_formula_find(const char *code);			     /* or -1; case does not matter */

enum window { WINDOW_NOW, WINDOW_5M, WINDOW_15M, WINDOW_30M, WINDOW_60M, WINDOW_TODAY, WINDOW_24H, WINDOW_7D, WINDOW_35D, WINDOW_COUNT };
extern const char *const window_names[WINDOW_COUNT]; /* "now" "5m" "15m" "30m" "60m" "today" "24h" "7d" "35d" */
int window_find(const char *name);		     /* or -1 */
/* "20:00-06:00": minutes after midnight; from > to: over midnight. False: it is none. */
bool night_parse(const char *text, int *from, int *to);

enum fcr_from { FCR_FROM_QUEUED, FCR_FROM_RELEASED };
enum fcr_match { FCR_MATCH_TOPIC /* customer + topic, an absent topic matches any */, FCR_MATCH_QUEUE, FCR_MATCH_CUSTOMER };
enum attribution { BY_OUTCOME, BY_ARRIVAL };
enum store_state { STORE_STATE_FULL, STORE_STATE_NONE };
enum conduct_filter { CONDUCT_ALL, CONDUCT_WITHOUT /* handling times, CSAT and FCR without flagged contacts */ };

/* queue "Billing" { ... } */
struct queue_settings {
	char *name, *title;
	int64_t target, short_abandon; /* ms; -1: the channel's / the general one */
	int formula;		       /* -1: the general one */
	bool hidden;
	char *calendar; /* of its SLA clocks; NULL: what the feed says, or its market's, or the general one */
	char *market;	/* of what comes without one; NULL: what the feed says */
	int line; /* of the file, for messages */
};

/* feed "tcp://pbx:5556" { ... } : how the link to one feed is secured */
struct feed_settings {
	char *endpoint;
	char *server_key; /* the publisher's public key, or a file that holds it; NULL: the general one */
	char *key_file;	  /* our own key; NULL: the general one */
	bool allow_plaintext;
	int line;
};

/* collector "berlin" { ... } : where a board that shows several sites finds one of them */
struct site_settings {
	char *name;
	char *attach; /* its collector's publish; NULL: only what is in Redis */
	char *zone;   /* of its days; NULL: the board's */
	int line;
};

/* calendar "support" { ... } : opening hours, by the clocks of a zone */
struct calendar_settings {
	char *name;
	char *zone;	/* NULL: the board's */
	char **days[7]; /* Monday first: "09:00-12:30", ... */
	int day_counts[7];
	char **holidays; /* "2026-12-25", ... */
	int holiday_count;
	int line;
};

/* sla "resolve" { ... } : what the state of a case does to a clock, and whether the board starts it itself */
enum sla_reopen { SLA_REOPEN_NEW, SLA_REOPEN_GO_ON };
struct sla_settings {
	char *clock;
	char **pause_in, **stop_in; /* states of a case */
	int pause_count, stop_count;
	int reopen; /* enum sla_reopen */
	bool start; /* by the board: its case or a message says when */
	char **targets; /* "1: 4h", ..., by priority: config/sla_targets.h */
	int target_count;
	int line;
};

/* level "longest_wait" { warn = ... } : where a figure turns amber and red, with hysteresis */
struct level_settings {
	char *metric;
	char *queue, *channel, *market; /* NULL: everything, and every queue that has no entry of its own */
	int window;	       /* enum window, or -1: the board's */
	double warn, crit;     /* in the metric's unit as people write it: seconds, %, counts; NAN: none */
	double hysteresis;     /* how far back it must come before the level falls (same unit; NAN: 5 % of the limit) */
	int64_t hold;	       /* ms a worse level must last before it shows */
	int line;
};

/* alert "stalled" { metric = ... } */
enum severity { SEVERITY_WARNING, SEVERITY_CRITICAL };
enum alert_each { EACH_NONE, EACH_QUEUE, EACH_CHANNEL, EACH_MARKET, EACH_AGENT, EACH_TEAM };
struct alert_settings {
	char *name, *metric, *queue, *channel, *market, *agent, *team;
	int each; /* enum alert_each: one alert for each of them */
	int window;
	double enter, leave; /* as people write the unit */
	int64_t hold;	     /* ms the condition must last */
	char *and_metric;    /* an optional second condition, NULL: none */
	double and_enter, and_leave; /* leave NAN: as enter */
	enum severity severity;
	char *exec; /* a program and its words, parted by blanks; NULL: none */
	int line;
};

/* market "JP" { ... } : what is otherwise where its customers live; its title is what events call it */
struct market_settings {
	char *name, *title;
	char *zone;		       /* of its clock and dates; NULL: its calendar's, or the board's */
	char *calendar;		       /* its open days; NULL: none */
	int64_t target[CHANNEL_COUNT]; /* ms; -1: the general one */
	char *locale, *address, *laugh, *no, *custom; /* for people to read; NULL: not said */
	int identifiers_stay;	       /* 1: identifiers of this market never leave its site */
	int line;
};

/* card "request" { language = "en" text = "..." } : what to say */
struct card_settings {
	char *name, *language, *text;
	int line;
};

/* right "lead" { keys = { ... } may = { "acknowledge" } } : what who proves to be one of them may do */
struct right_settings {
	char *name;
	char **keys, **users, **may;
	int key_count, user_count, may_count;
	int line;
};

/* page "queues-now" { ... }: config/layout.h */
struct layout_page;
struct layout_pages { struct layout_page *pages; int count; };

#define SITES_MOST 32 /* that a board shows together */

enum line_kind { LINE_AUTO, LINE_SLOW };
enum bell_kind { BELL_NONE, BELL_CRITICAL, BELL_ALL, BELL_KINDS };
enum notify_kind { NOTIFY_NONE, NOTIFY_AUTO, NOTIFY_OSC9, NOTIFY_OSC777, NOTIFY_KINDS };

struct settings {
	/* -- site and time -- */
	char *site, *title, *zone;
	int64_t day_start; /* ms after midnight; whole quarter hours */
	char **clocks;	   /* further zones in the header: "Asia/Jakarta", ... */
	int clock_count;
	/* -- feeds -- */
	char **feeds;
	int feed_count;
	char *clock; /* "wall" or "feed" */
	int64_t silence, stale, reconnect;
	int64_t memory_limit; /* MiB of resident memory after which the worst feed is dropped */
	/* -- security of the wire -- */
	char *key_file, *server_key, *client_keys; /* "": none */
	bool allow_plaintext;
	char **rights_default; /* of whoever stands in no `right`, where there is one */
	int default_count;
	int inbox; /* enum inbox */
	/* -- figures -- */
	int window, by, formula;
	int conduct; /* enum conduct_filter: what boards begin with */
	int64_t target[CHANNEL_COUNT], short_abandon;
	int64_t fcr_within;
	int fcr_from, fcr_match;
	char **fcr_exclude_topics, **fcr_exclude_reasons;
	int fcr_topic_count, fcr_reason_count;
	int64_t wrap_wait, lost_after, late_limit, ahead_limit, hold_unknown; /* engine rules, ms */
	int64_t case_memory; /* ms a closed case is remembered at least */
	int64_t due_soon_most; /* 15 min */
	int due_soon_percent;  /* 20 */
	char *sla_calendar;    /* of SLA clocks that name none; "": always open */
	int care_shift, care_hour; /* 3 rude contacts a shift, 2 within an hour */
	int64_t care_break;	   /* 10 min */
	char **care_reasons; /* of being away that are breaks; none: any */
	int care_reason_count;
	int64_t flag_days;	   /* ms a flag follows a customer */
	int anger_limit;	   /* signals of anger at the company in a queue that raise an alert; 0: none */
	int64_t anger_within;	   /* 15 min */
	int mistakes_limit;
	int followup_attempts;
	char *shifts;		/* a file of planned shifts (config/shifts.h); "": none */
	int staffing_goal;	/* percent of arrivals to be answered in time, that agents needed are reckoned for */
	bool show_mistakes; /* on the board, by agent */
	int64_t limit_help, limit_ring, limit_talk, limit_hold, limit_wrap, limit_away, limit_idle; /* time of an agent in a state, ms; 0: none */
	int queues_most, agents_most, names_most; /* caps */
	int history_days;			  /* of quarter hours kept in memory */
	/* -- journal -- */
	char *journal; /* directory; "": none */
	int64_t journal_sync, journal_keep, journal_seal;	      /* ms */
	int64_t journal_segment, journal_keep_size, journal_keep_free; /* MiB */
	int64_t journal_states;					      /* percent */
	/* -- store -- */
	char *attach, *publish, *peer, *store; /* "": none */
	char *publish_outside, *client_keys_outside, *identifiers_key_file; /* "": none */
	char **sites; /* that a board shows together; each with a collector section, or by its name in the store */
	int shown_count;
	int64_t store_interval; /* ms between commits */
	int store_state;	/* enum store_state */
	int64_t look_back;	/* ms that `r` fetches from a collector elsewhere */
	int64_t look_back_size; /* MiB that what is fetched may take */
	/* -- screen -- */
	char *colours; /* "auto", "256", "16", "8", "none" */
	char *glyphs;  /* "auto", "utf-8", "ascii", "console" */
	char *theme;   /* the name of one, or a file */
	char *language; /* "auto", "en", "ru" */
	double frames; /* a second, at most */
	int line;      /* enum line_kind */
	char *log;     /* file for log lines while the board is on; "" : none */
	bool wall;     /* a board that nobody sits at: --wall, and no setting */
	int64_t wall_seconds; /* ms each of its pages stands */
	char **wall_pages;    /* names; none: those of the file with wall = true, else built-in ones */
	int wall_page_count;
	char *night; /* "20:00-06:00": when a wall takes the theme of the night; "": never */
	int bell;      /* enum bell_kind */
	int notify;    /* enum notify_kind */
	char *boards;  /* a file of pages beside this one; "": none */
	int display;   /* enum display_preset: who looks at what is put out */
	int shown_as[DISPLAY_FIELD_COUNT]; /* enum display_action of each field */
	char *display_key_file;		   /* of hashes; "": a key for this run */
	uint8_t display_key[REDACT_KEY_SIZE];
	char *card_language; /* of the cards */
	/* -- sections -- */
	struct feed_settings *links;
	int link_count;
	struct queue_settings *queues;
	int queue_count;
	struct site_settings *places;
	int place_count;
	struct level_settings *levels;
	int level_count;
	struct alert_settings *alerts;
	int alert_count;
	struct calendar_settings *calendars;
	int calendar_count;
	struct sla_settings *slas;
	int sla_count;
	struct market_settings *markets;
	int market_count;
	struct card_settings *cards;
	int card_count;
	struct right_settings *rights;
	int right_count;
	struct layout_pages layout; /* none: the built-in pages */
	char *file; /* the one read last, for messages; NULL: none */
	atomic_int holders; /* more than one where threads share settings that come and go: settings_hold() */
};

/* The defaults of the table, no sections. */
struct settings *settings_create(void);
struct settings *settings_copy(const struct settings *settings);
void settings_destroy(struct settings *settings); /* of one holder: the last one's is the end of it */
struct settings *settings_hold(struct settings *settings);
/* What config cannot know of itself. */
struct layout_kind;
struct settings_names {
	const char *const *metrics; /* that a level or an alert may use, NULL-terminated; NULL: any */
	const struct layout_kind *(*kind)(int index); /* of widgets, by number from 0 on, then NULL; NULL: there are none */
};
/* Reads a file over the defaults; names NULL: any metric, no widgets. The message names file:line, the thing and what would be right.
 * False: nothing of the file is in force. */
bool settings_load(struct settings *settings, const char *path, const struct settings_names *names, struct error *err);
/* The same of a text that stood in a file, or that settings_write() made: `name` is what messages call it. */
bool settings_read(struct settings *settings, struct view text, const char *name, const struct settings_names *names, struct error *err);
/* The pages of the file that the setting `boards` names, after those that are there; true where it names none. */
bool settings_load_boards(struct settings *settings, const struct settings_names *names, struct error *err);
/* Where that file is: beside the configuration, unless its name begins at the root; NULL: none. The caller frees it. */
char *settings_boards_path(const struct settings *settings);
/* One setting by its name, from a command line. */
bool settings_set(struct settings *settings, const char *name, const char *value, struct error *err);
/* A complete commented configuration file that, read again, changes nothing. `levels`: called to print the level sections
 * (they come from the metric catalogue, which config does not know). `names`: for the kinds of widgets; NULL: without them. */
void settings_print(FILE *to, void (*levels)(FILE *to), const struct settings_names *names);
/* The settings in force, one a line and a section a line, as a file that, read again, gives the same; without comments, and without
 * those that may hold a secret. */
void settings_write(const struct settings *settings, FILE *to);
/* A number that is the same where the rules and the name of the zone are written down alike; what they mean: config/meaning.h. */
uint64_t settings_fingerprint(const struct settings *settings);
/* Further remarks that are no errors ("tcp://127.0.0.1:40000 lies in the range ... : prefer ipc:// or a port below 32768");
 * returns how many were written. */
int settings_remarks(const struct settings *settings, FILE *to);

#endif
