/* A canvas as text, for `snapshot` and golden files: whole lines, one a row, each ended by a newline. */
#ifndef TUI_DUMP_H
#define TUI_DUMP_H

#include <stdio.h>

#include "tui/canvas.h"

/* UTF-8 without attributes; blanks at the end of a row are left out. */
void dump_text(const struct canvas *canvas, FILE *to);
/* With SGR sequences for 256 colours; each row begins and ends with a reset. */
void dump_ansi(const struct canvas *canvas, FILE *to);
/* One letter of role_letters a cell. */
void dump_roles(const struct canvas *canvas, FILE *to);

#endif
