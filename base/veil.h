/* Names and ids made unknowable for whoever is elsewhere: a keyed hash in place of each (SipHash-2-4), the same one for the same text as
 * long as the key is the same. Without the key nobody can tell whose it is, nor find out by trying. */
#ifndef BASE_VEIL_H
#define BASE_VEIL_H

#include <stdint.h>

#include "base/siphash.h"
#include "base/view.h"

#define VEIL_ROOM 17 /* 16 hexadecimal digits */

struct veil {
	uint8_t key[SIPHASH_KEY_SIZE];
	/* Reasons that the settings name, in any case of letters, stay as they are: figures depend on them. Somebody else's. */
	struct {
		char *const *words;
		int count;
	} spoken[2];
};

uint64_t veil_hash(const struct veil *veil, struct view bytes);
/* What stands for a text. "" stays "", and so does "other", the name that takes all names beyond a cap (base/names.h). */
void veil_text(const struct veil *veil, struct view text, char to[VEIL_ROOM]);
/* The same of a reason: `to`, or the text itself where the settings name it. */
struct view veil_reason(const struct veil *veil, struct view text, char to[VEIL_ROOM]);
/* A publisher's name: a program's stays as it is, that of a person at a board ("board:USER@HOST") does not. */
#define VEIL_SOURCE_ROOM (VEIL_ROOM + 6)
struct view veil_source(const struct veil *veil, struct view src, char to[VEIL_SOURCE_ROOM]);
/* All that is kept of a customer's pseudonym; 0: there is none. */
uint64_t pseudonym_hash(struct view pseudonym);
/* The pseudonym elsewhere of a customer of whom only that is known; 0: "". Of another family than texts. */
void veil_pseudonym(const struct veil *veil, uint64_t hash, char to[VEIL_ROOM]);
/* pseudonym_hash() of it: what is kept of him elsewhere. */
uint64_t veil_customer(const struct veil *veil, uint64_t hash);

#endif
