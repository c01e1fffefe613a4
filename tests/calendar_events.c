#include "calendar_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/memory.h"

struct bytes {
	char *data;
	size_t size, room;
};

static void put(struct bytes *bytes, const void *data, size_t size)
{
	bytes->data = memory_grow(bytes->data, &bytes->room, bytes->size + size, 1);
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

/* A head of MessagePack and a number of 16 bits. */
static void put_number(struct bytes *bytes, unsigned char head, size_t number)
{
	const unsigned char three[] = {head, (unsigned char)(number >> 8), (unsigned char)number};
	put(bytes, three, 3);
}

static struct bytes week_of(const struct open_block *blocks, size_t count)
{
	struct bytes bytes = {0};
	put(&bytes, "\x97", 1);
	for (int day = 0; day < 7; day++) {
		size_t of_day = 0;
		for (size_t i = 0; i < count; i++)
			of_day += blocks[i].weekday == day;
		put_number(&bytes, 0xdc, of_day);
		for (size_t i = 0; i < count; i++) {
			if (blocks[i].weekday != day)
				continue;
			put(&bytes, "\x92", 1);
			put_number(&bytes, 0xcd, blocks[i].from);
			put_number(&bytes, 0xcd, blocks[i].to);
		}
	}
	return bytes;
}

static struct bytes holidays_of(const int32_t *days, size_t count)
{
	struct bytes bytes = {0};
	put_number(&bytes, 0xdc, count);
	for (size_t i = 0; i < count; i++) {
		const struct date date = calendar_date(days[i]);
		char text[32];
		snprintf(text, sizeof text, "\xaa%04d-%02d-%02d", (int)date.year, date.month, date.day);
		put(&bytes, text, 11);
	}
	return bytes;
}

void tell_calendar(struct teller *teller, int64_t at, const char *name, const char *zone, const struct open_block *blocks, size_t block_count,
	const int32_t *holidays, size_t holiday_count)
{
	struct bytes week = week_of(blocks, block_count), days = holidays_of(holidays, holiday_count);
	struct event event = {.type = EVENT_CALENDAR_DEFINED, .ts = at, .seq = teller->seq, .present = event_types[EVENT_CALENDAR_DEFINED].required};
	event.text[KEY_CALENDAR] = view_of(name);
	event.text[KEY_ZONE] = view_of(zone);
	event.text[KEY_WEEK] = (struct view){week.data, week.size};
	event.text[KEY_HOLIDAYS] = (struct view){days.data, days.size};
	struct batch batch = {.src = view_of("test-1"), .boot = 1, .seq = teller->seq++, .sent = at, .count = 1, .events = &event};
	engine_apply(teller->engine, &(struct record){.kind = RECORD_BATCH, .lsn = ++teller->lsn, .recv = at, .batch = &batch});
	free(week.data);
	free(days.data);
}
