#include <stddef.h>

#include "engine_tables.h"

const struct engine_table feed_tables[] = {
	{"the same number again changes nothing", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone seq=1",
		"10:00:00 queued contact=c1 queue=Billing channel=phone seq=1",
		"10:00:01 answered contact=c1 agent=Eva seq=2",
		"10:00:01 answered contact=c1 agent=Eva seq=2",
		"= 10:00:10 offered=1 answered=1 fault.duplicate=2 fault.impossible=0 fault.missing=0", NULL}},
	{"a batch that overlaps the last one", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone seq=1",
		"& 10:00:00 queued contact=c2 queue=Billing channel=phone",
		"10:00:00 queued contact=c2 queue=Billing channel=phone seq=2",
		"& 10:00:00 queued contact=c3 queue=Billing channel=phone",
		"= 10:00:10 offered=3 fault.duplicate=1 fault.impossible=0", NULL}},
	{"missing counts from the first number seen; what comes late fills the hole", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone seq=100",
		"= 10:00:01 fault.missing=0",
		"10:00:02 queued contact=c2 queue=Billing channel=phone seq=104",
		"= 10:00:03 fault.missing=3",
		"10:00:02 queued contact=c3 queue=Billing channel=phone seq=102",
		"= 10:00:04 fault.missing=2 offered=3",
		"10:00:02 queued contact=c3 queue=Billing channel=phone seq=102",
		"= 10:00:04 fault.missing=2 fault.duplicate=1",
		"10:00:05 queued contact=c4 queue=Billing channel=phone seq=101",
		"10:00:05 queued contact=c5 queue=Billing channel=phone seq=103",
		"= 10:00:06 fault.missing=0 offered=5", NULL}},
	{"a heartbeat tells of a loss at the end", NULL, {
		"~ 10:00:00 seq=5",
		"10:00:01 queued contact=c1 queue=Billing channel=phone seq=5",
		"~ 10:00:02 seq=6",
		"= 10:00:02 fault.missing=0",
		"~ 10:00:03 seq=9",
		"= 10:00:03 fault.missing=3", NULL}},
	{"a hole given up stays counted and is closed", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone seq=1",
		"10:00:01 queued contact=c2 queue=Billing channel=phone seq=11",
		"x 10:00:02 from=3 to=5",
		"= 10:00:03 fault.missing=9",
		"10:00:04 queued contact=c3 queue=Billing channel=phone seq=4",
		"= 10:00:05 fault.missing=9 fault.duplicate=1 offered=2",
		"10:00:06 queued contact=c4 queue=Billing channel=phone seq=2",
		"= 10:00:07 fault.missing=8 offered=3", NULL}},
	{"a later boot counts from 1", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone seq=7",
		"10:00:10 queued contact=c2 queue=Billing channel=phone boot=2 seq=3",
		"= 10:00:11 fault.missing=2 fault.second_publisher=0",
		"10:00:12 queued contact=c3 queue=Billing channel=phone boot=2 seq=1",
		"= 10:00:13 fault.missing=1 offered=3", NULL}},
	{"two that interleave under one name", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone boot=1 seq=1",
		"10:00:01 queued contact=c2 queue=Billing channel=phone boot=2 seq=1",
		"= 10:00:01 fault.second_publisher=0",
		"10:00:02 queued contact=c3 queue=Billing channel=phone boot=1 seq=2",
		"= 10:00:02 fault.second_publisher=1",
		"10:00:03 queued contact=c4 queue=Billing channel=phone boot=2 seq=2",
		"= 10:00:03 fault.second_publisher=2 offered=4 fault.missing=0", NULL}},
	{"catching up on an older boot is no second publisher", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone boot=1 seq=1",
		"10:00:00 queued contact=c3 queue=Billing channel=phone boot=1 seq=3",
		"10:00:01 queued contact=c4 queue=Billing channel=phone boot=2 seq=1",
		"10:00:01 queued contact=c2 queue=Billing channel=phone boot=1 seq=2",
		"= 10:00:02 offered=4 fault.missing=0 fault.second_publisher=0", NULL}},
	{"unsequenced events count, and say so", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone src=none",
		"10:00:00 queued contact=c2 queue=Billing channel=phone src=none",
		"= 10:00:01 offered=2 fault.unsequenced=2 fault.missing=0", NULL}},
	{"unknown types are counted and take their number", NULL, {
		"10:00:00 queued contact=c1 queue=Billing channel=phone seq=1",
		"10:00:00 contact.teleported contact=c1 seq=2",
		"10:00:01 queued contact=c2 queue=Billing channel=phone seq=3",
		"= 10:00:02 offered=2 fault.unknown_event=1 fault.missing=0", NULL}},
	{NULL, NULL, {NULL}},
};
