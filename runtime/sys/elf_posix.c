/* Layout: System V ABI, "Object Files" and "Dynamic Linking"; the GNU hash table as
 * binutils writes it. Only what the loader itself would use is read: segments, not
 * sections. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/check.h"
#include "runtime/base/map.h"
#include "runtime/sys/elf_internal.h"

#if __ELF_NATIVE_CLASS == 64
#define SYMBOL_TYPE(info) ELF64_ST_TYPE(info)
#define SYMBOL_BIND(info) ELF64_ST_BIND(info)
enum { NATIVE_CLASS = ELFCLASS64 };
#else
#define SYMBOL_TYPE(info) ELF32_ST_TYPE(info)
#define SYMBOL_BIND(info) ELF32_ST_BIND(info)
enum { NATIVE_CLASS = ELFCLASS32 };
#endif

#if defined(__x86_64__)
enum { NATIVE_MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { NATIVE_MACHINE = EM_AARCH64 };
#elif defined(__riscv)
enum { NATIVE_MACHINE = EM_RISCV };
#elif defined(__powerpc64__)
enum { NATIVE_MACHINE = EM_PPC64 };
#else
enum { NATIVE_MACHINE = EM_NONE };
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { NATIVE_ORDER = ELFDATA2LSB };
#else
enum { NATIVE_ORDER = ELFDATA2MSB };
#endif

/* More than any library has; a header that claims more is broken or hostile. */
enum { MOST_SYMBOLS = 1 << 24, MOST_BUCKETS = 1 << 24, MOST_DYNAMIC = 1 << 16 };

typedef ElfW(Sym) symbol;

struct pel_symbols {
  const pel_alloc *alloc;
  char *strings;
  size_t strings_size;
  const char **names; /* into strings */
  size_t count, cap;
  pel_map kinds; /* name → pel_symbol_kind */
};

/* What the dynamic section says. */
typedef struct dynamic {
  uint64_t symbols, strings, strings_size, hash, gnu_hash, versions; /* 0: absent */
} dynamic;

typedef struct image {
  pel_elf elf;
  ElfW(Phdr) * segments;
  uint16_t segment_count;
} image;

bool pel__elf_read(const pel_elf *elf, uint64_t offset, void *p, uint64_t n) {
  size_t got = 0;
  if (offset > elf->size || n > elf->size - offset) return false;
  return pel__sys_pread_all(elf->fd, p, n, offset, &got) == 0 && got == n;
}

static bool is_native_library(const ElfW(Ehdr) * h) {
  return memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 &&
         h->e_ident[EI_CLASS] == NATIVE_CLASS && h->e_ident[EI_DATA] == NATIVE_ORDER &&
         h->e_type == ET_DYN &&
         (NATIVE_MACHINE == EM_NONE || h->e_machine == NATIVE_MACHINE);
}

bool pel__elf_open(const char *path, pel_elf *elf) {
  /* A pipe under this name must not make anybody wait. */
  elf->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (elf->fd < 0) return false;
  struct stat st;
  bool ok = fstat(elf->fd, &st) == 0;
  errno = 0;
  if (ok && S_ISREG(st.st_mode)) {
    elf->size = (uint64_t)st.st_size;
    if (pel__elf_read(elf, 0, &elf->header, sizeof elf->header) &&
        is_native_library(&elf->header))
      return true;
  }
  int reason = errno;
  (void)close(elf->fd);
  errno = reason;
  return false;
}

void pel__elf_close(pel_elf *elf) { (void)close(elf->fd); }

/* The file offset of n bytes at an address. */
static bool locate(const image *im, uint64_t address, uint64_t n, uint64_t *offset) {
  for (uint16_t i = 0; i < im->segment_count; i++) {
    const ElfW(Phdr) *s = &im->segments[i];
    if (s->p_type != PT_LOAD || address < s->p_vaddr) continue;
    uint64_t into = address - s->p_vaddr;
    if (into > s->p_filesz || n > s->p_filesz - into || s->p_offset > im->elf.size)
      continue;
    *offset = s->p_offset + into;
    return true;
  }
  return false;
}

static bool read_at(const image *im, uint64_t address, void *p, uint64_t n) {
  uint64_t offset;
  return locate(im, address, n, &offset) && pel__elf_read(&im->elf, offset, p, n);
}

static void *get_array(const image *im, const pel_alloc *alloc, uint64_t address,
                       uint64_t n) {
  uint64_t offset;
  if (!locate(im, address, n, &offset)) return NULL; /* before memory is asked for */
  void *p = pel__alloc_get(alloc, n);
  if (p && pel__elf_read(&im->elf, offset, p, n)) return p;
  pel__alloc_free(alloc, p, n);
  return NULL;
}

static void note_entry(dynamic *d, const ElfW(Dyn) * e) {
  switch (e->d_tag) {
    case DT_SYMTAB:
      d->symbols = e->d_un.d_ptr;
      break;
    case DT_STRTAB:
      d->strings = e->d_un.d_ptr;
      break;
    case DT_STRSZ:
      d->strings_size = e->d_un.d_val;
      break;
    case DT_HASH:
      d->hash = e->d_un.d_ptr;
      break;
    case DT_GNU_HASH:
      d->gnu_hash = e->d_un.d_ptr;
      break;
    case DT_VERSYM:
      d->versions = e->d_un.d_ptr;
      break;
    default:
      break;
  }
}

static bool read_dynamic(const image *im, dynamic *d) {
  *d = (dynamic){0};
  for (uint16_t i = 0; i < im->segment_count; i++) {
    const ElfW(Phdr) *s = &im->segments[i];
    if (s->p_type != PT_DYNAMIC) continue;
    uint64_t n = s->p_filesz / sizeof(ElfW(Dyn));
    for (uint64_t k = 0; k < n && k < MOST_DYNAMIC; k++) {
      ElfW(Dyn) e;
      if (!pel__elf_read(&im->elf, s->p_offset + k * sizeof e, &e, sizeof e))
        return false;
      if (e.d_tag == DT_NULL) break;
      note_entry(d, &e);
    }
    return d->symbols && d->strings && d->strings_size && (d->hash || d->gnu_hash);
  }
  return false;
}

/* The highest symbol that starts a chain; 0 if there is none. */
static bool last_chain(const image *im, uint64_t buckets, uint32_t n,
                       const pel_alloc *alloc, uint32_t *last) {
  uint32_t *bucket = get_array(im, alloc, buckets, n * sizeof *bucket);
  if (!bucket) return false;
  *last = 0;
  for (uint32_t i = 0; i < n; i++)
    if (bucket[i] > *last) *last = bucket[i];
  pel__alloc_free(alloc, bucket, n * sizeof *bucket);
  return true;
}

/* The GNU table has no count: the last chain's end is the last symbol. */
static bool count_gnu(const image *im, uint64_t table, const pel_alloc *alloc,
                      uint32_t *count) {
  uint32_t head[4], last; /* buckets, first symbol, Bloom words, shift */
  if (!read_at(im, table, head, sizeof head)) return false;
  if (head[0] == 0 || head[0] > MOST_BUCKETS || head[2] > MOST_BUCKETS) return false;
  uint64_t buckets = table + sizeof head + (uint64_t)head[2] * sizeof(ElfW(Addr));
  uint64_t chains = buckets + (uint64_t)head[0] * sizeof(uint32_t);
  if (!last_chain(im, buckets, head[0], alloc, &last)) return false;
  *count = head[1];
  if (last < head[1]) return true; /* nothing is defined */
  for (uint32_t hash = 0; !(hash & 1); last++) {
    uint64_t at = chains + (uint64_t)(last - head[1]) * sizeof hash;
    if (last >= MOST_SYMBOLS || !read_at(im, at, &hash, sizeof hash)) return false;
  }
  *count = last;
  return true;
}

static bool count_symbols(const image *im, const dynamic *d, const pel_alloc *alloc,
                          uint32_t *count) {
  uint32_t head[2]; /* buckets, chains: one per symbol */
  if (!d->hash) return count_gnu(im, d->gnu_hash, alloc, count);
  if (!read_at(im, d->hash, head, sizeof head) || head[1] > MOST_SYMBOLS) return false;
  *count = head[1];
  return true;
}

static pel_symbol_kind kind_of(const symbol *s) {
  unsigned bind = SYMBOL_BIND(s->st_info), type = SYMBOL_TYPE(s->st_info);
  unsigned seen = s->st_other & 3;
  /* Absolute ones are the names of versions. */
  if (s->st_shndx == SHN_UNDEF || s->st_shndx == SHN_ABS || bind == STB_LOCAL)
    return PEL_SYMBOL_NONE;
  if (seen != STV_DEFAULT && seen != STV_PROTECTED) return PEL_SYMBOL_NONE;
  switch (type) {
    case STT_FUNC:
    case STT_GNU_IFUNC:
    case STT_NOTYPE: /* functions written in assembly often have no type */
      return PEL_SYMBOL_FUNCTION;
    case STT_OBJECT:
    case STT_TLS:
    case STT_COMMON:
      return PEL_SYMBOL_DATA;
    default:
      return PEL_SYMBOL_NONE;
  }
}

/* true unless memory is short. */
static bool keep(pel_symbols *symbols, const symbol *s) {
  pel_symbol_kind kind = kind_of(s);
  if (kind == PEL_SYMBOL_NONE || s->st_name >= symbols->strings_size - 1) return true;
  const char *name = symbols->strings + s->st_name;
  if (!*name || pel__map_get(&symbols->kinds, pel__str(name), NULL)) return true;
  symbols->names[symbols->count++] = name;
  return pel__map_put(&symbols->kinds, pel__str(name), (uint32_t)kind);
}

/* An old version, kept for programs linked long ago: dlsym does not give it out either.
 */
static bool is_retired(const uint16_t *versions, uint32_t i) {
  enum { HIDDEN = 0x8000, FIRST_OWN = 2 };
  return versions && versions[i] & HIDDEN && (versions[i] & ~HIDDEN) >= FIRST_OWN;
}

static pel_status keep_all(pel_symbols *symbols, const symbol *table,
                           const uint16_t *versions, uint32_t count) {
  symbols->names = pel__alloc_get(symbols->alloc, count * sizeof *symbols->names);
  if (!symbols->names) return PEL_E_NOMEM;
  symbols->cap = count;
  for (uint32_t i = 0; i < count; i++)
    if (!is_retired(versions, i) && !keep(symbols, &table[i])) return PEL_E_NOMEM;
  return PEL_OK;
}

static bool read_strings(const image *im, const dynamic *d, pel_symbols *symbols) {
  symbols->strings = pel__alloc_get(symbols->alloc, d->strings_size + 1);
  if (!symbols->strings) return false;
  symbols->strings_size = d->strings_size + 1;
  symbols->strings[d->strings_size] = '\0';
  return read_at(im, d->strings, symbols->strings, d->strings_size);
}

static pel_status read_table(const image *im, const dynamic *d, uint32_t count,
                             pel_symbols *symbols) {
  const pel_alloc *alloc = symbols->alloc;
  size_t bytes = (size_t)count * sizeof(symbol), version_bytes = count * sizeof(uint16_t);
  if (count == 0) return PEL_OK;
  symbol *table = get_array(im, alloc, d->symbols, bytes);
  uint16_t *versions =
      d->versions ? get_array(im, alloc, d->versions, version_bytes) : NULL;
  pel_status s = PEL_E_INVALID;
  if (table && (versions || !d->versions) && read_strings(im, d, symbols))
    s = keep_all(symbols, table, versions, count);
  pel__alloc_free(alloc, versions, version_bytes);
  pel__alloc_free(alloc, table, bytes);
  return s;
}

static pel_status read_symbols(const image *im, pel_symbols *symbols) {
  dynamic d;
  uint32_t count;
  if (!read_dynamic(im, &d) || !count_symbols(im, &d, symbols->alloc, &count))
    return PEL_E_INVALID;
  uint64_t offset;
  if (!locate(im, d.strings, d.strings_size, &offset)) return PEL_E_INVALID;
  return read_table(im, &d, count, symbols);
}

static pel_status read_image(pel_elf elf, pel_symbols *symbols) {
  image im = {.elf = elf, .segment_count = elf.header.e_phnum};
  size_t bytes = im.segment_count * sizeof *im.segments;
  if (bytes == 0 || elf.header.e_phentsize != sizeof *im.segments) return PEL_E_INVALID;
  im.segments = pel__alloc_get(symbols->alloc, bytes);
  if (!im.segments) return PEL_E_NOMEM;
  pel_status s = PEL_E_INVALID;
  if (pel__elf_read(&elf, elf.header.e_phoff, im.segments, bytes))
    s = read_symbols(&im, symbols);
  pel__alloc_free(symbols->alloc, im.segments, bytes);
  return s;
}

static pel_status not_a_library(pel_error *err, const char *path) {
  return pel_error_set(err, PEL_E_INVALID, "'%s' is no shared library for this machine",
                       path);
}

pel_status pel__symbols_open(const char *path, const pel_alloc *alloc,
                             pel_symbols **symbols, pel_error *err) {
  pel_elf elf;
  if (!pel__elf_open(path, &elf))
    return errno ? pel__sys_fail_input(err, "read library", path)
                 : not_a_library(err, path);
  pel_symbols *y = pel__alloc_get(alloc, sizeof *y);
  pel_status s = PEL_E_NOMEM;
  if (y) {
    *y = (pel_symbols){.alloc = alloc};
    pel__map_init(&y->kinds, alloc);
    s = read_image(elf, y);
  }
  pel__elf_close(&elf);
  if (s == PEL_OK) {
    *symbols = y;
    return s;
  }
  pel__symbols_free(y);
  return s == PEL_E_NOMEM ? pel__sys_no_memory(err, path) : not_a_library(err, path);
}

void pel__symbols_free(pel_symbols *symbols) {
  if (!symbols) return;
  pel__map_deinit(&symbols->kinds);
  pel__alloc_free(symbols->alloc, symbols->names, symbols->cap * sizeof *symbols->names);
  pel__alloc_free(symbols->alloc, symbols->strings, symbols->strings_size);
  pel__alloc_free(symbols->alloc, symbols, sizeof *symbols);
}

pel_symbol_kind pel__symbols_kind(const pel_symbols *symbols, const char *name) {
  uint32_t kind;
  if (!pel__map_get(&symbols->kinds, pel__str(name), &kind)) return PEL_SYMBOL_NONE;
  return (pel_symbol_kind)kind;
}

size_t pel__symbols_count(const pel_symbols *symbols) { return symbols->count; }

const char *pel__symbols_name(const pel_symbols *symbols, size_t i) {
  return symbols->names[i];
}
