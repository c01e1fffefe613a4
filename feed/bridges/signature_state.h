/* Inside feed/bridges/signature*.c: what the table of schemes (signature.c) and Twilio's (signature_twilio.c) share. */
#ifndef FEED_BRIDGES_SIGNATURE_STATE_H
#define FEED_BRIDGES_SIGNATURE_STATE_H

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/zone.h"
#include "feed/bridges/signature.h"

struct signature {
	const struct scheme *scheme;
	char *header, *text, *prefix, *timestamp; /* owned */
	struct view secrets[SIGNATURE_SECRETS_MOST]; /* owned */
	int secret_count;
	bool once; /* the same signature does not hold twice */
	struct zone *utc; /* times are read and told by it */
};

struct given { /* what a request shows for itself */
	struct view signature; /* without its prefix */
	const char *timestamp;
};

/* Does the request's signature hold under that secret? */
typedef bool signature_matches(const struct signature *signature, struct view secret, const struct signature_request *request,
	const struct given *given,
	struct signature_proof *proof);
signature_matches twilio_matches;

/* In a time that does not depend on where they differ. */
bool signature_same(struct view one, struct view other);

#endif
