#include "tui/sgr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define NUMBERS 32    /* in one sequence: xterm takes 30, the console 16 */
#define WRITTEN 80    /* bytes of the longest look */
#define BOLD (1u << 1)
#define FAINT (1u << 2)
#define UNDERLINE (1u << 4)
#define REVERSE (1u << 7)
#define KNOWN_ATTRIBUTES 8
#define FEEDS_MOST 3  /* so many line feeds are shorter than "ESC[9d" */

/* A colour: what kind of number it is, and the number. */
enum { OF_TERMINAL, BASIC, BRIGHT, PALETTE, DIRECT };
#define COLOUR(kind, number) ((uint32_t)(kind) << 24 | (uint32_t)(number))

void sgr_init(struct sgr *sgr, bool feeds)
{
	*sgr = (struct sgr){.feeds = feeds, .row = -1};
}

void sgr_release(struct sgr *sgr)
{
	free(sgr->bytes);
	sgr->bytes = NULL;
}

static void put(struct sgr *sgr, const char *bytes, size_t size)
{
	sgr->bytes = memory_grow(sgr->bytes, &sgr->room, sgr->used + size, 1);
	memcpy(sgr->bytes + sgr->used, bytes, size);
	sgr->used += size;
}

/* ---- sequences ---- */

/* "ESC[12;3H", also "ESC[?25l" and "ESC(B": how many bytes; 1: it is none that is known. */
static size_t sequence(const char *at, size_t left)
{
	size_t i = 2;
	if (left >= 3 && at[1] == '(')
		return 3;
	if (left < 3 || at[1] != '[')
		return 1;
	while (i < left && at[i] >= 0x20 && at[i] < 0x40)
		i++;
	return i < left ? i + 1 : 1;
}

/* The numbers of "ESC[12;3H"; an empty one is 0. -1: there are other signs, or too many. */
static int numbers_of(const char *at, size_t size, unsigned *numbers)
{
	int count = 1;
	numbers[0] = 0;
	for (size_t i = 2; i + 1 < size; i++) {
		unsigned *number = &numbers[count - 1];
		if (at[i] == ';' && count < NUMBERS)
			numbers[count++] = 0;
		else if (at[i] >= '0' && at[i] <= '9' && *number < 100000)
			*number = *number * 10 + (unsigned)(at[i] - '0');
		else
			return -1;
	}
	return count;
}

/* The colour behind 38 or 48; how many numbers that takes, 0: none that is known. */
static int large_colour(const unsigned *numbers, int count, uint32_t *colour)
{
	if (count >= 3 && numbers[1] == 5 && numbers[2] < 256) {
		*colour = COLOUR(PALETTE, numbers[2]);
		return 3;
	}
	if (count >= 5 && numbers[1] == 2 && numbers[2] < 256 && numbers[3] < 256 && numbers[4] < 256) {
		*colour = COLOUR(DIRECT, numbers[2] << 16 | numbers[3] << 8 | numbers[4]);
		return 5;
	}
	return 0;
}

/* One of those that stand alone. */
static bool apply_number(struct sgr_look *look, unsigned number)
{
	if (number == 0)
		*look = (struct sgr_look){0};
	else if (number < KNOWN_ATTRIBUTES)
		look->attributes |= 1u << number;
	else if (number == 22)
		look->attributes &= ~(BOLD | FAINT);
	else if (number > 22 && number < 28)
		look->attributes &= ~(1u << (number - 20));
	else if ((number >= 30 && number < 38) || (number >= 90 && number < 98))
		look->foreground = COLOUR(number < 90 ? BASIC : BRIGHT, number % 10);
	else if ((number >= 40 && number < 48) || (number >= 100 && number < 108))
		look->background = COLOUR(number < 90 ? BASIC : BRIGHT, number % 10);
	else if (number == 39)
		look->foreground = 0;
	else if (number == 49)
		look->background = 0;
	else
		return false;
	return true;
}

/* What "ESC[0;1;38;5;203m" makes of a look. False: something in it is not known. */
static bool apply(struct sgr_look *look, const char *at, size_t size)
{
	unsigned numbers[NUMBERS];
	struct sgr_look after = *look;
	const int count = numbers_of(at, size, numbers);
	if (count < 0)
		return false;
	for (int i = 0, taken; i < count; i += taken) {
		const bool is_large = numbers[i] == 38 || numbers[i] == 48;
		taken = !is_large	    ? apply_number(&after, numbers[i])
			: numbers[i] == 38 ? large_colour(&numbers[i], count - i, &after.foreground)
					   : large_colour(&numbers[i], count - i, &after.background);
		if (!taken)
			return false;
	}
	*look = after;
	return true;
}

/* ---- looks ---- */

struct parameters {
	char text[WRITTEN];
	int size;
};

static void add(struct parameters *to, unsigned number)
{
	to->size += snprintf(to->text + to->size, sizeof to->text - (size_t)to->size, "%s%u", to->size ? ";" : "", number);
}

static void add_colour(struct parameters *to, uint32_t colour, unsigned base)
{
	const unsigned number = colour & 0xFFFFFF;
	switch (colour >> 24) {
	case OF_TERMINAL: add(to, base + 9); break;
	case BASIC: add(to, base + number); break;
	case BRIGHT: add(to, base + 60 + number); break;
	case PALETTE: add(to, base + 8), add(to, 5), add(to, number); break;
	default: add(to, base + 8), add(to, 2), add(to, number >> 16), add(to, number >> 8 & 0xFF), add(to, number & 0xFF);
	}
}

static void add_attributes(struct parameters *to, unsigned attributes)
{
	for (unsigned i = 1; i < KNOWN_ATTRIBUTES; i++)
		if (attributes & 1u << i)
			add(to, i);
}

/* Whatever was before. */
static void tell_all(struct parameters *to, const struct sgr_look *look)
{
	const struct sgr_look none = {0};
	if (memcmp(look, &none, sizeof none) == 0)
		return; /* "ESC[m" */
	add(to, 0);
	add_attributes(to, look->attributes);
	if (look->foreground)
		add_colour(to, look->foreground, 30);
	if (look->background)
		add_colour(to, look->background, 40);
}

/* What has to be said after another one. Attributes are put out one by one only where there are 256 colours: older terminals may know
 * nothing but "all off". False: those are to be told all. */
static bool tell_difference(struct parameters *to, const struct sgr_look *before, const struct sgr_look *look)
{
	const unsigned off = before->attributes & ~look->attributes;
	const bool is_young = before->foreground >> 24 >= PALETTE || look->foreground >> 24 >= PALETTE;
	unsigned on = look->attributes & ~before->attributes;
	if (off && !is_young)
		return false;
	if (off & (BOLD | FAINT)) {
		add(to, 22);
		on |= look->attributes & (BOLD | FAINT);
	}
	for (unsigned i = 3; i < KNOWN_ATTRIBUTES; i++)
		if (off & 1u << i)
			add(to, 20 + i);
	add_attributes(to, on);
	if (look->foreground != before->foreground)
		add_colour(to, look->foreground, 30);
	if (look->background != before->background)
		add_colour(to, look->background, 40);
	return true;
}

static void tell(struct sgr *sgr)
{
	struct parameters all = {.size = 0}, less = {.size = 0};
	tell_all(&all, &sgr->wanted);
	if (sgr->is_known && tell_difference(&less, &sgr->shown, &sgr->wanted) && less.size <= all.size)
		all = less;
	put(sgr, "\033[", 2);
	put(sgr, all.text, (size_t)all.size);
	put(sgr, "m", 1);
	sgr->shown = sgr->wanted;
	sgr->is_known = true;
}

/* Whatever is drawn next. */
static void settle(struct sgr *sgr)
{
	if (!sgr->is_known || memcmp(&sgr->shown, &sgr->wanted, sizeof sgr->shown) != 0)
		tell(sgr);
}

/* Blanks are drawn next, or something is put out: only the background shows. */
static void settle_blank(struct sgr *sgr)
{
	const unsigned inked = (sgr->shown.attributes | sgr->wanted.attributes) & (UNDERLINE | REVERSE);
	if (!sgr->is_known || inked || sgr->shown.background != sgr->wanted.background)
		settle(sgr);
}

/* ---- what is written ---- */

/* To another row, the column staying. */
static void go_to_row(struct sgr *sgr, int row, const char *at, size_t size)
{
	const int down = row - sgr->row;
	if (sgr->feeds && sgr->row >= 0 && down > 0 && down <= FEEDS_MOST)
		put(sgr, "\n\n\n", (size_t)down);
	else
		put(sgr, at, size);
	sgr->row = row;
}

static void move(struct sgr *sgr, const char *at, size_t size)
{
	unsigned numbers[NUMBERS];
	const int count = numbers_of(at, size, numbers);
	const int row = count < 1 ? -1 : numbers[0] ? (int)numbers[0] - 1 : 0;
	if (at[size - 1] == 'd' && row >= 0) {
		go_to_row(sgr, row, at, size);
		return;
	}
	if (at[size - 1] == 'H')
		sgr->row = row;
	else if (!strchr("CDG", at[size - 1]))
		sgr->row = -1;
	put(sgr, at, size);
}

/* One sequence that is no look. */
static void pass(struct sgr *sgr, const char *at, size_t size)
{
	const char last = at[size - 1];
	if (size < 3 || at[1] != '[' || (last != 'J' && !strchr("ABCDGHdKPX@", last))) {
		settle(sgr);
		sgr->row = -1;
		put(sgr, at, size);
		return;
	}
	if (strchr("ABCDGHd", last)) {
		move(sgr, at, size);
		return;
	}
	if (last == 'J')
		sgr->is_known = false; /* a new beginning: whatever came between */
	settle_blank(sgr);
	put(sgr, at, size);
}

static size_t take_sequence(struct sgr *sgr, const char *at, size_t left)
{
	const size_t size = sequence(at, left);
	if (size == 3 && memcmp(at, "\033(B", 3) == 0)
		return size; /* of a program that never chose another set of characters: does nothing */
	if (size == 1 || at[size - 1] != 'm') {
		pass(sgr, at, size);
	} else if (!apply(&sgr->wanted, at, size)) {
		settle(sgr);
		put(sgr, at, size);
		sgr->is_known = false;
	}
	return size;
}

static size_t take_text(struct sgr *sgr, const char *at, size_t left)
{
	size_t size = 1;
	if (*at == ' ') {
		settle_blank(sgr);
	} else if (*at == '\n') {
		settle_blank(sgr); /* it may scroll a new row in */
		sgr->row = -1;
	} else if (*at != '\r' && *at != '\b') {
		settle(sgr);
		while (size < left && (unsigned char)at[size] > ' ')
			size++;
	}
	put(sgr, at, size);
	return size;
}

void sgr_thin(struct sgr *sgr, const char *bytes, size_t size)
{
	sgr->used = 0;
	if (memmem(bytes, size, "\033(0", 3)) { /* another set of characters: as it is */
		settle(sgr);
		put(sgr, bytes, size);
		sgr->is_known = false;
		sgr->wanted = (struct sgr_look){0}; /* curses ends each picture so */
		sgr->row = -1;
		return;
	}
	for (size_t i = 0; i < size;)
		i += bytes[i] == '\033' ? take_sequence(sgr, bytes + i, size - i) : take_text(sgr, bytes + i, size - i);
}

void sgr_settle(struct sgr *sgr)
{
	sgr->used = 0;
	settle(sgr);
	sgr->is_known = false;
	sgr->row = -1;
}
