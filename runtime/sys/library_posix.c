#include <dlfcn.h>

#include "runtime/sys/internal.h"

static const char *reason(void) {
  const char *text = dlerror();
  return text ? text : "the loader gives no reason";
}

pel_status pel__library_open(const char *path, pel_library *library, pel_error *err) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return pel_error_set(err, PEL_E_IO, "cannot load library '%s': %s", path, reason());
  library->handle = handle;
  return PEL_OK;
}

pel_status pel__library_symbol(pel_library library, const char *name, void **address,
                               pel_error *err) {
  void *found = dlsym(library.handle, name);
  if (!found)
    return pel_error_set(err, PEL_E_NOENT, "cannot find symbol '%s': %s", name, reason());
  *address = found;
  return PEL_OK;
}

void pel__library_close(pel_library library) {
  if (library.handle) (void)dlclose(library.handle);
}
