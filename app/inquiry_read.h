/* What is behind a figure, read from journals: that of this machine, or what is fetched of the collectors elsewhere, site by site. For the
 * thread of app/inquiry.c; it takes as long as it takes. */
#ifndef APP_INQUIRY_READ_H
#define APP_INQUIRY_READ_H

#include "app/distant.h"
#include "store/snapshot.h"

/* The moment of the question at one collector elsewhere. */
struct inquiry_place {
	bool wanted, known; /* known: there is an engine that can be asked about */
	int64_t moment;
	uint64_t lsn;  /* of the engine that was asked about */
	int64_t since; /* the window began then */
};

struct inquiry_question {
	struct proof_request request; /* number 0: none */
	struct snapshot_request board;
	char scope[200], scope_text[96]; /* by names: "queue=Billing" */
	int64_t moment;
	uint64_t lsn;	 /* the record at the moment; 0: only its time is known */
	bool of_journal; /* names have the numbers of the journal */
	struct inquiry_place places[SITES_MOST]; /* in the order of struct distant */
};

struct inquiry_reading {
	const struct inquiry_question *question;
	const char *journal;	 /* NULL: none on this machine */
	struct distant *distant; /* NULL: there are none */
	const struct settings *settings;
	bool (*stop)(void *context); /* true: give up */
	void (*tell)(void *context, const char *text); /* how far it is */
	void *context;
};

bool inquiry_read_rows(const struct inquiry_reading *reading, struct proof *proof, struct error *err);
bool inquiry_read_life(const struct inquiry_reading *reading, struct proof *proof, struct error *err);

enum sl_formula inquiry_formula(const struct settings *settings, const struct snapshot_request *board);
/* That a site has none, and why. */
void inquiry_lack(struct evidence *to, const char *site, const char *why);
/* The rows of one site behind those of the others; `from` is used up. */
void inquiry_join(struct evidence *to, struct evidence *from, const char *site);

#endif
