/* Makes seeds for the fuzzer of saved plans: compiles each program of plan.pel and saves
 * its plan. plan_seed PROGRAMS FOLDER     programs stand apart by lines `//---`; files
 * are named by their number Wanted anew when the format of saved plans changes. One
 * thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pel/pel.h"

static char *slurp(const char *path) {
  FILE *f = fopen(path, "rb");
  char *text = calloc(1, 1 << 20);
  if (!f || !text || fread(text, 1, (1 << 20) - 1, f) == 0)
    return perror(path), exit(1), NULL;
  fclose(f);
  return text;
}

static void save(pel_context *ctx, const pel_plan *plan, const char *folder, int number) {
  char *bytes = NULL, path[4096];
  size_t n = 0;
  snprintf(path, sizeof path, "%s/%02d", folder, number);
  FILE *f = fopen(path, "wb");
  if (!f || pel_plan_save(ctx, plan, &bytes, &n, NULL) || fwrite(bytes, 1, n, f) != n ||
      fclose(f))
    return perror(path), exit(1);
  pel_text_free(ctx, bytes, n);
}

static int compile(pel_context *ctx, char *text, const char *folder, int number) {
  const pel_source_text source = {.name = "f.pel", .text = text, .n = strlen(text)};
  const pel_compile_options hermetic = {.size = sizeof hermetic, .no_files = true};
  pel_plan *plan = NULL;
  pel_diagnostics *d = NULL;
  if (pel_compile(ctx, &source, &hermetic, &plan, &d)) {
    fprintf(stderr, "program %d:\n%s\n", number,
            pel_diagnostics_text(d, PEL_FORMAT_HUMAN, PEL_COLOR_OFF));
    pel_diagnostics_free(d);
    return 1;
  }
  save(ctx, plan, folder, number);
  pel_diagnostics_free(d);
  pel_plan_release(plan);
  return 0;
}

int main(int argc, char **argv) {
  pel_context *ctx = NULL;
  if (argc != 3 || pel_context_new(NULL, &ctx, NULL))
    return fprintf(stderr, "plan_seed PROGRAMS FOLDER\n"), 2;
  char *all = slurp(argv[1]), *at = all;
  int bad = 0, number = 0;
  for (char *end; at && *at; at = end) {
    end = strstr(at, "//---\n");
    if (end) *end = 0, end += 6;
    bad |= compile(ctx, at, argv[2], number++);
  }
  free(all);
  pel_context_free(ctx);
  return bad;
}
