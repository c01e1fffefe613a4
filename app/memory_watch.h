/* Resident memory of this process, in bytes. */
#ifndef APP_MEMORY_WATCH_H
#define APP_MEMORY_WATCH_H

#include <stdint.h>

int64_t memory_watch_resident(void);

#endif
