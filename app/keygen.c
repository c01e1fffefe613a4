#include "app/commands.h"
#include "base/words.h"
#include "feed/curve_keys.h"
#include "feed/identifiers_key.h"

#define DEFAULT_FILE "tablo.key"
#define DEFAULT_IDENTIFIERS "tablo.identifiers"

static const struct option keygen_options[] = {
	{"--out", "FILE", 
		N_("the file of the secret key (default tablo.key, with --identifiers tablo.identifiers); its public half goes to FILE.pub"), false},
	{"--identifiers", NULL,
		N_("in place of a key pair the key by which names and ids become hashes for boards elsewhere (identifiers_key_file)"), false},
	{0},
};

static int run(const struct arguments *arguments)
{
	const char *path = arguments_value(arguments, "--out");
	struct curve_pair pair;
	struct error err;
	if (arguments_flag(arguments, "--identifiers"))
		return identifiers_key_write(path ? path : DEFAULT_IDENTIFIERS, &err) ? EXIT_DONE : report(&err);
	bool good = curve_pair_create(&pair, &err) && curve_pair_write(path ? path : DEFAULT_FILE, &pair, &err);
	if (good)
		puts(pair.public);
	curve_pair_forget(&pair);
	return good ? EXIT_DONE : report(&err);
}

const struct command keygen_command = {
	.name = "keygen",
	.positional = "",
	.summary = N_("a key pair to encrypt feeds with; prints the public half"),
	.about = N_("Makes a CURVE key pair. The secret key goes to FILE (mode 0600; it never leaves it and is never printed), the public one to\n"
		 "FILE.pub and to standard output. Name FILE as key_file in the configuration; give the public key to the other side:\n"
		 "a board pins a publisher's as server_key, a publisher lists those of its boards in the file client_keys.\n"
		 "With --identifiers it makes the secret that a collector needs for publish_outside: nothing is printed."),
	.options = (const struct option *const[]){keygen_options, help_options, NULL},
	.run = run,
};
