#include "feed/stream_link.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "feed/stream_wire.h"

static void note_refusal(void *context, enum feed_fault fault, const char *why)
{
	struct stream_link *link = context;
	(void)fault;
	snprintf(link->why, sizeof link->why, "%s", why);
}

bool stream_link_open(struct stream_link *link, const char *url, const struct feed_options *options, int queue, struct error *err)
{
	*link = (struct stream_link){.subscription = {.name = "collector", .peer = "collector", .url = url, .queue = queue,
		.options = *options, .context = link, .refused = note_refusal}, .told_at = clock_monotonic()};
	const char *site = options->site;
	if (site && strlen(site) + 3 > TOPIC_MAX)
		return fail(err, "the site '%.80s' is too long", site);
	/* The two topics of a site: the collector's own records, and batches and heartbeats. */
	link->subscription.topics[0] = link->topic;
	if (site && *site) {
		snprintf(link->topic, sizeof link->topic, "/%s/", site);
		link->subscription.topics[1] = link->topic + 1;
	}
	watchdog_init(&link->watchdog, options, strncmp(url, "inproc:", 7) != 0, clock_monotonic());
	watchdog_heartbeat(&link->watchdog); /* every collector sends them: without any, something is wrong from the first second on */
	return subscription_open(&link->subscription, err);
}

void stream_link_close(struct stream_link *link)
{
	subscription_close(&link->subscription);
}

int stream_link_items(const struct stream_link *link, struct zmq_pollitem_t *items)
{
	return subscription_items(&link->subscription, items);
}

void stream_link_listen(struct stream_link *link, int64_t now)
{
	subscription_listen(&link->subscription, &link->watchdog, now);
}

/* ---- messages ---- */

static bool of_site(const struct stream_link *link, const struct message *message)
{
	const char *site = link->subscription.options.site, *topic = message->first;
	size_t size = message->first_size, length = site ? strlen(site) : 0;
	if (length == 0)
		return true;
	size_t skip = size && topic[0] == '/' ? 1 : 0;
	return size > skip + length && memcmp(topic + skip, site, length) == 0 && topic[skip + length] == '/';
}

static const char *judge(const struct stream_link *link, const struct message *message)
{
	if (message->frames != 2)
		return "a message that is not [topic][payload]";
	if (message->first_size > TOPIC_MAX)
		return "the topic is longer than 200 bytes";
	if (!of_site(link, message))
		return "the topic names another site";
	return message->payload_size > STREAM_MESSAGE_MAX ? "the message is too large" : NULL;
}

enum message_state stream_link_receive(struct stream_link *link, struct message *message, int64_t now, const char **why)
{
	*why = NULL;
	enum message_state state = link->subscription.socket ? message_receive(link->subscription.socket, message) : MESSAGE_NONE;
	if (state != MESSAGE_HERE)
		return state;
	*why = judge(link, message);
	if (*why) {
		message_finish(message);
		return MESSAGE_SKIPPED;
	}
	watchdog_heard(&link->watchdog, now);
	link->told_at = now;
	return MESSAGE_HERE;
}

void stream_link_revive(struct stream_link *link, int64_t now)
{
	subscription_revive(&link->subscription, &link->watchdog, now);
}
