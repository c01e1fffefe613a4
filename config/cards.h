/* Cards: what to say at each step to a rude customer, and how to calm an angry one. English and Russian come with the program; a card
 * section replaces one of them, or adds a language. */
#ifndef CONFIG_CARDS_H
#define CONFIG_CARDS_H

#include "config/settings.h"

/* In the order of the protocol, then of the conversation that calms; the first four are the steps from enum conduct_step on. */
enum card { CARD_REQUEST, CARD_DEMAND, CARD_WARNING, CARD_ENDED, CARD_SAFETY, CARD_HEAR, CARD_EMPATHISE, CARD_APOLOGISE, CARD_RESOLVE,
	CARD_DIAGNOSE, CARD_COUNT };
extern const char *const card_names[CARD_COUNT]; /* "request" ... */
int card_find(const char *name);		 /* or -1 */

/* In the language of the settings, else in English: the configured text, else that of the program. Owned by the settings, or constant. */
const char *card_text(const struct settings *settings, enum card card);
/* The program's own; NULL: it does not speak that language. */
const char *card_text_own(const char *language, enum card card);

#endif
