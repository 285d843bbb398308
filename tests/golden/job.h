/* One run of a golden case in a folder of its own: prepared, started, judged.
 * Whoever calls job_start owns the job until job_judge, which removes the folder and
 * frees it. One thread; several jobs may be running. */
#ifndef PEL_TESTS_GOLDEN_JOB_H
#define PEL_TESTS_GOLDEN_JOB_H

#include <sys/types.h>

#include "tests/golden/case.h"

typedef struct job {
  golden_case *about;
  char *title;
  const char *flags; /* what stands behind `run`; NULL for none */
  char dir[4096];    /* holds cwd/, stdout, stderr */
  pid_t pid;         /* 0: could not be started, see problem */
  char problem[512];
} job;

typedef struct golden_options {
  const char *pel, *source, *scratch,
      *cc; /* the program, the repository, where folders may be made, the compiler */
  bool bless, keep;
  unsigned patience; /* time limits are multiplied by this */
} golden_options;

/* Takes c. */
job *job_start(golden_case *c, const char *title, const char *flags,
               const golden_options *o);
/* Writes the TAP line; true when all was as expected (or has been blessed). */
bool job_judge(job *j, int wait_status, const golden_options *o);
#endif
