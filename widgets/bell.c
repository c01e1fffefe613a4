#include "widgets/bell.h"

/* Two sites may raise the same at the same second. */
static uint64_t key_of(const struct list_alert *alert)
{
	return alert->id + (uint64_t)alert->site;
}

static bool has_rung(const struct bell *bell, uint64_t key)
{
	for (size_t i = 0; i < bell->count; i++)
		if (bell->rung[i] == key)
			return true;
	return false;
}

static void remember(struct bell *bell, uint64_t key)
{
	bell->rung[bell->next] = key;
	bell->next = (bell->next + 1) % BELL_REMEMBERED;
	bell->count += bell->count < BELL_REMEMBERED;
}

static bool is_heard(const struct bell *bell, const struct list_alert *alert)
{
	return list_alert_is_alarm(alert) || (bell->all && alert->state == LIST_ALERT_RAISED && !alert->muted);
}

bool bell_rings(struct bell *bell, const struct snapshot *snapshot)
{
	bool rings = false;
	bell->rang = NULL;
	if (snapshot->nothing)
		return false;
	for (int i = 0; i < snapshot->alert_count; i++) {
		const struct list_alert *alert = &snapshot->alerts[i];
		if (!is_heard(bell, alert) || has_rung(bell, key_of(alert)))
			continue;
		remember(bell, key_of(alert));
		if (!bell->rang || alert->severity > bell->rang->severity)
			bell->rang = alert;
		rings = true;
	}
	rings = rings && bell->has_looked;
	bell->has_looked = true;
	return rings;
}
