/* What a collector gives to those attached: every record once it is written to the journal, the engine's state, ranges of records, and
 * an answer to what people did. */
#ifndef APP_OUTLET_H
#define APP_OUTLET_H

#include "app/desk.h"
#include "app/permits.h"
#include "feed/stream_server.h"
#include "journal/frame.h"

struct outlet;

struct outlet_options {
	const struct settings *settings;
	const char *publish, *ask; /* where boards connect; `ask` NULL: made of `publish` */
	const uint8_t *journal_id;
	struct permits *permits; /* outlives it */
	const struct veil *veil; /* for boards elsewhere: names and ids become hashes, and client_keys_outside says who may attach; outlives the
				  * outlet. NULL: for those inside */
	const char *states; /* the directory of states as those who attach may have them */
	bool mute; /* one of a pair: nothing is said before outlet_lead() */
	void (*ack)(void *context, uint64_t lsn); /* a standby has written up to there; NULL: nobody minds */
	void *context;
	void *zmq;
	struct curve_gate *gate; /* of the context, where others use it too; NULL: none yet */
};
/* Its curve is its own, so that keys can be read again. */
struct outlet *outlet_open(const struct outlet_options *options, struct error *err);
void outlet_close(struct outlet *outlet);
/* Whose state is given, and who takes actions; before the first turn. */
void outlet_attach(struct outlet *outlet, struct desk *desk, uint64_t lsn);
/* In its place for one of a pair that takes over: the lease's epoch, and who wrote which records. */
void outlet_lead(struct outlet *outlet, struct desk *desk, uint64_t lsn, uint64_t epoch, const char *epochs);
/* A record that was kept: copied until it is written. */
void outlet_add(struct outlet *outlet, const struct frame *frame);
/* Sends what is written up to `written`, and answers. */
void outlet_turn(struct outlet *outlet, uint64_t written);
/* The engine is no longer what the records tell: everybody begins anew. */
void outlet_restart(struct outlet *outlet);
bool outlet_reload_keys(struct outlet *outlet, struct error *err);
int outlet_items(struct outlet *outlet, struct zmq_pollitem_t *items); /* 2 */
int64_t outlet_due(const struct outlet *outlet);
struct stream_counts outlet_counts(const struct outlet *outlet);
const char *outlet_endpoint(const struct outlet *outlet);

#endif
