#include "config/rights.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/tables.h"

const char *const right_words[RIGHT_COUNT] = {
#define WORD(NAME, word) [RIGHT_##NAME] = word,
	RIGHTS(WORD)
#undef WORD
};

int right_find(const char *word)
{
	for (int i = 0; i < RIGHT_COUNT; i++)
		if (strcmp(right_words[i], word) == 0)
			return i;
	return -1;
}

unsigned rights_bits(char *const *words, int count)
{
	unsigned bits = 0;
	for (int i = 0; i < count; i++) {
		const int right = right_find(words[i]);
		bits |= right >= 0 ? RIGHT_BIT(right) : 0;
	}
	return bits;
}

void rights_write(unsigned bits, char *to, size_t room)
{
	size_t used = 0;
	*to = 0;
	for (int i = 0; i < RIGHT_COUNT; i++) {
		const size_t length = strlen(right_words[i]);
		if (!(bits & RIGHT_BIT(i)) || used + length + 2 > room)
			continue;
		if (used)
			to[used++] = ' ';
		memcpy(to + used, right_words[i], length + 1);
		used += length;
	}
}

unsigned rights_read(const char *text)
{
	unsigned bits = 0;
	char *words = memory_text(text), *rest = NULL;
	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		const int right = right_find(word);
		bits |= right >= 0 ? RIGHT_BIT(right) : 0;
	}
	free(words);
	return bits;
}

bool setting_is_right(const char *value, struct error *err)
{
	char words[RIGHTS_TEXT];
	rights_write(RIGHTS_ALL, words, sizeof words);
	return right_find(value) >= 0 || fail(err, "of these words: %s", words);
}

bool right_settings_check(const struct right_settings *right, const char *title, struct error *err)
{
	return right->key_count || right->user_count ||
	       fail(err, "the right '%s' is nobody's; write keys = { \"PUBLIC KEY\" } or users = { \"NAME\" }", title);
}

/* ---- the section ---- */

#define KEYS_MOST 4096
#define AT(member) .offset = offsetof(struct right_settings, member)
#define LIST(member, counter) AT(member), .count_offset = offsetof(struct right_settings, counter)
static const struct setting right_settings[] = {
	{"keys", .type = SETTING_LIST, LIST(keys, key_count), .most = KEYS_MOST,
		.help = "Public keys of boards (40 characters each), or files that hold one each."},
	{"users", .type = SETTING_LIST, LIST(users, user_count), .most = KEYS_MOST,
		.help = "Users of this machine, at boards that attach by ipc://."},
	{"may", .type = SETTING_LIST, LIST(may, may_count), .most = RIGHT_COUNT, .check = setting_is_right,
		.help = "Any of \"acknowledge\", \"mute\", \"mark\", \"note\", \"agents\", \"names\"; nothing: looking on."},
};
const struct setting_table right_table = {"right", "lead",
	"A collector: what who has one of these keys, or is one of these users, may do; its title says who they are (docs/OPERATION.md).",
	right_settings, sizeof right_settings / sizeof *right_settings};
