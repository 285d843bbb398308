/* The whole contract with the operating system: files, threads, clock, memory, libraries.
 * Nothing else calls it. Whoever opens or starts a thing owns it and closes or joins it;
 * texts and handles are never shared behind one's back. Functions may be called from any
 * thread; one pel_out_file or pel_thread is for one thread at a time.
 *
 * A failing call fills its pel_error (which may be NULL) with what it tried, the path as
 * it was given, and the system's reason. PEL_E_NOENT is for inputs that are missing,
 * PEL_E_IO for all else that the system refuses. */
#ifndef PEL_RUNTIME_SYS_SYS_H
#define PEL_RUNTIME_SYS_SYS_H

#include "runtime/base/arena.h"
#include "runtime/base/atomic.h"
#include "runtime/base/str.h"

/* --- Directories: what relative paths are relative to --- */

typedef struct pel_dir {
  int fd;
} pel_dir;

/* The directory of the process at the time of each call. A library that must not follow
 * its host's chdir opens "." once instead. */
pel_dir pel__dir_current(void);
pel_status pel__dir_open(pel_dir base, const char *path, pel_dir *dir, pel_error *err);
void pel__dir_close(pel_dir dir);

/* --- Input files --- */

typedef struct pel_file pel_file;

typedef enum pel_file_kind {
  PEL_FILE_REGULAR, /* has a size; read_at works, from any number of threads at once */
  PEL_FILE_STREAM   /* pipe, terminal, device, /proc, empty: read front to back only */
} pel_file_kind;

/* A directory is refused. */
pel_status pel__file_open(pel_dir base, const char *path, const pel_alloc *alloc,
                          pel_file **file, pel_error *err);
/* Standard input, named "-" in messages; regular if the shell redirected it from a file.
 */
pel_status pel__file_stdin(const pel_alloc *alloc, pel_file **file, pel_error *err);
void pel__file_close(pel_file *file); /* NULL is fine */
pel_file_kind pel__file_kind(const pel_file *file);
const char *pel__file_path(const pel_file *file);
/* Bytes when it was opened; 0 for a stream. */
uint64_t pel__file_size(const pel_file *file);
/* A file on disk without content; it is read as a stream, but there is nothing to wait
 * for. */
bool pel__file_is_empty(const pel_file *file);
/* Reads until n bytes are there or the file ends: *got < n means the end. */
pel_status pel__file_read_at(const pel_file *file, uint64_t offset, void *p, size_t n,
                             size_t *got, pel_error *err);
/* The next 1 … n bytes of a stream (or of a regular file, from its own position); *got ==
 * 0 means the end. */
pel_status pel__file_read(pel_file *file, void *p, size_t n, size_t *got, pel_error *err);
/* While a stream has nothing to give, stop(ctx) is asked about 20 times a second; true
 * ends the read with PEL_E_CANCELLED. Set before the file is shared. */
void pel__file_on_wait(pel_file *file, bool (*stop)(void *ctx), void *ctx);
/* Appends the whole file (any kind) to text; PEL_E_LIMIT when it is longer than limit
 * bytes. */
pel_status pel__file_slurp(pel_dir base, const char *path, uint64_t limit, pel_buf *text,
                           pel_error *err);
/* Whether something is there that can be opened for reading and is no directory. */
bool pel__file_exists(pel_dir base, const char *path);

/* The paths that match pattern (`*`, `?`, `[a-z]`, `[!a-z]`, no crossing of `/`; names
 * beginning with a dot only by a dot), directories left out, in byte order, in the arena.
 * None is no error: *n is 0. */
pel_status pel__glob(pel_dir base, const char *pattern, pel_arena *arena, pel_str **paths,
                     size_t *n, pel_error *err);
bool pel__glob_is_pattern(const char *path);

/* --- Output files: whole or not at all --- */

typedef struct pel_out_file pel_out_file;

/* Opens an unnamed (else temporary) file beside the target. The target is untouched until
 * commit. What is no regular file (a pipe, /dev/stdout) is written directly. A symbolic
 * link is followed. */
pel_status pel__out_open(pel_dir base, const char *path, const pel_alloc *alloc,
                         pel_out_file **out, pel_error *err);
/* Standard output: written directly, commit only reports what is left to report. */
pel_status pel__out_stdout(const pel_alloc *alloc, pel_out_file **out, pel_error *err);
/* Appends; unbuffered. */
pel_status pel__out_write(pel_out_file *out, const void *p, size_t n, pel_error *err);
uint64_t pel__out_size(const pel_out_file *out);
/* fsync, rename over the target, fsync of the directory. At most once. */
pel_status pel__out_commit(pel_out_file *out, pel_error *err);
/* Ends it; without a commit the old file stands and nothing is left behind. NULL is fine.
 */
void pel__out_free(pel_out_file *out);

/* Where an output with this path would go, however the path is spelled and through
 * whatever links: the folder, and the name in it. Of what is written directly, the thing
 * itself and no name. false: it cannot be opened as an output either. */
typedef struct pel_out_place {
  uint64_t device, inode;
  char name[256];
} pel_out_place;
bool pel__out_place(pel_dir base, const char *path, pel_out_place *place);
bool pel__out_stdout_place(pel_out_place *place);
bool pel__out_place_eq(const pel_out_place *a, const pel_out_place *b);

bool pel__is_terminal(int fd);

/* --- Temporary files: unlinked at birth --- */

typedef struct pel_temp_file pel_temp_file;

/* In directory, or if NULL in $TMPDIR, or /var/tmp. */
pel_status pel__temp_open(const char *directory, const pel_alloc *alloc,
                          pel_temp_file **temp, pel_error *err);
/* Both from any number of threads at once; both whole or an error. */
pel_status pel__temp_write_at(pel_temp_file *temp, uint64_t offset, const void *p,
                              size_t n, pel_error *err);
pel_status pel__temp_read_at(pel_temp_file *temp, uint64_t offset, void *p, size_t n,
                             pel_error *err);
/* Gives the room of a range back to the disk where the file system can. */
void pel__temp_punch(pel_temp_file *temp, uint64_t offset, uint64_t n);
void pel__temp_close(pel_temp_file *temp); /* NULL is fine */

/* --- Time, processors, process --- */

uint64_t pel__clock_ns(void); /* monotonic */

/* Processors this process may use: affinity ∩ cgroup quota (rounded up), at least 1. */
uint32_t pel__cpu_count(void);
/* 80 % of min(cgroup limit, RAM), in bytes. */
uint64_t pel__memory_limit(void);

/* What a cgroup tree grants; 0 means no limit. */
typedef struct pel_cgroup_limits {
  uint32_t cpus;
  uint64_t memory;
} pel_cgroup_limits;
/* Reads version 1 and 2, every level above the process too. membership is
 * "/proc/self/cgroup", mount "/sys/fs/cgroup"; tests give others. */
pel_cgroup_limits pel__cgroup_limits(const char *membership, const char *mount);

typedef struct pel_usage {
  uint64_t peak_rss; /* bytes */
  uint64_t user_ns, system_ns;
} pel_usage;
pel_usage pel__usage(void);

/* Borrowed from the environment; NULL when unset or empty. */
const char *pel__env(const char *name);
/* From the system's random source; only for seeds. */
uint64_t pel__random_seed(void);
uint64_t pel__process_id(void);

/* The floating-point control word (MXCSR, FPCR) without its sticky flags, and the one a
 * process starts with. */
uint32_t pel__fpu_control(void);
void pel__fpu_set_control(uint32_t control);
uint32_t pel__fpu_default(void);

/* --- Memory --- */

size_t pel__page_size(void);
/* n bytes (a multiple of the page size) of zeros, or NULL. */
void *pel__pages_map(size_t n);
void pel__pages_unmap(void *p, size_t n);

/* --- Threads --- */

typedef struct pel_thread {
  uintptr_t handle;
} pel_thread;

/* Starts fn(arg) on a thread that takes no signals. name: at most 15 bytes. */
pel_status pel__thread_start(const char *name, size_t stack_size, void (*fn)(void *arg),
                             void *arg, pel_thread *thread, pel_error *err);
void pel__thread_join(pel_thread thread);

#define PEL_FOREVER UINT64_MAX
/* Sleeps while *word == expected, until woken, or for timeout_ns. May return without
 * reason. */
void pel__futex_wait(pel_atomic_u32 *word, uint32_t expected, uint64_t timeout_ns);
/* Wakes at most n sleepers. Safe in a signal handler. */
void pel__futex_wake(pel_atomic_u32 *word, uint32_t n);

/* A lock for short sections; zero-initialised it is open. Sleeps when it must wait long.
 */
typedef struct pel_lock {
  pel_atomic_u32 state; /* 0 open, 1 taken, 2 taken and somebody sleeps */
} pel_lock;
void pel__lock_acquire(pel_lock *lock);
bool pel__lock_try(pel_lock *lock);
void pel__lock_release(pel_lock *lock);

/* --- Libraries --- */

typedef struct pel_library {
  void *handle;
} pel_library;

/* Loads (and runs constructors): RTLD_NOW | RTLD_LOCAL. */
pel_status pel__library_open(const char *path, pel_library *library, pel_error *err);
/* Data and functions alike; PEL_E_NOENT when it is not there. */
pel_status pel__library_symbol(pel_library library, const char *name, void **address,
                               pel_error *err);
void pel__library_close(pel_library library);

/* The file the loader would take for name, in the arena. A name with a `/` is relative to
 * folder (NULL: as it is). A bare one is looked for in folder (NULL: none),
 * LD_LIBRARY_PATH, /etc/ld.so.cache and the standard directories; files that are no ELF
 * library for this machine (linker scripts, other architectures) are passed over.
 * PEL_E_NOENT when there is none. */
pel_status pel__library_find(const char *folder, const char *name, pel_arena *arena,
                             char **path, pel_error *err);

/* The dynamic symbols a library defines, read from the file: nothing of it is run. */
typedef struct pel_symbols pel_symbols;

typedef enum pel_symbol_kind {
  PEL_SYMBOL_NONE,
  PEL_SYMBOL_FUNCTION,
  PEL_SYMBOL_DATA
} pel_symbol_kind;

/* PEL_E_INVALID when the file is no shared library for this machine. */
pel_status pel__symbols_open(const char *path, const pel_alloc *alloc,
                             pel_symbols **symbols, pel_error *err);
void pel__symbols_free(pel_symbols *symbols); /* NULL is fine */
pel_symbol_kind pel__symbols_kind(const pel_symbols *symbols, const char *name);
/* For "did you mean"; names may repeat (versions). Valid until free. */
size_t pel__symbols_count(const pel_symbols *symbols);
const char *pel__symbols_name(const pel_symbols *symbols, size_t i);

#endif
