# The whole contract with the operating system.
PEL_FLOORS += libpelsys.la
libpelsys_la_SOURCES = \
  %D%/cgroup_posix.c \
  %D%/common_posix.c %D%/internal.h \
  %D%/elf_posix.c %D%/elf_internal.h \
  %D%/file_posix.c \
  %D%/find_posix.c \
  %D%/glob_posix.c \
  %D%/library_posix.c \
  %D%/machine_posix.c \
  %D%/out_posix.c \
  %D%/sys.h \
  %D%/temp_posix.c \
  %D%/thread_posix.c \
  %D%/topology.c %D%/topology.h %D%/topology_internal.h \
  %D%/topology_fake.c \
  %D%/topology_hwloc.c
