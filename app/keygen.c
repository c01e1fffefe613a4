#include "app/commands.h"
#include "feed/curve_keys.h"

#define DEFAULT_FILE "tablo.key"

static const struct option keygen_options[] = {
	{"--out", "FILE", "the file of the secret key (default " DEFAULT_FILE "); its public half goes to FILE.pub", false},
	{0},
};

static int run(const struct arguments *arguments)
{
	const char *path = arguments_value(arguments, "--out");
	struct curve_pair pair;
	struct error err;
	bool good = curve_pair_create(&pair, &err) && curve_pair_write(path ? path : DEFAULT_FILE, &pair, &err);
	if (good)
		puts(pair.public);
	curve_pair_forget(&pair);
	return good ? EXIT_DONE : report(&err);
}

const struct command keygen_command = {
	.name = "keygen",
	.positional = "",
	.summary = "a key pair to encrypt feeds with; prints the public half",
	.about = "Makes a CURVE key pair. The secret key goes to FILE (mode 0600; it never leaves it and is never printed), the public one to\n"
		 "FILE.pub and to standard output. Name FILE as key_file in the configuration; give the public key to the other side:\n"
		 "a board pins a publisher's as server_key, a publisher lists those of its boards in the file client_keys.",
	.options = (const struct option *const[]){keygen_options, help_options, NULL},
	.run = run,
};
