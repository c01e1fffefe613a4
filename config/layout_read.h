/* The pages of a file while it is read: a widget is taken into its row at its closing brace, the row into its page, the page into the
 * settings. Messages are without file and line. */
#ifndef CONFIG_LAYOUT_READ_H
#define CONFIG_LAYOUT_READ_H

#include "config/layout.h"

enum layout_level { LAYOUT_PAGE, LAYOUT_ROW, LAYOUT_WIDGET };

struct layout_reading;
struct layout_reading *layout_read_begin(void);
void layout_read_end(struct layout_reading *reading);
/* The setting of that name on the level that is being read, and in *base the draft it belongs to; NULL: there is none. */
const struct setting *layout_read_setting(struct layout_reading *reading, enum layout_level level, const struct layout_kind *kind, const char *name,
	void **base);
bool layout_take_widget(struct layout_reading *reading, const struct layout_kind *kind, const char *title, int line, struct error *err);
bool layout_take_row(struct layout_reading *reading, int line, struct error *err);
bool layout_take_page(struct layout_reading *reading, struct layout_pages *layout, const char *title, int line, struct error *err);

#endif
