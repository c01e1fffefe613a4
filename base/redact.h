/* A text that may not be shown, made into one that may. Pure; what is done to which text: config/display.h. Texts are harmless. */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stddef.h>
#include <stdint.h>

#define REDACT_NOTHING "\u2013" /* there may be something or not */
#define REDACT_ANYTHING "***"	/* there is something, and nothing of it is told */
#define REDACT_KEY_SIZE 16
#define REDACT_HASH_DIGITS 10 /* 40 bits: of 10,000 names two are alike once in 20,000 times */

/* The initials of the first and the last word: "Mia Keller" is "M. K.", in any script; of one word one letter ("agent-17" is "A."). Never
 * more than two letters and never all of the text's letters and digits: where no letter may be told it is REDACT_NOTHING. */
void redact_person(const char *text, char *to, size_t room);
/* REDACT_HASH_DIGITS hexadecimal digits by SipHash-2-4: the same for the same key, domain ("agent") and text. */
void redact_hash(const uint8_t key[REDACT_KEY_SIZE], const char *domain, const char *text, char *to, size_t room);
/* A key of whatever bytes a file holds. */
void redact_key(const void *bytes, size_t size, uint8_t key[REDACT_KEY_SIZE]);

#endif
