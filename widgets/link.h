/* How the feeds are, in few words: for the header and for the page of feeds. */
#ifndef WIDGETS_LINK_H
#define WIDGETS_LINK_H

#include "widgets/widget.h"

struct link_summary {
	enum role role;	 /* HEADER_OK, HEADER_WARN or HEADER_CRIT */
	enum mark mark;
	char text[64];
	uint64_t lost, missing, faults; /* faults: of the kinds that are a publisher's mistake */
};

struct link_summary link_summarise(const struct snapshot *snapshot);
const char *link_word(enum link_state link);
/* The endpoint as configured; "" where the number is not one of ours. */
const char *link_endpoint(const struct snapshot *snapshot, int index);

/* Where nothing came yet: from where it is awaited, and why it does not come. */
void link_waiting_text(const struct snapshot *snapshot, char *to, size_t room);

#endif
