/* The demo's own folder, for nobody else's eyes: its sockets, its keys, its journal. It goes with the demo; one that was killed leaves
 * it to the next to remove. */
#ifndef APP_DEMO_FOLDER_H
#define APP_DEMO_FOLDER_H

#include <stdbool.h>

#include "base/error.h"

struct demo_folder {
	char path[80];
	int lock; /* the folder itself, locked while its demo lives */
};

/* In $XDG_RUNTIME_DIR, else in $TMPDIR, else in /tmp. */
bool demo_folder_make(struct demo_folder *folder, struct error *err);
/* Removes what demos left that ended without their last words. */
void demo_folder_sweep(void);
/* With everything in it. */
void demo_folder_remove(struct demo_folder *folder);

#endif
