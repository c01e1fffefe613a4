#include "app/inquiry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "metrics/lists.h"
#include "replay/evidence.h"
#include "replay/life.h"
#include "replay/player.h"

#define LIFE_BEFORE (7 * DAY_MS) /* how far from its row's time a life is looked for: a case may be old */
#define LIFE_AFTER DAY_MS
#define BEHIND_MOST MINUTE_MS	 /* a journal that is written now ends a little before now */

/* One question with its answer. */
struct question {
	struct proof_request request; /* number 0: none */
	struct snapshot_request board;
	char scope[200], scope_text[96]; /* by names: "queue=Billing" */
	int64_t moment;
	uint64_t lsn;  /* of_journal: the record at the moment; 0: only its time is known */
	bool pending;  /* for the thread */
	bool fresh;    /* answered since inquiry_answered() */
	struct proof *answer;
};

enum { ROWS, LIFE, QUESTIONS };

struct inquiry {
	char *journal; /* NULL: none */
	const struct settings *settings;
	struct exchange *exchange;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* of what is below */
	pthread_cond_t wanted;
	bool closing;
	struct question questions[QUESTIONS];
};

/* What the thread works at: a copy, for the question may be replaced meanwhile. */
struct task {
	struct inquiry *inquiry;
	int which;
	struct question question;
};

struct inquiry *inquiry_create(const char *journal, const struct settings *settings, struct exchange *exchange)
{
	struct inquiry *inquiry = memory_new(1, sizeof *inquiry);
	inquiry->journal = journal && *journal ? memory_text(journal) : NULL;
	inquiry->settings = settings;
	inquiry->exchange = exchange;
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
	const bool given_up = inquiry->closing || inquiry->questions[task->which].request.number != task->question.request.number;
	pthread_mutex_unlock(&inquiry->lock);
	return given_up;
}

static enum sl_formula formula_of(const struct task *task)
{
	const int asked = task->question.board.formula;
	return asked >= 0 ? (enum sl_formula)asked : snapshot_formula(task->inquiry->settings, NULL);
}

/* What the journal cannot tell of the window. */
static void say_missing(const struct task *task, struct evidence *evidence)
{
	struct player_span span;
	char at[40];
	struct player *player = player_open(task->inquiry->journal, task->inquiry->settings, NULL);
	struct zone *zone = zone_open(task->inquiry->settings->zone, NULL);
	if (zone && player && !*evidence->why && player_span(player, &span, NULL)) {
		if (span.first > 1 && span.from > evidence->from) {
			instant_format(span.from, zone, at, sizeof at);
			snprintf(evidence->why, sizeof evidence->why, "the journal begins at %s: what was before is not in it", at);
		} else if (!task->question.lsn && task->question.moment - span.to > BEHIND_MOST) {
			instant_format(span.to, zone, at, sizeof at);
			snprintf(evidence->why, sizeof evidence->why, "as the journal has it, which ends at %s", at);
		}
	}
	zone_close(zone);
	player_close(player);
}

/* A replay's numbers of names are the journal's; a live board's may be others. */
static bool gather_counted(struct task *task, struct proof *proof, struct error *err)
{
	const struct inquiry *inquiry = task->inquiry;
	const struct question *question = &task->question;
	const struct snapshot_request *board = &question->board;
	const struct evidence_request request = {.journal = inquiry->journal, .settings = inquiry->settings, .moment = question->moment,
		.lsn = question->lsn, .metric = proof->request.metric, .name = proof->request.name, .scope = board->scope,
		.names = question->lsn ? NULL : question->scope, .window = proof->window, .by = board->by, .formula = formula_of(task), .stop = is_given_up, .context = task};
	if (!evidence_gather(&request, &proof->evidence, err))
		return false;
	say_missing(task, &proof->evidence);
	return true;
}

static bool gather_life(struct task *task, struct proof *proof, struct error *err)
{
	const int64_t around = proof->request.around;
	const int64_t last = task->question.moment > around ? task->question.moment : around;
	const struct life_request request = {.journal = task->inquiry->journal, .settings = task->inquiry->settings, .subject = proof->request.subject,
		.from = around - LIFE_BEFORE, .to = last + LIFE_AFTER, .stop = is_given_up, .context = task};
	return life_gather(&request, &proof->life, err);
}

/* The caller becomes its holder. */
static struct proof *open_answer(const struct question *question)
{
	struct proof *proof = proof_create(&question->request);
	const int metric = question->request.metric;
	const bool by_day = metrics[metric].kind == KIND_DAY || question->request.by_day;
	proof->window = by_day && question->board.window < WINDOW_TODAY ? WINDOW_TODAY : question->board.window;
	proof->moment = question->moment;
	memcpy(proof->scope_text, question->scope_text, sizeof proof->scope_text);
	return proof;
}

static struct proof *work(struct task *task)
{
	struct error err;
	struct proof *proof = open_answer(&task->question);
	if (!(task->which == LIFE ? gather_life(task, proof, &err) : gather_counted(task, proof, &err)))
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
		if (question->request.number != proof->request.number) {
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

static void name_scope(struct question *question, const struct engine *engine)
{
	static const char *const keys[] = {"queue", "channel", "market", "agent", "team"};
	size_t used = 0;
	*question->scope = 0;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *name = list_scope_name(engine, question->board.scope, keys[i]);
		if (name && used < sizeof question->scope)
			used += (size_t)snprintf(question->scope + used, sizeof question->scope - used, "%s%s=%s", used ? "," : "", keys[i], name);
	}
	lists_scope_text(engine, question->board.scope, question->scope_text, sizeof question->scope_text);
}

static struct proof *answer_present(const struct inquiry *inquiry, const struct question *question, const struct engine *engine)
{
	struct error err;
	struct proof *proof = open_answer(question);
	const struct evidence_request request = {.journal = NULL, .settings = inquiry->settings, .engine = engine, .metric = question->request.metric, .name = proof->request.name,
		.scope = question->board.scope, .window = proof->window, .by = question->board.by};
	if (!evidence_gather(&request, &proof->evidence, &err))
		text_harmless(view_of(err.text), proof->wrong, sizeof proof->wrong);
	return proof;
}

static struct proof *refuse(const struct question *question, const char *why)
{
	struct proof *proof = open_answer(question);
	snprintf(proof->evidence.why, sizeof proof->evidence.why, "%s", why);
	return proof;
}

/* An answer at once; NULL: it has to be read. */
static struct proof *answer_now(const struct inquiry *inquiry, int which, const struct question *question, const struct engine *engine)
{
	if (!engine)
		return refuse(question, "rows are told by the board of one site: tablo --attach to its collector");
	if (which == ROWS && metrics[question->request.metric].kind == KIND_GAUGE)
		return answer_present(inquiry, question, engine);
	if (!inquiry->journal)
		return refuse(question, which == ROWS ? "what was counted is in the collector's journal: give --journal DIR"
						      : "what became of it is in the collector's journal: give --journal DIR");
	return NULL;
}

static void begin(struct inquiry *inquiry, int which, const struct engine *engine, bool of_journal)
{
	struct question *question = &inquiry->questions[which];
	question->moment = engine ? engine_now(engine) : INSTANT_NONE;
	question->lsn = engine && of_journal ? engine_lsn(engine) : 0;
	if (engine)
		name_scope(question, engine);
	struct proof *proof = answer_now(inquiry, which, question, engine);
	if (proof) {
		hand_over(question, proof);
		return;
	}
	question->pending = true;
	if (!inquiry->started)
		inquiry->started = pthread_create(&inquiry->thread, NULL, run, inquiry) == 0;
	if (!inquiry->started)
		hand_over(question, refuse(question, "no thread can be started to read the journal"));
	pthread_cond_signal(&inquiry->wanted);
}

void inquiry_ask(struct inquiry *inquiry, struct inquiry_moment moment, const struct snapshot_request *request)
{
	if (!moment.engine && moment.of_journal)
		return; /* nothing was reached yet */
	const struct proof_request *const asked[QUESTIONS] = {[ROWS] = &request->evidence, [LIFE] = &request->life};
	pthread_mutex_lock(&inquiry->lock);
	for (int i = 0; i < QUESTIONS; i++) {
		struct question *question = &inquiry->questions[i];
		if (question->request.number == asked[i]->number)
			continue;
		question->request = *asked[i];
		question->board = *request;
		if (asked[i]->is_scoped)
			question->board.scope = asked[i]->scope;
		question->pending = false;
		proof_release(question->answer);
		question->answer = NULL;
		if (question->request.number)
			begin(inquiry, i, moment.engine, moment.of_journal);
	}
	pthread_mutex_unlock(&inquiry->lock);
}

bool inquiry_answered(struct inquiry *inquiry)
{
	bool answered = false;
	pthread_mutex_lock(&inquiry->lock);
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
	pthread_mutex_unlock(&inquiry->lock);
}
