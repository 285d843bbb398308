/* A plan made by hand with at least one of everything: what the tests of plans look at.
 * The caller releases it.
 * One thread. */
#ifndef PEL_TESTS_UNIT_PLAN_SAMPLE_H
#define PEL_TESTS_UNIT_PLAN_SAMPLE_H

#include "runtime/plan/build.h"

/* Fails the test when something goes wrong. */
pel_plan_data *sample_plan(void);
#endif
