/* Pictures kept in the repository: rows of text, then rows of roles, so that a moved focus changes no letter. */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "tui/canvas.h"

/* Compares with tests/golden/NAME.txt and fails with the first line that differs. With TABLO_GOLDEN=write the file is written instead. */
void golden_check(const struct canvas *canvas, const char *name);

#endif
