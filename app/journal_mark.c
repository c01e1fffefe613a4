#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/journal_command.h"
#include "app/progress.h"
#include "base/instant.h"
#include "base/memory.h"
#include "journal/marks.h"
#include "journal/sealer.h"

/* ---- mark ---- */

static int list_marks(const struct journal_call *call)
{
	struct mark_list marks;
	struct error err;
	if (!marks_list_shown(call->directory, call->settings, &marks, &err)) {
		marks_finish(&marks);
		return report(&err);
	}
	for (size_t i = 0; i < marks.count; i++) {
		char at[40], line[MARK_LINE];
		instant_format(marks.marks[i].at, call->zone, at, sizeof at);
		mark_line(&marks.marks[i], line);
		printf("%s  %s\n", at, line);
	}
	const size_t damaged = marks.damaged;
	if (damaged)
		printf("%s/marks: %zu lines are damaged and were passed over\n", call->directory, damaged);
	marks_finish(&marks);
	return damaged ? EXIT_FAILED : EXIT_DONE;
}

static char *join(const struct journal_call *call)
{
	char *text = memory_text("");
	for (int i = 0; i < call->rest_count; i++) {
		char *longer = memory_format("%s%s%s", text, i ? " " : "", call->rest[i]);
		free(text);
		text = longer;
	}
	return text;
}

int journal_mark(const struct journal_call *call)
{
	struct error err;
	int64_t at;
	if (call->rest_count == 0 && arguments_flag(call->arguments, "--at")) {
		fail(&err, "--at: which words are to be noted then? tablo journal mark DIR --at TIME TEXT");
		return report_usage(call->arguments, &err);
	}
	if (call->rest_count == 0)
		return list_marks(call);
	char *text = join(call);
	char by[USER_ROOM];
	user_name(getuid(), by);
	const bool good = journal_instant(call, &at, &err) && mark_add(call->directory, at, text, by, &err);
	free(text);
	return good ? EXIT_DONE : report(&err);
}

/* ---- seal ---- */

struct count {
	uint64_t files, before, after;
	struct sealing *sealing;
};

static void tell(void *context, const struct segment *segment, enum seal_result result, const struct error *err)
{
	struct count *count = context;
	(void)segment;
	if (result != SEAL_DONE) {
		progress_done();
		puts(err->text);
		return;
	}
	count->files++;
	count->before += count->sealing->before;
	count->after += count->sealing->after;
	progress_show("sealing", "files", -1, count->files);
}

int journal_seal(const struct journal_call *call)
{
	struct error err;
	struct sealing sealing = {.disk = &disk_real, .directory = call->directory, .level = SEAL_LEVEL};
	struct count count = {.sealing = &sealing};
	const int lock = journal_lock(call->directory, &err);
	if (lock < 0)
		return report(&err);
	const bool good = sealer_seal_all(&sealing, true, tell, &count, &err);
	disk_real.close(disk_real.context, lock);
	progress_done();
	printf("%llu files sealed: %llu bytes instead of %llu\n", (unsigned long long)count.files, (unsigned long long)count.after,
		(unsigned long long)count.before);
	return good ? EXIT_DONE : EXIT_FAILED;
}
