#include <pthread.h>
#include <signal.h>

#include "app/view.h"

void view_signals(sigset_t *set)
{
	static const int signals[] = {SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT};
	sigemptyset(set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(set, signals[i]);
}

void view_block_signals(void)
{
	sigset_t set;
	view_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}
