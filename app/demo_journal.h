/* The journal that a demo keeps for itself, so that the life of a contact, what a window counted and a look back are there. It is opened
 * by the desk's thread, for the first picture waits for nothing that is on a disk. */
#ifndef APP_DEMO_JOURNAL_H
#define APP_DEMO_JOURNAL_H

#include "app/collector.h"
#include "app/desk.h"

struct demo_journal;

/* Begins a small one in `directory`, which is made; from then on the settings name it. They outlive it. */
bool demo_journal_prepare(struct settings *settings, const char *directory, struct error *err);
struct demo_journal *demo_journal_create(const struct collector_options *options);
/* For the desk's options. */
const struct recorder *demo_journal_recorder(const struct demo_journal *journal);
const struct desk_company *demo_journal_company(const struct demo_journal *journal);
/* After desk_open(), before the first turn. */
void demo_journal_begin(struct demo_journal *journal, struct desk *desk);
/* Once the desk turns no more; NULL is fine. */
void demo_journal_close(struct demo_journal *journal);

#endif
