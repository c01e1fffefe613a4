#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "store/redis_backoff.h"
#include "store/redis_worker.h"

struct request {
	struct request *next;
	struct redis_commit *commit; /* else NULL */
	struct redis_commands commands;
	struct redis_call call; /* .script NULL: none */
	void (*done)(void *context, const struct redis_result *result);
	void *context;
	bool good;
	struct redis_fault fault;
	struct redis_replies replies;
};

struct queue {
	struct request *first, **last;
	size_t count;
};

struct redis_worker {
	struct redis_worker_options options;
	pthread_t thread;
	int wake, stop, ring; /* eventfds: to the thread, to the thread for good, to the owner */

	/* the thread's own */
	struct redis_link *link;
	struct redis_backoff link_backoff, commit_backoff;
	int64_t connect_at, commit_at, active_at; /* monotonic */
	struct request *current; /* a commit that is tried until it is stored or refused */

	pthread_mutex_t mutex; /* for all below */
	struct queue commits, requests, finished;
	struct redis_status status;
	int64_t retry_at; /* monotonic */
	bool commit_fails, busy, stopping;
};

/* ---- queues ---- */

static void push(struct queue *queue, struct request *request)
{
	request->next = NULL;
	*(queue->first ? queue->last : &queue->first) = request;
	queue->last = &request->next;
	queue->count++;
}

static struct request *pop(struct queue *queue)
{
	struct request *request = queue->first;
	if (request) {
		queue->first = request->next;
		queue->count--;
	}
	return request;
}

static void request_destroy(struct request *request)
{
	redis_commit_destroy(request->commit);
	redis_commands_finish(&request->commands);
	redis_call_finish(&request->call);
	redis_replies_finish(&request->replies);
	free(request);
}

static void signal_to(int descriptor)
{
	const uint64_t one = 1;
	while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR)
		;
}

static void drain(int descriptor)
{
	uint64_t count;
	while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR)
		;
}

/* ---- the thread: what is told to the owner ---- */

static void finish(struct redis_worker *worker, struct request *request)
{
	pthread_mutex_lock(&worker->mutex);
	push(&worker->finished, request);
	pthread_mutex_unlock(&worker->mutex);
	signal_to(worker->ring);
}

static void say_away(struct redis_worker *worker, const struct redis_fault *fault, int64_t retry_at)
{
	pthread_mutex_lock(&worker->mutex);
	if (worker->status.state != REDIS_AWAY)
		worker->status.since = clock_wall();
	worker->status.state = REDIS_AWAY;
	worker->status.why = *fault;
	worker->retry_at = retry_at;
	pthread_mutex_unlock(&worker->mutex);
	signal_to(worker->ring);
}

/* Connected, and no commit is turned away. */
static void say_ready(struct redis_worker *worker)
{
	pthread_mutex_lock(&worker->mutex);
	const bool news = !worker->commit_fails && worker->status.state != REDIS_READY;
	if (news) {
		worker->status.state = REDIS_READY;
		worker->status.since = clock_wall();
		worker->status.why = (struct redis_fault){.trouble = TROUBLE_NONE};
	}
	pthread_mutex_unlock(&worker->mutex);
	if (news)
		signal_to(worker->ring);
}

static void note_commit_fails(struct redis_worker *worker, bool fails)
{
	pthread_mutex_lock(&worker->mutex);
	worker->commit_fails = fails;
	pthread_mutex_unlock(&worker->mutex);
}

/* ---- the thread: what it does ---- */

static void lose_link(struct redis_worker *worker, const struct redis_fault *fault)
{
	if (redis_link_connected(worker->link))
		return;
	worker->connect_at = clock_monotonic() + redis_backoff_next(&worker->link_backoff, fault->trouble);
	say_away(worker, fault, worker->connect_at);
}

static void connect_link(struct redis_worker *worker)
{
	struct redis_fault fault;
	if (!redis_link_connect(worker->link, &fault)) {
		lose_link(worker, &fault);
		return;
	}
	worker->active_at = clock_monotonic();
	pthread_mutex_lock(&worker->mutex);
	worker->status.connections++;
	worker->status.about = *redis_link_about(worker->link);
	pthread_mutex_unlock(&worker->mutex);
	say_ready(worker);
}

static bool run_commit(struct redis_worker *worker, struct request *request)
{
	struct redis_call call = {.script = NULL};
	redis_commit_complete(request->commit);
	redis_commit_encode(request->commit, &call);
	struct redis_reply *reply = redis_link_call(worker->link, &call, &request->fault);
	redis_call_finish(&call);
	redis_reply_destroy(reply);
	return reply != NULL;
}

static void commit_stored(struct redis_worker *worker, struct request *request)
{
	redis_backoff_calm(&worker->commit_backoff);
	redis_backoff_calm(&worker->link_backoff);
	note_commit_fails(worker, false);
	if (request->good) {
		pthread_mutex_lock(&worker->mutex);
		worker->status.committed = redis_commit_head(request->commit)->watermark;
		pthread_mutex_unlock(&worker->mutex);
	}
	say_ready(worker);
	worker->current = NULL;
	finish(worker, request);
}

/* A trouble that passes: the commit stays current. One that does not is the owner's. */
static void try_commit(struct redis_worker *worker)
{
	struct request *request = worker->current;
	request->good = run_commit(worker, request);
	worker->active_at = clock_monotonic();
	if (request->good || !redis_troubles[request->fault.trouble].again) {
		commit_stored(worker, request);
		if (!redis_link_connected(worker->link))
			lose_link(worker, &request->fault);
		return;
	}
	if (!redis_link_connected(worker->link)) {
		lose_link(worker, &request->fault);
		return;
	}
	note_commit_fails(worker, true);
	worker->commit_at = worker->active_at + redis_backoff_next(&worker->commit_backoff, request->fault.trouble);
	say_away(worker, &request->fault, worker->commit_at);
}

static void run_request(struct redis_worker *worker, struct request *request)
{
	if (request->call.script) {
		struct redis_reply *reply = redis_link_call(worker->link, &request->call, &request->fault);
		request->good = reply != NULL;
		if (reply)
			redis_replies_add(&request->replies, reply);
	} else {
		request->good = redis_link_run(worker->link, &request->commands, &request->replies, &request->fault);
	}
	worker->active_at = clock_monotonic();
	if (request->good)
		redis_backoff_calm(&worker->link_backoff);
	else
		lose_link(worker, &request->fault);
	finish(worker, request);
}

/* So that a dead connection is seen while there is nothing to do. */
static void ping(struct redis_worker *worker)
{
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	struct redis_fault fault;
	redis_commands_add(&commands, "PING", NULL);
	if (redis_link_run(worker->link, &commands, &replies, &fault))
		redis_backoff_calm(&worker->link_backoff);
	else
		lose_link(worker, &fault);
	worker->active_at = clock_monotonic();
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
}

/* Takes what is to be done now; one reading and one commit a turn, so that neither keeps the other waiting. */
static struct request *take_work(struct redis_worker *worker, bool *stopping)
{
	struct request *request = NULL;
	pthread_mutex_lock(&worker->mutex);
	*stopping = worker->stopping;
	if (!*stopping && redis_link_connected(worker->link)) {
		request = pop(&worker->requests);
		if (!worker->current)
			worker->current = pop(&worker->commits);
	}
	worker->busy = request || worker->current;
	pthread_mutex_unlock(&worker->mutex);
	return request;
}

static void rest(struct redis_worker *worker)
{
	int64_t until = worker->active_at + worker->options.idle_ms;
	if (!redis_link_connected(worker->link))
		until = worker->connect_at;
	else if (worker->current && worker->commit_at < until)
		until = worker->commit_at;
	const int64_t left = until - clock_monotonic();
	struct pollfd waits[2] = {{.fd = worker->wake, .events = POLLIN}, {.fd = worker->stop, .events = POLLIN}};
	if (left > 0 && poll(waits, 2, (int)left) > 0 && waits[0].revents)
		drain(worker->wake);
}

static void work(struct redis_worker *worker, struct request *request)
{
	const int64_t now = clock_monotonic();
	if (!redis_link_connected(worker->link) && now >= worker->connect_at)
		connect_link(worker);
	if (request)
		run_request(worker, request);
	if (worker->current && redis_link_connected(worker->link) && now >= worker->commit_at)
		try_commit(worker);
	else if (!request && redis_link_connected(worker->link) && now >= worker->active_at + worker->options.idle_ms)
		ping(worker);
}

static void *run(void *argument)
{
	struct redis_worker *worker = argument;
	for (bool stopping = false;;) {
		struct request *request = take_work(worker, &stopping);
		if (stopping)
			return NULL;
		work(worker, request);
		pthread_mutex_lock(&worker->mutex);
		worker->busy = worker->current != NULL;
		const bool more = redis_link_connected(worker->link) &&
				  (worker->requests.count || (worker->commits.count && !worker->current));
		pthread_mutex_unlock(&worker->mutex);
		if (!more)
			rest(worker);
	}
}

/* ---- the owner ---- */

static void close_all(struct redis_worker *worker)
{
	redis_link_destroy(worker->link);
	const int descriptors[] = {worker->wake, worker->stop, worker->ring};
	for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++)
		if (descriptors[i] >= 0)
			close(descriptors[i]);
	pthread_mutex_destroy(&worker->mutex);
	free(worker);
}

/* The thread takes no signals: they are the owner's. */
static int start_thread(struct redis_worker *worker)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const int problem = pthread_create(&worker->thread, NULL, run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return problem;
}

struct redis_worker *redis_worker_start(const struct redis_worker_options *options, struct error *err)
{
	struct redis_worker *worker = memory_new(1, sizeof *worker);
	worker->options = *options;
	worker->options.idle_ms = options->idle_ms ? options->idle_ms : 1000;
	worker->link_backoff.seed = options->seed;
	worker->commit_backoff.seed = ~options->seed;
	worker->status = (struct redis_status){.state = REDIS_CONNECTING, .since = clock_wall()};
	worker->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	worker->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	worker->ring = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	worker->options.link.stop = worker->stop;
	pthread_mutex_init(&worker->mutex, NULL);
	worker->link = redis_link_create(&worker->options.link);
	int problem = worker->wake < 0 || worker->stop < 0 || worker->ring < 0 ? errno : start_thread(worker);
	if (!problem)
		return worker;
	fail(err, "cannot start the thread for %s: %s", options->link.url.shown, strerror(problem));
	close_all(worker);
	return NULL;
}

static void call_back(struct redis_worker *worker, struct request *request)
{
	const struct redis_result result = {.good = request->good,
		.fault = request->fault,
		.commit = request->commit ? redis_commit_head(request->commit) : NULL,
		.size = request->commit ? redis_commit_size(request->commit) : 0,
		.replies = request->good && !request->commit ? &request->replies : NULL};
	if (request->commit && worker->options.committed)
		worker->options.committed(worker->options.context, &result);
	else if (request->done)
		request->done(request->context, &result);
	request_destroy(request);
}

static void give_back(struct redis_worker *worker, struct request *request)
{
	request->good = false;
	redis_fail(&request->fault, TROUBLE_STOPPED, "%s", redis_troubles[TROUBLE_STOPPED].means);
	call_back(worker, request);
}

void redis_worker_stop(struct redis_worker *worker)
{
	if (!worker)
		return;
	pthread_mutex_lock(&worker->mutex);
	worker->stopping = true;
	pthread_mutex_unlock(&worker->mutex);
	signal_to(worker->stop);
	pthread_join(worker->thread, NULL);
	/* From here on nobody else is there. */
	struct request *request;
	while ((request = pop(&worker->finished)))
		call_back(worker, request);
	if (worker->current)
		give_back(worker, worker->current);
	while ((request = pop(&worker->commits)) || (request = pop(&worker->requests)))
		give_back(worker, request);
	close_all(worker);
}

int redis_worker_descriptor(const struct redis_worker *worker)
{
	return worker->ring;
}

void redis_worker_poll(struct redis_worker *worker)
{
	drain(worker->ring);
	for (;;) {
		pthread_mutex_lock(&worker->mutex);
		struct request *request = pop(&worker->finished);
		pthread_mutex_unlock(&worker->mutex);
		if (!request)
			return;
		call_back(worker, request);
	}
}

struct redis_status redis_worker_status(struct redis_worker *worker)
{
	pthread_mutex_lock(&worker->mutex);
	struct redis_status status = worker->status;
	const int64_t left = worker->retry_at - clock_monotonic();
	pthread_mutex_unlock(&worker->mutex);
	status.retry_in = status.state == REDIS_AWAY && left > 0 ? left : 0;
	return status;
}

bool redis_worker_idle(struct redis_worker *worker)
{
	pthread_mutex_lock(&worker->mutex);
	const bool idle = !worker->busy && !worker->commits.count && !worker->requests.count && !worker->finished.count;
	pthread_mutex_unlock(&worker->mutex);
	return idle;
}

/* Under the mutex, which the thread holds for a moment only: the newest that waits is not started yet. */
static bool put_together(struct redis_worker *worker, const struct redis_commit *newer)
{
	struct request *newest = worker->commits.first;
	while (newest && newest->next)
		newest = newest->next;
	if (!newest)
		return false;
	return worker->options.coalesce ? worker->options.coalesce(worker->options.context, newest->commit, newer)
					: redis_commit_absorb(newest->commit, newer);
}

bool redis_worker_commit(struct redis_worker *worker, struct redis_commit *commit)
{
	pthread_mutex_lock(&worker->mutex);
	const bool together = put_together(worker, commit);
	const bool room = together || worker->commits.count < REDIS_COMMITS_MOST;
	if (room && !together) {
		struct request *request = memory_new(1, sizeof *request);
		request->commit = commit;
		push(&worker->commits, request);
	}
	pthread_mutex_unlock(&worker->mutex);
	if (together)
		redis_commit_destroy(commit);
	if (room)
		signal_to(worker->wake);
	return room;
}

static bool hand_over(struct redis_worker *worker, struct request *request)
{
	pthread_mutex_lock(&worker->mutex);
	const bool room = worker->requests.count < REDIS_REQUESTS_MOST;
	if (room)
		push(&worker->requests, request);
	pthread_mutex_unlock(&worker->mutex);
	if (room)
		signal_to(worker->wake);
	else
		free(request);
	return room;
}

bool redis_worker_read(struct redis_worker *worker, struct redis_commands *commands,
	void (*done)(void *context, const struct redis_result *result), void *context)
{
	struct request *request = memory_new(1, sizeof *request);
	*request = (struct request){.commands = *commands, .done = done, .context = context};
	if (!hand_over(worker, request))
		return false;
	*commands = (struct redis_commands){.bytes = NULL};
	return true;
}

bool redis_worker_call(struct redis_worker *worker, struct redis_call *call,
	void (*done)(void *context, const struct redis_result *result), void *context)
{
	struct request *request = memory_new(1, sizeof *request);
	*request = (struct request){.call = *call, .done = done, .context = context};
	if (!hand_over(worker, request))
		return false;
	*call = (struct redis_call){.script = NULL};
	return true;
}
