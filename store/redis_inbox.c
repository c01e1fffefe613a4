#include "store/redis_inbox.h"

#include "store/redis_schema.h"

static void keys(const char *site, struct redis_call *call)
{
	char key[REDIS_KEY_ROOM];
	call->script = &redis_script_inbox;
	redis_schema_key(key, site, STORED_META, NULL);
	redis_call_key(call, view_of(key));
	redis_schema_key(key, site, STORED_INBOX, NULL);
	redis_call_key(call, view_of(key));
}

bool redis_inbox_push(struct redis_link *link, const char *site, struct view payload, struct error *err)
{
	struct redis_call call = {.script = NULL};
	struct redis_fault fault;
	keys(site, &call);
	redis_call_word(&call, view_of("PUSH"));
	redis_call_word(&call, payload);
	redis_call_number(&call, REDIS_INBOX_MOST);
	redis_call_number(&call, (uint64_t)redis_schema[STORED_INBOX].expires);
	const bool there = redis_link_connected(link) || redis_link_connect(link, &fault);
	struct redis_reply *reply = there ? redis_link_call(link, &call, &fault) : NULL;
	const bool good = reply && reply->kind == REPLY_INTEGER;
	redis_reply_destroy(reply);
	redis_call_finish(&call);
	return good || fail(err, "the action was not handed to the collector: %.500s", fault.error.text);
}

void redis_inbox_take(const char *site, uint64_t epoch, const char *writer, size_t count, struct view last, struct redis_call *call)
{
	keys(site, call);
	redis_call_word(call, view_of("TAKE"));
	redis_call_decimal(call, epoch);
	redis_call_word(call, view_of(writer));
	redis_call_number(call, count);
	redis_call_word(call, last);
}
