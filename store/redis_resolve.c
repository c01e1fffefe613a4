#include <stdlib.h>

#include "store/redis_greeting.h"
#include "store/redis_resolve.h"

bool redis_resolve_node(const struct redis_resolve *resolve, const struct redis_url *url, int index, struct redis_address *address)
{
	const bool known = resolve->last.port != 0;
	if (known && index == 0) {
		*address = resolve->last;
		return true;
	}
	index -= known;
	if (index >= url->host_count)
		return false;
	*address = url->hosts[index];
	return true;
}

static bool read_port(struct view text, uint16_t *port)
{
	char digits[6], *end;
	if (!text.size || text.size >= sizeof digits)
		return false;
	view_copy(text, digits, sizeof digits);
	const long value = strtol(digits, &end, 10);
	if (*end || value < 1 || value > 65535)
		return false;
	*port = (uint16_t)value;
	return true;
}

/* No spaces, controls or slashes: it goes to the resolver and onto the screen. */
static bool read_host(struct view text, char *host, size_t room)
{
	if (!text.size || text.size >= room || view_is(text, "?"))
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] == '/' || text.data[i] >= 0x7f)
			return false;
	view_copy(text, host, room);
	return true;
}

bool redis_resolve_master(struct redis_peer *sentinel, const struct redis_url *url, struct redis_address *master, struct redis_fault *fault)
{
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	struct redis_address found = {.port = 0};
	if (!redis_greeting_login(sentinel, url->sentinel_user, url->sentinel_pass_file, fault))
		return false;
	redis_commands_add(&commands, "SENTINEL", "get-master-addr-by-name", url->master, NULL);
	bool good = redis_peer_exchange(sentinel, &commands, &replies, fault);
	if (good && replies.list[0]->kind == REPLY_ERROR)
		good = redis_fail_reply(fault, redis_reply_text(replies.list[0]));
	else if (good && (!read_host(redis_reply_text(redis_reply_at(replies.list[0], 0)), found.host, sizeof found.host) ||
				 !read_port(redis_reply_text(redis_reply_at(replies.list[0], 1)), &found.port)))
		good = redis_fail(fault, TROUBLE_NO_MASTER, "%s: %s called '%s'; to do: %s", url->shown, redis_troubles[TROUBLE_NO_MASTER].means,
			url->master, redis_troubles[TROUBLE_NO_MASTER].remedy);
	if (good)
		*master = found;
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	return good;
}

bool redis_resolve_target(struct view reply, const struct redis_address *from, struct redis_address *target, struct redis_fault *fault)
{
	const char *space = reply.size ? memrchr(reply.data, ' ', reply.size) : NULL;
	const char *colon = reply.size ? memrchr(reply.data, ':', reply.size) : NULL;
	if (!space || !colon || colon < space)
		return redis_fail_reply(fault, reply);
	const struct view host = {space + 1, (size_t)(colon - space - 1)};
	const struct view port = {colon + 1, (size_t)(reply.data + reply.size - colon - 1)};
	struct redis_address found = *from;
	if ((host.size && !read_host(host, found.host, sizeof found.host)) || !read_port(port, &found.port))
		return redis_fail_reply(fault, reply);
	*target = found;
	return true;
}
