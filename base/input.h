/* Lines of a file, plain or gzip (told by its content, not its name), or of standard input ("-"), with their numbers. */
#ifndef BASE_INPUT_H
#define BASE_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

#define INPUT_LINE_MAX (1024 * 1024)

struct input;

enum input_state { INPUT_LINE, INPUT_TOO_LONG /* skipped; number is set */, INPUT_WAIT, INPUT_END, INPUT_FAILED };

struct input *input_open(const char *path, struct error *err);
void input_close(struct input *input);
/* The next line without its newline (and without a trailing CR); valid until the next call. NUL bytes are kept, a byte
 * order mark at the very beginning is not. INPUT_FAILED: a read error or a damaged gzip stream, said in err. A file that
 * ends inside a gzip stream gives the whole lines that are there, then INPUT_FAILED. INPUT_WAIT only where
 * input_set_nonblocking was called. */
enum input_state input_next(struct input *input, struct view *line, struct error *err);
const char *input_name(const struct input *input);
int64_t input_line(const struct input *input);
/* Bytes of the file read so far (compressed ones) and its size (0: not known), for a progress bar. */
int64_t input_position(const struct input *input);
int64_t input_size(const struct input *input);
/* For poll(2); and reads that do not wait (standard input as a pipe). */
int input_descriptor(const struct input *input);
bool input_set_nonblocking(struct input *input, struct error *err);

#endif
