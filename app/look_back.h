/* Where a live board looks back: into the journal on this machine, or into what it fetches of its collectors elsewhere. */
#ifndef APP_LOOK_BACK_H
#define APP_LOOK_BACK_H

#include "app/distant.h"
#include "app/view.h"

struct look_back;

/* The setup outlives it. */
struct look_back *look_back_create(const struct setup *setup, struct error *err);
void look_back_destroy(struct look_back *back); /* after what it opened; NULL is fine */
/* The journal on this machine; NULL: there is none that can be read. */
const char *look_back_journal(const struct look_back *back);
/* The collectors elsewhere; NULL: there are none, or none is needed. */
struct distant *look_back_distant(const struct look_back *back);
/* For struct view_source; of the thread of the screen. */
enum view_back look_back_open(struct look_back *back, const struct view_wanted *wanted, struct view_source *source, struct error *err);

#endif
