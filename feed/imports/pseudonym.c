#include "feed/imports/pseudonym.h"

#include <ctype.h>
#include <strings.h>

#include <xxhash.h>

_Static_assert(sizeof((struct pseudonym){0}.secret) >= XXH3_SECRET_SIZE_MIN, "XXH3 refuses a shorter secret");

static const char *const nobody[] = {
	"anonymous", "unknown", "private", "restricted", "unavailable", "withheld", "none", "null", "<unknown>", "s", NULL,
};

/* The whole secret is drawn from the salt: a seed would only be 64 bits of it. */
void pseudonym_init(struct pseudonym *pseudonym, struct view salt)
{
	*pseudonym = (struct pseudonym){.active = salt.size > 0};
	for (size_t i = 0; i < sizeof pseudonym->secret / 16; i++) {
		XXH128_canonical_t part;
		XXH128_canonicalFromHash(&part, XXH3_128bits_withSeed(salt.data, salt.size, i));
		memcpy(pseudonym->secret + 16 * i, part.digest, 16);
	}
}

static bool is_nobody(struct view customer)
{
	for (int i = 0; nobody[i]; i++)
		if (strlen(nobody[i]) == customer.size && strncasecmp(nobody[i], customer.data, customer.size) == 0)
			return true;
	return customer.size == 0;
}

static struct view trimmed(struct view text)
{
	while (text.size && isspace((unsigned char)text.data[0])) {
		text.data++;
		text.size--;
	}
	while (text.size && isspace((unsigned char)text.data[text.size - 1]))
		text.size--;
	return text;
}

/* Its digits and leading +, if it is a phone number; size 0 otherwise. */
static struct view number_of(struct view customer, char *to, size_t room)
{
	size_t size = 0;
	for (size_t i = 0; i < customer.size; i++) {
		char c = customer.data[i];
		if (size + 1 >= room)
			return (struct view){0};
		if (isdigit((unsigned char)c) || (c == '+' && size == 0))
			to[size++] = c;
		else if (!strchr(" -./()", c) || c == 0)
			return (struct view){0};
	}
	return (struct view){to, size};
}

struct view pseudonym_of(const struct pseudonym *pseudonym, struct view customer, char to[PSEUDONYM_SIZE])
{
	char digits[64];
	customer = trimmed(customer);
	if (!pseudonym->active || is_nobody(customer))
		return (struct view){0};
	struct view number = number_of(customer, digits, sizeof digits);
	if (number.size)
		customer = number;
	XXH128_hash_t hash = XXH3_128bits_withSecret(customer.data, customer.size, pseudonym->secret, sizeof pseudonym->secret);
	for (size_t i = 0; i < PSEUDONYM_SIZE - 1; i++)
		to[i] = "0123456789abcdef"[hash.high64 >> (60 - 4 * i) & 0xf];
	to[PSEUDONYM_SIZE - 1] = 0;
	return (struct view){to, PSEUDONYM_SIZE - 1};
}
