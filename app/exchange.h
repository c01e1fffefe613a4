/* What the desk and the screen share: one finished snapshot, what the screen asks for, and a wish to stop. */
#ifndef APP_EXCHANGE_H
#define APP_EXCHANGE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/error.h"
#include "store/snapshot.h"
#include "widgets/wish.h"

#define EXCHANGE_WISHES 64

struct exchange {
	_Atomic(struct snapshot *) latest; /* owned by whoever takes it out */
	int to_screen, to_desk;		   /* eventfds */
	atomic_bool stop;
	atomic_int pace;	    /* ms between pictures that the terminal takes; 0: as often as they come */
	atomic_uint called, answered; /* the desk wants to know that the screen still turns */
	pthread_mutex_t lock; /* of what is below */
	struct snapshot_request request;
	bool asked;
	struct settings *renewed; /* held; NULL: there are none that the desk has not taken yet */
	struct wish wishes[EXCHANGE_WISHES]; /* the oldest first */
	int wish_count;
};

bool exchange_open(struct exchange *exchange, const struct snapshot_request *request, struct error *err);
void exchange_close(struct exchange *exchange);
/* Desk: hands over a snapshot; one that nobody took yet is replaced. */
void exchange_give(struct exchange *exchange, struct snapshot *snapshot);
/* Screen: the newest one, now the caller's, or NULL. */
struct snapshot *exchange_take(struct exchange *exchange);
/* Screen: asks for another view. */
void exchange_ask(struct exchange *exchange, const struct snapshot_request *request);
/* Desk: true and the new request where there is one. */
bool exchange_asked(struct exchange *exchange, struct snapshot_request *request);
/* Screen: the configuration was read again; the reference is the desk's. Desk: takes it, NULL: none came. */
void exchange_renew(struct exchange *exchange, struct settings *settings);
struct settings *exchange_renewed(struct exchange *exchange);
/* Screen: a wish for the player; one that finds no room is dropped, as a key is that nobody reads. */
void exchange_wish(struct exchange *exchange, const struct wish *wish);
/* Player: the oldest wish, or false. */
bool exchange_wished(struct exchange *exchange, struct wish *wish);
/* Screen: how often its terminal takes a picture. Desk: that, and never more than a second, for levels may change each second. */
void exchange_pace(struct exchange *exchange, int64_t interval);
int64_t exchange_interval(struct exchange *exchange);
/* Desk: asks the screen for a sign of life; has it answered the last time? Screen: answers. */
void exchange_call(struct exchange *exchange);
bool exchange_is_answered(struct exchange *exchange);
void exchange_answer(struct exchange *exchange);
/* Anybody: whoever makes the snapshots looks at what there is to do. */
void exchange_wake(struct exchange *exchange);
/* Player: waits until the screen wants something, or `until` (monotonic ms). */
void exchange_wait(const struct exchange *exchange, int64_t until);
void exchange_stop(struct exchange *exchange);
bool exchange_stopped(const struct exchange *exchange);

#endif
