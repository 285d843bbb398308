/* A folder of its own for a test, open as the system's contract has it.
 * The test owns it; folder_free takes everything in it away.
 * One thread. */
#ifndef PEL_TESTS_UNIT_SYS_FOLDER_H
#define PEL_TESTS_UNIT_SYS_FOLDER_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/sys/sys.h"
#include "tests/unit/temp.h"

typedef struct folder {
  temp_folder at;
  pel_dir dir;
} folder;

static inline folder folder_new(void) {
  folder f = {.at = temp_folder_new()};
  cr_assert_eq(pel__dir_open(pel__dir_current(), f.at.path, &f.dir, NULL), PEL_OK);
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
  DIR *d = opendir(f->at.path);
  int n = 0;
  while (readdir(d)) n++;
  closedir(d);
  return n - 2;
}

static inline void folder_free(folder *f) {
  pel__dir_close(f->dir);
  temp_folder_free(&f->at);
}

#endif
