#include <string.h>

#include "app/manual.h"
#include "app/roff.h"
#include "feed/event.h"

/* The names of the keys in the set, parted by blanks. */
static void name_keys(uint64_t keys, char *to, size_t room)
{
	size_t length = 0;
	*to = '\0';
	for (int key = 0; key < KEY_COUNT; key++)
		if (keys & KEY_BIT(key) && length < room)
			length += (size_t)snprintf(to + length, room - length, "%s%s", length ? " " : "", event_key_names[key]);
}

static void print_keys(FILE *to, const char *before, uint64_t keys)
{
	char names[600];
	name_keys(keys, names, sizeof names);
	if (!*names)
		return;
	fputs(".br\n", to);
	roff_text(to, before);
	roff_text(to, names);
}

/* "channel: phone chat email ..." */
static void print_words(FILE *to, const struct event_type_info *type)
{
	for (size_t i = 0; i < sizeof type->words / sizeof *type->words && type->words[i].vocabulary != WORDS_NONE; i++) {
		char line[400];
		size_t length = (size_t)snprintf(line, sizeof line, "%s is one of:", event_key_names[type->words[i].key]);
		/* Steps have a number that is no word. */
		const int first = type->words[i].vocabulary == WORDS_CONDUCT_STEP ? STEP_REQUEST : 0;
		for (int word = first; *word_text(type->words[i].vocabulary, word) && length < sizeof line; word++)
			length += (size_t)snprintf(line + length, sizeof line - length, " %s", word_text(type->words[i].vocabulary, word));
		fputs(".br\n", to);
		roff_text(to, line);
	}
}

static void print_types(FILE *to)
{
	roff_heading(to, "EVENTS");
	roff_text(to, "Every event has type and ts (when it happened: ms since 1970 UTC).");
	for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
		const struct event_type_info *type = &event_types[i];
		roff_item(to, type->name, NULL, type->summary);
		print_keys(to, "needs:", type->required);
		print_keys(to, "may have:", type->allowed & ~type->required & ~KEY_BIT(KEY_SNAPSHOT));
		print_words(to, type);
	}
}

void manual_feed(FILE *to)
{
	roff_heading(to, "DESCRIPTION");
	roff_text(to, "A helpdesk publishes events on a ZeroMQ PUB socket, and boards subscribe. A message has two frames, [topic][payload]: the topic is"
		      " SITE/QUEUE/, the payload one MessagePack map, the batch. No names, addresses or numbers of customers travel, and no text of"
		      " a message: customer is a pseudonym.");
	roff_heading(to, "A BATCH");
	roff_item(to, "v", NULL, "the version of the protocol, 1");
	roff_item(to, "src", NULL, "the publisher's name, of 1 to 64 bytes");
	roff_item(to, "boot", NULL, "when the publisher started, in ms: a new one begins its numbers anew");
	roff_item(to, "seq", NULL, "the number of the first event; event i has seq + i. What is missing between them is counted, asked for and shown");
	roff_item(to, "sent", NULL, "when it was sent, in ms");
	roff_item(to, "replay", NULL, "in heartbeats, where there is one: the endpoint of the ROUTER that fills holes");
	roff_item(to, "events", NULL, "0 to 4096 events; none: a heartbeat, which is sent every second");
	print_types(to);
	roff_heading(to, "FAULTS");
	roff_text(to, "What is wrong with what comes is counted by these names, for each feed.");
	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++)
		roff_item(to, feed_fault_names[fault], NULL, feed_fault_helps[fault]);
	roff_heading(to, "LINES OF JSON");
	roff_text(to, "tablo publish reads one event a line, an object with the same keys:");
	roff_lines(to, "  {\"type\":\"contact.queued\",\"ts\":\"2026-11-20T14:05:00Z\",\"contact\":\"c1\",\"queue\":\"Billing\",\"channel\":\"phone\"}\n");
}
