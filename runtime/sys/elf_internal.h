/* Reading an ELF file piece by piece, every offset checked against the file.
 * Whoever opens an image closes it.
 * One thread at a time. */
#ifndef PEL_RUNTIME_SYS_ELF_INTERNAL_H
#define PEL_RUNTIME_SYS_ELF_INTERNAL_H

#include <link.h>

#include "runtime/sys/internal.h"

typedef struct pel_elf {
  int fd;
  uint64_t size;
  ElfW(Ehdr) header;
} pel_elf;

/* false when path is no shared library for this machine; errno is 0 then, or says why it
 * could not be read. */
bool pel__elf_open(const char *path, pel_elf *elf);
void pel__elf_close(pel_elf *elf);
/* All n bytes at offset, or false. */
bool pel__elf_read(const pel_elf *elf, uint64_t offset, void *p, uint64_t n);

#endif
