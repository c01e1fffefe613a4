/* Text from outside, made harmless before it reaches a terminal, a log or a key; and text measured in cells. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

/* Writes `from` as valid UTF-8 without C0, C1, DEL, bidi controls, zero-width and other default-ignorable, unassigned,
 * private, surrogate or tag characters; combining marks are dropped after the second on a cell; invalid bytes, controls
 * and emoji-like wide characters outside CJK/kana/hangul become U+FFFD, white space becomes one space. Always
 * terminates; cuts at a whole character. Returns the bytes written. */
size_t text_harmless(struct view from, char *to, size_t room);

/* Cells a harmless text takes (0, 1 or 2 a character). */
int text_width(const char *text);
/* The next character of harmless UTF-8: its code point, its width in *width, the bytes it took in *bytes; 0 at the end. */
int32_t text_next(const char *text, int *width, int *bytes);
/* Valid UTF-8? */
bool text_valid(struct view text);

#endif
