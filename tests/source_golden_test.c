/* What made-up documents of each product become, line by line: tests/golden/bridges/NAME_what.json gives NAME_what.expected by the program's
 * own mapping NAME. With TABLO_GOLDEN=write the expected ones are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>

#include "base/memory.h"
#include "feed/mapping/source.h"
#include "feed/ndjson.h"

#include <cmocka.h>

static void put(struct wire_buffer *to, const char *text)
{
	const size_t size = strlen(text);
	to->data = memory_resize(to->data, to->size + size + 1, 1);
	memcpy(to->data + to->size, text, size + 1);
	to->room = to->size + size + 1;
	to->size += size;
}

static void show_source(void *context, const char *name, enum trial_outcome outcome, const char *why)
{
	char *line = memory_format("# %s%s%s%s%s\n", bridge_count_names[bridge_count_of(outcome)], *name ? " " : "", name, why ? ": " : "", why ? why : "");
	put(context, line);
	free(line);
}

static void show_event(void *context, const struct event *event, struct view queue)
{
	struct wire_buffer line = {0};
	char topic[100];
	ndjson_write(&line, event);
	view_copy(queue, topic, sizeof topic);
	char *text = memory_format("%s\t%.*s", topic, (int)line.size, (const char *)line.data);
	put(context, text);
	free(text);
	wire_buffer_finish(&line);
}

static char *read_whole(const char *path)
{
	FILE *from = fopen(path, "r");
	if (!from)
		fail_msg("%s cannot be read: run the test once with TABLO_GOLDEN=write, and look at what it wrote", path);
	char *text = memory_new(1 << 20, 1);
	text[fread(text, 1, (1 << 20) - 1, from)] = 0;
	fclose(from);
	return text;
}

static void compare(const char *path, const char *expected, const char *found)
{
	for (int line = 1;; line++) {
		const size_t wanted = strcspn(expected, "\n"), got = strcspn(found, "\n");
		if (wanted != got || memcmp(expected, found, wanted) != 0 || !expected[wanted] != !found[got])
			fail_msg("%s:%d\n  expected: %.*s\n  found:    %.*s", path, line, (int)wanted, expected, (int)got, found);
		if (!expected[wanted])
			return;
		expected += wanted + 1;
		found += got + 1;
	}
}

/* "zammad_new.json": the source is what stands before the first '_'. */
static void check(const char *folder, const char *file)
{
	struct pseudonym pseudonym;
	struct wire_buffer found = {0};
	struct error err;
	char *input = memory_format("%s/%s", folder, file), *path = memory_format("%s/%.*s.expected", folder, (int)strlen(file) - 5, file);
	char *name = memory_format("%.*s", (int)strcspn(file, "_."), file);
	pseudonym_init(&pseudonym, view_of("a salt for these tests"));
	const struct source_options options = {.name = name, .pseudonym = &pseudonym};
	const struct bridge_trial trial = {.context = &found, .source = show_source, .made = show_event};
	put(&found, "");
	if (!source_test(&options, input, &trial, &err))
		fail_msg("%s", err.text);
	if (getenv("TABLO_GOLDEN") && strcmp(getenv("TABLO_GOLDEN"), "write") == 0) {
		FILE *to = fopen(path, "w");
		assert_non_null(to);
		fputs((const char *)found.data, to);
		fclose(to);
	}
	char *expected = read_whole(path);
	compare(path, expected, (const char *)found.data);
	free(expected);
	free(name);
	free(path);
	free(input);
	wire_buffer_finish(&found);
}

static void becomes_what_is_expected(void **state)
{
	(void)state;
	const char *root = getenv("TABLO_SOURCE");
	char *folder = memory_format("%s/tests/golden/bridges", root ? root : ".");
	struct dirent **list;
	int checked = 0;
	const int count = scandir(folder, &list, NULL, alphasort);
	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		const size_t size = strlen(list[i]->d_name);
		if (size > 5 && strcmp(list[i]->d_name + size - 5, ".json") == 0) {
			check(folder, list[i]->d_name);
			checked++;
		}
		free(list[i]);
	}
	free(list);
	free(folder);
	assert_true(checked >= 2);
}

/* What stands in the folder is what stands in the program. */
static void the_program_holds_all(void **state)
{
	(void)state;
	const char *root = getenv("TABLO_SOURCE");
	char *folder = memory_format("%s/data/bridges", root ? root : ".");
	struct dirent **list;
	const int count = scandir(folder, &list, NULL, alphasort);
	assert_true(count > 2);
	for (int i = 0; i < count; i++) {
		const size_t size = strlen(list[i]->d_name);
		if (size > 5 && strcmp(list[i]->d_name + size - 5, ".conf") == 0) {
			char *path = memory_format("%s/%s", folder, list[i]->d_name), *name = memory_format("%.*s", (int)size - 5, list[i]->d_name);
			const struct source_text *held = source_text_find(name);
			char *text = read_whole(path);
			if (!held || strcmp(held->text, text) != 0)
				fail_msg("%s is not what the program holds: configure the build again, for it has a new name", path);
			free(text);
			free(name);
			free(path);
		}
		free(list[i]);
	}
	free(list);
	free(folder);
}

/* Every mapping that the program holds can be read, and says where its webhook is. */
static void all_sources_open(void **state)
{
	(void)state;
	int count = 0;
	for (const struct source_text *text = source_texts; text->name; text++, count++) {
		struct pseudonym pseudonym = {0};
		struct error err;
		const struct source_options options = {.name = text->name, .pseudonym = &pseudonym};
		struct source *source = source_open(&options, &err);
		if (!source)
			fail_msg("%s", err.text);
		assert_non_null(source_mapping(source)->webhook[WEBHOOK_PATH]);
		assert_non_null(source_mapping(source)->webhook[WEBHOOK_SIGNATURE]);
		source_close(source);
	}
	assert_true(count >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_program_holds_all),
		cmocka_unit_test(all_sources_open),
		cmocka_unit_test(becomes_what_is_expected),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
