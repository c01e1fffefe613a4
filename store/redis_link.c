#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "store/redis_greeting.h"
#include "store/redis_resolve.h"

#define HOPS_MOST 5 /* redirections of one command */

struct redis_link {
	struct redis_link_options options;
	char *name;
	struct redis_tls *tls;
	struct redis_peer *peer; /* NULL: none */
	struct redis_about about;
	struct redis_resolve resolve;
};

static void fill_in(struct redis_limits *limits)
{
	limits->connect_ms = limits->connect_ms ? limits->connect_ms : 1000;
	limits->command_ms = limits->command_ms ? limits->command_ms : 1000;
	limits->reply_most = limits->reply_most ? limits->reply_most : 1024 * 1024;
	limits->exchange_most = limits->exchange_most ? limits->exchange_most : 16 * 1024 * 1024;
	limits->elements_most = limits->elements_most ? limits->elements_most : 262144;
}

struct redis_link *redis_link_create(const struct redis_link_options *options)
{
	struct redis_link *link = memory_new(1, sizeof *link);
	link->options = *options;
	link->name = memory_text(options->name);
	fill_in(&link->options.limits);
	return link;
}

void redis_link_destroy(struct redis_link *link)
{
	if (!link)
		return;
	redis_link_drop(link);
	redis_tls_destroy(link->tls);
	free(link->name);
	free(link);
}

bool redis_link_connected(const struct redis_link *link)
{
	return link->peer != NULL;
}

void redis_link_drop(struct redis_link *link)
{
	redis_peer_close(link->peer);
	link->peer = NULL;
}

const struct redis_about *redis_link_about(const struct redis_link *link)
{
	return &link->about;
}

/* ---- connecting ---- */

static struct redis_peer *open_peer(struct redis_link *link, const struct redis_address *address, struct redis_fault *fault)
{
	return redis_peer_open(address, &link->options.limits, link->tls, link->options.stop, fault);
}

/* Connected and greeted, or NULL. */
static struct redis_peer *meet(struct redis_link *link, const struct redis_address *address, struct redis_about *about,
	struct redis_fault *fault)
{
	struct redis_peer *peer = open_peer(link, address, fault);
	if (peer && redis_greeting_say(peer, &link->options.url, link->name, about, fault))
		return peer;
	redis_peer_close(peer);
	return NULL;
}

/* In a Cluster any node will do that answers; it sends us on. */
static struct redis_peer *meet_any(struct redis_link *link, struct redis_fault *fault)
{
	struct redis_address address;
	struct redis_peer *peer = NULL;
	for (int i = 0; !peer && redis_resolve_node(&link->resolve, &link->options.url, i, &address); i++) {
		peer = meet(link, &address, &link->about, fault);
		if (!peer && fault->trouble == TROUBLE_STOPPED)
			return NULL;
	}
	return peer;
}

static struct redis_peer *ask_sentinels(struct redis_link *link, struct redis_fault *fault)
{
	const struct redis_url *url = &link->options.url;
	for (int i = 0; i < url->host_count; i++) {
		const int which = (link->resolve.first + i) % url->host_count;
		struct redis_peer *sentinel = open_peer(link, &url->hosts[which], fault), *peer = NULL;
		struct redis_address master;
		if (sentinel && redis_resolve_master(sentinel, url, &master, fault))
			peer = meet(link, &master, &link->about, fault);
		redis_peer_close(sentinel);
		if (peer)
			link->resolve.first = which; /* it knew: it is asked first the next time */
		if (peer || fault->trouble == TROUBLE_STOPPED)
			return peer;
	}
	return NULL;
}

bool redis_link_is_cluster(const struct redis_link *link)
{
	return link->options.url.way == REDIS_BY_CLUSTER;
}

bool redis_link_connect(struct redis_link *link, struct redis_fault *fault)
{
	struct redis_fault own; /* the caller may not want to know, but we do */
	struct redis_fault *why = fault ? fault : &own;
	const struct redis_url *url = &link->options.url;
	redis_link_drop(link);
	if (url->tls && !link->tls)
		link->tls = redis_tls_create(url, why);
	if (url->tls && !link->tls)
		return false;
	if (url->way == REDIS_BY_SENTINEL)
		link->peer = ask_sentinels(link, why);
	else if (url->way == REDIS_BY_CLUSTER)
		link->peer = meet_any(link, why);
	else
		link->peer = meet(link, &url->hosts[0], &link->about, why);
	return link->peer != NULL;
}

/* ---- where a Cluster sends us ---- */

static enum redis_trouble trouble_in(const struct redis_reply *reply)
{
	return reply->kind == REPLY_ERROR ? redis_trouble_of(redis_reply_text(reply)) : TROUBLE_NONE;
}

static bool sent_on(const struct redis_link *link, enum redis_trouble trouble)
{
	return link->options.url.way == REDIS_BY_CLUSTER && (trouble == TROUBLE_MOVED || trouble == TROUBLE_ASK);
}

/* The slot has a new home: we move there. */
static bool move_house(struct redis_link *link, const struct redis_address *target, struct redis_fault *fault)
{
	struct redis_peer *peer = meet(link, target, &link->about, fault);
	redis_link_drop(link);
	link->peer = peer;
	if (peer)
		link->resolve.last = *target;
	return peer != NULL;
}

/* One key is already there, the slot is not: ASKING and the command, on a connection for this once. */
static bool ask_there(struct redis_link *link, const struct redis_address *target, struct view command, struct redis_replies *answers,
	struct redis_fault *fault)
{
	struct redis_about unused;
	struct redis_peer *peer = meet(link, target, &unused, fault);
	struct redis_commands both = {.bytes = NULL};
	redis_commands_add(&both, "ASKING", NULL);
	redis_commands_copy(&both, command);
	const bool good = peer && redis_peer_exchange(peer, &both, answers, fault);
	redis_commands_finish(&both);
	redis_peer_close(peer);
	return good;
}

static bool run_again(struct redis_link *link, struct view command, struct redis_replies *answers, struct redis_fault *fault)
{
	struct redis_commands one = {.bytes = NULL};
	redis_commands_copy(&one, command);
	const bool good = redis_peer_exchange(link->peer, &one, answers, fault);
	redis_commands_finish(&one);
	return good;
}

/* Follows one redirection of *reply and puts the new answer in its place. */
static bool follow(struct redis_link *link, struct view command, struct redis_reply **reply, struct redis_fault *fault)
{
	struct redis_address target;
	struct redis_replies answers = {.list = NULL};
	const bool ask = trouble_in(*reply) == TROUBLE_ASK;
	if (!redis_resolve_target(redis_reply_text(*reply), redis_peer_address(link->peer), &target, fault))
		return false;
	const bool good = ask ? ask_there(link, &target, command, &answers, fault)
			      : move_house(link, &target, fault) && run_again(link, command, &answers, fault);
	if (good) {
		redis_reply_destroy(*reply);
		*reply = answers.list[--answers.count];
	}
	redis_replies_finish(&answers);
	return good;
}

static bool follow_all(struct redis_link *link, const struct redis_commands *commands, struct redis_replies *replies, size_t first,
	struct redis_fault *fault)
{
	for (size_t i = 0; i < commands->count; i++)
		for (int hop = 0; hop < HOPS_MOST && sent_on(link, trouble_in(replies->list[first + i])); hop++)
			if (!follow(link, redis_commands_at(commands, i), &replies->list[first + i], fault))
				return false;
	return true;
}

/* ---- running ---- */

/* Errors of the server, not of the command: NOSCRIPT is the caller's to answer. */
static bool server_is_well(const struct redis_replies *replies, size_t first, struct redis_fault *fault)
{
	for (size_t i = first; i < replies->count; i++) {
		const enum redis_trouble trouble = trouble_in(replies->list[i]);
		if (trouble != TROUBLE_NONE && trouble != TROUBLE_NOSCRIPT && redis_troubles[trouble].again)
			return redis_fail_reply(fault, redis_reply_text(replies->list[i]));
	}
	return true;
}

bool redis_link_run(struct redis_link *link, const struct redis_commands *commands, struct redis_replies *replies,
	struct redis_fault *fault)
{
	struct redis_fault own;
	struct redis_fault *why = fault ? fault : &own;
	const size_t first = replies->count;
	if (!link->peer)
		return redis_fail(why, TROUBLE_RESET, "%s: not connected", link->options.url.shown);
	if (redis_peer_exchange(link->peer, commands, replies, why) && follow_all(link, commands, replies, first, why) &&
		server_is_well(replies, first, why))
		return true;
	if (redis_troubles[why->trouble].drop)
		redis_link_drop(link);
	return false;
}

static struct redis_reply *call_once(struct redis_link *link, const struct redis_call *call, bool whole, struct redis_fault *fault)
{
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	struct redis_reply *reply = NULL;
	redis_call_encode(call, whole, &commands);
	if (redis_link_run(link, &commands, &replies, fault))
		reply = replies.list[--replies.count];
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	return reply;
}

struct redis_reply *redis_link_call(struct redis_link *link, const struct redis_call *call, struct redis_fault *fault)
{
	struct redis_reply *reply = call_once(link, call, false, fault);
	if (reply && trouble_in(reply) == TROUBLE_NOSCRIPT) { /* EVAL also makes it known */
		redis_reply_destroy(reply);
		reply = call_once(link, call, true, fault);
	}
	if (!reply || reply->kind != REPLY_ERROR)
		return reply;
	redis_fail_reply(fault, redis_reply_text(reply));
	redis_reply_destroy(reply);
	return NULL;
}
