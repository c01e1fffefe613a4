#include <stdlib.h>
#include <string.h>

#include "app/scopes.h"
#include "app/sites.h"
#include "base/memory.h"
#include "metrics/lists.h"

bool scopes_nth(const struct arguments *arguments, const struct engine *engine, int index, struct scope *scope, struct error *err)
{
	const char *text = arguments_nth(arguments, "--scope", index);
	err->text[0] = 0;
	return text && list_scope_parse(engine, text, scope, err);
}

bool scopes_read(const struct arguments *arguments, const struct engine *engine, struct scope *scope, struct error *err)
{
	*scope = SCOPE_ALL;
	return scopes_nth(arguments, engine, 0, scope, err) || !err->text[0];
}

bool scopes_begin(const struct arguments *arguments, struct desk *desk, struct snapshot_request *request, struct error *err)
{
	const char *text = arguments_nth(arguments, "--scope", 0);
	if (!text)
		return true;
	if (desk_sites(desk))
		return sites_scope(desk_sites(desk), text, true, &request->scope, &request->site, err);
	return desk_scope(desk, text, &request->scope, err);
}

bool scopes_read_sites(const struct arguments *arguments, const struct desk *desk, struct snapshot_request *request, struct error *err)
{
	const char *text = arguments_nth(arguments, "--scope", 0);
	/* Other sites' names are learned with their rows: what one of them has is known to nobody before. */
	return !text || sites_scope(desk_sites(desk), text, true, &request->scope, &request->site, err);
}

static void add_one(struct scope *scopes, int *count, int most, struct scope scope)
{
	for (int i = 0; i < *count; i++)
		if (memcmp(&scopes[i], &scope, sizeof scope) == 0)
			return;
	if (*count < most)
		scopes[(*count)++] = scope;
}

int scopes_default(const struct engine *engine, struct scope *scopes, int most)
{
	struct scope *rows = memory_new(ROWS_OF_SITE, sizeof *rows);
	const int row_count = list_rows(engine, SCOPE_ALL, rows, ROWS_OF_SITE);
	int count = 0;
	add_one(scopes, &count, most, SCOPE_ALL);
	for (int i = 0; i < row_count; i++) {
		struct scope queue = SCOPE_ALL;
		queue.queue = rows[i].queue;
		add_one(scopes, &count, most, queue);
	}
	for (int i = 0; i < row_count; i++)
		add_one(scopes, &count, most, rows[i]);
	free(rows);
	return count;
}

static void add(struct scope *scopes, int *sites, int *count, int most, struct scope scope, int site)
{
	for (int i = 0; i < *count; i++)
		if (sites[i] == site && memcmp(&scopes[i], &scope, sizeof scope) == 0)
			return;
	if (*count == most)
		return;
	scopes[*count] = scope;
	sites[(*count)++] = site;
}

/* The lines of one site: each queue of all sites together, of this one, and the line itself. */
static void add_rows(const struct joined *joined, int site, struct scope *scopes, int *sites, int *count, int most)
{
	struct scope *rows = memory_new(ROWS_OF_SITE, sizeof *rows);
	const int row_count = joined->parts[site] ? list_rows(joined->parts[site], SCOPE_ALL, rows, ROWS_OF_SITE) : 0;
	for (int i = 0; i < row_count; i++) {
		const struct scope row = joined_scope_from(joined, site, rows[i]);
		struct scope queue = SCOPE_ALL;
		queue.queue = row.queue;
		add(scopes, sites, count, most, queue, 0);
		add(scopes, sites, count, most, queue, site + 1);
		add(scopes, sites, count, most, row, site + 1);
	}
	free(rows);
}

int scopes_of_sites(const struct arguments *arguments, const struct desk *desk, struct scope *scopes, int *sites, int most, struct error *err)
{
	const struct joined *joined = &sites_merge(desk_sites(desk))->joined;
	int count = 0;
	for (const char *text; count < most && (text = arguments_nth(arguments, "--scope", count)); count++)
		if (!sites_scope(desk_sites(desk), text, true, &scopes[count], &sites[count], err))
			return -1;
	if (count)
		return count;
	add(scopes, sites, &count, most, SCOPE_ALL, 0);
	for (int i = 0; i < joined->count; i++)
		add(scopes, sites, &count, most, SCOPE_ALL, i + 1);
	for (int i = 0; i < joined->count; i++)
		add_rows(joined, i, scopes, sites, &count, most);
	return count;
}
