#include "store/redis_lease.h"

void redis_lease_encode(const struct redis_lease *lease, enum redis_lease_step step, struct redis_call *call)
{
	static const char *const words[] = {"TAKE", "TAKE", "RENEW", "RELEASE"};
	call->script = &redis_script_lease;
	redis_call_key(call, view_of(lease->meta));
	redis_call_key(call, view_of(lease->key));
	redis_call_word(call, view_of(words[step]));
	redis_call_word(call, view_of(lease->owner));
	redis_call_decimal(call, lease->epoch);
	redis_call_decimal(call, lease->schema);
	redis_call_word(call, view_of(lease->journal));
	redis_call_number(call, REDIS_LEASE_MS);
	redis_call_number(call, step == LEASE_TAKE_BY_FORCE);
	redis_call_decimal(call, lease->most);
	redis_call_decimal(call, lease->known);
}

bool redis_lease_learn(struct redis_lease *lease, enum redis_lease_step step, const struct redis_reply *reply, struct redis_fault *fault)
{
	uint64_t epoch, watermark;
	if (reply->kind == REPLY_ERROR)
		return redis_fail_reply(fault, redis_reply_text(reply));
	if (!redis_decimal_read(redis_reply_text(redis_reply_at(reply, 0)), &epoch) ||
		!redis_decimal_read(redis_reply_text(redis_reply_at(reply, 1)), &watermark))
		return redis_fail(fault, TROUBLE_PROTOCOL, "%s (the lease's answer is not two numbers)", redis_troubles[TROUBLE_PROTOCOL].means);
	lease->epoch = step == LEASE_RELEASE ? 0 : epoch;
	lease->watermark = watermark;
	return true;
}

bool redis_lease_run(struct redis_lease *lease, enum redis_lease_step step, struct redis_link *link, struct redis_fault *fault)
{
	struct redis_call call = {.script = NULL};
	redis_lease_encode(lease, step, &call);
	struct redis_reply *reply = redis_link_call(link, &call, fault);
	redis_call_finish(&call);
	const bool good = reply && redis_lease_learn(lease, step, reply, fault);
	redis_reply_destroy(reply);
	return good;
}
