#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "app/exchange.h"
#include "base/clock.h"

#define PACE_MOST 1000 /* ms */

static void wake(int descriptor)
{
	uint64_t one = 1;
	if (write(descriptor, &one, sizeof one) < 0)
		return; /* the counter is full: whoever waits is awake already */
}

static void hear(int descriptor)
{
	uint64_t count;
	if (read(descriptor, &count, sizeof count) < 0)
		return; /* nothing was written since */
}

bool exchange_open(struct exchange *exchange, const struct snapshot_request *request, struct error *err)
{
	memset(exchange, 0, sizeof *exchange);
	atomic_init(&exchange->latest, NULL);
	atomic_init(&exchange->stop, false);
	pthread_mutex_init(&exchange->lock, NULL);
	exchange->request = *request;
	exchange->to_screen = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	exchange->to_desk = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (exchange->to_screen < 0 || exchange->to_desk < 0)
		return fail(err, "cannot make an eventfd: %s", strerror(errno));
	return true;
}

void exchange_close(struct exchange *exchange)
{
	snapshot_destroy(exchange_take(exchange));
	settings_destroy(exchange->renewed);
	close(exchange->to_screen);
	close(exchange->to_desk);
	pthread_mutex_destroy(&exchange->lock);
}

void exchange_give(struct exchange *exchange, struct snapshot *snapshot)
{
	snapshot_destroy(atomic_exchange(&exchange->latest, snapshot));
	wake(exchange->to_screen);
}

struct snapshot *exchange_take(struct exchange *exchange)
{
	hear(exchange->to_screen);
	return atomic_exchange(&exchange->latest, NULL);
}

void exchange_ask(struct exchange *exchange, const struct snapshot_request *request)
{
	pthread_mutex_lock(&exchange->lock);
	exchange->request = *request;
	exchange->asked = true;
	pthread_mutex_unlock(&exchange->lock);
	wake(exchange->to_desk);
}

bool exchange_asked(struct exchange *exchange, struct snapshot_request *request)
{
	hear(exchange->to_desk);
	pthread_mutex_lock(&exchange->lock);
	bool asked = exchange->asked;
	*request = exchange->request;
	exchange->asked = false;
	pthread_mutex_unlock(&exchange->lock);
	return asked;
}

void exchange_renew(struct exchange *exchange, struct settings *settings)
{
	pthread_mutex_lock(&exchange->lock);
	struct settings *missed = exchange->renewed;
	exchange->renewed = settings;
	pthread_mutex_unlock(&exchange->lock);
	settings_destroy(missed);
	wake(exchange->to_desk);
}

struct settings *exchange_renewed(struct exchange *exchange)
{
	pthread_mutex_lock(&exchange->lock);
	struct settings *settings = exchange->renewed;
	exchange->renewed = NULL;
	pthread_mutex_unlock(&exchange->lock);
	return settings;
}

void exchange_wish(struct exchange *exchange, const struct wish *wish)
{
	pthread_mutex_lock(&exchange->lock);
	if (exchange->wish_count < EXCHANGE_WISHES)
		exchange->wishes[exchange->wish_count++] = *wish;
	pthread_mutex_unlock(&exchange->lock);
	wake(exchange->to_desk);
}

bool exchange_wished(struct exchange *exchange, struct wish *wish)
{
	pthread_mutex_lock(&exchange->lock);
	const bool wished = exchange->wish_count > 0;
	if (wished) {
		*wish = exchange->wishes[0];
		memmove(exchange->wishes, exchange->wishes + 1, (size_t)--exchange->wish_count * sizeof *wish);
	}
	pthread_mutex_unlock(&exchange->lock);
	return wished;
}

void exchange_pace(struct exchange *exchange, int64_t interval)
{
	atomic_store(&exchange->pace, (int)(interval < PACE_MOST ? interval : PACE_MOST));
}

int64_t exchange_interval(struct exchange *exchange)
{
	return atomic_load(&exchange->pace);
}

void exchange_call(struct exchange *exchange)
{
	atomic_fetch_add(&exchange->called, 1);
	wake(exchange->to_screen);
}

bool exchange_is_answered(struct exchange *exchange)
{
	return atomic_load(&exchange->called) == atomic_load(&exchange->answered);
}

void exchange_answer(struct exchange *exchange)
{
	hear(exchange->to_screen);
	atomic_store(&exchange->answered, atomic_load(&exchange->called));
}

void exchange_wake(struct exchange *exchange)
{
	wake(exchange->to_desk);
}

void exchange_wait(const struct exchange *exchange, int64_t until)
{
	struct pollfd item = {.fd = exchange->to_desk, .events = POLLIN};
	const int64_t left = until - clock_monotonic();
	poll(&item, 1, left < 0 ? 0 : left > 1000 ? 1000 : (int)left); /* cut short by a signal: whoever waits looks again */
}

void exchange_stop(struct exchange *exchange)
{
	atomic_store(&exchange->stop, true);
	wake(exchange->to_desk);
}

bool exchange_stopped(const struct exchange *exchange)
{
	return atomic_load(&exchange->stop);
}
