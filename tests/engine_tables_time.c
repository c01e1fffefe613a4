#include <stddef.h>

#include "engine_tables.h"

static const char *const six_settings[] = {"day_start", "06:00", NULL};
static const char *const berlin_settings[] = {"zone", "Europe/Berlin", "history_days", "35", NULL};
static const char *const long_settings[] = {"history_days", "35", NULL};

const struct engine_table time_tables[] = {
	{"a rolling window is the minutes that begin in (t - W, t]", NULL, {
		"10:00:30 queued contact=c1 queue=Billing channel=phone",
		"= 10:00:30 window=5m offered=1",
		"= 10:04:59.999 window=5m offered=1 window=15m offered=1",
		"= 10:05:00 window=5m offered=0 window=15m offered=1",
		"= 10:14:59.999 window=15m offered=1",
		"= 10:15:00 window=15m offered=0 window=30m offered=1",
		"= 10:30:00 window=30m offered=0 window=60m offered=1",
		"= 10:59:59 window=60m offered=1",
		"= 11:00:00 window=60m offered=0 window=today offered=1 window=24h offered=1", NULL}},
	{"an outcome counts when it happens, or where it arrived", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone",
		"10:10:00 answered contact=c1 agent=Eva",
		"10:10:30 released contact=c1 agent=Eva by=agent wrap_ms=0",
		"= 10:11:00 window=5m offered=0 answered=1 asa=600 legs=1 by=arrival offered=0 answered=0 legs=0",
		"= 10:11:00 window=15m by=arrival offered=1 answered=1 asa=600 legs=1", NULL}},
	{"today begins at the last boundary strictly before now", NULL, {
		"23:50:00 queued contact=c1 queue=Billing channel=phone",
		"d1/00:00:00 queued contact=c2 queue=Billing channel=phone",
		"= d1/00:00:00 offered=2",
		"= d1/00:00:00.001 offered=1",
		"d1/00:10:00 answered contact=c1 agent=Eva",
		"= d1/00:11:00 answered=1 offered=1 by=arrival answered=0 offered=1",
		"= d1/00:11:00 window=24h answered=1 offered=2 by=arrival answered=1 offered=2", NULL}},
	{"a day may start at six", six_settings, {
		"05:59:00 queued contact=c1 queue=Billing channel=phone",
		"06:01:00 queued contact=c2 queue=Billing channel=phone",
		"= 06:02:00 offered=1",
		"d1/05:00:00 queued contact=c3 queue=Billing channel=phone",
		"= d1/05:59:00 offered=2",
		"= d1/06:00:00 offered=2",
		"= d1/06:00:01 offered=0", NULL}},
	{"the day on which clocks jump is 23 hours long", berlin_settings, {
		"d26/22:59:00 queued contact=c1 queue=Billing channel=phone",
		"d26/23:01:00 queued contact=c2 queue=Billing channel=phone",
		"= d26/23:02:00 offered=1",
		"d27/21:59:00 queued contact=c3 queue=Billing channel=phone",
		"= d27/22:00:00 offered=2",
		"= d27/22:00:01 offered=0",
		"= d27/22:00:01 window=24h offered=3", NULL}},
	{"long windows are whole quarter hours", long_settings, {
		"10:14:00 queued contact=c1 queue=Billing channel=phone",
		"= d1/09:59:59 window=24h offered=1",
		"= d1/10:00:00 window=24h offered=0 window=7d offered=1",
		"= d7/09:59:00 window=7d offered=1",
		"= d7/10:00:00 window=7d offered=0 window=35d offered=1", NULL}},
	{"late: counted in its minute", NULL, {
		"10:30:00 queued contact=c1 queue=Billing channel=phone",
		"10:10:00 queued contact=c2 queue=Billing channel=phone recv=10:30:10",
		"= 10:30:11 window=15m offered=1 window=30m offered=2 fault.late=1 fault.too_old=0 longest_wait=1211", NULL}},
	{"too old: the state, and nothing counted", NULL, {
		"d1/10:00:00 queued contact=c1 queue=Billing channel=phone",
		"09:59:59 queued contact=c2 queue=Billing channel=phone recv=d1/10:00:00",
		"= d1/10:00:01 offered=1 queue_depth=2 fault.too_old=1 window=7d offered=1", NULL}},
	{"ahead: taken as now, and counted when by more than five seconds", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone",
		"10:00:06 queued contact=c2 queue=Billing channel=phone",
		"= 10:00:06 fault.ahead=0", NULL}},
	{"a late wait is corrected where it belongs", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone",
		"10:20:00 queued contact=c2 queue=Billing channel=phone",
		"10:00:10 answered contact=c1 agent=Eva recv=10:20:05",
		"= 10:20:06 window=15m answered=0 window=30m answered=1 asa=10 busy=1", NULL}},
	{NULL, NULL, {NULL}},
};
