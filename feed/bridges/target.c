#include "feed/bridges/target.h"

#include <string.h>

#include "base/text.h"

bool target_read(struct target *target, const char *text, const char *port, struct error *err)
{
	const char *close = *text == '[' ? strchr(text, ']') : NULL, *colon = strrchr(close ? close : text, ':');
	if (*text == '[' && (!close || (close[1] && close[1] != ':')))
		return fail(err, "'%.200s': an address in brackets is [ADDRESS] or [ADDRESS]:PORT", text);
	if (!close && strchr(text, ':') != strrchr(text, ':'))
		return fail(err, "'%.200s': write an IPv6 address in brackets, as [::1]:%s", text, port);
	const char *begin = close ? text + 1 : text, *end = close ? close : colon ? colon : text + strlen(text);
	const struct view host = {begin, (size_t)(end - begin)}, given = view_of(colon ? colon + 1 : port);
	if (!host.size || host.size >= sizeof target->host || given.size >= sizeof target->port || text_whole(given, UINT16_MAX) < 1)
		return fail(err, "'%.200s' is not HOST[:PORT]", text);
	view_copy(host, target->host, sizeof target->host);
	view_copy(given, target->port, sizeof target->port);
	return true;
}
