# Floor of the compiler: names, types, lifting; a syntax tree becomes a typed program.
PEL_FLOORS += libpelsema.la
libpelsema_la_SOURCES = \
  %D%/aggs.c \
  %D%/annotate.c \
  %D%/attrs.c \
  %D%/call_names.c \
  %D%/calls.c \
  %D%/cast.c \
  %D%/choose.c \
  %D%/columns.c \
  %D%/convert.c \
  %D%/deps.c \
  %D%/expr.c \
  %D%/fits.c \
  %D%/fn.c \
  %D%/guard.c \
  %D%/items.c \
  %D%/later.c \
  %D%/lift.c \
  %D%/literals.c \
  %D%/match.c \
  %D%/modules.c \
  %D%/names.c \
  %D%/native_calls.c \
  %D%/natives.c \
  %D%/operators.c \
  %D%/read_write.c \
  %D%/records.c \
  %D%/rows.c \
  %D%/say.c \
  %D%/sema.c \
  %D%/sigs.c \
  %D%/sizes.c \
  %D%/stage.c \
  %D%/tree.c \
  %D%/type_print.c \
  %D%/typed_dump.c \
  %D%/types.c \
  %D%/verbs.c \
  %D%/verbs_group.c \
  %D%/verbs_join.c \
  %D%/verbs_project.c \
  %D%/check.h \
  %D%/sema.h \
  %D%/typed.h
