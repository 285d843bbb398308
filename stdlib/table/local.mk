libpelstd_la_SOURCES += \
  %D%/args.h \
  %D%/cell.c \
  %D%/column.c %D%/column.h \
  %D%/distinct.c \
  %D%/entries.c %D%/entries.h \
  %D%/group.c %D%/group.h \
  %D%/group_emit.c \
  %D%/join.c %D%/join.h \
  %D%/join_build.c \
  %D%/join_probe.c \
  %D%/keys.c %D%/keys.h \
  %D%/look.h \
  %D%/losers.h \
  %D%/merge.c \
  %D%/ranking.c %D%/ranking.h \
  %D%/slice.c \
  %D%/sort.c %D%/sort.h \
  %D%/sort_file.c \
  %D%/sort_keys.c \
  %D%/sort_merge.c \
  %D%/sort_run.c \
  %D%/sort_stream.c \
  %D%/store.c %D%/store.h \
  %D%/unlist.c \
  %D%/verbs.c
