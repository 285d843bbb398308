# Floor of the compiler: passes over the intermediate form.
PEL_FLOORS += libpelpasses.la
libpelpasses_la_SOURCES = \
  %D%/cse.c \
  %D%/fold.c %D%/fold.h \
  %D%/fuse_group.c \
  %D%/fuse_maps.c \
  %D%/passes.c %D%/passes.h %D%/passes.def \
  %D%/prune.c \
  %D%/push_filter.c \
  %D%/push_limit.c \
  %D%/share.c \
  %D%/simplify.c
