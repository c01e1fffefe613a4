/* What the desk and the screen share: one finished snapshot, what the screen asks for, and a wish to stop. */
#ifndef APP_EXCHANGE_H
#define APP_EXCHANGE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/error.h"
#include "store/snapshot.h"

struct exchange {
	_Atomic(struct snapshot *) latest; /* owned by whoever takes it out */
	int to_screen, to_desk;		   /* eventfds */
	atomic_bool stop;
	pthread_mutex_t lock; /* of the two below */
	struct snapshot_request request;
	bool asked;
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
void exchange_stop(struct exchange *exchange);
bool exchange_stopped(const struct exchange *exchange);

#endif
