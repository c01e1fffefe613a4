/* Programs that a test starts: publishers beside the board. A test that fails leaves none behind. */
#ifndef TESTS_PROCESS_H
#define TESTS_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct process {
	pid_t id;  /* 0: none */
	int input; /* a pipe to its standard input, or -1 */
};

/* Its output is appended to the file. */
struct process process_start(const char *const *words, bool piped, const char *output);
/* -1: it still runs; else its code. */
int process_look(struct process *process);
/* SIGKILL. */
void process_kill(struct process *process);

/* In a child: runs the program; it dies with the test. Does not return. */
void process_become(const char *const *words) __attribute__((noreturn));
/* Of a wait status, as $? of a shell: 128 and the signal where one killed it. */
int process_code(int status);

#endif
