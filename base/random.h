/* Bytes nobody can guess, from the kernel: for identities, never for anything that is computed. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

void random_bytes(void *to, size_t size);

#endif
