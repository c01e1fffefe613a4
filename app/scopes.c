#include "app/scopes.h"
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
