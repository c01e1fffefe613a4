/* The present state: QueueStatus and CoreShowChannels list it after a connection is made, so that after a gap what ended meanwhile is closed. */
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "feed/bridges/ami.h"

#define MEMBERS_MOST 20000
#define PEERS_LOOKED_AT 64 /* in one bridge: more are a conference, no call */

void ami_present_drop(struct ami *ami)
{
	struct ami_present *present = &ami->present;
	map_finish(&present->entries);
	map_finish(&present->channels);
	map_finish(&present->bridges);
	map_finish(&present->bridge_numbers);
	map_finish(&present->member_places);
	free(present->peers);
	free(present->members);
	*present = (struct ami_present){0};
}

void ami_present_ask(struct ami *ami)
{
	ami_present_drop(ami);
	ami->present.is_asked = true;
	ami->present.asked = ami->heard;
}

bool ami_present_is_complete(const struct ami *ami)
{
	return ami->present.is_asked && ami->present.is_queue_done && ami->present.is_channels_done;
}

static struct view pair_key(const char *one, const char *other, char to[2 * ID_MAX + 2])
{
	const int size = snprintf(to, 2 * ID_MAX + 2, "%s%c%s", one, 1, other);
	return (struct view){to, (size_t)size};
}

/* A call that waits and is not known began before the connection did: it is told of at once, by how long it has waited. */
void ami_present_entry(struct ami *ami, const struct ami_message *message)
{
	char queue[ID_MAX + 1], caller[ID_MAX + 1], key[2 * ID_MAX + 2];
	import_id(ami_value(message, "Queue"), queue);
	import_id(ami_value(message, "Uniqueid"), caller);
	if (!queue[0] || !caller[0] || ami->present.entries.used >= AMI_CALLS_MOST)
		return;
	map_put(&ami->present.entries, pair_key(queue, caller, key), 1);
	if (ami->is_joined || ami_call_find(ami, view_of(queue), view_of(caller)))
		return;
	const int64_t wait = text_whole(ami_value(message, "Wait"), DAY_MS / SECOND_MS * 7);
	const struct ami_call *call = ami_call_enter(ami, view_of(queue), view_of(caller), (struct view){0}, ami->now - (wait < 0 ? 0 : wait * SECOND_MS));
	if (call)
		ami_emit_queued(ami, call, ami_value(message, "CallerIDNum"), false);
}

void ami_present_member(struct ami *ami, const struct ami_message *message)
{
	struct ami_present *present = &ami->present;
	char key[2 * ID_MAX + 2];
	if (present->member_count >= MEMBERS_MOST)
		return;
	if (present->member_count == present->member_room)
		present->members = memory_grow(present->members, &present->member_room, present->member_count + 1, sizeof *present->members);
	struct ami_member *member = &present->members[present->member_count++];
	const struct view paused = ami_value(message, "Paused"), name = ami_value(message, "Name");
	const struct view interface = ami_value(message, "StateInterface"), location = ami_value(message, "Location");
	import_id(ami_value(message, "Queue"), member->queue);
	import_id(name.size ? name : location, member->name);
	import_id(interface.size ? interface : location, member->interface);
	import_id(ami_value(message, "PausedReason"), member->reason);
	member->penalty = text_whole(ami_value(message, "Penalty"), 1000000);
	member->is_paused = view_is(paused, "1");
	const struct view place = pair_key(member->interface, member->queue, key);
	if (map_find(&present->member_places, place) == MAP_NONE)
		map_put(&present->member_places, place, (uint32_t)(present->member_count - 1));
}

/* SIP/100-0000002a is a channel of SIP/100. */
static struct view interface_of(struct view channel)
{
	for (size_t i = channel.size; i-- > 0;)
		if (channel.data[i] == '-')
			return (struct view){channel.data, i};
	return channel;
}

void ami_present_channel(struct ami *ami, const struct ami_message *message)
{
	struct ami_present *present = &ami->present;
	char channel[ID_MAX + 1], bridge[ID_MAX + 1];
	const struct view id = import_id(ami_value(message, "Uniqueid"), channel);
	const struct view bridge_id = import_id(ami_value(message, "BridgeId"), bridge);
	if (!id.size || present->channels.used >= 4 * AMI_CALLS_MOST || map_find(&present->channels, id) != MAP_NONE)
		return;
	map_put(&present->channels, id, 1);
	if (!bridge_id.size)
		return;
	uint32_t number = map_find(&present->bridge_numbers, bridge_id);
	if (number == MAP_NONE) {
		number = (uint32_t)present->bridge_numbers.used + 1;
		map_put(&present->bridge_numbers, bridge_id, number);
	}
	map_put(&present->bridges, id, number);
	if (present->peer_count == present->peer_room)
		present->peers = memory_grow(present->peers, &present->peer_room, present->peer_count + 1, sizeof *present->peers);
	struct ami_peer *peer = &present->peers[present->peer_count++];
	peer->bridge = number;
	import_id(interface_of(ami_value(message, "Channel")), peer->interface);
}

/* ---- told ---- */

static const char *member_at(const struct ami_present *present, const char *interface, const char *queue)
{
	char key[2 * ID_MAX + 2];
	const uint32_t place = map_find(&present->member_places, pair_key(interface, queue, key));
	return place == MAP_NONE ? NULL : present->members[place].name;
}

static int compare_peers(const void *left, const void *right)
{
	const struct ami_peer *a = left, *b = right;
	return (a->bridge > b->bridge) - (a->bridge < b->bridge);
}

/* The place of the first that is in the bridge, or where it would be. */
static size_t first_peer(const struct ami_present *present, uint32_t bridge)
{
	size_t low = 0, high = present->peer_count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (present->peers[middle].bridge < bridge)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whoever of the queue's members is in one bridge with the caller; NULL: nobody is. */
static const char *who_talks(const struct ami_present *present, const struct ami_call *call)
{
	const uint32_t number = map_find(&present->bridges, view_of(call->caller));
	const size_t first = number == MAP_NONE ? present->peer_count : first_peer(present, number);
	for (size_t i = first; i < present->peer_count && i < first + PEERS_LOOKED_AT && present->peers[i].bridge == number; i++) {
		const char *name = member_at(present, present->peers[i].interface, call->queue);
		if (name)
			return name;
	}
	return NULL;
}

/* Is the call still there? One that was answered in the gap is told so now, without its wait. */
static bool check_call(struct ami *ami, struct ami_call *call)
{
	const struct ami_present *present = &ami->present;
	char key[2 * ID_MAX + 2];
	if (strcmp(call->caller, call->contact) == 0) /* its channel cannot be known */
		return true;
	if (call->state == AMI_LEAVING || call->told >= present->asked)
		return true;
	if (call->state == AMI_TALKING)
		return !present->is_channels_known || map_find(&present->channels, view_of(call->caller)) != MAP_NONE;
	if (map_find(&present->entries, pair_key(call->queue, call->caller, key)) != MAP_NONE)
		return true;
	const char *agent = ami->is_joined ? NULL : who_talks(present, call);
	if (agent)
		ami_answer(ami, call, view_of(agent), present->asked, -1, false);
	return agent != NULL;
}

static void emit_scope(const struct ami *ami, enum event_type type)
{
	struct event event = import_event(type, ami->now);
	event.text[KEY_SCOPE] = view_of("");
	event.present |= KEY_BIT(KEY_SCOPE);
	ami->emit(ami->context, &event, (struct view){0});
}

static void tell_members(struct ami *ami)
{
	struct map told = {0};
	for (size_t i = 0; i < ami->present.member_count; i++) {
		const struct ami_member *member = &ami->present.members[i];
		const struct view agent = view_of(member->name);
		if (!agent.size || !member->queue[0])
			continue;
		ami_agent_member(ami, agent, view_of(member->queue), true, member->penalty, true);
		if (map_find(&told, agent) != MAP_NONE)
			continue;
		map_put(&told, agent, 1);
		const struct view reason = member->is_paused ? view_of(member->reason) : (struct view){0};
		ami_agent_state(ami, agent, member->is_paused ? AGENT_AWAY : AGENT_AVAILABLE, reason, true);
	}
	map_finish(&told);
}

static void tell_call(struct ami *ami, struct ami_call *call)
{
	ami_emit_queued(ami, call, (struct view){0}, true);
	if (call->state == AMI_TALKING)
		ami_answer(ami, call, (struct view){0}, 0, 0, true);
	if (call->state != AMI_TALKING || !call->held_since)
		return;
	struct event event = import_event(EVENT_CONTACT_HELD, call->held_since);
	import_text(&event, KEY_AGENT, view_of(call->agent));
	import_number(&event, KEY_SNAPSHOT, 1);
	ami_emit(ami, &event, call);
}

void ami_present_tell(struct ami *ami)
{
	if (ami->present.peer_count)
		qsort(ami->present.peers, ami->present.peer_count, sizeof *ami->present.peers, compare_peers);
	for (size_t i = ami->count; i-- > 0;)
		if (!check_call(ami, ami->calls[i]))
			ami_call_forget(ami, ami->calls[i]);
	emit_scope(ami, EVENT_SNAPSHOT_BEGIN);
	tell_members(ami);
	for (size_t i = 0; i < ami->count; i++)
		tell_call(ami, ami->calls[i]);
	emit_scope(ami, EVENT_SNAPSHOT_END);
	ami_present_drop(ami);
}
