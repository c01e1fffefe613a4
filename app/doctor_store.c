#include "app/doctor.h"
#include "store/redis_examine.h"

void check_store(const struct examination *examination, const struct findings *findings)
{
	const char *site = examination->settings->site;
	if (examination->store)
		redis_examine(examination->store, site[0] ? site : "default", findings);
}
