#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/process.h"

void process_become(const char *const *words)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execv(words[0], (char *const *)words);
	_exit(127);
}

int process_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

struct process process_start(const char *const *words, bool piped, const char *output)
{
	int pipes[2] = {-1, -1};
	if (piped && pipe2(pipes, O_CLOEXEC) != 0)
		abort();
	const pid_t id = fork();
	if (id < 0)
		abort();
	if (id == 0) {
		const int input = piped ? pipes[0] : open("/dev/null", O_RDONLY);
		const int to = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(input, STDIN_FILENO);
		dup2(to, STDOUT_FILENO);
		dup2(to, STDERR_FILENO);
		process_become(words);
	}
	if (piped)
		close(pipes[0]);
	return (struct process){.id = id, .input = pipes[1]};
}

int process_look(struct process *process)
{
	int status;
	if (!process->id || waitpid(process->id, &status, WNOHANG) != process->id)
		return -1;
	process->id = 0;
	return process_code(status);
}

void process_kill(struct process *process)
{
	if (process->id) {
		kill(process->id, SIGKILL);
		waitpid(process->id, NULL, 0);
	}
	if (process->input >= 0)
		close(process->input);
	*process = (struct process){.input = -1};
}
