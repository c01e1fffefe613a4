#include "app/outlets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/memory.h"
#include "feed/curve_gate.h"
#include "feed/endpoint.h"
#include "feed/identifiers_key.h"
#include "journal/disk.h"
#include "store/redis_url.h"

/* ---- what may leave ---- */

/* The first market whose identifiers stay; NULL: those of all may travel. */
static const char *strict_market(const struct settings *settings)
{
	for (int i = 0; i < settings->market_count; i++)
		if (settings->markets[i].identifiers_stay)
			return settings->markets[i].name;
	return NULL;
}

/* Redis itself may be read from elsewhere, which is for its owner to say; behind Sentinel or in a cluster it is elsewhere. */
static bool store_local(const char *store)
{
	struct redis_url url;
	struct error err;
	char endpoint[300];
	if (!redis_url_parse(store, &url, &err))
		return false;
	snprintf(endpoint, sizeof endpoint, "tcp://%s:%u", url.hosts[0].host, url.hosts[0].port);
	return url.way == REDIS_BY_UNIX || (url.way == REDIS_BY_HOST && endpoint_local(endpoint));
}

bool outlets_store_leaves(const struct settings *settings, const char *store)
{
	return strict_market(settings) && store && !store_local(store);
}

bool outlets_allowed(const struct settings *settings, const char *publish, const char *store, struct error *err)
{
	const char *market = strict_market(settings), *clients = settings->client_keys;
	const bool anybody = !*clients || strcmp(clients, "any") == 0;
	if (market && publish && anybody && !endpoint_local(publish))
		return fail(err, "publish %.150s: identifiers of the market \"%.80s\" stay at their site, and anybody could attach there: list the keys of those "
				 "inside in client_keys, or give publish_outside in its place", publish, market);
	if (outlets_store_leaves(settings, store) && !*settings->identifiers_key_file)
		return fail(err, "store: identifiers of the market \"%.80s\" stay at their site, and this Redis is elsewhere: set identifiers_key_file "
				 "(tablo keygen --identifiers makes one), so that hashes are written, or give a Redis of this machine", market);
	return true;
}

bool outlets_veil(const struct settings *settings, struct veil *veil, struct error *err)
{
	if (!identifiers_key_read(settings->identifiers_key_file, veil, err))
		return false;
	veil->spoken[0].words = settings->care_reasons;
	veil->spoken[0].count = settings->care_reason_count;
	veil->spoken[1].words = settings->fcr_exclude_reasons;
	veil->spoken[1].count = settings->fcr_reason_count;
	return true;
}

/* ---- opening and closing ---- */

static bool read_veil(struct outlets *outlets, const struct settings *settings, struct error *err)
{
	if (*settings->identifiers_key_file) {
		outlets->has_veil = outlets_veil(settings, &outlets->veil, err);
		return outlets->has_veil;
	}
	return !*settings->publish_outside ||
	       fail(err, "publish_outside %.150s: without a key names and ids cannot be made hashes: tablo keygen --identifiers --out FILE makes one, "
			 "identifiers_key_file = \"FILE\" names it", settings->publish_outside);
}

/* Both ends are in one ZeroMQ context, which has one gate. */
static bool open_gate(struct outlets *outlets, struct outlet_options *options, struct error *err)
{
	if (options->gate || !options->publish || !*options->settings->publish_outside)
		return true;
	outlets->gate = options->gate = curve_gate_open(options->zmq, err);
	return outlets->gate != NULL;
}

/* What was hashed with another key must not be mixed in. */
static bool open_states(struct outlets *outlets, const struct settings *settings, struct error *err)
{
	outlets->states = memory_format("%s/outside-%016llx", settings->journal, (unsigned long long)veil_hash(&outlets->veil, view_of("states")));
	const int result = disk_real.make_directory(disk_real.context, outlets->states);
	return result >= 0 || fail(err, "%s: cannot be made: %s", outlets->states, strerror(-result));
}

bool outlets_open(struct outlets *outlets, const struct outlet_options *options, struct error *err)
{
	struct outlet_options inside = *options;
	inside.states = options->settings->journal;
	inside.permits = outlets->permits = permits_open(options->settings, err);
	if (!outlets->permits || !read_veil(outlets, options->settings, err) || !open_gate(outlets, &inside, err))
		return false;
	outlets->inside = inside.publish ? outlet_open(&inside, err) : NULL;
	if (inside.publish && !outlets->inside)
		return false;
	if (!*options->settings->publish_outside)
		return true;
	struct outlet_options outside = inside;
	outside.publish = options->settings->publish_outside;
	outside.ask = NULL;
	outside.veil = &outlets->veil;
	outside.ack = NULL; /* a standby is inside */
	if (!open_states(outlets, options->settings, err))
		return false;
	outside.states = outlets->states;
	outlets->outside = outlet_open(&outside, err);
	return outlets->outside != NULL;
}

void outlets_close(struct outlets *outlets)
{
	outlet_close(outlets->inside);
	outlet_close(outlets->outside);
	if (outlets->gate)
		curve_gate_close(outlets->gate);
	free(outlets->states);
	permits_close(outlets->permits);
	explicit_bzero(outlets, sizeof *outlets);
}

/* ---- each end ---- */

void outlets_attach(struct outlets *outlets, struct desk *desk, uint64_t lsn)
{
	if (outlets->inside)
		outlet_attach(outlets->inside, desk, lsn);
	if (outlets->outside)
		outlet_attach(outlets->outside, desk, lsn);
}

void outlets_lead(struct outlets *outlets, struct desk *desk, uint64_t lsn, uint64_t epoch, const char *epochs)
{
	if (outlets->inside)
		outlet_lead(outlets->inside, desk, lsn, epoch, epochs);
	if (outlets->outside)
		outlet_lead(outlets->outside, desk, lsn, epoch, epochs);
}

void outlets_add(struct outlets *outlets, const struct frame *frame)
{
	if (outlets->inside)
		outlet_add(outlets->inside, frame);
	if (outlets->outside)
		outlet_add(outlets->outside, frame);
}

void outlets_turn(struct outlets *outlets, uint64_t written)
{
	if (outlets->inside)
		outlet_turn(outlets->inside, written);
	if (outlets->outside)
		outlet_turn(outlets->outside, written);
}

void outlets_restart(struct outlets *outlets)
{
	if (outlets->inside)
		outlet_restart(outlets->inside);
	if (outlets->outside)
		outlet_restart(outlets->outside);
}

bool outlets_reload_keys(struct outlets *outlets, struct error *err)
{
	return permits_reload(outlets->permits, err) && (!outlets->inside || outlet_reload_keys(outlets->inside, err)) && (!outlets->outside || outlet_reload_keys(outlets->outside, err));
}

int outlets_items(const struct outlets *outlets, struct zmq_pollitem_t *items)
{
	int count = outlets->inside ? outlet_items(outlets->inside, items) : 0;
	return count + (outlets->outside ? outlet_items(outlets->outside, items + count) : 0);
}

int64_t outlets_due(const struct outlets *outlets)
{
	const int64_t inside = outlets->inside ? outlet_due(outlets->inside) : INT64_MAX;
	const int64_t outside = outlets->outside ? outlet_due(outlets->outside) : INT64_MAX;
	return inside < outside ? inside : outside;
}
