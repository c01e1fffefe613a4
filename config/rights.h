/* What people may do at boards, as the collector's configuration says: sections `right`, and `rights_default` for whoever stands in none. */
#ifndef CONFIG_RIGHTS_H
#define CONFIG_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

struct settings;

/* X(ENUM, "word") */
#define RIGHTS(X)                                                                                                   \
	X(ACKNOWLEDGE, "acknowledge") X(MUTE, "mute") X(MARK, "mark") X(NOTE, "note") X(AGENTS, "agents") X(NAMES, "names")

enum right {
#define RIGHT(NAME, word) RIGHT_##NAME,
	RIGHTS(RIGHT) RIGHT_COUNT
#undef RIGHT
};
#define RIGHT_BIT(right) (1u << (right))
#define RIGHTS_ALL (RIGHT_BIT(RIGHT_COUNT) - 1)
#define RIGHTS_TEXT 80 /* bytes of all words, with the end */

extern const char *const right_words[RIGHT_COUNT];
int right_find(const char *word); /* or -1 */
/* The words of a list as bits. */
unsigned rights_bits(char *const *words, int count);
/* "acknowledge mute", "" for none; and back: words that are not known are passed over. */
void rights_write(unsigned bits, char *to, size_t room);
unsigned rights_read(const char *text);

/* What is decided where somebody proves nothing of himself: an action that lies in Redis. */
enum inbox { INBOX_AUTO /* taken as long as there is no `right` */, INBOX_TRUSTED, INBOX_REFUSED };

#endif
