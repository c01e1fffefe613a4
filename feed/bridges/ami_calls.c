/* Calls that are in a queue or in talk, kept in the outbox so that a bridge that was killed knows them. */
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "feed/bridges/ami.h"

#define CALL_KEY "ami/call/"

/* ---- kept ---- */

static struct view key_of(const struct ami_call *call, char to[2 * ID_MAX + 32])
{
	const int size = snprintf(to, 2 * ID_MAX + 32, CALL_KEY "%s%c%s", call->queue, 1, call->caller);
	return (struct view){to, (size_t)size};
}

void ami_call_keep(const struct ami *ami, const struct ami_call *call)
{
	char key[2 * ID_MAX + 32];
	if (ami->outbox)
		outbox_put(ami->outbox, key_of(call, key), (struct view){(const char *)call, sizeof *call});
}

static void add_call(struct ami *ami, struct ami_call *call)
{
	if (ami->count == ami->room)
		ami->calls = memory_grow(ami->calls, &ami->room, ami->count + 1, sizeof *ami->calls);
	ami->calls[ami->count++] = call;
}

static void restore_call(void *context, struct view key, struct view value)
{
	struct ami *ami = context;
	(void)key;
	if (value.size != sizeof(struct ami_call) || ami->count == AMI_CALLS_MOST)
		return;
	struct ami_call *call = memory_new(1, sizeof *call);
	memcpy(call, value.data, sizeof *call);
	add_call(ami, call);
}

static void drop_calls(struct ami *ami)
{
	for (size_t i = 0; i < ami->count; i++)
		free(ami->calls[i]);
	ami->count = 0;
}

void ami_restore(struct ami *ami)
{
	drop_calls(ami);
	map_finish(&ami->agents);
	if (ami->outbox)
		outbox_each(ami->outbox, view_of(CALL_KEY), restore_call, ami);
}

static void emit_to_outbox(void *context, const struct event *event, struct view queue)
{
	outbox_event(context, event, queue);
}

void ami_init(struct ami *ami, const struct bridge_host *host)
{
	*ami = (struct ami){.outbox = host->outbox, .pseudonym = host->pseudonym, .emit = emit_to_outbox, .context = host->outbox};
	ami_restore(ami);
}

void ami_finish(struct ami *ami)
{
	drop_calls(ami);
	free(ami->calls);
	map_finish(&ami->agents);
	ami_present_drop(ami);
	*ami = (struct ami){0};
}

/* ---- found ---- */

struct ami_call *ami_call_find(const struct ami *ami, struct view queue, struct view caller)
{
	for (size_t i = 0; i < ami->count; i++)
		if (view_is(caller, ami->calls[i]->caller) && view_is(queue, ami->calls[i]->queue))
			return ami->calls[i];
	return NULL;
}

struct ami_call *ami_call_of_channel(const struct ami *ami, struct view channel)
{
	if (!channel.size)
		return NULL;
	for (size_t i = 0; i < ami->count; i++)
		if (view_is(channel, ami->calls[i]->caller) || view_is(channel, ami->calls[i]->agent_channel))
			return ami->calls[i];
	return NULL;
}

struct ami_call *ami_call_linked(const struct ami *ami, struct view linked)
{
	if (!linked.size)
		return NULL;
	for (size_t i = 0; i < ami->count; i++)
		if (view_is(linked, ami->calls[i]->linked))
			return ami->calls[i];
	return ami_call_of_channel(ami, linked);
}

struct ami_call *ami_call_of_contact(const struct ami *ami, struct view contact)
{
	for (size_t i = 0; i < ami->count; i++)
		if (view_is(contact, ami->calls[i]->contact))
			return ami->calls[i];
	return NULL;
}

struct ami_call *ami_call_enter(struct ami *ami, struct view queue, struct view caller, struct view linked, int64_t entered)
{
	if (ami->count == AMI_CALLS_MOST)
		return NULL;
	char id[3 * ID_MAX];
	struct ami_call *call = memory_new(1, sizeof *call);
	call->entered = entered;
	call->told = ami->heard;
	call->wait = call->status = -1;
	view_copy(queue, call->queue, sizeof call->queue);
	view_copy(caller, call->caller, sizeof call->caller);
	view_copy(linked.size ? linked : caller, call->linked, sizeof call->linked);
	const int size = snprintf(id, sizeof id, "%s/%s@%lld", call->queue, call->caller, (long long)(entered / SECOND_MS));
	import_id((struct view){id, (size_t)size}, call->contact);
	add_call(ami, call);
	ami_call_keep(ami, call);
	return call;
}

void ami_call_forget(struct ami *ami, struct ami_call *call)
{
	char key[2 * ID_MAX + 32];
	if (ami->outbox)
		outbox_remove(ami->outbox, key_of(call, key));
	for (size_t i = 0; i < ami->count; i++)
		if (ami->calls[i] == call)
			ami->calls[i] = ami->calls[--ami->count];
	free(call);
}

static uint64_t hash_of(struct view agent)
{
	const uint64_t hash = map_hash(agent);
	return hash ? hash : 1;
}

bool ami_call_offer(struct ami_call *call, struct view agent)
{
	for (int i = 0; i < AMI_OFFERS_MOST; i++)
		if (!call->offers[i]) {
			call->offers[i] = hash_of(agent);
			return true;
		}
	return false;
}

bool ami_call_unoffer(struct ami_call *call, struct view agent)
{
	for (int i = 0; i < AMI_OFFERS_MOST; i++)
		if (call->offers[i] == hash_of(agent)) {
			call->offers[i] = 0;
			return true;
		}
	return false;
}

/* ---- what is said of them ---- */

void ami_emit(const struct ami *ami, const struct event *event, const struct ami_call *call)
{
	struct event whole = *event;
	import_text(&whole, KEY_CONTACT, view_of(call->contact));
	ami->emit(ami->context, &whole, view_of(call->queue));
}

void ami_emit_queued(const struct ami *ami, const struct ami_call *call, struct view customer, bool is_snapshot)
{
	char pseudonym[PSEUDONYM_SIZE];
	struct event event = import_event(EVENT_CONTACT_QUEUED, call->entered);
	import_text(&event, KEY_QUEUE, view_of(call->queue));
	import_text(&event, KEY_CHANNEL, view_of("phone"));
	import_text(&event, KEY_CUSTOMER, pseudonym_of(&ami->pseudonym, customer, pseudonym));
	if (is_snapshot)
		import_number(&event, KEY_SNAPSHOT, 1);
	ami_emit(ami, &event, call);
}

static void emit_answered(const struct ami *ami, const struct ami_call *call, bool is_snapshot)
{
	struct event event = import_event(EVENT_CONTACT_ANSWERED, call->answered);
	import_text(&event, KEY_AGENT, view_of(call->agent));
	if (call->wait >= 0)
		import_number(&event, KEY_WAIT_MS, call->wait);
	if (is_snapshot)
		import_number(&event, KEY_SNAPSHOT, 1);
	ami_emit(ami, &event, call);
}

void ami_call_talks(const struct ami *ami, struct ami_call *call, struct view agent, int64_t ts, int64_t wait)
{
	view_copy(agent, call->agent, sizeof call->agent);
	call->state = AMI_TALKING;
	call->answered = ts;
	call->told = ami->heard;
	call->wait = wait;
	memset(call->offers, 0, sizeof call->offers);
	ami_call_keep(ami, call);
}

void ami_answer(struct ami *ami, struct ami_call *call, struct view agent, int64_t ts, int64_t wait, bool is_snapshot)
{
	if (call->state != AMI_TALKING)
		ami_call_talks(ami, call, agent, ts, wait);
	emit_answered(ami, call, is_snapshot);
}

void ami_hold(struct ami *ami, struct ami_call *call, bool is_held)
{
	if (is_held == (call->held_since != 0))
		return;
	struct event event = import_event(is_held ? EVENT_CONTACT_HELD : EVENT_CONTACT_UNHELD, ami->now);
	import_text(&event, KEY_AGENT, view_of(call->agent));
	if (!is_held && ami->now > call->held_since)
		call->held += ami->now - call->held_since;
	call->held_since = is_held ? ami->now : 0;
	ami_call_keep(ami, call);
	ami_emit(ami, &event, call);
}

/* ---- why a call left ---- */

/* What the manager interface alone can know. QUEUESTATUS says it; else an abandonment is one where the caller hung up, and a time-out where he
 * did not; and a leave that Asterisk itself does not call abandoned was by a key. */
static int why_left(const struct ami *ami, const struct ami_call *call)
{
	if (call->status >= 0)
		return (int)call->status;
	if (call->has_abandon)
		return call->has_hangup || !ami->has_hangups ? LEFT_ABANDONED : LEFT_TIMEOUT;
	return call->has_hangup ? LEFT_ABANDONED : LEFT_KEY;
}

static void settle(struct ami *ami, struct ami_call *call)
{
	struct event event = import_event(EVENT_CONTACT_LEFT, call->left);
	import_text(&event, KEY_WHY, view_of(word_text(WORDS_LEFT_WHY, why_left(ami, call))));
	const int64_t waited = call->left > call->entered ? call->left - call->entered : 0;
	import_number(&event, KEY_WAIT_MS, call->wait >= 0 ? call->wait : waited);
	ami_emit(ami, &event, call);
	ami_call_forget(ami, call);
}

void ami_settle(struct ami *ami, bool all)
{
	for (size_t i = ami->count; i-- > 0;)
		if (ami->calls[i]->state == AMI_LEAVING && (all || ami->calls[i]->settle <= ami->heard))
			settle(ami, ami->calls[i]);
}

int64_t ami_settle_due(const struct ami *ami)
{
	int64_t due = INT64_MAX;
	for (size_t i = 0; i < ami->count; i++)
		if (ami->calls[i]->state == AMI_LEAVING && ami->calls[i]->settle < due)
			due = ami->calls[i]->settle;
	return due;
}

/* ---- agents ---- */

bool ami_agent_state(struct ami *ami, struct view agent, enum availability state, struct view reason, bool is_snapshot)
{
	char said[2 * ID_MAX + 8], why[ID_MAX + 1] = "";
	import_id(reason, why);
	const int size = snprintf(said, sizeof said, "%d/%s", (int)state, why);
	uint32_t hash = (uint32_t)map_hash((struct view){said, (size_t)size});
	hash -= hash == MAP_NONE;
	if (!agent.size || (!is_snapshot && map_find(&ami->agents, agent) == hash))
		return false;
	if (ami->agents.used < AMI_CALLS_MOST)
		map_put(&ami->agents, agent, hash);
	struct event event = import_event(EVENT_AGENT_STATE, ami->now);
	import_text(&event, KEY_AGENT, agent);
	import_text(&event, KEY_STATE, view_of(word_text(WORDS_AVAILABILITY, (int)state)));
	import_text(&event, KEY_REASON, view_of(why));
	if (is_snapshot)
		import_number(&event, KEY_SNAPSHOT, 1);
	ami->emit(ami->context, &event, (struct view){0});
	return true;
}

void ami_agent_member(const struct ami *ami, struct view agent, struct view queue, bool in, int64_t penalty, bool is_snapshot)
{
	struct event event = import_event(EVENT_AGENT_MEMBER, ami->now);
	import_text(&event, KEY_AGENT, agent);
	import_text(&event, KEY_QUEUE, queue);
	import_number(&event, KEY_IN, in);
	if (penalty >= 0)
		import_number(&event, KEY_PENALTY, penalty);
	if (is_snapshot)
		import_number(&event, KEY_SNAPSHOT, 1);
	ami->emit(ami->context, &event, queue);
}
