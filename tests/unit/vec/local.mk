# Unit tests of vec.
UNIT += tests/unit_vec
tests_unit_vec_SOURCES = %D%/rig.h %D%/vm.c
