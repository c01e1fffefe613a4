#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "store/redis_greeting.h"
#include "store/redis_secret.h"

#define OLDEST 5 /* Redis version: scripts replicate what they do, not themselves */

static bool first_error(const struct redis_replies *replies, struct redis_fault *fault)
{
	for (size_t i = 0; i < replies->count; i++)
		if (replies->list[i]->kind == REPLY_ERROR)
			return redis_fail_reply(fault, redis_reply_text(replies->list[i]));
	return true;
}

bool redis_greeting_login(struct redis_peer *peer, const char *user, const char *pass_file, struct redis_fault *fault)
{
	struct redis_secret secret;
	struct error why;
	if (!*pass_file)
		return true;
	if (!redis_secret_read(pass_file, &secret, &why))
		return redis_fail(fault, TROUBLE_PASSWORD_FILE, "%s", why.text);
	/* Room enough from the start: memory_grow() would leave a copy of the password behind. */
	char room[1024];
	size_t end = 0;
	struct redis_commands commands = {.bytes = room, .room = sizeof room, .ends = &end, .ends_room = 1};
	redis_commands_begin(&commands, *user ? 3 : 2);
	redis_commands_text(&commands, "AUTH");
	if (*user)
		redis_commands_text(&commands, user);
	redis_commands_word(&commands, (struct view){secret.text, secret.size});
	redis_secret_erase(&secret);
	struct redis_replies replies = {.list = NULL};
	const bool good = redis_peer_exchange(peer, &commands, &replies, fault) && first_error(&replies, fault);
	redis_commands_erase(&commands);
	redis_replies_finish(&replies);
	return good;
}

/* ---- INFO ---- */

/* The value of "name:value" in INFO's lines; empty if there is none. Harmless. */
static void info_value(struct view info, const char *name, char *to, size_t room)
{
	const size_t size = strlen(name);
	*to = 0;
	for (const char *at = info.data, *end = info.data + info.size; info.data && at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		const size_t length = stop ? (size_t)(stop - at) : (size_t)(end - at);
		if (length > size && memcmp(at, name, size) == 0 && at[size] == ':') {
			struct view value = {at + size + 1, length - size - 1};
			if (value.size && value.data[value.size - 1] == '\r')
				value.size--;
			text_harmless(value, to, room);
			return;
		}
		at += length + 1;
	}
}

static void warn(struct redis_about *about, struct view memory, struct view persistence)
{
	char limit[32], rdb[16], aof[16];
	info_value(memory, "maxmemory", limit, sizeof limit);
	info_value(persistence, "rdb_last_bgsave_status", rdb, sizeof rdb);
	info_value(persistence, "aof_last_write_status", aof, sizeof aof);
	if (*about->policy && strcmp(about->policy, "noeviction") != 0 && strcmp(limit, "0") != 0)
		snprintf(about->warning, sizeof about->warning,
			"Redis may throw our keys away (maxmemory-policy %s); to do: CONFIG SET maxmemory-policy noeviction", about->policy);
	else if (*about->policy && strcmp(about->policy, "noeviction") != 0)
		snprintf(about->warning, sizeof about->warning,
			"Redis would throw our keys away once maxmemory is set (maxmemory-policy %s); to do: CONFIG SET maxmemory-policy noeviction",
			about->policy);
	else if (strcmp(rdb, "err") == 0 || strcmp(aof, "err") == 0)
		snprintf(about->warning, sizeof about->warning, "Redis could not save to its disk the last time; to do: see the log of redis-server");
}

static bool learn(struct redis_about *about, struct view server, struct view memory, struct view persistence, struct redis_fault *fault)
{
	char loading[8], left[24], aof[8], snapshots[24];
	info_value(server, "redis_version", about->version, sizeof about->version);
	info_value(server, "run_id", about->run_id, sizeof about->run_id);
	info_value(memory, "maxmemory_policy", about->policy, sizeof about->policy);
	info_value(persistence, "loading", loading, sizeof loading);
	info_value(persistence, "aof_enabled", aof, sizeof aof);
	info_value(persistence, "rdb_saves", snapshots, sizeof snapshots);
	about->persistent = strcmp(aof, "1") == 0 || (*snapshots && strcmp(snapshots, "0") != 0);
	if (strcmp(loading, "1") == 0) {
		info_value(persistence, "loading_eta_seconds", left, sizeof left);
		return redis_fail(fault, TROUBLE_LOADING, "%s (%s s left); to do: %s", redis_troubles[TROUBLE_LOADING].means,
			*left ? left : "?", redis_troubles[TROUBLE_LOADING].remedy);
	}
	if (strtol(about->version, NULL, 10) < OLDEST)
		return redis_fail(fault, TROUBLE_TOO_OLD, "%s: it is %s; to do: %s", redis_troubles[TROUBLE_TOO_OLD].means,
			*about->version ? about->version : "of no version", redis_troubles[TROUBLE_TOO_OLD].remedy);
	warn(about, memory, persistence);
	return true;
}

static bool is_master(const struct redis_reply *role, const struct redis_about *about, struct redis_fault *fault)
{
	const struct view word = redis_reply_text(redis_reply_at(role, 0));
	if (view_is(word, "master"))
		return true;
	return redis_fail(fault, TROUBLE_REPLICA, "%s: %s; to do: %s", about->where, redis_troubles[TROUBLE_REPLICA].means,
		redis_troubles[TROUBLE_REPLICA].remedy);
}

bool redis_greeting_say(struct redis_peer *peer, const struct redis_url *url, const char *name, struct redis_about *about,
	struct redis_fault *fault)
{
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	const struct redis_address *at = redis_peer_address(peer);
	char database[16];
	if (!redis_greeting_login(peer, url->user, url->pass_file, fault))
		return false;
	*about = (struct redis_about){.version = ""};
	snprintf(about->where, sizeof about->where, at->port ? "%s:%d" : "%s", at->host, (int)at->port);
	redis_commands_add(&commands, "CLIENT", "SETNAME", name, NULL);
	redis_commands_add(&commands, "ROLE", NULL);
	redis_commands_add(&commands, "INFO", "server", NULL);
	redis_commands_add(&commands, "INFO", "memory", NULL);
	redis_commands_add(&commands, "INFO", "persistence", NULL);
	snprintf(database, sizeof database, "%d", url->database);
	if (url->database) /* so that no right to SELECT is needed for database 0 */
		redis_commands_add(&commands, "SELECT", database, NULL);
	const bool good = redis_peer_exchange(peer, &commands, &replies, fault) && first_error(&replies, fault) &&
			  learn(about, redis_reply_text(replies.list[2]), redis_reply_text(replies.list[3]),
				  redis_reply_text(replies.list[4]), fault) &&
			  (url->way == REDIS_BY_CLUSTER || is_master(replies.list[1], about, fault));
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	return good;
}
