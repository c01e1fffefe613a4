/* Tables of events and figures: see engine_script.h. */
#ifndef TESTS_ENGINE_TABLES_H
#define TESTS_ENGINE_TABLES_H

struct engine_table {
	const char *name; /* what is shown; NULL ends a list */
	const char *const *settings; /* name, value, ..., NULL; or NULL */
	const char *lines[48];
};

extern const struct engine_table queue_tables[], leg_tables[], time_tables[], feed_tables[], people_tables[];

#endif
