/* Whether a webhook's request is from whom it says: how each source signs, in one table. Thread-safe once created. */
#ifndef FEED_BRIDGES_SIGNATURE_H
#define FEED_BRIDGES_SIGNATURE_H

#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

#define SIGNATURE_WINDOW_MS (5 * 60 * 1000) /* a request's own time may differ so much from this machine's, either way */
#define SIGNATURE_SECRETS_MOST 8	    /* of one source: while one replaces another, both hold */
#define SIGNATURE_PROOF_MOST 32

/* As a mapping's `webhook` section says it; NULL: not given. */
struct signature_rule {
	const char *scheme;    /* a name of the table: "hmac-sha256" */
	const char *header;    /* where the signature or token is; "query:NAME" for one in the address */
	const char *text;      /* what is signed: "{timestamp}.{body}"; NULL: "{body}" */
	const char *prefix;    /* before the signature or token: "sha1=", "Bearer " */
	const char *timestamp; /* the header that holds it: seconds or ms since the epoch, or ISO 8601; never without `{timestamp}` in the text */
	const char *replay;    /* "refuse": the same signature holds only once, also without a time in the text */
};

struct signature_request {
	const char *path, *query; /* as sent; without '?' */
	struct view body;
	const char *origin; /* "https://hooks.example.org": what the source thinks that it calls (twilio); NULL: from the header */
	bool secure;	    /* it came over TLS to here */
	const char *(*header)(const void *context, const char *name); /* NULL: no such header */
	const void *context;
	int64_t now; /* ms since the epoch */
};

enum signature_verdict { SIGNATURE_GOOD, SIGNATURE_MISSING, SIGNATURE_WRONG, SIGNATURE_UNTIMELY };

/* What a signature says only once; size 0: the same may be signed twice. `timed`: its text has a time in it. */
struct signature_proof {
	size_t size;
	bool timed;
	uint8_t bytes[SIGNATURE_PROOF_MOST];
};

struct signature;
struct signature *signature_create(const struct signature_rule *rule, struct error *err);
void signature_destroy(struct signature *signature); /* NULL is fine; forgets the secrets */
/* Copies it. False: it is empty, or there are too many. */
bool signature_add_secret(struct signature *signature, struct view secret, struct error *err);
bool signature_has_secret(const struct signature *signature);
/* err says what is wrong, for whoever sent it: nothing of the secret, of what was expected or of the body. */
enum signature_verdict signature_check(const struct signature *signature, const struct signature_request *request, struct signature_proof *proof,
	struct error *err);

#endif
