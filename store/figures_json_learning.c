/* Topics by their re-contacts and the newest praise as JSON. */
#include <inttypes.h>

#include "base/instant.h"
#include "store/json_text.h"
#include "store/snapshot_parts.h"

static void put_topics(FILE *to, const struct snapshot *snapshot)
{
	fputs(", \"topics\": [", to);
	for (int i = 0; i < snapshot->topic_count; i++) {
		const struct list_topic *topic = &snapshot->topics[i];
		fputs(i ? ",\n  {" : "\n  {", to);
		put_pair(to, "name", topic->name);
		fprintf(to, ", \"recontacts\": %" PRId64 ", \"before\": %" PRId64 ", \"contacts\": %" PRId64, topic->recontacts, topic->before, topic->contacts);
		fprintf(to, ", \"settled\": %" PRId64 ", \"kept\": %" PRId64 ", \"open\": %" PRId64 "}", topic->settled, topic->kept,
			topic->contacts - topic->settled);
	}
	fputs("]", to);
}

static void put_praise(FILE *to, const struct snapshot *snapshot, const struct list_praise *praise)
{
	char at[40];
	instant_format(praise->at, snapshot->zone, at, sizeof at);
	put_pair(to, "at", at);
	fputs(", ", to);
	put_pair(to, "by", praise->by);
	fputs(", ", to);
	put_pair(to, "team", praise->team);
	fputs(", ", to);
	put_pair(to, "agent", praise->agent);
	if (*praise->site) {
		fputs(", ", to);
		put_pair(to, "site", praise->site);
	}
}

void figures_json_learning(FILE *to, const struct snapshot *snapshot)
{
	put_topics(to, snapshot);
	fputs(", \"newest_praises\": [", to);
	for (int i = 0; i < snapshot->newest_praise_count; i++) {
		fputs(i ? ",\n  {" : "\n  {", to);
		put_praise(to, snapshot, &snapshot->newest_praises[i]);
		fputs("}", to);
	}
	fputs("]", to);
}
