/* A folder of its own for a test.
 * The test owns it; folder_free takes everything in it away.
 * One thread. */
#ifndef PEL_TESTS_UNIT_SYS_FOLDER_H
#define PEL_TESTS_UNIT_SYS_FOLDER_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/sys/sys.h"

typedef struct folder {
  char path[64];
  pel_dir dir;
} folder;

static inline folder folder_new(void) {
  folder f = {.path = "/var/tmp/pel-test-XXXXXX"};
  cr_assert_not_null(mkdtemp(f.path));
  cr_assert_eq(pel__dir_open(pel__dir_current(), f.path, &f.dir, NULL), PEL_OK);
  return f;
}

static inline void folder_put(const folder *f, const char *name, const char *text) {
  int fd = openat(f->dir.fd, name, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  cr_assert_geq(fd, 0);
  cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
  close(fd);
}

/* Entries but for "." and "..". */
static inline int folder_count(const folder *f) {
  DIR *d = opendir(f->path);
  int n = 0;
  while (readdir(d)) n++;
  closedir(d);
  return n - 2;
}

static inline int folder_remove_one(const char *path, const struct stat *st, int type,
                                    struct FTW *at) {
  (void)st, (void)type, (void)at;
  return remove(path);
}

static inline void folder_free(folder *f) {
  pel__dir_close(f->dir);
  (void)nftw(f->path, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
