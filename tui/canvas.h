/* A grid of cells with roles, between the widgets and the terminal. Widgets say what a cell means, the theme says its colour. */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(ENUM, "name", letter of the row of roles in golden files) */
#define ROLES(X)                                                                                                        \
	X(TEXT, "text", '.') X(DIM, "dim", '-') X(FAINT, "faint", '_') X(TITLE, "title", 'T') X(STRONG, "strong", 'S')  \
	X(OK, "ok", 'o') X(WARN, "warn", 'w') X(CRIT, "crit", 'c') X(UNSURE, "unsure", 'u') X(STALE, "stale", 's')      \
	X(BORDER, "border", 'b') X(BORDER_WARN, "border_warn", 'v') X(BORDER_CRIT, "border_crit", 'x')                  \
	X(SPARK, "spark", 'k') X(HEADER, "header", 'h') X(HEADER_STRONG, "header_strong", 'H')                          \
	X(HEADER_DIM, "header_dim", 'd') X(HEADER_OK, "header_ok", 'O') X(HEADER_WARN, "header_warn", 'W')              \
	X(HEADER_CRIT, "header_crit", 'C') X(KEY, "key", 'K') X(KEY_TEXT, "key_text", 'l') X(FOCUS, "focus", 'F')       \
	X(CRIT_STRONG, "crit_strong", 'R') X(WARN_STRONG, "warn_strong", 'A') X(OK_STRONG, "ok_strong", 'G')   \
	X(REPLAY, "replay", 'p') X(REPLAY_STRONG, "replay_strong", 'P') X(REPLAY_NOTICE, "replay_notice", 'N')            \
	X(TIMELINE, "timeline", 't') X(CURSOR, "cursor", 'I')
enum role {
#define ROLE(NAME, name, letter) ROLE_##NAME,
	ROLES(ROLE) ROLE_COUNT
#undef ROLE
};
extern const char *const role_names[ROLE_COUNT];
extern const char role_letters[ROLE_COUNT];

#define CELL_MARKS 3 /* what harmless text has at most on a cell (Thai: a vowel and a tone), and a mark of direction */

struct cell {
	int32_t character; /* 0: the right half of a wide one */
	int32_t marks[CELL_MARKS]; /* combining marks, then 0 */
	uint8_t role;
};

struct canvas {
	int width, height;
	bool ascii; /* canvas_text() writes nothing beyond ASCII: twins for marks, "?" for the rest */
	struct cell *cells;
};

/* Behind the last letter of a right-to-left name: a terminal that orders such letters itself leaves the cells behind it where they are. */
#define CELL_LEFT_TO_RIGHT 0x200E

struct rect { int x, y, width, height; };

struct canvas *canvas_create(int width, int height);
void canvas_destroy(struct canvas *canvas);
void canvas_clear(struct canvas *canvas, enum role role);
struct cell *canvas_cell(struct canvas *canvas, int x, int y); /* NULL outside */
/* Writes harmless UTF-8 at (x, y), within `room` cells (cut with "…", or "~" where canvas->ascii); returns the cells used.
 * Anything outside the canvas is not drawn. */
int canvas_text(struct canvas *canvas, int x, int y, int room, enum role role, const char *text);
int canvas_format(struct canvas *canvas, int x, int y, int room, enum role role, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Cells the text takes on this canvas (twins may be wider). */
int canvas_measure(const struct canvas *canvas, const char *text);
/* canvas_text(), but ending at x + room. */
int canvas_right(struct canvas *canvas, int x, int y, int room, enum role role, const char *text);
void canvas_fill(struct canvas *canvas, struct rect rect, enum role role, int32_t character);
/* Changes roles only. */
void canvas_paint(struct canvas *canvas, struct rect rect, enum role role);

#endif
