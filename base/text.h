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
/* "Longest wait" within a sentence: the first letter small, unless the second is a capital too ("AHT"). Harmless text. */
void text_lower_first(char *text);
#define TEXT_INTEGER_SIZE 20
/* Writes a number in decimal digits, not terminated; returns the bytes written. */
size_t text_integer(int64_t number, char to[TEXT_INTEGER_SIZE]);
/* A whole number of nothing but 1 to 19 digits, from 0 to `most`; else -1. */
int64_t text_whole(struct view text, int64_t most);
/* Valid UTF-8? */
bool text_valid(struct view text);

#endif
