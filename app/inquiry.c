#include "app/inquiry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/inquiry_read.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "metrics/lists.h"
#include "metrics/query_sums.h"
#include "replay/evidence.h"
#include "store/explain.h"

/* One question with its answer. */
struct question {
	struct inquiry_question asked;
	bool pending;  /* for the thread */
	bool fresh;    /* answered since inquiry_answered() */
	struct proof *answer;
};

enum { ROWS, LIFE, QUESTIONS };

struct inquiry {
	char *journal; /* NULL: none */
	struct distant *distant; /* NULL: none */
	const struct settings *settings;
	struct exchange *exchange;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* of what is below */
	pthread_cond_t wanted;
	bool closing;
	char under_way[160]; /* how far the thread is; "" */
	bool told;	     /* that changed since inquiry_answered() */
	struct question questions[QUESTIONS];
};

/* What the thread works at: a copy, for the question may be replaced meanwhile. */
struct task {
	struct inquiry *inquiry;
	int which;
	struct question question;
};

struct inquiry *inquiry_create(const struct inquiry_options *options)
{
	struct inquiry *inquiry = memory_new(1, sizeof *inquiry);
	inquiry->journal = options->journal && *options->journal ? memory_text(options->journal) : NULL;
	inquiry->distant = options->distant;
	inquiry->settings = options->settings;
	inquiry->exchange = options->exchange;
	pthread_mutex_init(&inquiry->lock, NULL);
	pthread_cond_init(&inquiry->wanted, NULL);
	return inquiry;
}

void inquiry_close(struct inquiry *inquiry)
{
	if (!inquiry)
		return;
	pthread_mutex_lock(&inquiry->lock);
	inquiry->closing = true;
	pthread_cond_signal(&inquiry->wanted);
	pthread_mutex_unlock(&inquiry->lock);
	if (inquiry->started)
		pthread_join(inquiry->thread, NULL);
	for (int i = 0; i < QUESTIONS; i++)
		proof_release(inquiry->questions[i].answer);
	pthread_cond_destroy(&inquiry->wanted);
	pthread_mutex_destroy(&inquiry->lock);
	free(inquiry->journal);
	free(inquiry);
}

/* ---- the thread ---- */

static bool is_given_up(void *context)
{
	struct task *task = context;
	struct inquiry *inquiry = task->inquiry;
	pthread_mutex_lock(&inquiry->lock);
	const bool given_up = inquiry->closing || inquiry->questions[task->which].asked.request.number != task->question.asked.request.number;
	pthread_mutex_unlock(&inquiry->lock);
	return given_up;
}

static void tell(void *context, const char *text)
{
	struct task *task = context;
	struct inquiry *inquiry = task->inquiry;
	pthread_mutex_lock(&inquiry->lock);
	const bool is_news = strcmp(inquiry->under_way, text) != 0;
	snprintf(inquiry->under_way, sizeof inquiry->under_way, "%s", text);
	inquiry->told = inquiry->told || is_news;
	pthread_mutex_unlock(&inquiry->lock);
	if (is_news)
		exchange_wake(inquiry->exchange);
}

static enum window window_of(const struct inquiry_question *asked)
{
	const bool by_day = metrics[asked->request.metric].kind == KIND_DAY || asked->request.by_day;
	return by_day && asked->board.window < WINDOW_TODAY ? WINDOW_TODAY : asked->board.window;
}

/* The caller becomes its holder. */
static struct proof *open_answer(const struct inquiry_question *asked)
{
	struct proof *proof = proof_create(&asked->request);
	proof->window = window_of(asked);
	proof->moment = asked->moment;
	memcpy(proof->scope_text, asked->scope_text, sizeof proof->scope_text);
	return proof;
}

static struct proof *work(struct task *task)
{
	struct error err;
	const struct inquiry *inquiry = task->inquiry;
	struct proof *proof = open_answer(&task->question.asked);
	const struct inquiry_reading reading = {.question = &task->question.asked, .journal = inquiry->journal, .distant = inquiry->distant,
		.settings = inquiry->settings, .stop = is_given_up, .tell = tell, .context = task};
	if (!(task->which == LIFE ? inquiry_read_life(&reading, proof, &err) : inquiry_read_rows(&reading, proof, &err)))
		text_harmless(view_of(err.text), proof->wrong, sizeof proof->wrong);
	return proof;
}

static int next_task(const struct inquiry *inquiry)
{
	for (int i = 0; i < QUESTIONS; i++)
		if (inquiry->questions[i].pending)
			return i;
	return -1;
}

static void hand_over(struct question *question, struct proof *proof)
{
	proof_release(question->answer);
	question->answer = proof;
	question->fresh = true;
}

static void *run(void *argument)
{
	struct inquiry *inquiry = argument;
	pthread_mutex_lock(&inquiry->lock);
	while (!inquiry->closing) {
		struct task task = {.inquiry = inquiry, .which = next_task(inquiry)};
		if (task.which < 0) {
			pthread_cond_wait(&inquiry->wanted, &inquiry->lock);
			continue;
		}
		struct question *question = &inquiry->questions[task.which];
		question->pending = false;
		task.question = *question;
		pthread_mutex_unlock(&inquiry->lock);
		struct proof *proof = work(&task);
		pthread_mutex_lock(&inquiry->lock);
		*inquiry->under_way = 0;
		if (question->asked.request.number != proof->request.number) {
			proof_release(proof);
			continue;
		}
		hand_over(question, proof);
		exchange_wake(inquiry->exchange);
	}
	pthread_mutex_unlock(&inquiry->lock);
	return NULL;
}

/* ---- the thread of the engine ---- */

static void name_scope(struct inquiry_question *asked, const struct engine *engine)
{
	static const char *const keys[] = {"queue", "channel", "market", "agent", "team"};
	size_t used = 0;
	*asked->scope = 0;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *name = list_scope_name(engine, asked->board.scope, keys[i]);
		if (name && used < sizeof asked->scope)
			used += (size_t)snprintf(asked->scope + used, sizeof asked->scope - used, "%s%s=%s", used ? "," : "", keys[i], name);
	}
	lists_scope_text(engine, asked->board.scope, asked->scope_text, sizeof asked->scope_text);
}

/* Since when records are needed for the question. */
static int64_t window_begin(const struct inquiry_question *asked, const struct engine *engine)
{
	const int64_t after = query_after(engine, window_of(asked), engine_now(engine));
	return after > INT64_MIN + MINUTE_MS ? after - MINUTE_MS : after;
}

static void place(struct inquiry_question *asked, int site, const char *name, const struct engine *engine)
{
	struct inquiry_place *place = &asked->places[site];
	const bool elsewhere = name && *asked->request.site && !*asked->request.subject && strcmp(asked->request.site, name) != 0;
	place->wanted = (asked->board.site == 0 || asked->board.site == site + 1) && !elsewhere;
	place->known = engine && engine_now(engine) != INSTANT_NONE;
	if (!place->known)
		return;
	place->moment = engine_now(engine);
	place->lsn = engine_lsn(engine);
	place->since = window_begin(asked, engine);
}

static void place_all(struct inquiry_question *asked, const struct inquiry_moment *moment)
{
	memset(asked->places, 0, sizeof asked->places);
	for (int i = 0; moment->sites && i < moment->sites->count; i++) {
		place(asked, i, moment->sites->sites[i].name, moment->sites->sites[i].engine);
		if (asked->places[i].wanted && asked->places[i].moment > asked->moment)
			asked->moment = asked->places[i].moment;
	}
	if (!moment->sites && moment->engine)
		place(asked, 0, NULL, moment->engine);
}

/* What stands now, of one engine. */
static bool gather_present(const struct inquiry *inquiry, const struct inquiry_question *asked, const struct engine *engine, struct scope scope,
	struct evidence *evidence, struct error *err)
{
	const struct evidence_request request = {.journal = NULL, .settings = inquiry->settings, .engine = engine, .metric = asked->request.metric,
		.name = asked->request.name, .scope = scope, .window = window_of(asked), .by = asked->board.by};
	return evidence_gather(&request, evidence, err);
}

static void join_present(const struct inquiry *inquiry, const struct inquiry_question *asked, const struct merge *sites, struct evidence *to)
{
	for (int i = 0; i < sites->count; i++) {
		const struct engine *engine = sites->sites[i].engine;
		struct scope scope = SCOPE_ALL;
		struct evidence evidence;
		struct error err;
		if (!asked->places[i].wanted)
			continue;
		if (!asked->places[i].known)
			inquiry_lack(to, sites->sites[i].name, _("nothing is known of it yet"));
		else if (*asked->scope && !list_scope_parse(engine, asked->scope, &scope, &err))
			continue; /* nobody there has such a name */
		else if (gather_present(inquiry, asked, engine, scope, &evidence, &err))
			inquiry_join(to, &evidence, sites->sites[i].name);
	}
}

static struct proof *answer_present(const struct inquiry *inquiry, const struct inquiry_question *asked, const struct inquiry_moment *moment)
{
	struct error err;
	struct proof *proof = open_answer(asked);
	if (moment->sites)
		join_present(inquiry, asked, moment->sites, &proof->evidence);
	else if (!gather_present(inquiry, asked, moment->engine, asked->board.scope, &proof->evidence, &err))
		text_harmless(view_of(err.text), proof->wrong, sizeof proof->wrong);
	return proof;
}

static struct proof *refuse(const struct inquiry_question *asked, const char *why)
{
	struct proof *proof = open_answer(asked);
	snprintf(proof->evidence.why, sizeof proof->evidence.why, "%s", why);
	return proof;
}

/* What the engine knows by itself; of several sites the one that is shown. */
static struct proof *answer_why(const struct inquiry_question *asked, const struct inquiry_moment *moment)
{
	struct error err;
	struct scope scope = asked->board.scope;
	const struct engine *engine = moment->engine;
	if (moment->sites) {
		const int site = asked->board.site - 1;
		engine = site >= 0 && site < moment->sites->count ? moment->sites->sites[site].engine : NULL;
		if (!engine || (*asked->scope && !list_scope_parse(engine, asked->scope, &scope, &err)))
			return refuse(asked, _("each site has its own: choose one with o"));
	}
	struct proof *proof = open_answer(asked);
	explain(engine, &asked->request, scope, &proof->life);
	return proof;
}

/* An answer at once; NULL: it has to be read. */
static struct proof *answer_now(const struct inquiry *inquiry, int which, const struct inquiry_question *asked, const struct inquiry_moment *moment)
{
	if (!moment->engine && !moment->sites)
		return refuse(asked, _("nothing is known yet"));
	if (which == LIFE && asked->request.about != PROOF_EVENTS)
		return answer_why(asked, moment);
	if (which == ROWS && metrics[asked->request.metric].kind == KIND_GAUGE)
		return answer_present(inquiry, asked, moment);
	if (!inquiry->journal && !inquiry->distant)
		return refuse(asked, which == ROWS ? _("what was counted is in the collector's journal: give --journal or --attach")
						   : _("what became of it is in the collector's journal: give --journal or --attach"));
	return NULL;
}

static void begin(struct inquiry *inquiry, int which, const struct inquiry_moment *moment)
{
	struct question *question = &inquiry->questions[which];
	struct inquiry_question *asked = &question->asked;
	const struct engine *engine = moment->engine;
	asked->moment = engine ? engine_now(engine) : INSTANT_NONE;
	asked->lsn = engine && moment->of_journal ? engine_lsn(engine) : 0;
	asked->of_journal = moment->of_journal;
	if (engine)
		name_scope(asked, engine);
	place_all(asked, moment);
	struct proof *proof = answer_now(inquiry, which, asked, moment);
	if (proof) {
		hand_over(question, proof);
		return;
	}
	question->pending = true;
	if (!inquiry->started)
		inquiry->started = pthread_create(&inquiry->thread, NULL, run, inquiry) == 0;
	if (!inquiry->started)
		hand_over(question, refuse(asked, _("no thread can be started to read the journal")));
	pthread_cond_signal(&inquiry->wanted);
}

void inquiry_ask(struct inquiry *inquiry, const struct inquiry_moment *moment, const struct snapshot_request *request)
{
	if (!moment->engine && moment->of_journal)
		return; /* nothing was reached yet */
	const struct proof_request *const asked[QUESTIONS] = {[ROWS] = &request->evidence, [LIFE] = &request->life};
	pthread_mutex_lock(&inquiry->lock);
	for (int i = 0; i < QUESTIONS; i++) {
		struct question *question = &inquiry->questions[i];
		if (question->asked.request.number == asked[i]->number)
			continue;
		question->asked.request = *asked[i];
		question->asked.board = *request;
		if (asked[i]->is_scoped)
			question->asked.board.scope = asked[i]->scope;
		question->pending = false;
		proof_release(question->answer);
		question->answer = NULL;
		if (asked[i]->number)
			begin(inquiry, i, moment);
	}
	pthread_mutex_unlock(&inquiry->lock);
}

bool inquiry_answered(struct inquiry *inquiry)
{
	pthread_mutex_lock(&inquiry->lock);
	bool answered = inquiry->told;
	inquiry->told = false;
	for (int i = 0; i < QUESTIONS; i++) {
		answered = answered || inquiry->questions[i].fresh;
		inquiry->questions[i].fresh = false;
	}
	pthread_mutex_unlock(&inquiry->lock);
	return answered;
}

void inquiry_attach(struct inquiry *inquiry, struct snapshot *snapshot)
{
	pthread_mutex_lock(&inquiry->lock);
	snapshot->evidence = proof_hold(inquiry->questions[ROWS].answer);
	snapshot->life = proof_hold(inquiry->questions[LIFE].answer);
	memcpy(snapshot->under_way, inquiry->under_way, sizeof snapshot->under_way);
	pthread_mutex_unlock(&inquiry->lock);
}
