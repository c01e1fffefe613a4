#include "feed/http_server_state.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/curve_file.h"

#define BODY_MOST (1024 * 1024)
#define CONNECTIONS_MOST 1000
#define SECONDS_MOST 10
#define HEADER_MEMORY (16 * 1024) /* of one connection: its request's line and header, and the answer's */
#define SHARE_OF_ONE 4		  /* one address takes at most this part of all connections */
#define FILES_BESIDE 64		  /* descriptors of the program that are no connections */
#define REAP_MS 250

/* ---- connections ---- */

/* In the server's thread: outside of it the library would not notice. */
static void resume_answered(struct http_server *server)
{
	eventfd_t ignored;
	eventfd_read(server->bell, &ignored);
	pthread_mutex_lock(&server->lock);
	struct http_call *call = server->answered;
	server->answered = NULL;
	pthread_mutex_unlock(&server->lock);
	for (struct http_call *next; call; call = next) {
		next = call->answered; /* once resumed, it may go at any time */
		MHD_resume_connection(call->connection);
	}
}

static void link_begin(struct http_server *server, struct MHD_Connection *connection, void **context)
{
	struct link *link = memory_new(1, sizeof *link);
	link->server = server;
	link->descriptor = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	link->since = clock_monotonic();
	http_peer(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr, link->address, sizeof link->address);
	link->next = server->links;
	if (link->next)
		link->next->before = link;
	server->links = link;
	server->connections++;
	*context = link;
}

static void link_end(struct http_server *server, struct link *link)
{
	if (link->call)
		call_free(link->call);
	if (link->before)
		link->before->next = link->next;
	else
		server->links = link->next;
	if (link->next)
		link->next->before = link->before;
	server->connections--;
	free(link);
}

static void link_changed(void *context, struct MHD_Connection *connection, void **link, enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		link_begin(context, connection, link);
	else if (*link)
		link_end(context, *link);
}

/* The library's own time-out begins anew with every byte: who sends one now and then would stay for ever. */
static void end_slow(struct http_server *server)
{
	const int64_t now = clock_monotonic(), most = (int64_t)server->options.seconds_most * 1000;
	for (struct link *link = server->links; link; link = link->next) {
		if (link->call && (link->call->state == CALL_WAITING || link->call->state == CALL_ANSWERED))
			continue;
		/* Between two requests nothing is told of the first bytes of the next: silence and a header, each may take as long. */
		if (now - link->since > (link->call ? most : 2 * most)) {
			link_cut(link, "408 Request Timeout");
			link->since = now;
		}
	}
}

static void *serve(void *context)
{
	struct http_server *server = context;
	struct pollfd wait[2] = {{.fd = server->epoll, .events = POLLIN}, {.fd = server->bell, .events = POLLIN}};
	int64_t reaped = clock_monotonic();
	while (!server->ending) {
		MHD_UNSIGNED_LONG_LONG within = REAP_MS;
		if (MHD_get_timeout(server->daemon, &within) != MHD_YES || within > REAP_MS)
			within = REAP_MS;
		poll(wait, 2, (int)within);
		if (wait[1].revents)
			resume_answered(server);
		MHD_run(server->daemon);
		if (clock_monotonic() - reaped >= REAP_MS) {
			end_slow(server);
			reaped = clock_monotonic();
		}
	}
	return NULL;
}

/* ---- the server ---- */

/* Signals are for the thread that waits for them. */
static bool begin_thread(struct http_server *server)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	server->running = pthread_create(&server->thread, NULL, serve, server) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return server->running;
}

/* Descriptors for all connections, or a sentence about how to get them. */
static bool make_room(int connections, struct error *err)
{
	struct rlimit limit;
	const rlim_t wanted = (rlim_t)connections + FILES_BESIDE;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return true;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (limit.rlim_cur == wanted && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return true;
	return fail(err, "%d connections need %llu open files, and %llu are allowed: raise LimitNOFILE= of the unit, or ulimit -n", connections,
		(unsigned long long)wanted, (unsigned long long)limit.rlim_max);
}

static struct MHD_Daemon *start_daemon(struct http_server *server, int listener, bool shared, const char *certificate, const char *key)
{
	const struct http_options *options = &server->options;
	const unsigned each = shared ? 0 : (unsigned)(options->connections_most + SHARE_OF_ONE - 1) / SHARE_OF_ONE;
	struct MHD_OptionItem secured[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)certificate}, {MHD_OPTION_HTTPS_MEM_KEY, 0,
		(void *)(uintptr_t)key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"}, {MHD_OPTION_END, 0, NULL}};
	struct MHD_OptionItem nothing[] = {{MHD_OPTION_END, 0, NULL}};
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (certificate ? MHD_USE_TLS : 0), 0, NULL, NULL, request_take, server,
		MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT, (unsigned)options->connections_most, MHD_OPTION_PER_IP_CONNECTION_LIMIT, each,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)options->seconds_most, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_MEMORY,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, request_begin, server, MHD_OPTION_NOTIFY_COMPLETED, request_end, server,
		MHD_OPTION_NOTIFY_CONNECTION, link_changed, server, MHD_OPTION_ARRAY, certificate ? secured : nothing, MHD_OPTION_END);
}

static bool start(struct http_server *server, int listener, bool shared, struct error *err)
{
	const struct http_options *options = &server->options;
	char *certificate = NULL, *key = NULL;
	size_t certificate_size = 0, key_size = 0;
	bool good = true;
	if (options->certificate)
		good = (certificate = curve_file_read(options->certificate, CURVE_FILE_PUBLIC, &certificate_size, err)) != NULL &&
		       (key = curve_file_read(options->key, CURVE_FILE_SECRET, &key_size, err)) != NULL;
	if (good)
		server->daemon = start_daemon(server, listener, shared, certificate, key);
	curve_file_forget(certificate, certificate_size);
	curve_file_forget(key, key_size);
	if (!good)
		return false;
	if (!server->daemon)
		return options->certificate ? fail(err, "%.200s and %.200s: no certificate and key in PEM that belong together", options->certificate, options->key)
					    : fail(err, "%.200s: the HTTP server does not begin: %s", options->listen, strerror(errno));
	server->epoll = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	server->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return (server->bell >= 0 && begin_thread(server)) || fail(err, "%.200s: the HTTP server gets no thread: %s", options->listen, strerror(errno));
}

static bool check_options(const struct http_options *options, bool local, struct error *err)
{
	if (!options->certificate != !options->key)
		return fail(err, "--tls-certificate and --tls-key belong together: give both");
	if (!local && !options->certificate && !options->behind_proxy)
		return fail(err, "--listen %.200s: others could read what is sent there: give --tls-certificate and --tls-key, or --behind-proxy where a reverse "
				 "proxy with TLS stands before it, or listen at 127.0.0.1", options->listen);
	return true;
}

struct http_server *http_server_open(const struct http_options *options, struct error *err)
{
	struct http_server *server = memory_new(1, sizeof *server);
	server->options = *options;
	server->options.body_most = options->body_most ? options->body_most : BODY_MOST;
	server->options.connections_most = options->connections_most > 0 ? options->connections_most : CONNECTIONS_MOST;
	server->options.seconds_most = options->seconds_most > 0 ? options->seconds_most : SECONDS_MOST;
	server->bell = -1;
	pthread_mutex_init(&server->lock, NULL);
	bool local = false;
	const int listener = make_room(server->options.connections_most, err) ? http_listen(options->listen, &local, server->address, err) : -1;
	if (listener >= 0 && check_options(options, local, err) && start(server, listener, local || options->behind_proxy, err))
		return server;
	if (listener >= 0 && !server->daemon)
		close(listener);
	http_server_close(server);
	return NULL;
}

/* The server's thread has ended: this is the only one that looks. */
static void answer_waiting(struct http_server *server)
{
	const struct http_answer ending = {.status = 503, .type = "text/plain; charset=utf-8", .body = view_of("ending; try again\n"), .retry_after = 1};
	for (struct link *link = server->links; link; link = link->next)
		if (link->call && link->call->state == CALL_WAITING)
			http_answer_call(link->call, &ending);
	resume_answered(server);
	MHD_run(server->daemon);
	MHD_run(server->daemon);
}

void http_server_close(struct http_server *server)
{
	if (!server)
		return;
	if (server->running) {
		server->ending = true;
		eventfd_write(server->bell, 1);
		pthread_join(server->thread, NULL);
		answer_waiting(server);
	}
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	if (server->bell >= 0)
		close(server->bell);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

const char *http_server_address(const struct http_server *server)
{
	return server->address;
}

int http_server_connections(const struct http_server *server)
{
	return server->connections;
}
