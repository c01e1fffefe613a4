#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/memory.h"
#include "tests/stage.h"

#define END_MS 5000 /* that leaving may take */

int stage_set_up(void **state)
{
	struct stage *stage = memory_new(1, sizeof *stage);
	stage->program = getenv("TABLO_BIN");
	for (int i = 0; i < STAGE_SENDERS; i++)
		stage->senders[i].input = -1;
	strcpy(stage->folder, "/tmp/tablo-stage-XXXXXX");
	if (!stage->program || !mkdtemp(stage->folder)) {
		print_error("TABLO_BIN must name the built program, and /tmp must be writable\n");
		free(stage);
		return -1;
	}
	snprintf(stage->feed, sizeof stage->feed, "ipc://%s/feed", stage->folder);
	snprintf(stage->other, sizeof stage->other, "ipc://%s/other", stage->folder);
	snprintf(stage->events, sizeof stage->events, "%s/events.ndjson", stage->folder);
	snprintf(stage->output, sizeof stage->output, "%s/output", stage->folder);
	*state = stage;
	return 0;
}

int stage_tear_down(void **state)
{
	struct stage *stage = *state;
	pty_finish(stage->pty);
	for (int i = 0; i < STAGE_SENDERS; i++)
		process_kill(&stage->senders[i]);
	unlink(stage->feed + strlen("ipc://"));
	unlink(stage->other + strlen("ipc://"));
	unlink(stage->events);
	unlink(stage->output);
	rmdir(stage->folder);
	free(stage);
	return 0;
}

static void join(const char *line[STAGE_WORDS], int count, const char *const *words)
{
	while (*words && count < STAGE_WORDS - 1)
		line[count++] = *words++;
	line[count] = NULL;
}

struct pty *stage_start(struct stage *stage, struct pty_options options, const char *const *words)
{
	const char *line[STAGE_WORDS] = {stage->program};
	join(line, 1, words);
	options.words = line;
	pty_finish(stage->pty);
	stage->pty = pty_start(&options);
	return stage->pty;
}

struct process *stage_send(struct stage *stage, int sender, bool piped, const char *const *words)
{
	const char *line[STAGE_WORDS] = {stage->program, "publish"};
	join(line, 2, words);
	process_kill(&stage->senders[sender]);
	stage->senders[sender] = process_start(line, piped, stage->output);
	return &stage->senders[sender];
}

void stage_queue_now(struct stage *stage, int sender, const char *contact, const char *queue)
{
	char line[400];
	const int size = snprintf(line, sizeof line, "{\"ts\":%lld,\"type\":\"contact.queued\",\"contact\":\"%s\",\"queue\":\"%s\",\"channel\":\"phone\"}\n",
		(long long)clock_wall(), contact, queue);
	assert_int_equal(write(stage->senders[sender].input, line, (size_t)size), size);
}

void stage_write_events(struct stage *stage, int contacts, int left, int step)
{
	FILE *file = fopen(stage->events, "w");
	assert_non_null(file);
	for (int i = 0; i < contacts; i++)
		fprintf(file, "{\"ts\":%lld,\"type\":\"contact.queued\",\"contact\":\"c%d\",\"queue\":\"Billing\",\"channel\":\"phone\"}\n",
			(long long)(STAGE_T + (int64_t)i * step), i);
	for (int i = 0; i < left; i++)
		fprintf(file, "{\"ts\":%lld,\"type\":\"contact.left\",\"contact\":\"c%d\",\"why\":\"abandoned\"}\n",
			(long long)(STAGE_T + (int64_t)(contacts + i) * step), i);
	assert_int_equal(fclose(file), 0);
}

struct pty *stage_show_file(struct stage *stage, struct pty_options options)
{
	static const char *const queues[] = {"Billing", "Returns", "Technical"};
	char url[128];
	FILE *file = fopen(stage->events, "w");
	assert_non_null(file);
	for (int i = 0; i < 3; i++)
		fprintf(file, "{\"ts\":%lld,\"type\":\"contact.queued\",\"contact\":\"c%d\",\"queue\":\"%s\",\"channel\":\"phone\"}\n",
			(long long)(STAGE_T + i * 1000), i, queues[i]);
	assert_int_equal(fclose(file), 0);
	snprintf(url, sizeof url, "file:%s", stage->events);
	return stage_start(stage, options, (const char *const[]){"--feed", url, "--speed", "0", "--zone", "UTC", NULL});
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/* Of a number that is written in groups of three: a gap of one character. */
static const char *skip_gap(const char *at)
{
	const char *next = *at == ' ' ? at + 1 : at;
	while (*next & 0x80)
		next++;
	return next > at && is_digit(next[0]) && is_digit(next[1]) && is_digit(next[2]) && !is_digit(next[3]) ? next : at;
}

int64_t stage_number(struct pty *pty, const char *word)
{
	const char *at = strstr(pty_screen(pty), word);
	at = at ? at + strlen(word) : "";
	while (*at && *at != '\n' && !is_digit(*at))
		at++;
	int64_t number = is_digit(*at) ? 0 : -1;
	for (; is_digit(*at); at = skip_gap(at + 1))
		number = number * 10 + *at - '0';
	return number;
}

/* A row at a time, for cmocka cuts what is long. */
void stage_print(struct pty *pty)
{
	const char *row = pty_screen(pty);
	for (size_t length; *row; row += length + 1) {
		length = strcspn(row, "\n");
		print_error("%.*s\n", (int)length, row);
	}
}

void stage_see(struct pty *pty, const char *text, bool wanted, int64_t most, const char *file, int line)
{
	if (wanted ? pty_wait_text(pty, text, most) : pty_wait_without(pty, text, most))
		return;
	print_error("%s:%d: \"%s\" %s within %lld ms (exit code %d); the screen:\n", file, line, text, wanted ? "did not come" : "did not go",
		(long long)most, pty_exit_code(pty));
	stage_print(pty);
	_fail(file, line);
}

void stage_ends(struct pty *pty, int code, const char *file, int line)
{
	if (pty_wait_state(pty, PTY_ENDED, END_MS) && pty_exit_code(pty) == code)
		return;
	print_error("%s:%d: exit code %d was wanted, not %d (-1: it still runs); the screen:\n", file, line, code, pty_exit_code(pty));
	stage_print(pty);
	_fail(file, line);
}
