#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "base/input.h"
#include "base/memory.h"

#define CHUNK (64 * 1024)

enum kind { KIND_UNKNOWN, KIND_PLAIN, KIND_GZIP };
enum filled { FILLED_MORE, FILLED_WAIT, FILLED_END, FILLED_FAILED };

struct input {
	char *name;
	int descriptor;
	bool is_stdin, is_ended /* the file, not its lines */, is_broken;
	int flags_before; /* of the descriptor, -1: untouched */
	enum kind kind;
	int64_t line, size, position;
	unsigned char raw[CHUNK]; /* as read; from raw_begin on not yet unpacked */
	size_t raw_begin, raw_end;
	z_stream stream;
	bool between_members; /* gzip streams may follow one another */
	char *text;           /* unpacked; lines from begin on, no newline before `searched` */
	size_t begin, end, searched, room;
	bool skipping; /* a line that is too long */
};

struct input *input_open(const char *path, struct error *err)
{
	const bool is_stdin = strcmp(path, "-") == 0;
	const int descriptor = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat about;
	if (descriptor < 0 || fstat(descriptor, &about) < 0) {
		fail(err, "cannot read %s: %s", is_stdin ? "standard input" : path, strerror(errno));
		if (descriptor >= 0 && !is_stdin)
			close(descriptor);
		return NULL;
	}
	if (S_ISDIR(about.st_mode)) {
		if (!is_stdin)
			close(descriptor);
		fail(err, "cannot read %s: it is a directory; name a file",
			is_stdin ? "standard input" : path);
		return NULL;
	}
	struct input *input = memory_new(1, sizeof *input);
	input->name = memory_text(is_stdin ? "standard input" : path);
	input->descriptor = descriptor;
	input->is_stdin = is_stdin;
	input->flags_before = -1;
	input->size = S_ISREG(about.st_mode) ? about.st_size : 0;
	return input;
}

void input_close(struct input *input)
{
	if (!input)
		return;
	if (input->kind == KIND_GZIP)
		inflateEnd(&input->stream);
	if (input->flags_before >= 0) /* others share standard input, and its flags */
		fcntl(input->descriptor, F_SETFL, input->flags_before);
	if (!input->is_stdin)
		close(input->descriptor);
	free(input->text);
	free(input->name);
	free(input);
}

/* More bytes of the file behind those not yet unpacked. */
static enum filled read_raw(struct input *input, struct error *err)
{
	if (input->is_ended)
		return FILLED_END;
	const size_t left = input->raw_end - input->raw_begin;
	memmove(input->raw, input->raw + input->raw_begin, left);
	input->raw_begin = 0;
	input->raw_end = left;
	ssize_t got;
	do
		got = read(input->descriptor, input->raw + left, CHUNK - left);
	while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return FILLED_WAIT;
	if (got < 0) {
		fail(err, "%s: cannot read on after line %lld: %s", input->name, (long long)input->line,
			strerror(errno));
		return FILLED_FAILED;
	}
	input->is_ended = got == 0;
	input->raw_end += (size_t)got;
	input->position += got;
	return got ? FILLED_MORE : FILLED_END;
}

/* Told by the two first bytes of a gzip stream. */
static enum filled find_kind(struct input *input, struct error *err)
{
	while (input->raw_end < 2) {
		const enum filled filled = read_raw(input, err);
		if (filled == FILLED_END)
			break;
		if (filled != FILLED_MORE)
			return filled;
	}
	if (input->raw_end < 2 || input->raw[0] != 0x1F || input->raw[1] != 0x8B) {
		input->kind = KIND_PLAIN;
		if (input->raw_end >= 3 && memcmp(input->raw, "\xEF\xBB\xBF", 3) == 0)
			input->raw_begin = 3;
		return FILLED_MORE;
	}
	if (inflateInit2(&input->stream, 15 + 16) != Z_OK) {
		fail(err, "%s: zlib cannot start: %s", input->name,
			input->stream.msg ? input->stream.msg : "no memory");
		return FILLED_FAILED;
	}
	input->kind = KIND_GZIP;
	return FILLED_MORE;
}

/* Tapes and block devices pad with zeros behind the last stream: skipped. True if another stream begins. */
static bool next_member(struct input *input)
{
	while (input->raw_begin < input->raw_end && input->raw[input->raw_begin] == 0)
		input->raw_begin++;
	if (input->raw_begin == input->raw_end)
		return false;
	inflateReset(&input->stream);
	input->between_members = false;
	return true;
}

static enum filled damaged(const struct input *input, const char *what, struct error *err)
{
	fail(err, "%s: the gzip data are damaged after line %lld: %s", input->name, (long long)input->line,
		what);
	return FILLED_FAILED;
}

/* Unpacks into the free room behind `end`, at least one byte unless it says otherwise. */
static enum filled unpack(struct input *input, struct error *err)
{
	for (;;) {
		if (input->raw_begin == input->raw_end) {
			const enum filled filled = read_raw(input, err);
			if (filled == FILLED_END && !input->between_members)
				return damaged(input, "the file ends too early; fetch it again", err);
			if (filled != FILLED_MORE)
				return filled;
		}
		if (input->between_members && !next_member(input))
			continue;
		input->stream.next_in = input->raw + input->raw_begin;
		input->stream.avail_in = (uInt)(input->raw_end - input->raw_begin);
		input->stream.next_out = (unsigned char *)input->text + input->end;
		input->stream.avail_out = CHUNK;
		const int result = inflate(&input->stream, Z_NO_FLUSH);
		const size_t got = CHUNK - input->stream.avail_out;
		input->end += got;
		if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR) {
			input->raw_begin = input->raw_end - input->stream.avail_in;
			input->between_members = result == Z_STREAM_END;
		} else if (got == 0) { /* else the lines before the damage come first; zlib refuses the next
					  call too */
			return damaged(input, input->stream.msg ? input->stream.msg : "zlib refuses it", err);
		}
		if (got)
			return FILLED_MORE;
	}
}

static enum filled copy_plain(struct input *input, struct error *err)
{
	if (input->raw_begin == input->raw_end) {
		const enum filled filled = read_raw(input, err);
		if (filled != FILLED_MORE)
			return filled;
	}
	const size_t size = input->raw_end - input->raw_begin;
	memcpy(input->text + input->end, input->raw + input->raw_begin, size);
	input->end += size;
	input->raw_begin = input->raw_end;
	return FILLED_MORE;
}

/* More text behind `end`. The text stays under INPUT_LINE_MAX + CHUNK. */
static enum filled fill(struct input *input, struct error *err)
{
	if (input->kind == KIND_UNKNOWN) {
		const enum filled filled = find_kind(input, err);
		if (filled != FILLED_MORE)
			return filled;
	}
	if (input->begin) {
		memmove(input->text, input->text + input->begin, input->end - input->begin);
		input->end -= input->begin;
		input->searched -= input->begin;
		input->begin = 0;
	}
	input->text = memory_grow(input->text, &input->room, input->end + CHUNK, 1);
	return input->kind == KIND_GZIP ? unpack(input, err) : copy_plain(input, err);
}

/* The text from begin to `end` is a line. */
static enum input_state give(struct input *input, size_t end, size_t next, struct view *line)
{
	const bool too_long = input->skipping || end - input->begin > INPUT_LINE_MAX;
	*line = (struct view){input->text + input->begin, end - input->begin};
	if (line->size && line->data[line->size - 1] == '\r')
		line->size--;
	input->begin = input->searched = next;
	input->skipping = false;
	input->line++;
	if (!too_long)
		return INPUT_LINE;
	*line = (struct view){0};
	return INPUT_TOO_LONG;
}

enum input_state input_next(struct input *input, struct view *line, struct error *err)
{
	*line = (struct view){0};
	if (input->is_broken) {
		fail(err, "%s: cannot be read beyond line %lld", input->name, (long long)input->line);
		return INPUT_FAILED;
	}
	for (;;) {
		const size_t unseen = input->end - input->searched;
		const char *newline = unseen ? memchr(input->text + input->searched, '\n', unseen) : NULL;
		if (newline)
			return give(input, (size_t)(newline - input->text),
				(size_t)(newline - input->text) + 1, line);
		input->searched = input->end;
		if (input->skipping || input->end - input->begin > INPUT_LINE_MAX) {
			input->skipping = true;
			input->begin = input->end;
		}
		switch (fill(input, err)) {
		case FILLED_MORE:
			break;
		case FILLED_WAIT:
			return INPUT_WAIT;
		case FILLED_FAILED:
			input->is_broken = true;
			return INPUT_FAILED;
		case FILLED_END:
			return input->begin < input->end || input->skipping
				       ? give(input, input->end, input->end, line)
				       : INPUT_END;
		}
	}
}

const char *input_name(const struct input *input)
{
	return input->name;
}

int64_t input_line(const struct input *input)
{
	return input->line;
}

int64_t input_position(const struct input *input)
{
	return input->position;
}

int64_t input_size(const struct input *input)
{
	return input->size;
}

int input_descriptor(const struct input *input)
{
	return input->descriptor;
}

bool input_set_nonblocking(struct input *input, struct error *err)
{
	const int flags = fcntl(input->descriptor, F_GETFL);
	if (flags < 0 || fcntl(input->descriptor, F_SETFL, flags | O_NONBLOCK) < 0)
		return fail(err, "%s: cannot be read without waiting: %s", input->name, strerror(errno));
	if (input->flags_before < 0)
		input->flags_before = flags;
	return true;
}
