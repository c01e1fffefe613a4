/* The queue_log beside the manager interface. The log leads: what it tells of (a call's queueing, its answer, its end and why, what agents
 * declare) is told by it alone. The manager interface adds what the log lacks, or has late: ringing as it happens, hold, and the present
 * state. So each event comes once. */
#include "feed/bridges/ami.h"

/* The channel's id stands between the queue and the second: `queue/uniqueid@second`. Of an id that had to be cut it cannot be known, and the
 * whole contact stands for it. */
static struct view caller_of(struct view contact, struct view queue)
{
	size_t end = contact.size;
	while (end > 0 && contact.data[end - 1] >= '0' && contact.data[end - 1] <= '9')
		end--;
	const bool is_whole = end > queue.size + 2 && end < contact.size && contact.data[end - 1] == '@' && contact.data[queue.size] == '/'
		&& memcmp(contact.data, queue.data, queue.size) == 0;
	return is_whole ? (struct view){contact.data + queue.size + 1, end - queue.size - 2} : contact;
}

/* NULL: there are too many. */
static struct ami_call *enter(struct ami *ami, struct view contact, struct view queue, int64_t entered)
{
	const struct view caller = caller_of(contact, queue);
	struct ami_call *before = ami_call_find(ami, queue, caller);
	if (before)
		ami_call_forget(ami, before);
	struct ami_call *call = ami_call_enter(ami, queue, caller, (struct view){0}, entered);
	if (!call)
		return NULL;
	view_copy(contact, call->contact, sizeof call->contact);
	ami_call_keep(ami, call);
	return call;
}

/* The log's talk time has the hold in it. */
static void release(struct ami *ami, struct ami_call *call, struct event *event)
{
	if (call->held_since && event->ts > call->held_since)
		call->held += event->ts - call->held_since;
	const int64_t talk = event_number(event, KEY_TALK_MS, -1);
	if (call->held && talk >= 0) {
		const int64_t held = call->held < talk ? call->held : talk;
		import_number(event, KEY_TALK_MS, talk - held);
		import_number(event, KEY_HOLD_MS, held);
	}
	ami_call_forget(ami, call);
}

void ami_log_known(struct ami *ami, const struct call *call)
{
	if (ami_call_of_contact(ami, view_of(call->contact)))
		return;
	struct ami_call *known = enter(ami, view_of(call->contact), view_of(call->queue), call->entered);
	if (known && call->talking)
		ami_call_talks(ami, known, view_of(call->agent), call->answered, -1);
}

void ami_log_event(struct ami *ami, const struct event *event, struct view queue)
{
	struct event changed = *event;
	struct ami_call *call = ami_call_of_contact(ami, event_text(event, KEY_CONTACT));
	bool is_told = false;
	if (event->type == EVENT_CONTACT_QUEUED)
		enter(ami, event_text(event, KEY_CONTACT), event_text(event, KEY_QUEUE), event->ts);
	else if (call && event->type == EVENT_CONTACT_OFFERED)
		is_told = ami_call_unoffer(call, event_text(event, KEY_AGENT));
	else if (call && event->type == EVENT_CONTACT_ANSWERED)
		ami_call_talks(ami, call, event_text(event, KEY_AGENT), event->ts, event_number(event, KEY_WAIT_MS, -1));
	else if (call && event->type == EVENT_CONTACT_LEFT)
		ami_call_forget(ami, call);
	else if (call && event->type == EVENT_CONTACT_RELEASED)
		release(ami, call, &changed);
	if (is_told)
		ami_call_keep(ami, call);
	else
		ami->emit(ami->context, &changed, queue);
}
