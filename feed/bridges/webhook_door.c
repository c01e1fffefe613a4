/* Who sends, and what: in the server's thread, before anything is read of the body. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/bridges/webhook_state.h"

struct http_answer webhook_answer(int status, const char *text)
{
	return (struct http_answer){.status = status, .type = "text/plain; charset=utf-8", .body = view_of(text)};
}

static void ring(const struct webhook *webhook)
{
	eventfd_write(webhook->bell, 1);
}

/* `why` names a source at most, nothing that came with the request. */
static void note_refused(struct webhook *webhook, const char *name, const char *why)
{
	pthread_mutex_lock(&webhook->lock);
	if (webhook->reason_count < WEBHOOK_REASONS_MOST)
		webhook->reasons[webhook->reason_count++] = memory_format("%s: %s", name, why);
	webhook->refused++;
	pthread_mutex_unlock(&webhook->lock);
	ring(webhook);
}

/* Texts of answers are copied before the next request is looked at, in this same thread. */
static bool refuse(struct webhook *webhook, const char *name, int status, const char *why, struct http_answer *answer)
{
	static _Thread_local char text[700];
	note_refused(webhook, name, why);
	snprintf(text, sizeof text, "%s\n", why);
	*answer = webhook_answer(status, text);
	return true;
}

static bool answer_health(struct webhook *webhook, struct http_answer *answer)
{
	static _Thread_local char text[600];
	const bool failing = webhook->failing;
	size_t size = (size_t)snprintf(text, sizeof text, "{\"status\":\"%s\"", failing ? "the disk refuses" : "ok");
	for (int i = 0; i < BRIDGE_COUNT; i++)
		size += (size_t)snprintf(text + size, sizeof text - size, ",\"%s\":%" PRIu64, bridge_count_names[i], webhook->counts[i]);
	snprintf(text + size, sizeof text - size, "}\n");
	*answer = webhook_answer(failing ? 503 : 200, text);
	answer->type = "application/json";
	return true;
}

static bool answer_nowhere(struct webhook *webhook, struct http_answer *answer)
{
	char text[500];
	size_t size = (size_t)snprintf(text, sizeof text, "no such path; there are");
	for (size_t i = 0; i < webhook->sources.count && size < sizeof text; i++)
		size += (size_t)snprintf(text + size, sizeof text - size, " %s", webhook->sources.list[i].path);
	return refuse(webhook, "a path that is nobody's", 404, text, answer);
}

static bool type_is(const char *type, size_t size, const char *wanted)
{
	return size == strlen(wanted) && strncasecmp(type, wanted, size) == 0;
}

/* JSON of any kind, forms, and plain text, as which some systems send JSON. */
static bool can_read(const char *type)
{
	if (!type)
		return true;
	const size_t size = strcspn(type, "; \t");
	return type_is(type, size, "application/json") || type_is(type, size, "text/plain") || type_is(type, size, "text/json")
		|| type_is(type, size, "application/x-www-form-urlencoded") || (size > 5 && strncasecmp(type + size - 5, "+json", 5) == 0);
}

static const char *find_header(const void *context, const char *name)
{
	return http_header(context, name);
}

/* Puts it into the line; false: that is full. */
static bool stand_in_line(struct webhook *webhook, const struct webhook_waiting *waiting)
{
	struct webhook_line *line = &webhook->line;
	pthread_mutex_lock(&webhook->lock);
	const bool room = line->count < WEBHOOK_LINE_MOST;
	if (room)
		line->waiting[(line->first + line->count++) % WEBHOOK_LINE_MOST] = *waiting;
	pthread_mutex_unlock(&webhook->lock);
	if (room)
		ring(webhook);
	return room;
}

static bool check_signature(struct webhook *webhook, const struct http_request *request, struct webhook_waiting *waiting, struct http_answer *answer)
{
	const struct signature_request asked = {.path = request->path, .query = request->query, .body = request->body, .origin = webhook->origin,
		.secure = webhook->secure, .header = find_header, .context = request, .now = waiting->received};
	struct error err;
	pthread_mutex_lock(&webhook->sources.lock);
	const struct signature *signature = waiting->source->signature;
	const enum signature_verdict verdict = signature ? signature_check(signature, &asked, &waiting->proof, &err) : SIGNATURE_GOOD;
	pthread_mutex_unlock(&webhook->sources.lock);
	if (verdict == SIGNATURE_GOOD)
		return true;
	refuse(webhook, source_name(waiting->source->source), verdict == SIGNATURE_MISSING ? 401 : 403, err.text, answer);
	return false;
}

bool webhook_door(void *context, const struct http_request *request, struct http_answer *answer)
{
	struct webhook *webhook = context;
	const bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
	if (reads && strcmp(request->path, "/health") == 0)
		return answer_health(webhook, answer);
	struct webhook_waiting waiting = {.request = request, .source = webhook_sources_find(&webhook->sources, request->path), .received = clock_wall()};
	if (!waiting.source)
		return answer_nowhere(webhook, answer);
	const char *name = source_name(waiting.source->source);
	if (strcmp(request->method, "HEAD") == 0) { /* Intercom asks so whether there is somebody */
		*answer = webhook_answer(200, "");
		return true;
	}
	if (strcmp(request->method, "POST") != 0) {
		refuse(webhook, name, 405, "only POST is taken here", answer);
		answer->allow = "POST";
		return true;
	}
	if (http_header(request, "Content-Encoding"))
		return refuse(webhook, name, 415, "a body is taken as it is: send no Content-Encoding", answer);
	if (!can_read(http_header(request, "Content-Type")))
		return refuse(webhook, name, 415, "a body is JSON or a form: send Content-Type: application/json", answer);
	if (http_header(request, "x-amz-sns-message-type"))
		return refuse(webhook, name, 403, "Amazon SNS is not followed: let an EventBridge rule call an API destination", answer);
	if (!check_signature(webhook, request, &waiting, answer))
		return true;
	if (stand_in_line(webhook, &waiting))
		return false;
	refuse(webhook, name, 429, "too many requests wait to be written; try again", answer);
	answer->retry_after = 1;
	return true;
}
