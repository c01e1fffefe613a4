#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/view.h"
#include "store/redis_tls.h"
#include "store/redis_url.h"

struct scheme {
	const char *name;
	enum redis_way way;
	bool tls;
	uint16_t port;
};

static const struct scheme schemes[] = {
	{"redis://", REDIS_BY_HOST, false, 6379},
	{"rediss://", REDIS_BY_HOST, true, 6379},
	{"redis+sentinel://", REDIS_BY_SENTINEL, false, 26379},
	{"rediss+sentinel://", REDIS_BY_SENTINEL, true, 26379},
	{"redis+cluster://", REDIS_BY_CLUSTER, false, 6379},
	{"rediss+cluster://", REDIS_BY_CLUSTER, true, 6379},
	{"unix://", REDIS_BY_UNIX, false, 0},
};

static const struct scheme *scheme_of(const char *text)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strncmp(text, schemes[i].name, strlen(schemes[i].name)) == 0)
			return &schemes[i];
	return NULL;
}

static int hex(char digit)
{
	return isdigit((unsigned char)digit) ? digit - '0' : tolower((unsigned char)digit) - 'a' + 10;
}

/* %XX undone; no NUL and no control characters. False: too long or not well-formed. */
static bool decode(struct view from, char *to, size_t room)
{
	size_t size = 0;
	for (size_t i = 0; i < from.size; i++) {
		char byte = from.data[i];
		if (byte == '%') {
			if (i + 2 >= from.size || !isxdigit((unsigned char)from.data[i + 1]) || !isxdigit((unsigned char)from.data[i + 2]))
				return false;
			byte = (char)(hex(from.data[i + 1]) * 16 + hex(from.data[i + 2]));
			i += 2;
		}
		if (size + 1 >= room || (unsigned char)byte < 0x20 || byte == 0x7f)
			return false;
		to[size++] = byte;
	}
	to[size] = 0;
	return true;
}

/* Cuts what stands before the first `mark` off *rest; all of it if there is none. *found says which. */
static struct view cut(struct view *rest, char mark, bool *found)
{
	const char *at = rest->size ? memchr(rest->data, mark, rest->size) : NULL;
	const struct view before = {rest->data, at ? (size_t)(at - rest->data) : rest->size};
	*found = at != NULL;
	rest->data += before.size + (at ? 1 : 0);
	rest->size -= before.size + (at ? 1 : 0);
	return before;
}

static bool number(struct view text, long most, long *value)
{
	if (!text.size || text.size > 9)
		return false;
	*value = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (!isdigit((unsigned char)text.data[i]))
			return false;
		*value = *value * 10 + (text.data[i] - '0');
	}
	return *value <= most;
}

static bool take_database(struct redis_url *url, struct view text, struct error *err)
{
	long value;
	if (!number(text, 1 << 20, &value))
		return fail(err, "store URL: '%.*s' is no database number; give 0, 1, ...", (int)(text.size < 40 ? text.size : 40), text.data);
	if (value && url->way == REDIS_BY_CLUSTER)
		return fail(err, "store URL: a Redis Cluster has database 0 only; leave the number out");
	url->database = (int)value;
	return true;
}

static bool take_option(struct redis_url *url, struct view name, struct view value, struct error *err)
{
	const struct {
		const char *name;
		char *to;
		size_t room;
		bool use;
	} options[] = {
		{"user", url->user, sizeof url->user, url->way == REDIS_BY_UNIX},
		{"pass-file", url->pass_file, sizeof url->pass_file, url->way == REDIS_BY_UNIX},
		{"sentinel-user", url->sentinel_user, sizeof url->sentinel_user, url->way == REDIS_BY_SENTINEL},
		{"sentinel-pass-file", url->sentinel_pass_file, sizeof url->sentinel_pass_file, url->way == REDIS_BY_SENTINEL},
		{"ca-file", url->ca_file, sizeof url->ca_file, url->tls},
		{"cert-file", url->cert_file, sizeof url->cert_file, url->tls},
		{"key-file", url->key_file, sizeof url->key_file, url->tls},
	};
	if (view_is(name, "db") && url->way == REDIS_BY_UNIX)
		return take_database(url, value, err);
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (options[i].use && view_is(name, options[i].name))
			return decode(value, options[i].to, options[i].room) ||
			       fail(err, "store URL: the value of %s is too long or not well-formed", options[i].name);
	return fail(err, "store URL: there is no option '%.*s' here; unix:// has db, user and pass-file; +sentinel has sentinel-user and "
			 "sentinel-pass-file; rediss has ca-file, cert-file and key-file",
		(int)(name.size < 40 ? name.size : 40), name.data);
}

static bool take_options(struct redis_url *url, struct view text, struct error *err)
{
	for (bool more = text.size > 0, found; more;) {
		struct view value = cut(&text, '&', &more);
		const struct view name = cut(&value, '=', &found);
		if (!take_option(url, name, value, err))
			return false;
	}
	return true;
}

static bool take_user(struct redis_url *url, struct view text, struct error *err)
{
	bool found;
	const struct view user = cut(&text, ':', &found);
	if (!found || !text.size)
		return fail(err, "store URL: what stands before '@' is USER:PASS-FILE, the user's name and the file that holds his password");
	return (decode(user, url->user, sizeof url->user) && decode(text, url->pass_file, sizeof url->pass_file)) ||
	       fail(err, "store URL: user or password file is too long or not well-formed (%%XX for odd characters)");
}

static bool take_address(struct redis_address *address, struct view text, uint16_t usual, struct error *err)
{
	struct view host = text, port = {NULL, 0};
	bool found = false;
	if (text.size && text.data[0] == '[') {
		text.data++, text.size--;
		host = cut(&text, ']', &found);
		if (!found || (text.size && text.data[0] != ':'))
			return fail(err, "store URL: an IPv6 address stands in brackets: [::1]:6379");
		if (text.size)
			port = (struct view){text.data + 1, text.size - 1};
	} else {
		host = cut(&text, ':', &found);
		if (found)
			port = text;
	}
	long value = usual;
	if (!host.size || !decode(host, address->host, sizeof address->host) || strpbrk(address->host, "/ @"))
		return fail(err, "store URL: a host is missing or not well-formed; give redis://HOST:PORT");
	if (port.data && (!number(port, 65535, &value) || value == 0))
		return fail(err, "store URL: the port of '%.100s' is no number from 1 to 65535", address->host);
	address->port = (uint16_t)value;
	return true;
}

static bool take_hosts(struct redis_url *url, struct view text, uint16_t port, struct error *err)
{
	for (bool more = true; more;) {
		const struct view one = cut(&text, ',', &more);
		if (url->host_count == REDIS_HOSTS_MOST)
			return fail(err, "store URL: more than %d hosts", REDIS_HOSTS_MOST);
		if (!take_address(&url->hosts[url->host_count], one, port, err))
			return false;
		url->host_count++;
	}
	if (url->host_count > 1 && url->way == REDIS_BY_HOST)
		return fail(err, "store URL: several hosts need redis+sentinel:// or redis+cluster://");
	return true;
}

/* /DB, or /MASTER[/DB] with Sentinel. */
static bool take_place(struct redis_url *url, struct view text, struct error *err)
{
	bool found;
	if (url->way == REDIS_BY_SENTINEL) {
		const struct view master = cut(&text, '/', &found);
		if (!master.size || !decode(master, url->master, sizeof url->master))
			return fail(err, "store URL: the master's name is missing; give redis+sentinel://HOST:PORT,HOST:PORT/MASTER");
	}
	return !text.size || take_database(url, text, err);
}

static bool take_unix(struct redis_url *url, struct view path, struct error *err)
{
	struct redis_address *address = &url->hosts[0];
	if (!path.size || path.data[0] != '/' || !decode(path, address->host, sizeof address->host))
		return fail(err, "store URL: give the socket's absolute path: unix:///run/redis/redis.sock");
	if (strlen(address->host) > 107) /* what sockaddr_un takes */
		return fail(err, "store URL: the socket's path is longer than 107 bytes");
	url->host_count = 1;
	return true;
}

static void show(struct redis_url *url, const struct scheme *scheme)
{
	char raw[sizeof url->shown];
	size_t size = (size_t)snprintf(raw, sizeof raw, "%s", scheme->name);
	for (int i = 0; i < url->host_count && size < sizeof raw; i++) {
		const struct redis_address *at = &url->hosts[i];
		const bool six = strchr(at->host, ':') != NULL;
		size += (size_t)(at->port ? snprintf(raw + size, sizeof raw - size, "%s%s%s%s:%d", i ? "," : "", six ? "[" : "", at->host,
						  six ? "]" : "", at->port)
					  : snprintf(raw + size, sizeof raw - size, "%s", at->host));
	}
	if (size < sizeof raw && *url->master)
		size += (size_t)snprintf(raw + size, sizeof raw - size, "/%s", url->master);
	if (size < sizeof raw && url->database)
		snprintf(raw + size, sizeof raw - size, "%s%d", url->way == REDIS_BY_UNIX ? "?db=" : "/", url->database);
	text_harmless(view_of(raw), url->shown, sizeof url->shown);
}

static bool take_parts(struct redis_url *url, const struct scheme *scheme, struct view rest, struct error *err)
{
	bool found;
	if (url->way == REDIS_BY_UNIX) {
		const struct view path = cut(&rest, '?', &found);
		return take_unix(url, path, err) && take_options(url, rest, err);
	}
	/* The password file is a path: the last '@' ends it, not the first '/'. */
	const char *at = rest.size ? memrchr(rest.data, '@', rest.size) : NULL;
	if (at) {
		const struct view user = {rest.data, (size_t)(at - rest.data)};
		if (!take_user(url, user, err))
			return false;
		rest = (struct view){at + 1, rest.size - user.size - 1};
	}
	struct view place = cut(&rest, '?', &found);
	const struct view hosts = cut(&place, '/', &found);
	return take_hosts(url, hosts, scheme->port, err) && take_place(url, place, err) && take_options(url, rest, err);
}

bool redis_url_parse(const char *text, struct redis_url *url, struct error *err)
{
	const struct scheme *scheme = scheme_of(text);
	if (!scheme)
		return fail(err, "a Redis store is redis://HOST:PORT, unix:///PATH, redis+sentinel://HOST,HOST/MASTER or "
				 "redis+cluster://HOST,HOST");
	if (scheme->tls && !redis_tls_available())
		return fail(err, "store URL: this tablo has no TLS, for it was built with hiredis %s, and TLS comes with hiredis 1.0 and its "
				 "hiredis_ssl; use unix:///PATH on the same machine, or stunnel (redis://127.0.0.1:PORT)",
			redis_tls_hiredis());
	struct redis_url made = {.way = scheme->way, .tls = scheme->tls};
	if (!take_parts(&made, scheme, view_of(text + strlen(scheme->name)), err))
		return false;
	show(&made, scheme);
	*url = made;
	return true;
}
