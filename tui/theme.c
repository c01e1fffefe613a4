#include "tui/theme.h"

enum attribute { PLAIN = 0, BOLD = 1, FAINT = 2, REVERSE = 4, UNDERLINE = 8 };

/* Sixteen: the ANSI numbers, 8 to 15 the bright ones. Eight: 0 to 7, with bold for what must stand out. None: attributes alone, so
 * that amber (bold), red (reverse) and stale (faint) can still be told apart. */
static const struct theme_entry {
	int16_t foreground, background;		      /* of 256 */
	int16_t foreground_sixteen, background_sixteen;
	int16_t foreground_eight, background_eight;
	uint8_t bold, eight, none;
} entries[ROLE_COUNT] = {
	[ROLE_TEXT] = {252, -1, 7, -1, -1, -1, PLAIN, PLAIN, PLAIN},
	[ROLE_DIM] = {244, -1, 8, -1, -1, -1, PLAIN, PLAIN, PLAIN},
	[ROLE_FAINT] = {242, -1, 8, -1, -1, -1, PLAIN, FAINT, FAINT},
	[ROLE_TITLE] = {250, -1, 15, -1, -1, -1, BOLD, BOLD, BOLD},
	[ROLE_STRONG] = {255, -1, 15, -1, 7, -1, BOLD, BOLD, BOLD},
	[ROLE_OK] = {114, -1, 10, -1, 2, -1, PLAIN, PLAIN, PLAIN},
	[ROLE_WARN] = {221, -1, 11, -1, 3, -1, PLAIN, PLAIN, BOLD},
	[ROLE_CRIT] = {203, -1, 9, -1, 1, -1, PLAIN, PLAIN, REVERSE},
	[ROLE_UNSURE] = {252, -1, 15, -1, 7, -1, BOLD, BOLD, BOLD},
	[ROLE_STALE] = {240, -1, 8, -1, -1, -1, PLAIN, FAINT, FAINT},
	[ROLE_BORDER] = {238, -1, 8, -1, -1, -1, PLAIN, FAINT, PLAIN},
	[ROLE_BORDER_WARN] = {221, -1, 11, -1, 3, -1, PLAIN, PLAIN, BOLD},
	[ROLE_BORDER_CRIT] = {203, -1, 9, -1, 1, -1, PLAIN, PLAIN, BOLD},
	[ROLE_SPARK] = {240, -1, 8, -1, -1, -1, PLAIN, FAINT, PLAIN},
	[ROLE_HEADER] = {250, 236, 7, 0, 0, 7, PLAIN, PLAIN, REVERSE},
	[ROLE_HEADER_STRONG] = {255, 236, 15, 0, 0, 7, BOLD, PLAIN, REVERSE | BOLD},
	[ROLE_HEADER_DIM] = {245, 236, 8, 0, 0, 7, PLAIN, PLAIN, REVERSE},
	[ROLE_HEADER_OK] = {114, 236, 10, 0, 2, 7, PLAIN, PLAIN, REVERSE},
	[ROLE_HEADER_WARN] = {221, 236, 11, 0, 0, 3, PLAIN, PLAIN, REVERSE | BOLD},
	[ROLE_HEADER_CRIT] = {203, 236, 9, 0, 7, 1, PLAIN, BOLD, BOLD | UNDERLINE},
	[ROLE_KEY] = {255, 235, 15, 0, 0, 7, BOLD, PLAIN, REVERSE | BOLD},
	[ROLE_KEY_TEXT] = {245, 235, 7, 0, 0, 7, PLAIN, PLAIN, REVERSE},
	[ROLE_FOCUS] = {117, -1, 14, -1, 6, -1, BOLD, BOLD, REVERSE | BOLD},
	[ROLE_CRIT_STRONG] = {203, -1, 9, -1, 1, -1, BOLD, BOLD, REVERSE | BOLD},
	[ROLE_WARN_STRONG] = {221, -1, 11, -1, 3, -1, BOLD, BOLD, BOLD | UNDERLINE},
	[ROLE_OK_STRONG] = {114, -1, 10, -1, 2, -1, BOLD, BOLD, BOLD},
	[ROLE_REPLAY] = {252, 54, 15, 5, 7, 5, PLAIN, PLAIN, REVERSE},
	[ROLE_REPLAY_STRONG] = {255, 54, 15, 5, 7, 5, BOLD, BOLD, REVERSE | BOLD},
	[ROLE_REPLAY_NOTICE] = {221, 54, 11, 5, 3, 5, BOLD, BOLD, REVERSE | BOLD},
	[ROLE_TIMELINE] = {66, -1, 6, -1, 6, -1, PLAIN, PLAIN, PLAIN},
	[ROLE_CURSOR] = {255, 240, 15, 8, 7, 4, BOLD, BOLD, REVERSE | BOLD},
};

static struct style style_of(int16_t foreground, int16_t background, unsigned attributes)
{
	return (struct style){.foreground = foreground,
		.background = background,
		.bold = attributes & BOLD,
		.dim = attributes & FAINT,
		.reverse = attributes & REVERSE,
		.underline = attributes & UNDERLINE};
}

struct style theme_style(enum role role, int colours)
{
	const struct theme_entry *entry = &entries[(unsigned)role < ROLE_COUNT ? role : ROLE_TEXT];
	if (colours >= 256)
		return style_of(entry->foreground, entry->background, entry->bold);
	if (colours >= 16)
		return style_of(entry->foreground_sixteen, entry->background_sixteen, entry->bold);
	if (colours >= 8)
		return style_of(entry->foreground_eight, entry->background_eight, entry->eight);
	return style_of(-1, -1, entry->none);
}

bool theme_is_ink(int32_t character)
{
	return (character >= 0x2500 && character <= 0x259F) || character == 0x25AA;
}
