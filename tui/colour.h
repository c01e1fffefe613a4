/* Colours as numbers: the palettes of terminals, contrast, and what is nearest. */
#ifndef TUI_COLOUR_H
#define TUI_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

/* 0xRRGGBB of a number of xterm's palette of 256; the first 16 are what most terminals come near to. */
int32_t colour_of_palette(int number);
/* The ratio of WCAG 2, 1 to 21. */
double colour_contrast(int32_t a, int32_t b);
/* The number below `count` (8, 16, 256) that looks most like it; where `ground` is a number of the same palette (else -1) one that can be
 * read on it, for text that vanishes is worse than another hue. */
int colour_nearest(int32_t rgb, int count, int ground);
/* "#5fd75f". False: it is none. */
bool colour_parse(const char *text, int32_t *rgb);

#endif
