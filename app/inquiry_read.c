#include "app/inquiry_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "replay/evidence.h"
#include "replay/life.h"
#include "replay/player.h"

#define LIFE_BEFORE (7 * DAY_MS) /* how far from its row's time a life is looked for: a case may be old */
#define LIFE_AFTER DAY_MS
#define BEHIND_MOST MINUTE_MS	 /* a journal that is written now ends a little before now */

/* One journal, and the moment in it. */
struct source {
	const char *journal;
	const struct settings *settings;
	int64_t moment;
	uint64_t lsn;
	bool is_fetched;
};

enum sl_formula inquiry_formula(const struct settings *settings, const struct snapshot_request *board)
{
	return board->formula >= 0 ? (enum sl_formula)board->formula : snapshot_formula(settings, NULL);
}

/* What the journal cannot tell of the window. */
static void say_missing(const struct source *source, struct evidence *evidence)
{
	struct player_span span;
	char at[40];
	struct player *player = player_open(source->journal, source->settings, NULL);
	struct zone *zone = zone_open(source->settings->zone, NULL);
	if (zone && player && !*evidence->why && player_span(player, &span, NULL)) {
		if (span.first > 1 && span.from > evidence->from) {
			instant_format(span.from, zone, at, sizeof at);
			snprintf(evidence->why, sizeof evidence->why, _("%s %s: what was before is not in it"),
				source->is_fetched ? _("what was fetched begins at") : _("the journal begins at"), at);
		} else if (source->moment - span.to > BEHIND_MOST) {
			instant_format(span.to, zone, at, sizeof at);
			snprintf(evidence->why, sizeof evidence->why, _("as the journal has it, which ends at %s"), at);
		}
	}
	zone_close(zone);
	player_close(player);
}

/* A replay's numbers of names are the journal's; a live board's may be others. */
static bool gather(const struct inquiry_reading *reading, const struct source *source, const struct proof *proof, struct evidence *evidence,
	struct error *err)
{
	const struct inquiry_question *question = reading->question;
	const struct evidence_request request = {.journal = source->journal, .settings = source->settings, .moment = source->moment, .lsn = source->lsn,
		.metric = proof->request.metric, .name = proof->request.name, .scope = question->board.scope,
		.names = question->of_journal ? NULL : question->scope, .window = proof->window, .by = question->board.by,
		.formula = inquiry_formula(source->settings, &question->board), .stop = reading->stop, .context = reading->context};
	if (!evidence_gather(&request, evidence, err))
		return false;
	say_missing(source, evidence);
	return true;
}

/* ---- collectors elsewhere ---- */

static bool await(const struct inquiry_reading *reading, int site, struct fetch *fetch, struct fetch_look *look, struct error *err)
{
	const struct distant_wait wait = {.lsn = reading->question->places[site].lsn, .stop = reading->stop, .tell = reading->tell,
		.context = reading->context};
	return distant_await(fetch, &wait, look, err);
}

static bool gather_fetched(const struct inquiry_reading *reading, int site, struct fetch *fetch, const struct proof *proof,
	struct evidence *evidence, struct error *err)
{
	struct fetch_look look;
	const struct inquiry_place *place = &reading->question->places[site];
	if (!fetch || !await(reading, site, fetch, &look, err))
		return false;
	const struct source source = {.journal = look.directory, .settings = distant_settings(reading->distant, site), .moment = place->moment,
		.lsn = place->lsn, .is_fetched = true};
	return gather(reading, &source, proof, evidence, err);
}

void inquiry_lack(struct evidence *to, const char *site, const char *why)
{
	char harmless[100];
	const size_t used = strlen(to->why);
	text_harmless(view_of(why), harmless, sizeof harmless);
	snprintf(to->why + used, sizeof to->why - used, "%s%.40s: %s", used ? "; " : "", site, harmless);
}

void inquiry_join(struct evidence *to, struct evidence *from, const char *site)
{
	const size_t free_rows = EVIDENCE_MOST - to->count, taken = from->count < free_rows ? from->count : free_rows;
	size_t room = to->count;
	to->rows = memory_grow(to->rows, &room, to->count + taken, sizeof *to->rows);
	for (size_t i = 0; i < taken; i++) {
		struct evidence_row *row = &to->rows[to->count++];
		*row = from->rows[i];
		snprintf(row->site, sizeof row->site, "%s", site);
	}
	to->is_cut = to->is_cut || from->is_cut || taken < from->count;
	to->from = to->kind == EVIDENCE_NONE || from->from < to->from ? from->from : to->from;
	to->to = to->kind == EVIDENCE_NONE || from->to > to->to ? from->to : to->to;
	to->kind = from->kind != EVIDENCE_NONE ? from->kind : to->kind;
	if (*from->why)
		inquiry_lack(to, site, from->why);
	evidence_finish(from);
	evidence_sort(to);
}

/* Each site that can answer; those that cannot are named. */
static bool join_sites(const struct inquiry_reading *reading, struct fetch *const *fetches, struct proof *proof, struct error *err)
{
	bool any = false;
	for (int i = 0; i < distant_count(reading->distant); i++) {
		struct evidence evidence = {.kind = EVIDENCE_NONE};
		const char *name = distant_name(reading->distant, i);
		if (!reading->question->places[i].wanted)
			continue;
		if (!reading->question->places[i].known) {
			inquiry_lack(&proof->evidence, name, _("nothing is known of it yet"));
		} else if (gather_fetched(reading, i, fetches[i], proof, &evidence, err)) {
			inquiry_join(&proof->evidence, &evidence, name);
			any = true;
		} else if (reading->stop(reading->context)) {
			return false;
		} else {
			inquiry_lack(&proof->evidence, name, err->text);
		}
	}
	return any || fail(err, "%s", *proof->evidence.why ? proof->evidence.why : _("nothing is known of any site"));
}

static bool gather_distant(const struct inquiry_reading *reading, struct proof *proof, struct error *err)
{
	struct fetch *fetches[SITES_MOST] = {NULL};
	struct distant *distant = reading->distant;
	const int count = distant_count(distant);
	struct error why;
	fail(&why, "%s", _("it is attached nowhere"));
	/* All at once, and each is waited for in turn. */
	for (int i = 0; i < count; i++)
		if (reading->question->places[i].wanted && reading->question->places[i].known)
			fetches[i] = distant_fetch(distant, i, reading->question->places[i].since, &why);
	*err = why;
	const bool good = count == 1 ? gather_fetched(reading, 0, fetches[0], proof, &proof->evidence, err)
				     : join_sites(reading, fetches, proof, err);
	for (int i = 0; i < count; i++)
		fetch_release(fetches[i]);
	distant_tidy(distant);
	return good;
}

bool inquiry_read_rows(const struct inquiry_reading *reading, struct proof *proof, struct error *err)
{
	const struct inquiry_question *question = reading->question;
	const struct source source = {.journal = reading->journal, .settings = reading->settings, .moment = question->moment, .lsn = question->lsn};
	return reading->journal ? gather(reading, &source, proof, &proof->evidence, err) : gather_distant(reading, proof, err);
}

/* ---- lives ---- */

static bool gather_life(const struct inquiry_reading *reading, const struct source *source, struct proof *proof, struct error *err)
{
	const int64_t around = proof->request.around;
	const int64_t last = source->moment > around ? source->moment : around;
	const struct life_request request = {.journal = source->journal, .settings = source->settings, .subject = proof->request.subject,
		.from = around - LIFE_BEFORE, .to = last + LIFE_AFTER, .stop = reading->stop, .context = reading->context};
	return life_gather(&request, &proof->life, err);
}

static bool read_life_of(const struct inquiry_reading *reading, int site, struct proof *proof, struct error *err)
{
	struct fetch_look look;
	struct fetch *fetch = distant_fetch(reading->distant, site, proof->request.around - LIFE_BEFORE, err);
	bool good = fetch && await(reading, site, fetch, &look, err);
	if (good) {
		const struct source source = {.journal = look.directory, .settings = distant_settings(reading->distant, site),
			.moment = reading->question->moment};
		good = gather_life(reading, &source, proof, err);
	}
	fetch_release(fetch);
	distant_tidy(reading->distant);
	return good;
}

bool inquiry_read_life(const struct inquiry_reading *reading, struct proof *proof, struct error *err)
{
	const struct source source = {.journal = reading->journal, .settings = reading->settings, .moment = reading->question->moment};
	const char *wanted = proof->request.site;
	bool any = false;
	if (reading->journal)
		return gather_life(reading, &source, proof, err);
	/* What a list of all sites names may be anywhere. */
	fail(err, _("nothing is known of its site"));
	for (int i = 0; i < distant_count(reading->distant) && !proof->life.count && !reading->stop(reading->context); i++)
		if (reading->question->places[i].known && (!*wanted || distant_find(reading->distant, wanted) == i))
			any = read_life_of(reading, i, proof, err) || any;
	return any;
}
