/* What the files of runtime/sys share: how a refusal of the system becomes an error.
 * Owns nothing.
 * Any thread. */
#ifndef PEL_RUNTIME_SYS_INTERNAL_H
#define PEL_RUNTIME_SYS_INTERNAL_H

#include "runtime/sys/sys.h"

/* "cannot VERB 'PATH': REASON", the reason being errno's as it is at the call. */
PEL_COLD pel_status pel__sys_fail(pel_error *err, pel_status status, const char *verb,
                                  const char *path);
/* The same for inputs: PEL_E_NOENT when errno says that there is no such file. */
PEL_COLD pel_status pel__sys_fail_input(pel_error *err, const char *verb,
                                        const char *path);
/* No memory for what `path` needed. */
PEL_COLD pel_status pel__sys_no_memory(pel_error *err, const char *path);

char *pel__sys_copy(const pel_alloc *alloc, const char *text);
void pel__sys_copy_free(const pel_alloc *alloc, char *text);

/* pread and pwrite until n bytes are moved; *done < n at the end of the file. -1 and
 * errno. */
int pel__sys_pread_all(int fd, void *p, size_t n, uint64_t offset, size_t *done);
int pel__sys_pwrite_all(int fd, const void *p, size_t n, uint64_t offset);

/* The next name for a temporary file: ".pel-" and 16 digits. */
enum { PEL_TEMP_NAME = 5 + 16 + 1 };
void pel__sys_temp_name(char name[PEL_TEMP_NAME]);

/* Reads at most n-1 bytes of a small file and ends them with a NUL; false if it is not
 * there. */
bool pel__sys_read_text(const char *path, char *text, size_t n);

#endif
