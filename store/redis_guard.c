#include <ctype.h>
#include <string.h>

#include "store/redis_guard.h"

void redis_guard_begin(struct redis_guard *guard, const struct redis_limits *limits)
{
	*guard = (struct redis_guard){.limits = limits};
}

static bool refuse(struct redis_fault *fault, const char *what)
{
	return redis_fail(fault, TROUBLE_PROTOCOL, "%s (%s); to do: %s", redis_troubles[TROUBLE_PROTOCOL].means, what,
		redis_troubles[TROUBLE_PROTOCOL].remedy);
}

static bool too_large(struct redis_fault *fault, const char *what)
{
	return redis_fail(fault, TROUBLE_TOO_LARGE, "%s (%s); to do: %s", redis_troubles[TROUBLE_TOO_LARGE].means, what,
		redis_troubles[TROUBLE_TOO_LARGE].remedy);
}

/* An element is whole: so may be the array it is in, and the one around that. */
static void close_element(struct redis_guard *guard)
{
	while (guard->depth && --guard->left[guard->depth] == 0)
		guard->depth--;
	guard->state = GUARD_KIND;
	if (guard->depth)
		return;
	guard->replies++;
	guard->reply_bytes = 0;
}

/* -1 or a number without sign, both without leading zeros needed; anything else is no length. */
static bool read_length(const struct redis_guard *guard, int64_t *length)
{
	const char *digits = guard->line;
	size_t size = guard->line_size;
	if (size == 2 && memcmp(digits, "-1", 2) == 0) {
		*length = -1;
		return true;
	}
	if (size == 0 || size > 18)
		return false;
	*length = 0;
	for (size_t i = 0; i < size; i++) {
		if (!isdigit((unsigned char)digits[i]))
			return false;
		*length = *length * 10 + (digits[i] - '0');
	}
	return true;
}

static bool open_bulk(struct redis_guard *guard, int64_t length, struct redis_fault *fault)
{
	if (length < 0) {
		close_element(guard);
		return true;
	}
	if ((uint64_t)length > guard->limits->reply_most)
		return too_large(fault, "a string");
	guard->bulk_left = (size_t)length;
	guard->state = length ? GUARD_BULK : GUARD_BULK_END;
	return true;
}

static bool open_array(struct redis_guard *guard, int64_t length, struct redis_fault *fault)
{
	if (length <= 0) {
		close_element(guard);
		return true;
	}
	if ((uint64_t)length > guard->limits->elements_most - guard->elements)
		return too_large(fault, "an array");
	if (guard->depth == REDIS_DEPTH_MOST)
		return refuse(fault, "arrays in arrays without end");
	guard->left[++guard->depth] = length;
	guard->state = GUARD_KIND;
	return true;
}

static bool end_line(struct redis_guard *guard, struct redis_fault *fault)
{
	int64_t length;
	guard->carriage = false;
	if (guard->kind != '$' && guard->kind != '*') {
		close_element(guard);
		return true;
	}
	if (!read_length(guard, &length))
		return refuse(fault, "a length that is none");
	return guard->kind == '$' ? open_bulk(guard, length, fault) : open_array(guard, length, fault);
}

static bool take_kind(struct redis_guard *guard, char kind, struct redis_fault *fault)
{
	if (!kind || !strchr("+-:$*", kind))
		return refuse(fault, "no Redis reply begins like this");
	if (++guard->elements > guard->limits->elements_most)
		return too_large(fault, "more elements than we take");
	guard->kind = kind;
	guard->line_size = 0;
	guard->carriage = false;
	guard->state = GUARD_LINE;
	return true;
}

static bool take_line(struct redis_guard *guard, char byte, struct redis_fault *fault)
{
	if (guard->carriage)
		return byte == '\n' ? end_line(guard, fault) : refuse(fault, "a line that does not end with CR LF");
	if (byte == '\r') {
		guard->carriage = true;
		return true;
	}
	if (guard->line_size >= (guard->kind == '+' || guard->kind == '-' ? REDIS_LINE_MOST : sizeof guard->line))
		return refuse(fault, "a line without end");
	if (guard->line_size < sizeof guard->line)
		guard->line[guard->line_size] = byte;
	guard->line_size++;
	return true;
}

static bool take_bulk_end(struct redis_guard *guard, char byte, struct redis_fault *fault)
{
	if (byte != (guard->carriage ? '\n' : '\r'))
		return refuse(fault, "a string longer than its length");
	if (guard->carriage)
		close_element(guard);
	guard->carriage = !guard->carriage;
	return true;
}

static bool take(struct redis_guard *guard, char byte, struct redis_fault *fault)
{
	if (guard->state == GUARD_KIND)
		return take_kind(guard, byte, fault);
	if (guard->state == GUARD_LINE)
		return take_line(guard, byte, fault);
	return take_bulk_end(guard, byte, fault);
}

static bool count(struct redis_guard *guard, size_t bytes, struct redis_fault *fault)
{
	guard->bytes += bytes;
	guard->reply_bytes += bytes;
	return (guard->reply_bytes <= guard->limits->reply_most + 64 /* its lengths */ && guard->bytes <= guard->limits->exchange_most) ||
	       too_large(fault, "more bytes than we take");
}

/* Contents are not looked at. */
static size_t skip_bulk(struct redis_guard *guard, size_t there)
{
	const size_t step = there < guard->bulk_left ? there : guard->bulk_left;
	guard->bulk_left -= step;
	if (!guard->bulk_left)
		guard->state = GUARD_BULK_END;
	guard->carriage = false;
	return step;
}

bool redis_guard_pass(struct redis_guard *guard, struct view bytes, struct redis_fault *fault)
{
	for (size_t at = 0; at < bytes.size;) {
		const bool inside = guard->state == GUARD_BULK;
		const size_t step = inside ? skip_bulk(guard, bytes.size - at) : 1;
		if (!count(guard, step, fault) || (!inside && !take(guard, bytes.data[at], fault)))
			return false;
		at += step;
	}
	return true;
}

bool redis_guard_idle(const struct redis_guard *guard)
{
	return guard->state == GUARD_KIND && guard->depth == 0;
}
