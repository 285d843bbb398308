# What makes a module better.
PEL_FLOORS += libpelpasses.la
libpelpasses_la_SOURCES = \
  %D%/combine.c \
  %D%/cse.c \
  %D%/dce.c \
  %D%/fold.c \
  %D%/fuse_group.c \
  %D%/fuse_maps.c \
  %D%/limits.c \
  %D%/passes.c %D%/passes.def %D%/passes.h %D%/passes_family.h \
  %D%/prune.c \
  %D%/push.c \
  %D%/region.c \
  %D%/simplify.c
