#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "store/redis_trouble.h"

#define SECONDS 1000

/* The pauses: five seconds after it is over, whoever ended it, all is stored again. So nothing that is tried again may rest longer than
 * HEALS (a pause is drawn from 3/4 to 5/4 of it); what is not tried again waits for its owner. */
#define HEALS (2 * SECONDS)

const struct redis_trouble_entry redis_troubles[TROUBLE_COUNT] = {
	[TROUBLE_NONE] = {.name = "none", .means = "all is well", .remedy = "-"},
	[TROUBLE_REFUSED] = {.name = "refused", .drop = true, .again = true, .retry = 250, .retry_most = 1 * SECONDS,
		.means = "nothing listens there", .remedy = "start redis-server, or correct the store's address"},
	[TROUBLE_UNREACHABLE] = {.name = "unreachable", .drop = true, .again = true, .retry = 1 * SECONDS, .retry_most = HEALS,
		.means = "the address is not known or not reachable", .remedy = "check the host name and the network"},
	[TROUBLE_TIMEOUT] = {.name = "time-out", .drop = true, .again = true, .retry = 250, .retry_most = 1 * SECONDS,
		.means = "no answer in time; whether it was done is not known, it is looked up on the next connection",
		.remedy = "see whether redis-server is stopped or overloaded (redis-cli --latency, SLOWLOG GET)"},
	[TROUBLE_RESET] = {.name = "reset", .drop = true, .again = true, .retry = 250, .retry_most = 1 * SECONDS,
		.means = "the connection was cut; whether it was done is not known, it is looked up on the next connection",
		.remedy = "none if it was a restart; else see the log of redis-server"},
	[TROUBLE_PROTOCOL] = {.name = "protocol", .drop = true, .again = true, .retry = HEALS, .retry_most = HEALS,
		.means = "what answers there does not speak Redis", .remedy = "correct the store's address or port"},
	[TROUBLE_TOO_LARGE] = {.name = "too large", .drop = true, .retry = 5 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "an answer is larger than we take", .remedy = "see who else writes these keys (redis-cli --bigkeys)"},
	[TROUBLE_TLS] = {.name = "tls", .drop = true, .again = true, .retry = HEALS, .retry_most = HEALS,
		.means = "no TLS connection", .remedy = "check the certificates (ca-file, cert-file, key-file in the store's URL)"},
	[TROUBLE_STOPPED] = {.name = "stopped", .drop = true, .means = "we are shutting down", .remedy = "-"},

	[TROUBLE_PASSWORD_FILE] = {.name = "password file", .drop = true, .again = true, .retry = HEALS, .retry_most = HEALS,
		.means = "the password file cannot be used", .remedy = "make it a regular file of mode 0600, owned by us or root"},
	[TROUBLE_NOAUTH] = {.name = "NOAUTH", .prefixes = {"NOAUTH"}, .drop = true, .again = true, .retry = HEALS,
		.retry_most = HEALS, .means = "Redis wants a password",
		.remedy = "give one in the store's URL: redis://USER:/PATH/TO/PASSWORD-FILE@HOST"},
	[TROUBLE_WRONGPASS] = {.name = "WRONGPASS", .prefixes = {"WRONGPASS", "ERR invalid password", "ERR AUTH <password> called without",
		"ERR Client sent AUTH, but no password is set"}, .drop = true, .again = true, .retry = HEALS,
		.retry_most = HEALS, .means = "user or password is wrong, or the user is off",
		.remedy = "compare the password file with ACL LIST on the server"},
	[TROUBLE_NOPERM] = {.name = "NOPERM", .prefixes = {"NOPERM"}, .again = true, .retry = HEALS, .retry_most = HEALS,
		.means = "the Redis user may not do this", .remedy = "give the user the rights of docs/REDIS.md (ACL SETUSER)"},
	[TROUBLE_PROTECTED] = {.name = "protected", .prefixes = {"DENIED"}, .drop = true, .again = true, .retry = HEALS,
		.retry_most = HEALS, .means = "Redis is in protected mode and talks to its own machine only",
		.remedy = "set a password or a bind address on the server, or use its unix socket"},
	[TROUBLE_SETUP] = {.name = "set-up", .prefixes = {"ERR DB index", "ERR invalid DB index", "ERR SELECT is not allowed in cluster mode",
		"ERR unknown command", "ERR This instance has cluster support disabled"}, .again = true, .drop = true,
		.retry = HEALS, .retry_most = HEALS, .means = "the server is set up differently from what the URL says",
		.remedy = "correct the store's URL (database number, cluster), or allow the command on the server"},
	[TROUBLE_TOO_OLD] = {.name = "too old", .drop = true, .again = true, .retry = HEALS, .retry_most = HEALS,
		.means = "Redis is older than version 5", .remedy = "use Redis 5 or newer, or Valkey"},
	[TROUBLE_MAX_CLIENTS] = {.name = "max clients", .prefixes = {"ERR max number of clients"}, .drop = true, .again = true,
		.retry = 1 * SECONDS, .retry_most = HEALS, .means = "Redis has as many clients as it takes",
		.remedy = "raise maxclients, or see who keeps connections open (CLIENT LIST)"},

	[TROUBLE_LOADING] = {.name = "LOADING", .prefixes = {"LOADING"}, .again = true, .retry = 250, .retry_most = 2 * SECONDS,
		.means = "Redis is reading its data from disk", .remedy = "none, wait"},
	[TROUBLE_REPLICA] = {.name = "replica", .drop = true, .again = true, .retry = 500, .retry_most = HEALS,
		.means = "that server is a replica, not the master", .remedy = "give the master's address, or let Sentinel name it"},
	[TROUBLE_NO_MASTER] = {.name = "no master", .drop = true, .again = true, .retry = 500, .retry_most = HEALS,
		.means = "no Sentinel names a master", .remedy = "compare the master's name in the URL with SENTINEL MASTERS"},
	[TROUBLE_READONLY] = {.name = "READONLY", .prefixes = {"READONLY"}, .drop = true, .again = true, .retry = 250, .retry_most = HEALS,
		.means = "the master became a replica", .remedy = "none with Sentinel; else give the new master's address"},
	[TROUBLE_MASTERDOWN] = {.name = "MASTERDOWN", .prefixes = {"MASTERDOWN"}, .drop = true, .again = true, .retry = 500,
		.retry_most = HEALS, .means = "a replica that lost its master", .remedy = "start the master, or let Sentinel fail over"},
	[TROUBLE_NOREPLICAS] = {.name = "NOREPLICAS", .prefixes = {"NOREPLICAS"}, .again = true, .retry = 500, .retry_most = HEALS,
		.means = "too few replicas are attached (min-replicas-to-write)", .remedy = "start the replicas"},
	[TROUBLE_CLUSTERDOWN] = {.name = "CLUSTERDOWN", .prefixes = {"CLUSTERDOWN"}, .drop = true, .again = true, .retry = 500,
		.retry_most = HEALS, .means = "the cluster has no quorum or does not serve our slot", .remedy = "see CLUSTER INFO"},
	[TROUBLE_TRYAGAIN] = {.name = "TRYAGAIN", .prefixes = {"TRYAGAIN"}, .again = true, .retry = 250, .retry_most = 2 * SECONDS,
		.means = "our slot is moving to another node", .remedy = "none, wait"},
	[TROUBLE_OOM] = {.name = "OOM", .prefixes = {"OOM"}, .again = true, .retry = 1 * SECONDS, .retry_most = HEALS,
		.means = "Redis is full (maxmemory)", .remedy = "raise maxmemory or remove what is not needed; nothing of ours is lost meanwhile"},
	[TROUBLE_MISCONF] = {.name = "MISCONF", .prefixes = {"MISCONF"}, .again = true, .retry = 1 * SECONDS, .retry_most = HEALS,
		.means = "Redis cannot save to its disk and refuses to write", .remedy = "see the log of redis-server: disk full, rights of its directory"},
	[TROUBLE_BUSY] = {.name = "BUSY", .prefixes = {"BUSY"}, .again = true, .retry = 500, .retry_most = HEALS,
		.means = "somebody's script runs without end", .remedy = "SCRIPT KILL on the server"},
	[TROUBLE_NOSCRIPT] = {.name = "NOSCRIPT", .prefixes = {"NOSCRIPT"}, .again = true, .retry = 250, .retry_most = 2 * SECONDS,
		.means = "the server forgot our script (restart, SCRIPT FLUSH)", .remedy = "none, it is sent again"},
	[TROUBLE_MOVED] = {.name = "MOVED", .prefixes = {"MOVED"}, .drop = true, .again = true, .retry = 250, .retry_most = HEALS,
		.means = "another node of a cluster has our keys", .remedy = "give the store's URL as redis+cluster://HOST:PORT,HOST:PORT"},
	[TROUBLE_ASK] = {.name = "ASK", .prefixes = {"ASK"}, .drop = true, .again = true, .retry = 250, .retry_most = HEALS,
		.means = "our slot is moving to another node", .remedy = "give the store's URL as redis+cluster://HOST:PORT,HOST:PORT"},
	[TROUBLE_CROSSSLOT] = {.name = "CROSSSLOT", .prefixes = {"CROSSSLOT"}, .retry = 5 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "keys of several slots in one request", .remedy = "report this: all keys of a site carry one {site} tag"},

	[TROUBLE_WRONGTYPE] = {.name = "WRONGTYPE", .prefixes = {"WRONGTYPE"}, .retry = 5 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "a key of ours holds something else", .remedy = "find out who wrote it, then DEL the key or give us another site name"},
	[TROUBLE_NOT_A_NUMBER] = {.name = "not a number", .prefixes = {"ERR value is not an integer", "ERR hash value is not an integer",
		"ERR increment or decrement would overflow", "ERR value is not a valid float"}, .retry = 5 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "a field of ours holds something else", .remedy = "find out who wrote it, then DEL the key"},
	[TROUBLE_EXECABORT] = {.name = "EXECABORT", .prefixes = {"EXECABORT"}, .retry = 5 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "a transaction was thrown away because of an earlier error", .remedy = "see the error before it in the log"},

	[TROUBLE_FENCED] = {.name = "FENCED", .prefixes = {"FENCED"}, .retry = 30 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "another writer has taken over this site", .remedy = "none if that was meant; else stop the other one and start this one again"},
	[TROUBLE_FOREIGN] = {.name = "FOREIGN", .prefixes = {"FOREIGN"}, .retry = 30 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "what is stored for this site comes from another journal",
		.remedy = "give another site name, or remove the site's keys if that journal is gone for good"},
	[TROUBLE_AHEAD] = {.name = "AHEAD", .prefixes = {"AHEAD"}, .retry = 5 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "more is stored than our journal has", .remedy = "find out who else writes this site; a take-over rewrites it from our journal"},
	[TROUBLE_BEHIND] = {.name = "BEHIND", .prefixes = {"BEHIND"}, .retry = 250, .retry_most = 5 * SECONDS,
		.means = "Redis lost some of what it had taken, or was emptied", .remedy = "none, it is written anew from the journal"},
	[TROUBLE_SCHEMA] = {.name = "SCHEMA", .prefixes = {"SCHEMA"}, .retry = 30 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "a newer tablo wrote this site in a form we do not know", .remedy = "update this tablo"},
	[TROUBLE_WRONGKEY] = {.name = "WRONGKEY", .prefixes = {"WRONGKEY"}, .retry = 30 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "a key of ours holds something else; nothing was written", .remedy = "find out who wrote the key, then DEL it"},
	[TROUBLE_HELD] = {.name = "HELD", .prefixes = {"HELD"}, .again = true, .retry = 500, .retry_most = 2 * SECONDS,
		.means = "another writer holds this site", .remedy = "stop the other one; this one takes over 2 s after its last sign"},
	[TROUBLE_BADCALL] = {.name = "BADCALL", .prefixes = {"BADCALL"}, .retry = 30 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "our script was called wrongly; nothing was written", .remedy = "report this with the log"},
	[TROUBLE_UNKNOWN] = {.name = "unknown", .retry = 5 * SECONDS, .retry_most = 30 * SECONDS,
		.means = "an error that we do not know", .remedy = "see the words of Redis and its log"},
};

static bool begins(struct view text, const char *prefix)
{
	const size_t size = strlen(prefix);
	return text.size >= size && memcmp(text.data, prefix, size) == 0 &&
	       (text.size == size || !(isalnum((unsigned char)text.data[size]) || text.data[size] == '_'));
}

static enum redis_trouble find(struct view text)
{
	for (int trouble = 1; trouble < TROUBLE_COUNT; trouble++)
		for (const char *const *prefix = redis_troubles[trouble].prefixes; *prefix; prefix++)
			if (begins(text, *prefix))
				return (enum redis_trouble)trouble;
	return TROUBLE_UNKNOWN;
}

/* Redis before 7: "ERR Error running script (call to f_SHA): @user_script:12: @user_script: 12: -OOM command not allowed ...". The error
 * of the command stands behind the last line number. */
static struct view inside_script(struct view text)
{
	static const char mark[] = "@user_script:";
	const char *at = text.data, *end = text.data + text.size;
	for (const char *found; (found = memmem(at, (size_t)(end - at), mark, sizeof mark - 1));)
		at = found + sizeof mark - 1;
	while (at < end && (*at == ' ' || *at == ':' || *at == '-' || isdigit((unsigned char)*at)))
		at++;
	return (struct view){at, (size_t)(end - at)};
}

enum redis_trouble redis_trouble_of(struct view reply)
{
	if (begins(reply, "ERR Error running script"))
		return find(inside_script(reply));
	return find(reply);
}

bool redis_fail(struct redis_fault *fault, enum redis_trouble trouble, const char *format, ...)
{
	if (!fault)
		return false;
	va_list arguments;
	va_start(arguments, format);
	fault->trouble = trouble;
	vsnprintf(fault->error.text, sizeof fault->error.text, format, arguments);
	va_end(arguments);
	return false;
}

bool redis_fail_reply(struct redis_fault *fault, struct view reply)
{
	char words[201]; /* the rest is of no help on a screen */
	text_harmless(reply, words, sizeof words);
	const enum redis_trouble trouble = redis_trouble_of(reply);
	const struct redis_trouble_entry *entry = &redis_troubles[trouble];
	return redis_fail(fault, trouble, "%s; to do: %s (Redis says: %s)", entry->means, entry->remedy, words);
}
