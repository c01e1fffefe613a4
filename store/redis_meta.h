/* What the meta hash of a site says beside what the scripts look at. */
#ifndef STORE_REDIS_META_H
#define STORE_REDIS_META_H

#include "journal/frame.h"
#include "store/redis_link.h"
#include "store/redis_sink.h"

struct redis_meta {
	bool there;		 /* is there a watermark? */
	uint64_t watermark, written, epoch, schema;
	char journal[65];
	int64_t now;		 /* engine time at the watermark; INT64_MIN: not known */
	uint64_t rules;		 /* settings_fingerprint() of whoever wrote */
	char rewriting[48];	 /* "NONCE.PART" while everything is written anew, "done.NONCE" after */
	bool whole;		 /* what is stored is all there: no rewrite is under way */
};

/* The words of one command that reads it, and its answer. */
void redis_meta_ask(const char *site, struct redis_commands *commands);
bool redis_meta_read(const struct redis_reply *reply, struct redis_meta *meta, struct redis_fault *fault);
/* The fields that a commit puts beside those of the script. */
void redis_meta_write(const struct engine *engine, const struct settings *settings, const struct redis_sink *sink);
/* A journal's id (JOURNAL_ID_SIZE bytes) as the text that meta and the lease hold: 32 hexadecimal digits. */
void redis_journal_text(const uint8_t *id, char to[65]);

#endif
