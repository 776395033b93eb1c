// Signals to this process are for its main thread: every other one starts with them blocked (linked with --wrap=pthread_create).
//
// Who waits for signals (signalfd(2)) must have them blocked in every thread, for one to the process may come to any thread that does not block it. The .NET
// runtime starts a thread before Main, the finalizer's, and from C# its mask could be reached only by a finalizer, that is, by a collection, which takes half
// a millisecond and half a megabyte.
#include <pthread.h>
#include <signal.h>

int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    // Not those of the real-time range, by which the runtime stops a thread for a collection, and not what a fault in the thread itself raises.
    static const int faults[] = { SIGSEGV, SIGFPE, SIGBUS, SIGILL, SIGTRAP, SIGABRT };
    sigset_t blocked, before;
    sigemptyset(&blocked);
    for (int number = 1; number < 32; number++)
        sigaddset(&blocked, number);
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    int error = __real_pthread_create(thread, attributes, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, 0);
    return error;
}
