#include <string.h>

#include "tui/colour.h"
#include "tui/theme.h"

/* What a theme chooses; roles that say the same share an ink. */
enum ink {
	INK_GROUND, INK_TEXT, INK_DIM, INK_FAINT, INK_STRONG, INK_OK, INK_WARN, INK_CRIT, INK_STALE, INK_BORDER, INK_SPARK, INK_FOCUS, INK_TIMELINE,
	INK_BAR /* header and footer */, INK_BAR_TEXT, INK_BAR_STRONG, INK_BAR_DIM, INK_BAR_OK, INK_BAR_WARN, INK_BAR_CRIT,
	INK_REPLAY, INK_REPLAY_TEXT, INK_REPLAY_NOTICE, INK_CURSOR, INK_CURSOR_TEXT,
	INK_COUNT
};

/* Sixteen: the ANSI numbers, 8 to 15 the bright ones. Eight: 0 to 7, with bold for what must stand out. None: attributes alone, so
 * that amber (bold), red (reverse) and stale (faint) can still be told apart. Numbers are the dark theme's; attributes are every one's. */
static const struct role_look {
	uint8_t foreground, background; /* enum ink */
	int16_t ink[3], ground[3];	/* of 256, 16, 8 */
	uint8_t rich, eight, none;
} looks[ROLE_COUNT] = {
	[ROLE_TEXT] = {INK_TEXT, INK_GROUND, {252, 7, -1}, {-1, -1, -1}, THEME_PLAIN, THEME_PLAIN, THEME_PLAIN},
	[ROLE_DIM] = {INK_DIM, INK_GROUND, {244, 8, -1}, {-1, -1, -1}, THEME_PLAIN, THEME_PLAIN, THEME_PLAIN},
	[ROLE_FAINT] = {INK_FAINT, INK_GROUND, {242, 8, -1}, {-1, -1, -1}, THEME_PLAIN, THEME_FAINT, THEME_FAINT},
	[ROLE_TITLE] = {INK_TEXT, INK_GROUND, {250, 15, -1}, {-1, -1, -1}, THEME_BOLD, THEME_BOLD, THEME_BOLD},
	[ROLE_STRONG] = {INK_STRONG, INK_GROUND, {255, 15, 7}, {-1, -1, -1}, THEME_BOLD, THEME_BOLD, THEME_BOLD},
	[ROLE_OK] = {INK_OK, INK_GROUND, {114, 10, 2}, {-1, -1, -1}, THEME_PLAIN, THEME_PLAIN, THEME_PLAIN},
	[ROLE_WARN] = {INK_WARN, INK_GROUND, {221, 11, 3}, {-1, -1, -1}, THEME_PLAIN, THEME_PLAIN, THEME_BOLD},
	[ROLE_CRIT] = {INK_CRIT, INK_GROUND, {203, 9, 1}, {-1, -1, -1}, THEME_PLAIN, THEME_PLAIN, THEME_REVERSE},
	[ROLE_UNSURE] = {INK_TEXT, INK_GROUND, {252, 15, 7}, {-1, -1, -1}, THEME_BOLD, THEME_BOLD, THEME_BOLD},
	[ROLE_STALE] = {INK_STALE, INK_GROUND, {240, 8, -1}, {-1, -1, -1}, THEME_PLAIN, THEME_FAINT, THEME_FAINT},
	[ROLE_BORDER] = {INK_BORDER, INK_GROUND, {238, 8, -1}, {-1, -1, -1}, THEME_PLAIN, THEME_FAINT, THEME_PLAIN},
	[ROLE_BORDER_WARN] = {INK_WARN, INK_GROUND, {221, 11, 3}, {-1, -1, -1}, THEME_PLAIN, THEME_PLAIN, THEME_BOLD},
	[ROLE_BORDER_CRIT] = {INK_CRIT, INK_GROUND, {203, 9, 1}, {-1, -1, -1}, THEME_PLAIN, THEME_PLAIN, THEME_BOLD},
	[ROLE_SPARK] = {INK_SPARK, INK_GROUND, {240, 8, -1}, {-1, -1, -1}, THEME_PLAIN, THEME_FAINT, THEME_PLAIN},
	[ROLE_HEADER] = {INK_BAR_TEXT, INK_BAR, {250, 7, 0}, {236, 0, 7}, THEME_PLAIN, THEME_PLAIN, THEME_REVERSE},
	[ROLE_HEADER_STRONG] = {INK_BAR_STRONG, INK_BAR, {255, 15, 0}, {236, 0, 7}, THEME_BOLD, THEME_PLAIN, THEME_REVERSE | THEME_BOLD},
	[ROLE_HEADER_DIM] = {INK_BAR_DIM, INK_BAR, {245, 8, 0}, {236, 0, 7}, THEME_PLAIN, THEME_PLAIN, THEME_REVERSE},
	[ROLE_HEADER_OK] = {INK_BAR_OK, INK_BAR, {114, 10, 2}, {236, 0, 7}, THEME_PLAIN, THEME_PLAIN, THEME_REVERSE},
	[ROLE_HEADER_WARN] = {INK_BAR_WARN, INK_BAR, {221, 11, 0}, {236, 0, 3}, THEME_PLAIN, THEME_PLAIN, THEME_REVERSE | THEME_BOLD},
	[ROLE_HEADER_CRIT] = {INK_BAR_CRIT, INK_BAR, {203, 9, 7}, {236, 0, 1}, THEME_PLAIN, THEME_BOLD, THEME_BOLD | THEME_UNDERLINE},
	[ROLE_KEY] = {INK_BAR_STRONG, INK_BAR, {255, 15, 0}, {235, 0, 7}, THEME_BOLD, THEME_PLAIN, THEME_REVERSE | THEME_BOLD},
	[ROLE_KEY_TEXT] = {INK_BAR_DIM, INK_BAR, {245, 7, 0}, {235, 0, 7}, THEME_PLAIN, THEME_PLAIN, THEME_REVERSE},
	[ROLE_FOCUS] = {INK_FOCUS, INK_GROUND, {117, 14, 6}, {-1, -1, -1}, THEME_BOLD, THEME_BOLD, THEME_REVERSE | THEME_BOLD},
	[ROLE_CRIT_STRONG] = {INK_CRIT, INK_GROUND, {203, 9, 1}, {-1, -1, -1}, THEME_BOLD, THEME_BOLD, THEME_REVERSE | THEME_BOLD},
	[ROLE_WARN_STRONG] = {INK_WARN, INK_GROUND, {221, 11, 3}, {-1, -1, -1}, THEME_BOLD, THEME_BOLD, THEME_BOLD | THEME_UNDERLINE},
	[ROLE_OK_STRONG] = {INK_OK, INK_GROUND, {114, 10, 2}, {-1, -1, -1}, THEME_BOLD, THEME_BOLD, THEME_BOLD},
	[ROLE_REPLAY] = {INK_REPLAY_TEXT, INK_REPLAY, {252, 15, 7}, {54, 5, 5}, THEME_PLAIN, THEME_PLAIN, THEME_REVERSE},
	[ROLE_REPLAY_STRONG] = {INK_REPLAY_TEXT, INK_REPLAY, {255, 15, 7}, {54, 5, 5}, THEME_BOLD, THEME_BOLD, THEME_REVERSE | THEME_BOLD},
	[ROLE_REPLAY_NOTICE] = {INK_REPLAY_NOTICE, INK_REPLAY, {221, 11, 3}, {54, 5, 5}, THEME_BOLD, THEME_BOLD, THEME_REVERSE | THEME_BOLD},
	[ROLE_TIMELINE] = {INK_TIMELINE, INK_GROUND, {66, 6, 6}, {-1, -1, -1}, THEME_PLAIN, THEME_PLAIN, THEME_PLAIN},
	[ROLE_CURSOR] = {INK_CURSOR_TEXT, INK_CURSOR, {255, 15, 7}, {240, 8, 4}, THEME_BOLD, THEME_BOLD, THEME_REVERSE | THEME_BOLD},
};

static const struct inks {
	const char *name;
	int32_t ink[INK_COUNT]; /* 0xRRGGBB */
	int16_t warn;		/* on palettes of 16 and 8, where the nearest is that of another level; 0: it is not */
} built_in[] = {
	{"light", {
		[INK_GROUND] = 0xFFFFFF, [INK_TEXT] = 0x303030, [INK_DIM] = 0x5C5C5C, [INK_FAINT] = 0x6A6A6A, [INK_STRONG] = 0x000000,
		[INK_OK] = 0x006B2D, [INK_WARN] = 0x8A5A00, [INK_CRIT] = 0xC00000, [INK_STALE] = 0x707070, [INK_BORDER] = 0xB0B0B0,
		[INK_SPARK] = 0x9A9A9A, [INK_FOCUS] = 0x005F87, [INK_TIMELINE] = 0x2F6F6F, [INK_BAR] = 0xDADADA, [INK_BAR_TEXT] =
		0x303030, [INK_BAR_STRONG] = 0x000000, [INK_BAR_DIM] = 0x505050, [INK_BAR_OK] = 0x005A25, [INK_BAR_WARN] = 0x704800,
		[INK_BAR_CRIT] = 0xA00000, [INK_REPLAY] = 0xE0D0F0, [INK_REPLAY_TEXT] = 0x202020, [INK_REPLAY_NOTICE] = 0x704800,
		[INK_CURSOR] = 0xC0C0FF, [INK_CURSOR_TEXT] = 0x000000}, .warn = 5},
	{"deuteranopia", {
		[INK_GROUND] = 0x000000, [INK_TEXT] = 0xD0D0D0, [INK_DIM] = 0x9A9A9A, [INK_FAINT] = 0x858585, [INK_STRONG] = 0xFFFFFF,
		[INK_OK] = 0x4DA6FF, [INK_WARN] = 0xFFE94D, [INK_CRIT] = 0xE05A00, [INK_STALE] = 0x7C7C7C, [INK_BORDER] = 0x4E4E4E,
		[INK_SPARK] = 0x606060, [INK_FOCUS] = 0x9FD8FF, [INK_TIMELINE] = 0x5F8787, [INK_BAR] = 0x1C1C1C, [INK_BAR_TEXT] =
		0xC0C0C0, [INK_BAR_STRONG] = 0xFFFFFF, [INK_BAR_DIM] = 0x949494, [INK_BAR_OK] = 0x4DA6FF, [INK_BAR_WARN] = 0xFFE94D,
		[INK_BAR_CRIT] = 0xE05A00, [INK_REPLAY] = 0x3A1A5C, [INK_REPLAY_TEXT] = 0xE8E8E8, [INK_REPLAY_NOTICE] = 0xFFE94D,
		[INK_CURSOR] = 0x585858, [INK_CURSOR_TEXT] = 0xFFFFFF}},
	{"protanopia", {
		[INK_GROUND] = 0x000000, [INK_TEXT] = 0xD0D0D0, [INK_DIM] = 0x9A9A9A, [INK_FAINT] = 0x858585, [INK_STRONG] = 0xFFFFFF,
		[INK_OK] = 0x4DA6FF, [INK_WARN] = 0xFFF0A0, [INK_CRIT] = 0xFF6F3C, [INK_STALE] = 0x7C7C7C, [INK_BORDER] = 0x4E4E4E,
		[INK_SPARK] = 0x606060, [INK_FOCUS] = 0x9FD8FF, [INK_TIMELINE] = 0x5F8787, [INK_BAR] = 0x1C1C1C, [INK_BAR_TEXT] =
		0xC0C0C0, [INK_BAR_STRONG] = 0xFFFFFF, [INK_BAR_DIM] = 0x949494, [INK_BAR_OK] = 0x4DA6FF, [INK_BAR_WARN] = 0xFFF0A0,
		[INK_BAR_CRIT] = 0xFF6F3C, [INK_REPLAY] = 0x3A1A5C, [INK_REPLAY_TEXT] = 0xE8E8E8, [INK_REPLAY_NOTICE] = 0xFFF0A0,
		[INK_CURSOR] = 0x585858, [INK_CURSOR_TEXT] = 0xFFFFFF}},
	{"high-contrast", {
		[INK_GROUND] = 0x000000, [INK_TEXT] = 0xFFFFFF, [INK_DIM] = 0xD8D8D8, [INK_FAINT] = 0xC4C4C4, [INK_STRONG] = 0xFFFFFF,
		[INK_OK] = 0x00FF7F, [INK_WARN] = 0xFFFF00, [INK_CRIT] = 0xFF8080, [INK_STALE] = 0xB8B8B8, [INK_BORDER] = 0x909090,
		[INK_SPARK] = 0xA0A0A0, [INK_FOCUS] = 0x80E0FF, [INK_TIMELINE] = 0x80D0D0, [INK_BAR] = 0xFFFFFF, [INK_BAR_TEXT] =
		0x000000, [INK_BAR_STRONG] = 0x000000, [INK_BAR_DIM] = 0x303030, [INK_BAR_OK] = 0x004D20, [INK_BAR_WARN] = 0x5A3A00,
		[INK_BAR_CRIT] = 0x8B0000, [INK_REPLAY] = 0x300050, [INK_REPLAY_TEXT] = 0xFFFFFF, [INK_REPLAY_NOTICE] = 0xFFFF00,
		[INK_CURSOR] = 0xFFFF00, [INK_CURSOR_TEXT] = 0x000000}},
	{"night", {
		[INK_GROUND] = 0x000000, [INK_TEXT] = 0xB08060, [INK_DIM] = 0x98725A, [INK_FAINT] = 0x966F58, [INK_STRONG] = 0xD8A078,
		[INK_OK] = 0x6F9A6F, [INK_WARN] = 0xD9A040, [INK_CRIT] = 0xFF5A3C, [INK_STALE] = 0x94704C, [INK_BORDER] = 0x40302A,
		[INK_SPARK] = 0x5A4438, [INK_FOCUS] = 0xC89070, [INK_TIMELINE] = 0x7A8070, [INK_BAR] = 0x1C1410, [INK_BAR_TEXT] =
		0xB08060, [INK_BAR_STRONG] = 0xD8A078, [INK_BAR_DIM] = 0xA87F64, [INK_BAR_OK] = 0x6F9A6F, [INK_BAR_WARN] = 0xD9A040,
		[INK_BAR_CRIT] = 0xFF5A3C, [INK_REPLAY] = 0x2A1830, [INK_REPLAY_TEXT] = 0xD8A078, [INK_REPLAY_NOTICE] = 0xD9A040,
		[INK_CURSOR] = 0x3C2A20, [INK_CURSOR_TEXT] = 0xE0B090}},
};

const char *const theme_names[] = {"dark", "light", "deuteranopia", "protanopia", "high-contrast", "mono", "night", NULL};

static struct theme_colour colour_by_number(const int16_t number[3])
{
	const int32_t rgb = number[0] < 0 ? THEME_OWN : colour_of_palette(number[0]);
	return (struct theme_colour){.rgb = rgb, .many = number[0], .sixteen = number[1], .eight = number[2], .exact = true};
}

static struct theme_colour colour_by_ink(const struct inks *inks, enum ink ink)
{
	const int16_t small = ink == INK_WARN && inks->warn ? inks->warn : THEME_NEAREST;
	return (struct theme_colour){.rgb = inks->ink[ink], .many = THEME_NEAREST, .sixteen = small, .eight = small};
}

static void fill(struct theme *theme, const char *name, const struct inks *inks)
{
	*theme = (struct theme){.ground = inks ? inks->ink[INK_GROUND] : 0, .mono = strcmp(name, "mono") == 0};
	strncpy(theme->name, name, sizeof theme->name - 1);
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct role_look *look = &looks[role];
		theme->entries[role] = (struct theme_entry){.rich = look->rich, .eight = look->eight, .none = look->none,
			.foreground = inks ? colour_by_ink(inks, look->foreground) : colour_by_number(look->ink),
			.background = inks ? colour_by_ink(inks, look->background) : colour_by_number(look->ground)};
	}
}

bool theme_find(const char *name, struct theme *theme)
{
	const struct inks *inks = NULL;
	bool known = false;
	for (int i = 0; theme_names[i]; i++)
		known = known || strcmp(name, theme_names[i]) == 0;
	for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
		if (strcmp(name, built_in[i].name) == 0)
			inks = &built_in[i];
	if (known)
		fill(theme, name, inks);
	return known;
}

/* ground: the number of the background in the same palette, -1: this is it, or it is the terminal's own. */
static int32_t number_of(const struct theme_colour *colour, int colours, int ground)
{
	if (colour->rgb < 0 && colour->many < 0)
		return THEME_OWN;
	if (colours >= THEME_DIRECT && !colour->exact)
		return THEME_DIRECT | colour->rgb;
	const int palette = colours >= 256 ? 256 : colours >= 16 ? 16 : 8;
	const int16_t given = palette == 256 ? colour->many : palette == 16 ? colour->sixteen : colour->eight;
	return given == THEME_NEAREST ? colour_nearest(colour->rgb, palette, ground) : given;
}

static struct style style_of(int32_t foreground, int32_t background, unsigned attributes)
{
	return (struct style){.foreground = foreground,
		.background = background,
		.bold = attributes & THEME_BOLD,
		.dim = attributes & THEME_FAINT,
		.reverse = attributes & THEME_REVERSE,
		.underline = attributes & THEME_UNDERLINE};
}

struct style theme_style(const struct theme *theme, enum role role, int colours)
{
	struct theme fallback;
	if (!theme)
		fill(&fallback, theme_names[0], NULL);
	const struct theme_entry *entry = &(theme ? theme : &fallback)->entries[(unsigned)role < ROLE_COUNT ? role : ROLE_TEXT];
	if (colours < 8 || (theme && theme->mono))
		return style_of(THEME_OWN, THEME_OWN, entry->none);
	const int32_t background = number_of(&entry->background, colours, -1);
	const int32_t foreground = number_of(&entry->foreground, colours, background >= 0 && background < 256 ? background : -1);
	return style_of(foreground, background, colours >= 16 ? entry->rich : entry->eight);
}

bool theme_is_ink(int32_t character)
{
	return (character >= 0x2500 && character <= 0x259F) || character == 0x25AA || (character >= 0x2800 && character <= 0x28FF);
}
