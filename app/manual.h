/* The manual, made from the tables of the program: tablo(1), a page for each command, the configuration, the feed, the metrics. */
#ifndef APP_MANUAL_H
#define APP_MANUAL_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/* `page` as its file is called: "tablo.1", "tablo-board.1", "tablo.conf.5", ... False: there is no such page. */
bool manual_print(FILE *to, const char *page, struct error *err);

/* ---- the chapters, each in a file of its own: what follows the page's name ---- */
void manual_settings(FILE *to); /* tablo.conf(5) */
void manual_feed(FILE *to);	/* tablo-feed(7) */
void manual_metrics(FILE *to);	/* tablo-metrics(7) */

#endif
