/* Who may see what: what is done to a name or an id before it is shown anywhere. Whatever puts one out (board, JSON, Redis, report, an
 * alert's text and command) asks display_show(), mostly through lists_show() (metrics/lists.h). docs/PRIVACY.md tells it for people. */
#ifndef CONFIG_DISPLAY_H
#define CONFIG_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/redact.h"
#include "feed/event.h" /* only for enum event_key */

struct settings;

enum display_preset { DISPLAY_FOR_PUBLIC, DISPLAY_FOR_TEAM, DISPLAY_FOR_DESK, DISPLAY_PRESETS };
extern const char *const display_presets[DISPLAY_PRESETS];

enum display_action { DISPLAY_AS_PRESET, DISPLAY_SHOW, DISPLAY_MASK, DISPLAY_HASH, DISPLAY_DROP, DISPLAY_ACTIONS };
extern const char *const display_actions[DISPLAY_ACTIONS];

/* X(FIELD, "word", masked as a person's name?, what each preset does: public, team, desk; help) */
#define DISPLAY_FIELDS(X)                                                                                                      \
	X(AGENT, "agent", true, MASK, MASK, SHOW, "Agents and whoever answers an alert; masked: initials.")                     \
	X(TEAM, "team", true, SHOW, SHOW, SHOW, "Teams.")                                                                       \
	X(CONTACT, "contact", false, DROP, SHOW, SHOW, "Ids of contacts.")                                                      \
	X(CASE, "case", false, DROP, SHOW, SHOW, "Numbers of cases.")                                                           \
	X(CUSTOMER, "customer", false, DROP, DROP, HASH, "Pseudonyms of customers.")                                            \
	X(TOPIC, "topic", false, SHOW, SHOW, SHOW, "Topics.")                                                                   \
	X(REASON, "reason", false, SHOW, SHOW, SHOW, "Reasons: of being away, of a state of a case.")                           \
	X(POLICY, "policy", false, SHOW, SHOW, SHOW, "Policies that make somebody say no.")                                     \
	X(NOTE, "note", false, SHOW, SHOW, SHOW, "What people wrote: notes, and marks of a journal.")                           \
	X(SOURCE, "source", false, SHOW, SHOW, SHOW, "Names of publishers; boards among them are shown as agents are.")         \
	X(SURVEY, "survey", false, DROP, SHOW, SHOW, "Ids of surveys.")                                                         \
	X(CALLBACK, "callback", false, DROP, SHOW, SHOW, "Ids of call-backs.")

enum display_field {
#define FIELD(NAME, ...) DISPLAY_##NAME,
	DISPLAY_FIELDS(FIELD) DISPLAY_FIELD_COUNT
#undef FIELD
};

/* Never DISPLAY_AS_PRESET. */
enum display_action display_action(const struct settings *settings, enum display_field field);
/* Is the text that is shown one that a thing can be told by: itself, or its hash? */
bool display_tells(const struct settings *settings, enum display_field field);
/* Any text; what comes is harmless. "" stays "". */
void display_show(const struct settings *settings, enum display_field field, const char *text, char *to, size_t room);
/* The field of what an event says under a key; DISPLAY_FIELD_COUNT: it is about no person and no case. */
enum display_field display_of_key(enum event_key key);
/* The text that stands for what is not shown: nothing can be looked up by it. */
bool display_hides(const char *shown);
/* The policy and the key of other settings. */
void display_take(struct settings *settings, const struct settings *from);
/* The key of hashes from `display_key_file`; without one the key that the settings were made with stays, a random one. */
bool display_prepare(struct settings *settings, struct error *err);

#endif
