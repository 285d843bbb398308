#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runtime/sys/internal.h"

typedef struct start {
  void (*fn)(void *arg);
  void *arg;
} start;

static void *begin(void *p) {
  start s = *(start *)p;
  free(p);
  s.fn(s.arg);
  return NULL;
}

/* Signals are the host's: they must find a thread that the host knows. */
static int create_quietly(pthread_t *thread, const pthread_attr_t *attr, start *s) {
  sigset_t all, before;
  sigfillset(&all);
  int r = pthread_sigmask(SIG_SETMASK, &all, &before);
  if (r != 0) return r;
  r = pthread_create(thread, attr, begin, s);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  return r;
}

pel_status pel__thread_start(const char *name, size_t stack_size, void (*fn)(void *arg),
                             void *arg, pel_thread *thread, pel_error *err) {
  start *s = malloc(sizeof *s);
  pthread_attr_t attr;
  if (!s || pthread_attr_init(&attr) != 0) {
    free(s);
    return pel_error_set(err, PEL_E_NOMEM, "no memory left for a thread");
  }
  *s = (start){fn, arg};
  pthread_t t;
  int r = pthread_attr_setstacksize(&attr, stack_size);
  if (r == 0) r = create_quietly(&t, &attr, s);
  (void)pthread_attr_destroy(&attr);
  if (r != 0) {
    free(s);
    errno = r;
    return pel__sys_fail(err, PEL_E_IO, "start a thread", name);
  }
  (void)pthread_setname_np(t, name);
  *thread = (pel_thread){(uintptr_t)t};
  return PEL_OK;
}

void pel__thread_join(pel_thread thread) {
  (void)pthread_join((pthread_t)thread.handle, NULL);
}

static long futex(pel_atomic_u32 *word, int op, uint32_t value,
                  const struct timespec *timeout) {
  return syscall(SYS_futex, &word->v, op | FUTEX_PRIVATE_FLAG, value, timeout, NULL, 0);
}

void pel__futex_wait(pel_atomic_u32 *word, uint32_t expected, uint64_t timeout_ns) {
  struct timespec t = {(time_t)(timeout_ns / 1000000000u),
                       (long)(timeout_ns % 1000000000u)};
  int kept = errno;
  (void)futex(word, FUTEX_WAIT, expected, timeout_ns == PEL_FOREVER ? NULL : &t);
  errno = kept;
}

void pel__futex_wake(pel_atomic_u32 *word, uint32_t n) {
  int kept = errno; /* a signal handler's caller keeps its errno */
  (void)futex(word, FUTEX_WAKE, n > INT_MAX ? INT_MAX : n, NULL);
  errno = kept;
}

/* After U. Drepper, "Futexes Are Tricky" (2011), the second mutex. */
enum { OPEN = 0, TAKEN = 1, WAITED_FOR = 2, SPINS = 100 };

bool pel__lock_try(pel_lock *lock) {
  uint32_t open = OPEN;
  /* acquire: pairs with the release in pel__lock_release. */
  return pel__cas_u32(&lock->state, &open, TAKEN, PEL_ACQUIRE);
}

void pel__lock_acquire(pel_lock *lock) {
  for (int i = 0; i < SPINS; i++) {
    if (pel__lock_try(lock)) return;
    pel__cpu_relax();
  }
  /* acquire: pairs with the release in pel__lock_release. From here on the lock counts as
   * waited for, even if nobody else waits: one wake too many, never one too few. */
  while (pel__swap_u32(&lock->state, WAITED_FOR, PEL_ACQUIRE) != OPEN)
    pel__futex_wait(&lock->state, WAITED_FOR, PEL_FOREVER);
}

void pel__lock_release(pel_lock *lock) {
  /* release: pairs with the acquire of whoever takes the lock next. */
  if (pel__swap_u32(&lock->state, OPEN, PEL_RELEASE) == WAITED_FOR)
    pel__futex_wake(&lock->state, 1);
}
