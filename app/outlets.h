/* The two ends of a collector's stream: `publish` for those inside (a standby, peers, boards of the site) and `publish_outside` for boards
 * elsewhere, who get keyed hashes in place of names and ids; and what may leave the site at all (docs/PRIVACY.md). */
#ifndef APP_OUTLETS_H
#define APP_OUTLETS_H

#include "app/outlet.h"
#include "base/veil.h"

struct outlets {
	struct outlet *inside, *outside; /* NULL: nobody can attach there */
	struct curve_gate *gate;	 /* ours, where both need one */
	char *states;			 /* where the outer end's states are; NULL: there is none */
	struct permits *permits;
	struct veil veil;
	bool has_veil; /* the settings name a key of identifiers, and it was read */
};

/* A market whose identifiers stay rules all that leaves the collector: whether these two may be. `publish`, `store`: NULL where there is
 * none. */
bool outlets_allowed(const struct settings *settings, const char *publish, const char *store, struct error *err);
/* Does what goes into this Redis leave the site of a market whose identifiers stay? Then it is written with hashes. */
bool outlets_store_leaves(const struct settings *settings, const char *store);
/* The key of identifiers that the settings name, and the reasons that stay as they are. */
bool outlets_veil(const struct settings *settings, struct veil *veil, struct error *err);
/* `options`: those of the end inside (publish NULL: there is none); the other end is the settings'. */
bool outlets_open(struct outlets *outlets, const struct outlet_options *options, struct error *err);
void outlets_close(struct outlets *outlets);

/* As outlet_*(), at each end there is. */
void outlets_attach(struct outlets *outlets, struct desk *desk, uint64_t lsn);
void outlets_lead(struct outlets *outlets, struct desk *desk, uint64_t lsn, uint64_t epoch, const char *epochs);
void outlets_add(struct outlets *outlets, const struct frame *frame);
void outlets_turn(struct outlets *outlets, uint64_t written);
void outlets_restart(struct outlets *outlets);
bool outlets_reload_keys(struct outlets *outlets, struct error *err);
int outlets_items(const struct outlets *outlets, struct zmq_pollitem_t *items); /* up to 4 */
int64_t outlets_due(const struct outlets *outlets);

#endif
