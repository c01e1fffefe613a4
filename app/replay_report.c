#include "app/replay_report.h"

#include "app/report_file.h"
#include "base/instant.h"
#include "base/words.h"

#define SHORT_SPAN (6 * HOUR_MS) /* up to which its intervals are quarter hours */

/* Whole intervals round what is shown of the journal: intervals begin at whole quarter hours. */
static void round_span(const struct replay_span *span, struct report_options *options)
{
	int64_t from = span->from > span->first ? span->from : span->first, to = span->to < span->last + 1 ? span->to : span->last + 1;
	to = to > from ? to : from + 1;
	from -= ((from % QUARTER_MS) + QUARTER_MS) % QUARTER_MS;
	options->by = to - from <= SHORT_SPAN ? QUARTER_MS : 2 * QUARTER_MS;
	options->from = from;
	options->to = from + (to - from + options->by - 1) / options->by * options->by;
}

static bool write_look(const struct replay_source *source, const struct replay_span *span, const struct chronicle_look *look, const char *path,
	struct error *err)
{
	struct report_options options = {.name = source->name, .settings = source->settings, .zone = source->zone,
		.attribution = (enum attribution)source->settings->by, .formula = (enum sl_formula)source->settings->formula};
	const struct report_file file = {.path = path, .format = report_file_format("html", err), .journal = source->journal, .only_new = true};
	if (!look->done || !look->engine)
		return fail(err, _("the journal is still being read: once more when it has been"));
	round_span(span, &options);
	if (look->now - options.from > source->settings->history_days * DAY_MS)
		return fail(err, _("more than history_days (%d) before the journal's end: tablo report --from"), (int)source->settings->history_days);
	return file.format && report_file_write(&file, &options, look, err);
}

bool replay_report_write(const struct replay_source *source, const struct replay_span *span, const char *path, struct error *err)
{
	const struct chronicle_look look = chronicle_enter(source->chronicle);
	const bool good = write_look(source, span, &look, path, err);
	chronicle_leave(source->chronicle);
	return good;
}
