#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/zone.h"
#include "base/zone_rule.h"

#define ZONEINFO "/usr/share/zoneinfo/"
#define FILE_MOST (256 * 1024) /* the largest real one has 4 KiB */
#define HEADER_SIZE 44
#define OFFSET_MOST (26 * 3600) /* seconds; RFC 8536 asks for -25 h to 26 h */
#define DAY_MS INT64_C(86400000)

struct zone {
	char *name;
	size_t count;          /* of transitions */
	int64_t *when;         /* seconds since the epoch, rising */
	int32_t *after;        /* offset in force from then on, seconds */
	int32_t first;         /* before the first transition */
	struct zone_rule rule; /* after the last one, where it is set */
};

/* The six counts of a TZif header (RFC 8536, 3.1) and the size of one time in the block that follows. */
struct block {
	uint32_t isut, isstd, leap, times, types, letters;
	size_t time_size;
};

static uint32_t big_endian(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t time_at(const unsigned char *at, size_t size)
{
	if (size == 4)
		return (int32_t)big_endian(at);
	return (int64_t)((uint64_t)big_endian(at) << 32 | big_endian(at + 4));
}

static bool read_header(struct view file, size_t at, size_t time_size, struct block *block)
{
	if (file.size < HEADER_SIZE || at > file.size - HEADER_SIZE || memcmp(file.data + at, "TZif", 4) != 0)
		return false;
	const unsigned char *counts = (const unsigned char *)file.data + at + 20;
	*block = (struct block){big_endian(counts), big_endian(counts + 4), big_endian(counts + 8),
		big_endian(counts + 12), big_endian(counts + 16), big_endian(counts + 20), time_size};
	return block->types > 0 && block->types <= 256 && block->times <= FILE_MOST &&
	       block->leap <= FILE_MOST && block->letters <= FILE_MOST && block->isut <= block->types &&
	       block->isstd <= block->types;
}

static size_t block_size(const struct block *block)
{
	return block->times * (block->time_size + 1) + block->types * 6 + block->letters +
	       block->leap * (block->time_size + 4) + block->isstd + block->isut;
}

/* The transitions of the block whose data begin at `data`; its size has been checked. */
static bool read_block(struct zone *zone, const unsigned char *data, const struct block *block)
{
	const unsigned char *types = data + block->times * block->time_size;
	const unsigned char *infos = types + block->times;
	int32_t offsets[256];
	for (uint32_t i = 0; i < block->types; i++) {
		offsets[i] = (int32_t)big_endian(infos + i * 6);
		if (offsets[i] > OFFSET_MOST || offsets[i] < -OFFSET_MOST)
			return false;
	}
	zone->first = offsets[0];
	zone->count = block->times;
	zone->when = memory_new(block->times, sizeof *zone->when);
	zone->after = memory_new(block->times, sizeof *zone->after);
	for (size_t i = 0; i < zone->count; i++) {
		zone->when[i] = time_at(data + i * block->time_size, block->time_size);
		if (types[i] >= block->types || (i > 0 && zone->when[i] <= zone->when[i - 1]))
			return false;
		zone->after[i] = offsets[types[i]];
	}
	return true;
}

/* The rule between the two newlines at the end of a file of version 2 or later; none is no fault. */
static void read_footer(struct zone *zone, struct view rest)
{
	if (rest.size < 2 || rest.data[0] != '\n')
		return;
	const char *end = memchr(rest.data + 1, '\n', rest.size - 1);
	if (end)
		zone_rule_parse(&zone->rule, (struct view){rest.data + 1, (size_t)(end - rest.data) - 1});
}

static bool read_file(struct zone *zone, struct view file)
{
	struct block block;
	if (!read_header(file, 0, 4, &block) || file.size - HEADER_SIZE < block_size(&block))
		return false;
	size_t at = HEADER_SIZE;
	const bool has_second = file.data[4] >= '2'; /* the same again in 64 bits */
	if (has_second) {
		at += block_size(&block);
		if (!read_header(file, at, 8, &block) || file.size - at - HEADER_SIZE < block_size(&block))
			return false;
		at += HEADER_SIZE;
	}
	if (!read_block(zone, (const unsigned char *)file.data + at, &block))
		return false;
	at += block_size(&block);
	if (has_second)
		read_footer(zone, (struct view){file.data + at, file.size - at});
	return true;
}

/* The whole file in `room` bytes; its size, or -1. */
static ssize_t read_all(const char *path, char *to, size_t room)
{
	const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (descriptor < 0)
		return -1;
	struct stat about;
	size_t size = 0;
	ssize_t got = -1;
	if (fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode))
		while ((got = read(descriptor, to + size, room - size)) > 0)
			size += (size_t)got;
	close(descriptor);
	return got < 0 || size == room ? -1 : (ssize_t)size;
}

static bool read_path(struct zone *zone, const char *path)
{
	char *bytes = memory_new(FILE_MOST, 1);
	const ssize_t size = read_all(path, bytes, FILE_MOST);
	const bool good = size >= 0 && read_file(zone, (struct view){bytes, (size_t)size});
	free(bytes);
	return good;
}

/* Names come from feeds too: nothing but what the zone database uses may reach the file system. */
static bool is_name(const char *name)
{
	const size_t length = strnlen(name, 65);
	return length > 0 && length <= 64 && name[0] != '/' && !strstr(name, "..") &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == length;
}

static bool read_named(struct zone *zone, const char *name)
{
	if (strcmp(name, "UTC") == 0)
		return true;
	if (!is_name(name))
		return false;
	char *path = memory_format(ZONEINFO "%s", name);
	const bool good = read_path(zone, path);
	free(path);
	return good;
}

static void rename_zone(struct zone *zone, const char *name)
{
	char *copy = memory_text(name);
	free(zone->name);
	zone->name = copy;
}

/* /etc/localtime is a link into the zone database on most machines: then it has a name. */
static bool read_localtime(struct zone *zone)
{
	char target[PATH_MAX];
	if (!realpath("/etc/localtime", target)) {
		const bool is_absent = errno == ENOENT;
		rename_zone(zone, "UTC"); /* what tzset(3) takes a machine without it to mean */
		return is_absent;
	}
	const char *name = strstr(target, "zoneinfo/");
	if (name && is_name(name + strlen("zoneinfo/")))
		rename_zone(zone, name + strlen("zoneinfo/"));
	return read_path(zone, target);
}

/* What the person set ($TZ: a name, a path or a rule), or else what the machine is set to. */
static bool read_local(struct zone *zone)
{
	const char *wanted = getenv("TZ");
	if (!wanted)
		return read_localtime(zone);
	if (*wanted == ':')
		wanted++;
	rename_zone(zone, *wanted ? wanted : "UTC");
	if (!*wanted || read_named(zone, wanted))
		return true;
	return *wanted == '/' ? read_path(zone, wanted) : zone_rule_parse(&zone->rule, view_of(wanted));
}

struct zone *zone_open(const char *name, struct error *err)
{
	struct zone *zone = memory_new(1, sizeof *zone);
	zone->name = memory_text(name);
	const bool is_local = strcmp(name, "local") == 0;
	if (is_local ? read_local(zone) : read_named(zone, name))
		return zone;
	char shown[80];
	text_harmless(view_of(is_local ? zone->name : name), shown, sizeof shown);
	fail(err,
		"no time zone is called '%s'; write a name such as \"Europe/Berlin\", \"UTC\" or \"local\"%s",
		shown, access(ZONEINFO, F_OK) == 0 ? "" : " (and install the package tzdata)");
	zone_close(zone);
	return NULL;
}

void zone_close(struct zone *zone)
{
	if (!zone)
		return;
	free(zone->name);
	free(zone->when);
	free(zone->after);
	free(zone);
}

const char *zone_name(const struct zone *zone)
{
	return zone->name;
}

/* Number by number: a struct has bytes between its fields. */
static void put_date(int64_t to[5], const struct zone_date *date)
{
	const int64_t numbers[] = {date->kind, date->month, date->week, date->day, date->time};
	memcpy(to, numbers, sizeof numbers);
}

static uint64_t hash_with(const struct zone *zone, const struct zone_rule *rule)
{
	size_t count = 0;
	int64_t *numbers = memory_new(2 * zone->count + 16, sizeof *numbers);
	numbers[count++] = zone->first;
	for (size_t i = 0; i < zone->count; i++) {
		numbers[count++] = zone->when[i];
		numbers[count++] = zone->after[i];
	}
	if (rule->is_set) {
		numbers[count++] = rule->standard;
		numbers[count++] = rule->has_summer;
	}
	if (rule->is_set && rule->has_summer) {
		numbers[count++] = rule->summer;
		put_date(&numbers[count], &rule->begin);
		put_date(&numbers[count + 5], &rule->end);
		count += 10;
	}
	const uint64_t hash = map_hash((struct view){(const char *)numbers, count * sizeof *numbers});
	free(numbers);
	return hash;
}

uint64_t zone_hash(const struct zone *zone)
{
	return hash_with(zone, &zone->rule);
}

uint64_t zone_hash_alike(const struct zone *zone)
{
	const struct zone_rule *rule = &zone->rule;
	const bool is_constant = zone->count == 0 && (!rule->is_set || (!rule->has_summer && rule->standard == zone->first));
	const struct zone_rule other = {.is_set = !rule->is_set, .standard = zone->first};
	return hash_with(zone, is_constant ? &other : rule);
}

static int64_t seconds_of(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

int32_t zone_offset(const struct zone *zone, int64_t at)
{
	const int64_t second = seconds_of(at);
	size_t low = 0, high = zone->count; /* how many transitions are at or before the instant */
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (zone->when[middle] <= second)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->rule.is_set)
		return zone_rule_offset(&zone->rule, second);
	return low ? zone->after[low - 1] : zone->first;
}

/* The first instant in (low, high] whose local reading is `local` or later: where a clock jumped over it. */
static int64_t jump_end(const struct zone *zone, int64_t local, int64_t low, int64_t high)
{
	while (high - low > 1) {
		const int64_t middle = low + (high - low) / 2;
		if (middle + zone_offset(zone, middle) * INT64_C(1000) >= local)
			high = middle;
		else
			low = middle;
	}
	return high;
}

int64_t zone_instant(const struct zone *zone, int64_t local)
{
	if (local > INT64_MAX / 2 ||
		local < INT64_MIN / 2) /* beyond any calendar: nothing to look up, nothing to overflow */
		return local;
	/* No offset reaches a day and a bit: whatever holds at that instant holds on one side of it or the
	 * other. */
	const int64_t before = local - zone_offset(zone, local - DAY_MS) * INT64_C(1000);
	const int64_t after = local - zone_offset(zone, local + DAY_MS) * INT64_C(1000);
	const int64_t first = before < after ? before : after, second = before < after ? after : before;
	if (first + zone_offset(zone, first) * INT64_C(1000) == local)
		return first;
	if (second + zone_offset(zone, second) * INT64_C(1000) == local)
		return second;
	return jump_end(zone, local, first - 1, second);
}
