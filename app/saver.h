/* Writes states of the engine into the journal's directory, in a thread of its own: the disk may take its time. */
#ifndef APP_SAVER_H
#define APP_SAVER_H

#include "base/error.h"
#include "config/settings.h"
#include "journal/state_file.h"

struct saver;
struct veil;

/* `share`: see struct state_file. */
struct saver *saver_create(const char *directory, const uint8_t *id, int share, struct error *err);
/* Finishes what it was given. */
void saver_destroy(struct saver *saver);
bool saver_busy(struct saver *saver);
/* Takes the bytes (to be freed). Only while it is not busy. `weight`: see struct state_file. */
void saver_save(struct saver *saver, uint8_t *bytes, size_t size, uint64_t lsn, int64_t recv, uint64_t weight);
/* From now on each state is also written for boards elsewhere, into `directory`, with hashes for names. All outlive the saver. */
void saver_veil(struct saver *saver, const char *directory, const struct settings *settings, const struct veil *veil);
/* The LSN of the newest state on the disk; 0: none yet. `err`: what went wrong the last time, "" nothing. */
uint64_t saver_saved(struct saver *saver, struct error *err);

#endif
