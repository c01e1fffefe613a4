#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/redis_server.h"

#define PATIENCE 15000 /* ms until it must answer, on a busy machine */

static const char *program(void)
{
	static const char *const places[] = {"/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/valkey-server"};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

bool redis_server_there(void)
{
	return program() != NULL;
}

void redis_server_launch(struct redis_server *server, const char *const *further)
{
	char log[100];
	const char *words[64] = {program(), "--port", "0", "--unixsocket", server->socket, "--dir", server->folder, "--save", "", "--appendonly",
		"no", "--daemonize", "no"};
	size_t count = 13;
	for (; further && *further; further++)
		words[count++] = *further;
	snprintf(log, sizeof log, "%s/log", server->folder);
	server->process = process_start(words, false, log);
}

static bool answers(const struct redis_server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char reply[64];
	snprintf(address.sun_path, sizeof address.sun_path, "%s", server->socket);
	const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const bool good = connect(file, (struct sockaddr *)&address, sizeof address) == 0 && write(file, "PING\r\n", 6) == 6 &&
			  read(file, reply, sizeof reply) > 0;
	close(file);
	return good;
}

void redis_server_start(struct redis_server *server, const char *const *further)
{
	if (!*server->folder) {
		strcpy(server->folder, "/tmp/tablo-redis-XXXXXX");
		if (!mkdtemp(server->folder))
			abort();
		snprintf(server->socket, sizeof server->socket, "%s/socket", server->folder);
		snprintf(server->url, sizeof server->url, "unix://%s", server->socket);
	}
	redis_server_launch(server, further);
	for (const int64_t until = clock_monotonic() + PATIENCE; !answers(server); clock_sleep(2))
		if (clock_monotonic() > until || process_look(&server->process) != -1) {
			fprintf(stderr, "redis-server does not answer; see %s/log\n", server->folder);
			abort();
		}
}

void redis_server_signal(const struct redis_server *server, int number)
{
	kill(server->process.id, number);
}

void redis_server_kill(struct redis_server *server)
{
	process_kill(&server->process);
	unlink(server->socket);
}

void redis_server_finish(struct redis_server *server)
{
	char command[100];
	redis_server_kill(server);
	snprintf(command, sizeof command, "rm -rf %s", server->folder);
	if (system(command) != 0)
		abort();
	*server = (struct redis_server){.process.input = -1};
}

struct redis_link *redis_server_link(const struct redis_server *server, const char *url, int patience)
{
	struct redis_link_options options = {.name = "test", .stop = -1, .limits = {.connect_ms = patience, .command_ms = patience}};
	struct error err;
	if (!redis_url_parse(url ? url : server->url, &options.url, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return redis_link_create(&options);
}

static void write_down(const struct redis_reply *reply, char *to, size_t room)
{
	if (reply->kind == REPLY_NIL)
		snprintf(to, room, "(nil)");
	else if (reply->kind == REPLY_INTEGER)
		snprintf(to, room, "%lld", (long long)reply->integer);
	else if (reply->kind == REPLY_ARRAY)
		snprintf(to, room, "(%zu)", reply->count);
	else
		snprintf(to, room, "%s%s", reply->kind == REPLY_ERROR ? "-" : "", reply->data);
}

struct redis_link *redis_server_begin(struct redis_server *server)
{
	if (!redis_server_there())
		return NULL;
	redis_server_start(server, NULL);
	struct redis_link *link = redis_server_link(server, NULL, 3000);
	if (!redis_link_connect(link, NULL))
		abort();
	return link;
}

void redis_server_end(struct redis_server *server, struct redis_link *link)
{
	redis_link_destroy(link);
	if (*server->folder)
		redis_server_finish(server);
}

const char *redis_server_ask(struct redis_link *link, ...)
{
	static char answer[4096];
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	struct redis_fault fault;
	const char *words[16];
	size_t count = 0;
	va_list list;
	va_start(list, link);
	while ((words[count] = va_arg(list, const char *)))
		count++;
	va_end(list);
	redis_commands_begin(&commands, count);
	for (size_t i = 0; i < count; i++)
		redis_commands_text(&commands, words[i]);
	if (redis_link_run(link, &commands, &replies, &fault))
		write_down(replies.list[0], answer, sizeof answer);
	else
		snprintf(answer, sizeof answer, "!%s: %s", redis_troubles[fault.trouble].name, fault.error.text);
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	return answer;
}
