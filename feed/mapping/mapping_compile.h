/* The small languages inside a mapping's strings: templates, conditions, units. */
#ifndef FEED_MAPPING_MAPPING_COMPILE_H
#define FEED_MAPPING_MAPPING_COMPILE_H

#include "feed/mapping/mapping.h"

/* "{column}", "{column|table}", "{{" for a brace; a let of that name, if one was defined before, wins over a column. */
bool template_compile(struct mapping *mapping, const char *text, struct template *to, struct error *err);
void template_finish(struct template *template);
/* Does it depend on other rows than its own? */
bool template_remembers(const struct mapping *mapping, const struct template *template);
bool conditions_remember(const struct mapping *mapping, const struct conditions *conditions);
/* "column = value", "column != value", "column ~ pattern", "column !~ pattern" */
bool condition_compile(struct mapping *mapping, const char *text, struct condition *to, struct error *err);
void conditions_finish(struct conditions *conditions);
/* Cuts " s", " ms", " min" or " h" off the end of a text and returns its ms; 0: no unit stands there. */
int64_t unit_cut(char *text);
int mapping_find_instant(const struct mapping *mapping, const char *name); /* or -1 */

#endif
