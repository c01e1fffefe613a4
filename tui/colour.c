#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tui/colour.h"

#define READABLE 3.0 /* WCAG 2 for large text: what a palette of 8 can give */
#define CUBE_FIRST 16
#define GREY_FIRST 232

static const int32_t named[CUBE_FIRST] = {0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5, 0x7F7F7F,
	0xFF0000, 0x00FF00,
	0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF};

int32_t colour_of_palette(int number)
{
	static const int steps[] = {0, 95, 135, 175, 215, 255};
	if (number < CUBE_FIRST)
		return named[number < 0 ? 0 : number];
	if (number >= GREY_FIRST)
		return (8 + 10 * (number - GREY_FIRST)) * 0x010101;
	const int place = number - CUBE_FIRST;
	return steps[place / 36] << 16 | steps[place / 6 % 6] << 8 | steps[place % 6];
}

static double channel(int32_t rgb, int shift)
{
	return (double)(rgb >> shift & 0xFF) / 255;
}

static double linear(double value)
{
	return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(int32_t rgb)
{
	return 0.2126 * linear(channel(rgb, 16)) + 0.7152 * linear(channel(rgb, 8)) + 0.0722 * linear(channel(rgb, 0));
}

double colour_contrast(int32_t a, int32_t b)
{
	const double one = luminance(a), other = luminance(b);
	return one > other ? (one + 0.05) / (other + 0.05) : (other + 0.05) / (one + 0.05);
}

/* Weighted as the eye does for its mean red: good enough to choose among few. */
static double distance(int32_t a, int32_t b)
{
	const double red = channel(a, 16) - channel(b, 16), green = channel(a, 8) - channel(b, 8), blue = channel(a, 0) - channel(b, 0);
	const double mean = (channel(a, 16) + channel(b, 16)) / 2;
	return (2 + mean) * red * red + 4 * green * green + (3 - mean) * blue * blue;
}

int colour_nearest(int32_t rgb, int count, int ground)
{
	/* Of 256 the first 16 are left out: a terminal's user may have changed those. */
	const int first = count > CUBE_FIRST ? CUBE_FIRST : 0;
	int best = -1;
	for (int pass = ground < 0; pass < 2 && best < 0; pass++)
		for (int i = first; i < count; i++) {
			if (pass == 0 && colour_contrast(colour_of_palette(i), colour_of_palette(ground)) < READABLE)
				continue;
			if (best < 0 || distance(rgb, colour_of_palette(i)) < distance(rgb, colour_of_palette(best)))
				best = i;
		}
	return best;
}

bool colour_parse(const char *text, int32_t *rgb)
{
	if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return false;
	*rgb = (int32_t)strtol(text + 1, NULL, 16);
	return true;
}
