#include "runtime/mem/spill.h"

#include "runtime/base/atomic.h"
#include "runtime/sys/sys.h"

struct pel_spill {
  const pel_alloc *alloc;
  char *directory; /* NULL: the system's choice */
  pel_lock lock;   /* around the making of file */
  pel_atomic_ptr file;
  char apart[PEL_CACHE_LINE];
  pel_atomic_u64 end;
  pel_atomic_u64 written, read;
};

static size_t text_size(const char *z) { return z ? strlen(z) + 1 : 0; }

pel_status pel__spill_new(const char *directory, const pel_alloc *alloc,
                          pel_spill **spill, pel_error *err) {
  pel_spill *s = pel__alloc_get(alloc, sizeof *s);
  char *copy = directory ? pel__alloc_get(alloc, text_size(directory)) : NULL;
  if (!s || (directory && !copy)) {
    pel__alloc_free(alloc, s, sizeof *s);
    pel__alloc_free(alloc, copy, text_size(directory));
    return pel_error_set(err, PEL_E_NOMEM, "no memory left to spill from");
  }
  if (copy) memcpy(copy, directory, text_size(directory));
  *s = (pel_spill){.alloc = alloc, .directory = copy};
  *spill = s;
  return PEL_OK;
}

void pel__spill_free(pel_spill *spill) {
  if (!spill) return;
  /* relaxed: whoever frees it is alone with it. */
  pel__temp_close(pel__load_ptr(&spill->file, PEL_RELAXED));
  pel__alloc_free(spill->alloc, spill->directory, text_size(spill->directory));
  pel__alloc_free(spill->alloc, spill, sizeof *spill);
}

static pel_status make_file(pel_spill *spill, pel_temp_file **file, pel_error *err) {
  pel_status s = PEL_OK;
  pel__lock_acquire(&spill->lock);
  *file = pel__load_ptr(&spill->file, PEL_RELAXED); /* the lock orders it */
  if (!*file) {
    s = pel__temp_open(spill->directory, spill->alloc, file, err);
    /* release: pairs with the acquire in get_file. */
    if (s == PEL_OK) pel__store_ptr(&spill->file, *file, PEL_RELEASE);
  }
  pel__lock_release(&spill->lock);
  return s;
}

static pel_status get_file(pel_spill *spill, pel_temp_file **file, pel_error *err) {
  /* acquire: pairs with the release in make_file. */
  *file = pel__load_ptr(&spill->file, PEL_ACQUIRE);
  return *file ? PEL_OK : make_file(spill, file, err);
}

pel_status pel__spill_write(pel_spill *spill, const void *p, size_t n, pel_extent *extent,
                            pel_error *err) {
  pel_temp_file *file;
  pel_status s = get_file(spill, &file, err);
  if (s != PEL_OK) return s;
  /* relaxed: only the room is shared out here; whoever gets the extent gets it by other
   * means, and the file's bytes with it. */
  uint64_t offset = pel__add_u64(&spill->end, n, PEL_RELAXED);
  s = pel__temp_write_at(file, offset, p, n, err);
  if (s != PEL_OK) return s;
  (void)pel__add_u64(&spill->written, n, PEL_RELAXED);
  *extent = (pel_extent){offset, n};
  return PEL_OK;
}

pel_status pel__spill_read(pel_spill *spill, pel_extent extent, uint64_t from, void *p,
                           size_t n, pel_error *err) {
  pel_temp_file *file = pel__load_ptr(&spill->file, PEL_ACQUIRE); /* as in get_file */
  if (n == 0) return PEL_OK;
  if (!file || from > extent.length || n > extent.length - from)
    return pel_error_set(err, PEL_E_INTERNAL, "a spilled block is read past its end");
  pel_status s = pel__temp_read_at(file, extent.offset + from, p, n, err);
  if (s == PEL_OK) (void)pel__add_u64(&spill->read, n, PEL_RELAXED);
  return s;
}

void pel__spill_drop(pel_spill *spill, pel_extent extent) {
  pel_temp_file *file = pel__load_ptr(&spill->file, PEL_ACQUIRE); /* as in get_file */
  if (file && extent.length) pel__temp_punch(file, extent.offset, extent.length);
}

/* relaxed: statistics. */
uint64_t pel__spill_written(const pel_spill *spill) {
  return pel__load_u64(&spill->written, PEL_RELAXED);
}

uint64_t pel__spill_read_back(const pel_spill *spill) {
  return pel__load_u64(&spill->read, PEL_RELAXED);
}
