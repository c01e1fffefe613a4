#include "app/partner.h"

void partner_begin(struct partner *partner, int64_t wall)
{
	*partner = (struct partner){.wanted = UINT64_MAX, .since = wall};
}

void partner_ack(struct partner *partner, uint64_t lsn, uint64_t written, int64_t now, int64_t wall)
{
	partner->acked = lsn;
	bool is_good = lsn >= partner->wanted;
	if (is_good || partner->wanted == UINT64_MAX)
		partner->wanted = written;
	if (!is_good)
		return;
	partner->good_at = now;
	if (!partner->attached)
		partner->since = wall;
	partner->attached = true;
}

bool partner_lost(struct partner *partner, int64_t now, int64_t wall)
{
	if (!partner->attached || now - partner->good_at < PARTNER_PATIENCE)
		return false;
	partner_begin(partner, wall);
	return true;
}

uint64_t partner_safe(const struct partner *partner, uint64_t written)
{
	return partner->attached && partner->acked < written ? partner->acked : written;
}
