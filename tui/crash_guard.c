#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tui/crash_guard.h"

static struct {
	volatile sig_atomic_t armed;
	int descriptor;
	struct termios mode;
	char bytes[256];
	size_t count;
} guard;
static char guard_stack[65536];
static const int guard_signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};

static void restore_and_die(int number)
{
	if (guard.armed) {
		guard.armed = 0;
		/* Nobody is left to hear of a failure. */
		if (write(guard.descriptor, guard.bytes, guard.count) < 0)
			_exit(128 + number);
		tcsetattr(guard.descriptor, TCSANOW, &guard.mode);
	}
	raise(number); /* SA_RESETHAND: the default action, so that there is a core */
}

void crash_guard_prepare(int descriptor, const struct termios *mode)
{
	guard.descriptor = descriptor;
	guard.mode = *mode;
	guard.count = 0;
}

void crash_guard_add(const char *bytes)
{
	/* Padding such as $<5> is for typewriters. */
	while (bytes && *bytes && guard.count + 1 < sizeof guard.bytes) {
		const char *end = bytes[0] == '$' && bytes[1] == '<' ? strchr(bytes, '>') : NULL;
		if (!end)
			guard.bytes[guard.count++] = *bytes;
		bytes = (end ? end : bytes) + 1;
	}
}

void crash_guard_arm(void)
{
	sigaltstack(&(stack_t){.ss_sp = guard_stack, .ss_size = sizeof guard_stack}, NULL);
	struct sigaction action = {.sa_handler = restore_and_die, .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK | SA_NODEFER)};
	for (size_t i = 0; i < sizeof guard_signals / sizeof *guard_signals; i++)
		sigaction(guard_signals[i], &action, NULL);
	guard.armed = 1;
}

void crash_guard_disarm(void)
{
	guard.armed = 0;
	for (size_t i = 0; i < sizeof guard_signals / sizeof *guard_signals; i++)
		signal(guard_signals[i], SIG_DFL);
}
