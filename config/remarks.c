#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/settings.h"

/* The range Linux takes the near end of outgoing connections from (ip_local_port_range): connecting to a port
 * of one's own machine in it, while nobody listens there, may connect to oneself and then never to the
 * publisher. */
#define NEAR_PORT_LEAST 32768
#define NEAR_PORT_MOST 60999

static bool is_loopback(const char *endpoint)
{
	static const char *const hosts[] = {"tcp://127.", "tcp://localhost:", "tcp://[::1]:"};
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (strncasecmp(endpoint, hosts[i], strlen(hosts[i])) == 0)
			return true;
	return false;
}

static bool may_meet_itself(const char *endpoint)
{
	const char *colon = strrchr(endpoint, ':');
	char *end;
	if (!is_loopback(endpoint) || !colon)
		return false;
	const long port = strtol(colon + 1, &end, 10);
	return end != colon + 1 && port >= NEAR_PORT_LEAST && port <= NEAR_PORT_MOST;
}

static bool came_before(const struct settings *settings, int index)
{
	for (int i = 0; i < index; i++)
		if (strcmp(settings->feeds[i], settings->feeds[index]) == 0)
			return true;
	return false;
}

/* It may come from a feed; or it is a slip of the pen. */
static int remark_calendar(const struct settings *settings, const char *setting, const char *name, FILE *to)
{
	char shown[80];
	if (!name || !*name)
		return 0;
	for (int i = 0; i < settings->calendar_count; i++)
		if (strcmp(settings->calendars[i].name, name) == 0)
			return 0;
	text_harmless(view_of(name), shown, sizeof shown);
	fprintf(to, "%s is \"%s\", and no section calendar \"%s\" is here: a feed must define it\n", setting, shown, shown);
	return 1;
}

/* Events may call a market what no section does; one that differs from a section's in capitals alone is a slip of the pen. */
static int remark_market(const struct settings *settings, const char *what, int line, const char *name, FILE *to)
{
	char shown[80], meant[80];
	const struct market_settings *near = NULL;
	for (int i = 0; name && i < settings->market_count; i++) {
		if (strcmp(settings->markets[i].name, name) == 0)
			return 0;
		if (strcasecmp(settings->markets[i].name, name) == 0)
			near = &settings->markets[i];
	}
	if (!near)
		return 0;
	text_harmless(view_of(name), shown, sizeof shown);
	text_harmless(view_of(near->name), meant, sizeof meant);
	fprintf(to, "line %d: the 'market' of a %s is \"%s\", and line %d has market \"%s\": capitals matter\n", line, what, shown, near->line, meant);
	return 1;
}

static int remark_markets(const struct settings *settings, FILE *to)
{
	int written = 0;
	for (int i = 0; i < settings->queue_count; i++)
		written += remark_market(settings, "queue", settings->queues[i].line, settings->queues[i].market, to);
	for (int i = 0; i < settings->level_count; i++)
		written += remark_market(settings, "level", settings->levels[i].line, settings->levels[i].market, to);
	for (int i = 0; i < settings->alert_count; i++)
		written += remark_market(settings, "alert", settings->alerts[i].line, settings->alerts[i].market, to);
	return written;
}

static bool is_set(const char *text)
{
	return text && *text;
}

int settings_remarks(const struct settings *settings, FILE *to)
{
	int written = 0;
	for (int i = 0; i < settings->feed_count; i++) {
		char shown[200];
		text_harmless(view_of(settings->feeds[i]), shown, sizeof shown);
		if (may_meet_itself(settings->feeds[i])) {
			fprintf(to,
				"%s lies in the range of outgoing ports (%d-%d), where a connection can meet "
				"itself: prefer ipc:// or a port below %d\n",
				shown, NEAR_PORT_LEAST, NEAR_PORT_MOST, NEAR_PORT_LEAST);
			written++;
		}
		if (came_before(settings, i)) {
			fprintf(to, "%s is in 'feeds' twice: every event would count as a duplicate\n",
				shown);
			written++;
		}
	}
	written += remark_calendar(settings, "'sla_calendar'", settings->sla_calendar, to);
	for (int i = 0; i < settings->queue_count; i++)
		written += remark_calendar(settings, "the 'calendar' of a queue", settings->queues[i].calendar, to);
	for (int i = 0; i < settings->market_count; i++) {
		char title[80], what[140];
		text_harmless(view_of(settings->markets[i].name), title, sizeof title);
		snprintf(what, sizeof what, "line %d: the 'calendar' of market \"%s\"", settings->markets[i].line, title);
		written += remark_calendar(settings, what, settings->markets[i].calendar, to);
	}
	written += remark_markets(settings, to);
	if (is_set(settings->publish_outside) && !is_set(settings->identifiers_key_file)) {
		fprintf(to, "'publish_outside' without 'identifiers_key_file': that end will not open; make a key with tablo keygen --identifiers\n");
		written++;
	}
	return written;
}
