#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/sys/sys.h"
#include "tests/unit/sys/folder.h"

/* Valid until the next call. */
static const char *slurp(pel_dir dir, const char *path) {
  static char text[8192];
  pel_buf b;
  pel__buf_init(&b, NULL);
  cr_assert_eq(pel__file_slurp(dir, path, sizeof text - 1, &b, NULL), PEL_OK);
  (void)snprintf(text, sizeof text, "%s", pel__buf_z(&b));
  pel__buf_deinit(&b);
  return text;
}

Test(file, reads_at_offsets_and_knows_its_end) {
  folder f = folder_new();
  folder_put(&f, "a.txt", "0123456789");
  pel_file *file = NULL;
  cr_assert_eq(pel__file_open(f.dir, "a.txt", pel__alloc_libc(), &file, NULL), PEL_OK);
  cr_assert_eq(pel__file_kind(file), PEL_FILE_REGULAR);
  cr_assert_eq(pel__file_size(file), 10);
  cr_assert_str_eq(pel__file_path(file), "a.txt");
  char p[20];
  size_t got = 0;
  cr_assert_eq(pel__file_read_at(file, 7, p, 20, &got, NULL), PEL_OK);
  cr_assert_eq(got, 3);
  cr_assert_eq(memcmp(p, "789", 3), 0);
  cr_assert_eq(pel__file_read_at(file, 100, p, 20, &got, NULL), PEL_OK);
  cr_assert_eq(got, 0);
  pel__file_close(file);
  folder_free(&f);
}

Test(file, says_what_is_missing_and_what_is_a_directory) {
  folder f = folder_new();
  pel_file *file = NULL;
  pel_error e = {0};
  cr_assert_eq(pel__file_open(f.dir, "no.txt", pel__alloc_libc(), &file, &e),
               PEL_E_NOENT);
  cr_assert_str_eq(e.message, "cannot open 'no.txt': No such file or directory");
  cr_assert_eq(pel__file_open(f.dir, ".", pel__alloc_libc(), &file, &e), PEL_E_IO);
  cr_assert_str_eq(e.message, "cannot read '.': Is a directory");
  cr_assert_null(file);
  cr_assert_not(pel__file_exists(f.dir, "no.txt"));
  cr_assert_not(pel__file_exists(f.dir, "."));
  folder_free(&f);
}

Test(file, treats_pipes_and_proc_as_streams) {
  pel_file *file = NULL;
  cr_assert_eq(pel__file_open(pel__dir_current(), "/proc/self/status", pel__alloc_libc(),
                              &file, NULL),
               PEL_OK);
  cr_assert_eq(pel__file_kind(file), PEL_FILE_STREAM);
  pel__file_close(file);
  cr_assert_not_null(strstr(slurp(pel__dir_current(), "/proc/self/status"), "VmHWM"));
}

static bool always(void *ctx) {
  ++*(int *)ctx;
  return true;
}

Test(file, stops_waiting_for_a_stream_when_told) {
  folder f = folder_new();
  char path[600];
  (void)snprintf(path, sizeof path, "%s/pipe", f.at.path);
  cr_assert_eq(mkfifo(path, 0600), 0);
  int writer = open(path, O_RDWR); /* so that opening does not wait */
  pel_file *file = NULL;
  cr_assert_eq(pel__file_open(f.dir, "pipe", pel__alloc_libc(), &file, NULL), PEL_OK);
  int asked = 0;
  pel__file_on_wait(file, always, &asked);
  char p[8];
  size_t got = 0;
  cr_assert_eq(write(writer, "abc", 3), 3);
  cr_assert_eq(pel__file_read(file, p, sizeof p, &got, NULL), PEL_OK);
  cr_assert_eq(got, 3);
  cr_assert_eq(asked, 0, "nobody is asked while there is something to read");
  pel_error e = {0};
  cr_assert_eq(pel__file_read(file, p, sizeof p, &got, &e), PEL_E_CANCELLED);
  cr_assert_eq(asked, 1);
  pel__file_close(file);
  close(writer);
  folder_free(&f);
}

Test(file, limits_what_it_slurps) {
  folder f = folder_new();
  folder_put(&f, "a", "0123456789");
  pel_buf b;
  pel__buf_init(&b, NULL);
  pel__buf_text(&b, "x");
  cr_assert_eq(pel__file_slurp(f.dir, "a", 10, &b, NULL), PEL_OK);
  cr_assert_str_eq(pel__buf_z(&b), "x0123456789");
  pel_error e = {0};
  cr_assert_eq(pel__file_slurp(f.dir, "a", 9, &b, &e), PEL_E_LIMIT);
  cr_assert_eq(b.n, 11, "what was there before is there still");
  pel__buf_deinit(&b);
  folder_free(&f);
}

static pel_out_file *out_open(folder *f, const char *path) {
  pel_out_file *out = NULL;
  pel_error e = {0};
  cr_assert_eq(pel__out_open(f->dir, path, pel__alloc_libc(), &out, &e), PEL_OK, "%s",
               e.message);
  return out;
}

Test(out, appears_whole_at_the_commit) {
  folder f = folder_new();
  folder_put(&f, "o", "old");
  pel_out_file *out = out_open(&f, "o");
  cr_assert_eq(pel__out_write(out, "new ", 4, NULL), PEL_OK);
  cr_assert_eq(pel__out_write(out, "text", 4, NULL), PEL_OK);
  cr_assert_str_eq(slurp(f.dir, "o"), "old");
  cr_assert_eq(pel__out_size(out), 8);
  cr_assert_eq(pel__out_commit(out, NULL), PEL_OK);
  cr_assert_str_eq(slurp(f.dir, "o"), "new text");
  pel__out_free(out);
  cr_assert_eq(folder_count(&f), 1, "nothing else is left");
  folder_free(&f);
}

Test(out, leaves_the_old_file_when_it_is_abandoned) {
  folder f = folder_new();
  folder_put(&f, "o", "old");
  pel_out_file *out = out_open(&f, "o");
  cr_assert_eq(pel__out_write(out, "new", 3, NULL), PEL_OK);
  pel__out_free(out);
  cr_assert_str_eq(slurp(f.dir, "o"), "old");
  out = out_open(&f, "fresh");
  pel__out_free(out);
  cr_assert_eq(folder_count(&f), 1);
  folder_free(&f);
}

Test(out, leaves_nothing_when_it_is_killed) {
  folder f = folder_new();
  pid_t child = fork();
  if (child == 0) {
    pel_out_file *out = out_open(&f, "o");
    (void)pel__out_write(out, "half", 4, NULL);
    raise(SIGKILL);
  }
  cr_assert_eq(waitpid(child, NULL, 0), child);
  cr_assert_eq(folder_count(&f), 0);
  folder_free(&f);
}

Test(out, keeps_permissions_and_follows_links) {
  folder f = folder_new();
  folder_put(&f, "real", "old");
  cr_assert_eq(fchmodat(f.dir.fd, "real", 0640, 0), 0);
  cr_assert_eq(symlinkat("real", f.dir.fd, "link"), 0);
  pel_out_file *out = out_open(&f, "link");
  cr_assert_eq(pel__out_write(out, "new", 3, NULL), PEL_OK);
  cr_assert_eq(pel__out_commit(out, NULL), PEL_OK);
  pel__out_free(out);
  struct stat st;
  cr_assert_eq(fstatat(f.dir.fd, "link", &st, AT_SYMLINK_NOFOLLOW), 0);
  cr_assert(S_ISLNK(st.st_mode), "the link is a link still");
  cr_assert_eq(fstatat(f.dir.fd, "real", &st, 0), 0);
  cr_assert_eq(st.st_mode & 0777, 0640);
  cr_assert_str_eq(slurp(f.dir, "real"), "new");
  folder_free(&f);
}

Test(out, writes_devices_directly) {
  pel_out_file *out = NULL;
  cr_assert_eq(
      pel__out_open(pel__dir_current(), "/dev/null", pel__alloc_libc(), &out, NULL),
      PEL_OK);
  cr_assert_eq(pel__out_write(out, "x", 1, NULL), PEL_OK);
  cr_assert_eq(pel__out_commit(out, NULL), PEL_OK);
  pel__out_free(out);
  struct stat st;
  cr_assert_eq(stat("/dev/null", &st), 0);
  cr_assert(S_ISCHR(st.st_mode));
}

Test(out, says_why_it_cannot) {
  folder f = folder_new();
  pel_out_file *out = NULL;
  pel_error e = {0};
  cr_assert_eq(pel__out_open(f.dir, "no/such/o", pel__alloc_libc(), &out, &e), PEL_E_IO);
  cr_assert_str_eq(e.message, "cannot write 'no/such/o': No such file or directory");
  cr_assert_eq(pel__out_open(f.dir, ".", pel__alloc_libc(), &out, &e), PEL_E_IO);
  cr_assert_str_eq(e.message, "cannot write '.': Is a directory");
  cr_assert_eq(pel__out_open(f.dir, "o/", pel__alloc_libc(), &out, &e), PEL_E_IO);
  cr_assert_null(out);
  folder_free(&f);
}

Test(out, reports_a_full_disk_and_keeps_the_old_file) {
  folder f = folder_new();
  folder_put(&f, "o", "old");
  (void)signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = {1000, 1000};
  cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
  pel_out_file *out = out_open(&f, "o");
  char block[4000] = {0};
  pel_error e = {0};
  cr_assert_eq(pel__out_write(out, block, sizeof block, &e), PEL_E_IO);
  cr_assert_str_eq(e.message, "cannot write 'o': File too large");
  pel__out_free(out);
  cr_assert_str_eq(slurp(f.dir, "o"), "old");
  cr_assert_eq(folder_count(&f), 1);
  folder_free(&f);
}

Test(temp, has_no_name_and_holds_what_is_written) {
  folder f = folder_new();
  pel_temp_file *t = NULL;
  cr_assert_eq(pel__temp_open(f.at.path, pel__alloc_libc(), &t, NULL), PEL_OK);
  cr_assert_eq(folder_count(&f), 0);
  cr_assert_eq(pel__temp_write_at(t, 1000, "abc", 3, NULL), PEL_OK);
  char p[4] = "";
  cr_assert_eq(pel__temp_read_at(t, 1000, p, 3, NULL), PEL_OK);
  cr_assert_str_eq(p, "abc");
  pel_error e = {0};
  cr_assert_eq(pel__temp_read_at(t, 1001, p, 3, &e), PEL_E_IO, "past the end");
  pel__temp_punch(t, 1000, 3);
  pel__temp_close(t);
  folder_free(&f);
}

Test(temp, goes_where_tmpdir_says) {
  cr_assert_eq(setenv("TMPDIR", "/nowhere", 1), 0);
  pel_temp_file *t = NULL;
  pel_error e = {0};
  cr_assert_eq(pel__temp_open(NULL, pel__alloc_libc(), &t, &e), PEL_E_IO);
  cr_assert_str_eq(
      e.message, "cannot make a temporary file in '/nowhere': No such file or directory");
  cr_assert_eq(setenv("TMPDIR", "", 1), 0);
  cr_assert_eq(pel__temp_open(NULL, pel__alloc_libc(), &t, NULL), PEL_OK);
  pel__temp_close(t);
}

/* What a pattern finds among fixed names, joined by spaces. */
static void expect_glob(folder *f, const char *pattern, const char *expected) {
  pel_arena a;
  pel__arena_init(&a, NULL);
  pel_str *paths = NULL;
  size_t n = 0;
  pel_error e = {0};
  cr_assert_eq(pel__glob(f->dir, pattern, &a, &paths, &n, &e), PEL_OK, "%s", e.message);
  pel_buf b;
  pel__buf_init(&b, NULL);
  for (size_t i = 0; i < n; i++) {
    if (i) pel__buf_char(&b, ' ');
    pel__buf_str(&b, paths[i]);
  }
  cr_assert_str_eq(pel__buf_z(&b), expected, "%s gives: %s", pattern, pel__buf_z(&b));
  pel__buf_deinit(&b);
  pel__arena_deinit(&a);
}

Test(glob, matches_in_byte_order) {
  folder f = folder_new();
  cr_assert_eq(mkdirat(f.dir.fd, "d1", 0700), 0);
  cr_assert_eq(mkdirat(f.dir.fd, "d2", 0700), 0);
  static const char *const names[] = {
      "b.csv", "a.csv",    "Z.csv",    "a1.csv",   "a22.csv", ".hid.csv", "ä.csv",
      "x[1]",  "d1/k.csv", "d2/k.csv", "d2/m.txt", "aXbXc.q", "-.csv"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) folder_put(&f, names[i], "x");
  expect_glob(&f, "*.csv", "-.csv Z.csv a.csv a1.csv a22.csv b.csv ä.csv");
  expect_glob(&f, "?.csv", "-.csv Z.csv a.csv b.csv ä.csv");
  expect_glob(&f, "a*.csv", "a.csv a1.csv a22.csv");
  expect_glob(&f, "[a-b].csv", "a.csv b.csv");
  expect_glob(&f, "[!a].csv", "-.csv Z.csv b.csv");
  expect_glob(&f, "[-z].csv", "-.csv");
  expect_glob(&f, "d?/k.csv", "d1/k.csv d2/k.csv");
  expect_glob(&f, "*/*.*", "d1/k.csv d2/k.csv d2/m.txt");
  expect_glob(&f, "d2//*.txt", "d2/m.txt");
  expect_glob(&f, ".*.csv", ".hid.csv");
  expect_glob(&f, "x[1]", "x[1]");
  expect_glob(&f, "x[[]1]", "x[1]");
  expect_glob(&f, "a*b*c*q", "aXbXc.q");
  expect_glob(&f, "*a*a*a*a*", "");
  expect_glob(&f, "*", "-.csv Z.csv a.csv a1.csv a22.csv aXbXc.q b.csv x[1] ä.csv");
  expect_glob(&f, "no/*", "");
  expect_glob(&f, "a.csv/*", "");
  expect_glob(&f, "[", "");
  expect_glob(&f, "", "");
  folder_free(&f);
}

Test(glob, survives_hostile_patterns) {
  folder f = folder_new();
  char name[60];
  memset(name, 'a', sizeof name);
  name[59] = '\0';
  folder_put(&f, name, "x");
  char pattern[2000] = "";
  for (int i = 0; i < 40; i++) strcat(pattern, "*a");
  strcat(pattern, "b");
  expect_glob(&f, pattern, "");
  pattern[0] = '\0';
  for (int i = 0; i < 300; i++) strcat(pattern, "*/");
  pel_arena a;
  pel__arena_init(&a, NULL);
  pel_str *paths = NULL;
  size_t n = 0;
  expect_glob(&f, pattern, "");
  pattern[0] = '\0';
  for (int i = 0; i < 300; i++) strcat(pattern, "./");
  strcat(pattern, "*");
  cr_assert_eq(pel__glob(f.dir, pattern, &a, &paths, &n, NULL), PEL_E_LIMIT);
  pel__arena_deinit(&a);
  folder_free(&f);
}
