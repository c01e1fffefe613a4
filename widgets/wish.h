/* What the user wants: of the player of a replay, or done about an alert. Made by keys, carried out on the other thread. */
#ifndef WIDGETS_WISH_H
#define WIDGETS_WISH_H

#include <stdint.h>

#define WISH_TEXT 240 /* bytes with the end */

enum wish_kind {
	WISH_PAUSE,	/* or go on */
	WISH_MOVE,	/* by `value` ms */
	WISH_GO,	/* to the instant `value`, ms */
	WISH_STEP,	/* `value` (1, -1) event */
	WISH_SPEED,	/* faster 1, slower -1 */
	WISH_INCIDENT,	/* the next 1, the one before -1 */
	WISH_END,	/* of the journal 1, its beginning -1 */
	WISH_ZOOM,	/* nearer 1, further -1, round 0 */
	WISH_COMPARE,	/* or not */
	WISH_MARK,	/* with `text`, at the cursor */
	WISH_REPORT,	/* of the span shown, into the file `text` */
	WISH_COLUMNS,	/* the timeline has room for `value` */
	/* Of a live board, about `alert`; until the instant `value`, 0: as long as it stands. */
	WISH_ACKNOWLEDGE,
	WISH_MUTE,
	WISH_TAKE_BACK,
	WISH_NOTE	/* posts `text`; until the instant `value`, 0: no end */
};

struct wish {
	enum wish_kind kind;
	int64_t value;
	char text[WISH_TEXT];
	uint64_t alert; /* its id */
	int site;	/* of a board over several: whose it is, from 1 */
};

#endif
