/* Any request, split at new lines into scheme, header, timestamp, content type, query and body: whatever it holds, only its own HMAC can be right. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feed/bridges/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FIELDS 5 /* before the body */

struct input {
	char *text;
	const char *fields[FIELDS];
	struct view body;
};

static const char *find_header(const void *context, const char *name)
{
	const struct input *input = context;
	if (strcmp(name, "S") == 0)
		return input->fields[1];
	if (strcmp(name, "T") == 0)
		return input->fields[2];
	if (strcasecmp(name, "Content-Type") == 0)
		return input->fields[3];
	return strcasecmp(name, "Host") == 0 ? input->fields[2] : NULL;
}

/* Copies, for the fields are terminated texts. */
static void split(struct input *input, const uint8_t *data, size_t size)
{
	input->text = malloc(size + 1);
	if (size)
		memcpy(input->text, data, size);
	input->text[size] = 0;
	char *at = input->text, *const end = input->text + size;
	for (int i = 0; i < FIELDS; i++) {
		char *line = memchr(at, '\n', (size_t)(end - at));
		input->fields[i] = at;
		at = line ? line + 1 : end;
		if (line)
			*line = 0;
	}
	input->body = (struct view){at, (size_t)(end - at)};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct signature_rule rules[] = {
		{"hmac-sha1", "S", NULL, "sha1=", NULL, NULL},
		{"hmac-sha256-base64", "S", "{timestamp}.{body}", NULL, "T", NULL},
		{"twilio", "S", NULL, NULL, NULL, NULL},
		{"token", "query:t", NULL, NULL, NULL, NULL},
		{"basic", "S", NULL, NULL, NULL, NULL},
	};
	struct input input;
	struct signature_proof proof;
	struct error err;
	split(&input, data, size);
	struct signature *signature = signature_create(&rules[(size_t)(unsigned char)*input.fields[0] % (sizeof rules / sizeof *rules)], &err);
	/* 16 bytes that no input is likely to have: nothing may hold. */
	if (!signature || !signature_add_secret(signature, (struct view){"\x9d\x13\xe4\x77 fuzz \xf1\x02\xaa\xbc!?", 16}, &err))
		abort();
	const struct signature_request request = {.path = "/p", .query = input.fields[4], .body = input.body, .header = find_header, .context = &input,
		.now = 1616648967000};
	if (signature_check(signature, &request, &proof, &err) == SIGNATURE_GOOD || !*err.text)
		abort();
	signature_destroy(signature);
	free(input.text);
	return 0;
}
