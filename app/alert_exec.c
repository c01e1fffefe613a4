#include "app/alert_exec.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "metrics/lists.h"

#define LOOK_MS (SECOND_MS / 2)
#define WAITING_MOST 64
#define WORDS_MOST 32
#define READS_A_TURN 64
#define SAID_MOST 300 /* bytes of what a command says on standard error */
#define VARIABLES_MOST 20
#define ALERTS_MOST 256

struct job {
	struct list_alert alert;
	bool is_cleared;
};

struct child {
	pid_t pid; /* and its process group; 0: none runs */
	int rule;
	int said; /* the pipe of its standard error */
	int64_t until; /* monotonic */
	char text[SAID_MOST];
	size_t size;
	bool is_late;
};

struct known {
	uint64_t id;
	bool is_cleared, is_told; /* told: its command ran when it was raised */
};

struct alert_exec {
	const struct settings *settings;
	struct known known[ALERTS_MOST];
	int known_count;
	bool has_looked;
	int64_t looked, counted; /* monotonic; counted: since when starts are */
	int starts;
	struct alert_exec_bounds bounds;
	bool is_throttled;
	struct job waiting[WAITING_MOST];
	int waiting_count;
	struct child *children; /* one for each rule */
};

/* ---- opening and closing ---- */

static bool is_recorded(const char *feed)
{
	return strncmp(feed, "file:", 5) == 0 || strncmp(feed, "sim:", 4) == 0 || strncmp(feed, "journal:", 8) == 0;
}

struct alert_exec *alert_exec_create(const struct settings *settings)
{
	bool any = false;
	for (int i = 0; i < settings->alert_count; i++)
		any = any || (settings->alerts[i].exec && *settings->alerts[i].exec);
	for (int i = 0; i < settings->feed_count; i++)
		any = any && !is_recorded(settings->feeds[i]);
	if (!any)
		return NULL;
	struct alert_exec *exec = memory_new(1, sizeof *exec);
	exec->settings = settings;
	exec->bounds = (struct alert_exec_bounds){.patience = 30 * SECOND_MS, .period = MINUTE_MS, .starts = 30};
	exec->children = memory_new((size_t)settings->alert_count, sizeof *exec->children);
	return exec;
}

void alert_exec_bound(struct alert_exec *exec, struct alert_exec_bounds bounds)
{
	exec->bounds = bounds;
}

static void finish_child(struct alert_exec *exec, struct child *child, int status)
{
	const char *name = exec->settings->alerts[child->rule].name;
	if (child->is_late)
		log_line(LOG_LEVEL_WARNING, "alert '%s': its command took longer than %g s and was ended", name,
			(double)exec->bounds.patience / SECOND_MS);
	else if (WIFSIGNALED(status))
		log_line(LOG_LEVEL_WARNING, "alert '%s': its command was ended by signal %d", name, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		log_line(LOG_LEVEL_WARNING, "alert '%s': its command failed with status %d", name, WEXITSTATUS(status));
	if (child->size)
		log_line(LOG_LEVEL_INFO, "alert '%s': its command says: %.*s", name, (int)child->size, child->text);
	close(child->said);
	*child = (struct child){0};
}

void alert_exec_destroy(struct alert_exec *exec)
{
	if (!exec)
		return;
	for (int i = 0; i < exec->settings->alert_count; i++)
		if (exec->children[i].pid > 0) {
			kill(-exec->children[i].pid, SIGKILL);
			waitpid(exec->children[i].pid, NULL, 0);
			close(exec->children[i].said);
		}
	free(exec->children);
	free(exec);
}

/* ---- running ---- */

struct environment {
	char *variables[VARIABLES_MOST + 1];
	int count;
};

static void put(struct environment *environment, const char *name, const char *value)
{
	if (environment->count < VARIABLES_MOST && value)
		environment->variables[environment->count++] = memory_format("%s=%s", name, value);
}

/* Thousandths, as alerts keep them: seconds, parts of one, counts. */
static void put_number(struct environment *environment, const char *name, int64_t value)
{
	char text[40];
	const int64_t size = value < 0 ? -value : value;
	snprintf(text, sizeof text, "%s%" PRId64 ".%03" PRId64, value < 0 ? "-" : "", size / 1000, size % 1000);
	put(environment, name, text);
}

static void put_alert(struct environment *environment, const struct alert_exec *exec, const struct job *job)
{
	const struct list_alert *alert = &job->alert;
	char text[40];
	snprintf(text, sizeof text, "%016" PRIx64, alert->id);
	put(environment, "TABLO_ALERT_ID", text);
	put(environment, "TABLO_ALERT_RULE", exec->settings->alerts[alert->rule].name);
	put(environment, "TABLO_ALERT_STATE", job->is_cleared ? "cleared" : "raised");
	put(environment, "TABLO_ALERT_SEVERITY", alert->severity == SEVERITY_CRITICAL ? "critical" : "warning");
	put(environment, "TABLO_ALERT_METRIC", alert->metric >= 0 ? metrics[alert->metric].name : "");
	put_number(environment, "TABLO_ALERT_VALUE", alert->value);
	put_number(environment, "TABLO_ALERT_LIMIT", alert->limit);
	put(environment, "TABLO_ALERT_SCOPE", alert->where);
	put(environment, "TABLO_ALERT_TEXT", alert->text);
	instant_format(alert->raised, NULL, text, sizeof text);
	put(environment, "TABLO_ALERT_RAISED", text);
	put(environment, "TABLO_SITE", exec->settings->site);
	static const char *const inherited[] = {"PATH", "HOME", "LANG", "LC_ALL", "TZ"};
	for (size_t i = 0; i < sizeof inherited / sizeof *inherited; i++)
		put(environment, inherited[i], getenv(inherited[i]));
}

/* Words are parted by blanks; nothing else means anything. */
static int split(char *text, char *words[WORDS_MOST + 1])
{
	int count = 0;
	char *rest = NULL;
	for (char *word = strtok_r(text, " \t", &rest); word && count < WORDS_MOST; word = strtok_r(NULL, " \t", &rest))
		words[count++] = word;
	words[count] = NULL;
	return count;
}

/* Nothing of ours but the end of a pipe: no socket, no terminal, no blocked signal. */
static int spawn(pid_t *pid, char *const words[], char *const variables[], int said)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, said, 2);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	const int failed = posix_spawnp(pid, words[0], &files, &how, words, variables);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return failed;
}

static void start(struct alert_exec *exec, const struct job *job, int64_t now)
{
	const struct alert_settings *rule = &exec->settings->alerts[job->alert.rule];
	struct child *child = &exec->children[job->alert.rule];
	struct environment environment = {.count = 0};
	char *words[WORDS_MOST + 1], *text = memory_text(rule->exec);
	int ends[2], failed = 0;
	if (split(text, words) == 0 || pipe2(ends, O_CLOEXEC) < 0) {
		free(text);
		return;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	put_alert(&environment, exec, job);
	*child = (struct child){.rule = job->alert.rule, .said = ends[0], .until = now + exec->bounds.patience};
	failed = spawn(&child->pid, words, environment.variables, ends[1]);
	close(ends[1]);
	if (failed) {
		log_line(LOG_LEVEL_WARNING, "alert '%s': its command cannot be run: %s", rule->name, strerror(failed));
		close(child->said);
		*child = (struct child){0};
	}
	for (int i = 0; i < environment.count; i++)
		free(environment.variables[i]);
	free(text);
}

/* The beginning is kept; the rest is taken too, or the command would wait for a reader. */
static void hear_child(struct child *child)
{
	char text[1024];
	for (int i = 0; i < READS_A_TURN; i++) {
		const ssize_t size = read(child->said, text, sizeof text);
		if (size <= 0)
			return;
		const size_t room = SAID_MOST - child->size, kept = (size_t)size < room ? (size_t)size : room;
		memcpy(child->text + child->size, text, kept);
		child->size += kept;
	}
}

static void mind_child(struct alert_exec *exec, struct child *child, int64_t now)
{
	int status;
	hear_child(child);
	if (waitpid(child->pid, &status, WNOHANG) == child->pid) {
		finish_child(exec, child, status);
		return;
	}
	if (now < child->until || child->is_late)
		return;
	child->is_late = true;
	kill(-child->pid, SIGKILL);
}

/* One at a time for each rule, and no more in all than somebody could look at. */
static void start_waiting(struct alert_exec *exec, int64_t now)
{
	if (now - exec->counted >= exec->bounds.period) {
		exec->counted = now;
		exec->starts = 0;
		exec->is_throttled = false;
	}
	for (int i = 0; i < exec->waiting_count;) {
		if (exec->children[exec->waiting[i].alert.rule].pid > 0) {
			i++;
			continue;
		}
		if (exec->starts >= exec->bounds.starts) {
			if (!exec->is_throttled)
				log_line(LOG_LEVEL_WARNING, "more than %d commands of alerts within %g s: the others wait", exec->bounds.starts,
					(double)exec->bounds.period / SECOND_MS);
			exec->is_throttled = true;
			return;
		}
		const struct job job = exec->waiting[i];
		memmove(exec->waiting + i, exec->waiting + i + 1, (size_t)(--exec->waiting_count - i) * sizeof job);
		exec->starts++;
		start(exec, &job, now);
	}
}

/* ---- what happened ---- */

static void want(struct alert_exec *exec, const struct list_alert *alert, bool is_cleared)
{
	if (exec->waiting_count == WAITING_MOST) {
		log_line(LOG_LEVEL_WARNING, "alert '%s': its command is not run, for %d wait already", exec->settings->alerts[alert->rule].name, WAITING_MOST);
		return;
	}
	exec->waiting[exec->waiting_count++] = (struct job){*alert, is_cleared};
}

static const struct known *find(const struct known *known, int count, uint64_t id)
{
	for (int i = 0; i < count; i++)
		if (known[i].id == id)
			return &known[i];
	return NULL;
}

/* Each is told when it is raised and, if it was, when it has cleared. What is muted is told to nobody. */
static void look(struct alert_exec *exec, const struct engine *engine, bool is_ours)
{
	struct list_alert *items = memory_new(ALERTS_MOST, sizeof *items);
	const int count = list_alert_history(engine, engine_now(engine), items, ALERTS_MOST);
	struct known now[ALERTS_MOST];
	int now_count = 0;
	const bool tells = is_ours && exec->has_looked;
	for (int i = count - 1; i >= 0; i--) {
		const struct list_alert *alert = &items[i];
		if (alert->rule < 0 || alert->rule >= exec->settings->alert_count || !exec->settings->alerts[alert->rule].exec)
			continue;
		const struct known *before = find(exec->known, exec->known_count, alert->id);
		struct known *known = &now[now_count++];
		*known = (struct known){alert->id, alert->cleared != 0, before && before->is_told};
		if (tells && !before && !alert->muted) {
			want(exec, alert, false);
			known->is_told = true;
		}
		if (tells && known->is_told && known->is_cleared && !(before && before->is_cleared))
			want(exec, alert, true);
	}
	memcpy(exec->known, now, (size_t)now_count * sizeof *now);
	exec->known_count = now_count;
	exec->has_looked = true;
	free(items);
}

void alert_exec_turn(struct alert_exec *exec, const struct engine *engine, bool is_ours)
{
	if (!exec)
		return;
	const int64_t now = clock_monotonic();
	for (int i = 0; i < exec->settings->alert_count; i++)
		if (exec->children[i].pid > 0)
			mind_child(exec, &exec->children[i], now);
	if (engine_now(engine) != INSTANT_NONE && now - exec->looked >= LOOK_MS) {
		exec->looked = now;
		look(exec, engine, is_ours);
	}
	start_waiting(exec, now);
}
