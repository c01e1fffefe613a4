#include "widgets/evidence_table.h"

static const struct evidence_row *row_at(const struct snapshot *snapshot, int row)
{
	return &snapshot->evidence->evidence.rows[row];
}

static int count(const struct snapshot *snapshot)
{
	return snapshot->evidence ? (int)snapshot->evidence->evidence.count : 0;
}

#define TEXT_COLUMN(field)                                                                                             \
	static void write_##field(const struct snapshot *snapshot, int row, struct list_cell *cell)                     \
	{                                                                                                               \
		list_put(cell, ROLE_TEXT, "%s", row_at(snapshot, row)->field);                                          \
	}
TEXT_COLUMN(subject)
TEXT_COLUMN(site)
TEXT_COLUMN(queue)
TEXT_COLUMN(channel)
TEXT_COLUMN(agent)
TEXT_COLUMN(state)

/* Since when a row of the present stands is not always kept. */
static void write_at(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct evidence_row *of = row_at(snapshot, row);
	if (snapshot->evidence->evidence.kind != EVIDENCE_PRESENT || of->figure.known)
		list_put_clock(cell, ROLE_TEXT, snapshot, of->at, true);
}

static void write_own(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	struct figure figure = row_at(snapshot, row)->figure;
	figure.n = -1; /* that it is one alone everybody sees */
	if (snapshot->evidence->evidence.kind != EVIDENCE_PRESENT)
		list_put_figure(cell, metrics[snapshot->evidence->request.metric].name, &figure);
	else if (figure.known)
		list_put_duration(cell, figure.numerator);
}

static const struct list_column columns[] = {
	{.header = "contact, case", .width = 15, .write = write_subject}, {.header = "site", .width = 8, .write = write_site},
	{.header = "queue", .width = 14, .write = write_queue}, {.header = "channel", .width = 8, .write = write_channel},
	{.header = "agent", .width = 14, .write = write_agent}, {.header = "state", .width = 10, .write = write_state},
	{.header = "at", .width = 14, .write = write_at}, {.header = "its own", .width = 9, .right = true, .write = write_own},
	{.header = NULL},
};

const struct list_class evidence_table = {.columns = columns, .count = count, .empty = "there is none"};
