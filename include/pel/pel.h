/* Everything a host program needs: context, compile, plan, run. See op.h for writing
 * operators. Ownership and threads are said by each header. C17 and C++. */
#ifndef PEL_PEL_H
#define PEL_PEL_H

#include "pel/compile.h"
#include "pel/context.h"
#include "pel/op.h"
#include "pel/plan.h"
#include "pel/run.h"
#endif
