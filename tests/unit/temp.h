/* Where the files of a test go: a folder of its own below TMPDIR, or below /var/tmp.
 * The test owns it; temp_folder_free takes everything in it away.
 * One thread. */
#ifndef PEL_TESTS_UNIT_TEMP_H
#define PEL_TESTS_UNIT_TEMP_H

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct temp_folder {
  char path[512];
} temp_folder;

static inline temp_folder temp_folder_new(void) {
  const char *in = getenv("TMPDIR");
  temp_folder t;
  const int n =
      snprintf(t.path, sizeof t.path, "%s/pel-test-XXXXXX", in && *in ? in : "/var/tmp");
  cr_assert_lt((size_t)n, sizeof t.path, "TMPDIR is too long");
  cr_assert_not_null(mkdtemp(t.path), "%s", t.path);
  return t;
}

static inline int temp_remove_one(const char *path, const struct stat *st, int type,
                                  struct FTW *at) {
  (void)st, (void)type, (void)at;
  return remove(path);
}

static inline void temp_folder_free(const temp_folder *t) {
  (void)nftw(t->path, temp_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
