//go:build phpbridge

// PHP installs handlers of signals that run on the stack of whatever they
// interrupt. In Go that may be a goroutine's, which is small.

#include "module.h"
#include <signal.h>

// ps_move_signal_handlers has the handlers that are there now run on the signal
// stack.
void ps_move_signal_handlers(void) {
	for (int signo = 1; signo < NSIG; signo++) {
		struct sigaction act;
		if (sigaction(signo, NULL, &act) != 0 || (act.sa_flags & SA_ONSTACK))
			continue;
		if (!(act.sa_flags & SA_SIGINFO) && (act.sa_handler == SIG_DFL || act.sa_handler == SIG_IGN))
			continue;
		act.sa_flags |= SA_ONSTACK;
		sigaction(signo, &act, NULL);
	}
}
