/* SipHash-2-4 ("SipHash: a fast short-input PRF", Aumasson and Bernstein 2012): a hash that nobody can tell or try without its key. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY_SIZE 16

uint64_t siphash(const uint8_t key[SIPHASH_KEY_SIZE], const void *message, size_t size);

#endif
