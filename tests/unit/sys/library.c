#include <criterion/criterion.h>
#include <unistd.h>

#include "runtime/base/hash.h"
#include "runtime/sys/sys.h"
#include "tests/unit/sys/folder.h"

static char *find(const char *where, const char *name, pel_arena *a) {
  char *path = NULL;
  pel_error e = {0};
  cr_assert_eq(pel__library_find(where, name, a, &path, &e), PEL_OK, "%s", e.message);
  return path;
}

Test(library, is_found_as_the_loader_would) {
  pel_arena a;
  pel__arena_init(&a, NULL);
  const char *path = find(NULL, "libm.so.6", &a);
  pel_library l;
  cr_assert_eq(pel__library_open(path, &l, NULL), PEL_OK);
  void *address = NULL;
  cr_assert_eq(pel__library_symbol(l, "cos", &address, NULL), PEL_OK);
  cr_assert_not_null(address);
  pel_error e = {0};
  cr_assert_eq(pel__library_symbol(l, "no_such_thing", &address, &e), PEL_E_NOENT);
  pel__library_close(l);
  char *none = NULL;
  cr_assert_eq(pel__library_find(NULL, "libnothere.so", &a, &none, &e), PEL_E_NOENT);
  cr_assert_str_eq(e.message, "cannot find library 'libnothere.so'");
  cr_assert_eq(pel__library_find(NULL, "", &a, &none, &e), PEL_E_NOENT);
  cr_assert_eq(pel__library_find(NULL, "./no.so", &a, &none, &e), PEL_E_NOENT);
  cr_assert_null(none);
  pel__arena_deinit(&a);
}

static void copy(const char *from, const folder *f, const char *name, size_t most) {
  pel_buf b;
  pel__buf_init(&b, NULL);
  cr_assert_eq(pel__file_slurp(pel__dir_current(), from, 1 << 28, &b, NULL), PEL_OK);
  int fd = openat(f->dir.fd, name, O_CREAT | O_WRONLY | O_TRUNC, 0600);
  size_t n = b.n < most ? b.n : most;
  cr_assert_eq(write(fd, b.p, n), (ssize_t)n);
  close(fd);
  pel__buf_deinit(&b);
}

Test(library, is_looked_for_in_the_folder_then_the_path) {
  folder f = folder_new();
  pel_arena a;
  pel__arena_init(&a, NULL);
  const char *libm = find(NULL, "libm.so.6", &a);
  copy(libm, &f, "libm.so.6", SIZE_MAX);
  folder_put(&f, "libc.so.6", "/* GNU ld script */ INPUT ( nothing )");
  cr_assert_str_eq(find(f.at.path, "libc.so.6", &a), find(NULL, "libc.so.6", &a),
                   "a linker script is passed over");
  char own[600];
  (void)snprintf(own, sizeof own, "%s/libm.so.6", f.at.path);
  cr_assert_str_eq(find(f.at.path, "libm.so.6", &a), own);
  cr_assert_str_eq(find(NULL, "libm.so.6", &a), libm);
  char list[600];
  (void)snprintf(list, sizeof list, "/nowhere:%s", f.at.path);
  cr_assert_eq(setenv("LD_LIBRARY_PATH", list, 1), 0);
  cr_assert_str_eq(find(NULL, "libm.so.6", &a), own);
  pel__arena_deinit(&a);
  folder_free(&f);
}

Test(symbols, are_read_without_loading) {
  pel_arena a;
  pel__arena_init(&a, NULL);
  pel_symbols *s = NULL;
  cr_assert_eq(
      pel__symbols_open(find(NULL, "libm.so.6", &a), pel__alloc_libc(), &s, NULL),
      PEL_OK);
  cr_assert_eq(pel__symbols_kind(s, "cos"), PEL_SYMBOL_FUNCTION);
  cr_assert_eq(pel__symbols_kind(s, "hypot"), PEL_SYMBOL_FUNCTION);
  cr_assert_eq(pel__symbols_kind(s, "signgam"), PEL_SYMBOL_DATA);
  cr_assert_eq(pel__symbols_kind(s, "malloc"), PEL_SYMBOL_NONE, "used, not defined");
  cr_assert_eq(pel__symbols_kind(s, ""), PEL_SYMBOL_NONE);
  cr_assert_gt(pel__symbols_count(s), 300);
  for (size_t i = 0; i < pel__symbols_count(s); i++)
    cr_assert_neq(pel__symbols_kind(s, pel__symbols_name(s, i)), PEL_SYMBOL_NONE);
  pel__symbols_free(s);
  pel__arena_deinit(&a);
}

/* The loader itself is the oracle: what we list, dlsym finds. */
Test(symbols, agree_with_the_loader) {
  pel_arena a;
  pel__arena_init(&a, NULL);
  static const char *const names[] = {"libm.so.6", "libc.so.6", "libgcc_s.so.1",
                                      "libz.so.1"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    char *path = NULL;
    if (pel__library_find(NULL, names[k], &a, &path, NULL) != PEL_OK) continue;
    pel_symbols *s = NULL;
    pel_library l;
    cr_assert_eq(pel__symbols_open(path, pel__alloc_libc(), &s, NULL), PEL_OK);
    cr_assert_eq(pel__library_open(path, &l, NULL), PEL_OK);
    size_t missing = 0;
    for (size_t i = 0; i < pel__symbols_count(s); i++) {
      void *address;
      missing +=
          pel__library_symbol(l, pel__symbols_name(s, i), &address, NULL) != PEL_OK;
    }
    cr_assert_eq(missing, 0, "%s: %zu", names[k], missing);
    pel__symbols_free(s);
    pel__library_close(l);
  }
  pel__arena_deinit(&a);
}

Test(symbols, refuse_what_is_no_library) {
  folder f = folder_new();
  char path[600];
  (void)snprintf(path, sizeof path, "%s/x", f.at.path);
  static const char *const texts[] = {"", "\177ELF",
                                      "/* GNU ld script */ GROUP ( a.so )"};
  pel_symbols *s = NULL;
  pel_error e = {0};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    folder_put(&f, "x", texts[i]);
    cr_assert_eq(pel__symbols_open(path, pel__alloc_libc(), &s, &e), PEL_E_INVALID);
  }
  cr_assert_eq(pel__symbols_open(f.at.path, pel__alloc_libc(), &s, &e), PEL_E_INVALID);
  cr_assert_eq(pel__symbols_open("/no/such", pel__alloc_libc(), &s, &e), PEL_E_NOENT);
  cr_assert_null(s);
  folder_free(&f);
}

/* Cut and scribbled files: any answer, no crash (the sanitizers watch). */
Test(symbols, survive_broken_files) {
  folder f = folder_new();
  pel_arena a;
  pel__arena_init(&a, NULL);
  char path[600];
  (void)snprintf(path, sizeof path, "%s/x", f.at.path);
  copy(find(NULL, "libm.so.6", &a), &f, "x", 120000);
  int fd = openat(f.dir.fd, "x", O_RDWR);
  for (uint64_t i = 0; i < 1500; i++) {
    /* The headers and the tables behind them are where it hurts. */
    off_t at = (off_t)(pel__hash_u64(i, 1) % (i % 2 ? 0x400 : 0xa000));
    unsigned char kept, junk = i % 3 ? (unsigned char)pel__hash_u64(i, 2) : 0xff;
    cr_assert_eq(pread(fd, &kept, 1, at), 1);
    cr_assert_eq(pwrite(fd, &junk, 1, at), 1);
    pel_symbols *s = NULL;
    if (pel__symbols_open(path, pel__alloc_libc(), &s, NULL) == PEL_OK)
      (void)pel__symbols_kind(s, "cos");
    pel__symbols_free(s);
    if (i % 4) cr_assert_eq(pwrite(fd, &kept, 1, at), 1);
    if (i % 100 == 99) {
      close(fd);
      copy(find(NULL, "libm.so.6", &a), &f, "x", 3000 * (size_t)(i / 100 + 1));
      fd = openat(f.dir.fd, "x", O_RDWR);
      cr_assert_eq(ftruncate(fd, 0xa000 + 3000 * (off_t)(i / 100)), 0);
    }
  }
  close(fd);
  pel__arena_deinit(&a);
  folder_free(&f);
}
