/* The console of Linux knows the glyphs of code page 437 and little else: what stands for the rest. */
#ifndef TUI_CONSOLE_H
#define TUI_CONSOLE_H

#include "tui/canvas.h"

/* glyphs: the setting, "auto" asks $TERM (NULL: not set); true for "console". */
bool console_wanted(const char *glyphs, const char *term);
/* Every sign that a console's font lacks becomes one it has, of the same meaning and one cell. Letters stay: a font may have them. */
void console_fold(struct canvas *canvas);
/* What it becomes; itself where the font has it. */
int32_t console_twin(int32_t character);

#endif
