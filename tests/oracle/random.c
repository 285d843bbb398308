/* Random pipelines over random tables, for three judges: pel, sqlite3 and the slow
 * reference in this folder. random make SEED DIR      writes tables, DIR/program.pel,
 * args, and for each out its name in DIR/outs, what the reference answers in
 * DIR/NAME.want (none: the out fails), DIR/NAME.sql where SQL can judge random compare A
 * B        exit 0 when two CSV files hold the same values */
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/pipe.h"

static FILE *open_in(const char *dir, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  FILE *f = fopen(path, "w");
  if (!f) exit(3);
  return f;
}

static void write_table(const char *dir, const char *name, const table *t) {
  FILE *f = open_in(dir, name);
  for (unsigned c = 0; c < t->t.n; c++) fprintf(f, "%s%s", c ? "," : "", t->t.c[c].name);
  fputc('\n', f);
  for (size_t r = 0; r < t->n; r++)
    for (unsigned c = 0; c < t->t.n; c++) {
      if (t->rows[r][c].state == FAIL)
        fputs("oops", f);
      else
        say_cell(f, &t->t.c[c], &t->rows[r][c]);
      fputc(c + 1 < t->t.n ? ',' : '\n', f);
    }
  fclose(f);
}

static void write_out(const char *dir, const program *p, unsigned i, FILE *outs) {
  const node *n = &p->nodes[i];
  char name[32];
  const bool fails = table_fails(&n->data);
  fprintf(outs, "o%u %s %s\n", i, n->written ? "written" : "printed",
          fails ? "fails" : "holds");
  snprintf(name, sizeof name, "o%u.want", i);
  if (!fails) write_table(dir, name, &n->data);
  snprintf(name, sizeof name, "o%u.sql", i);
  FILE *f = open_in(dir, name);
  const bool plain = write_sql(f, p, i);
  fclose(f);
  char path[512];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  if (!plain) remove(path);
}

static int make(uint64_t seed, const char *dir) {
  static program p;
  make_program(&p, seed);
  run_program(&p);
  FILE *outs = open_in(dir, "outs");
  for (unsigned i = 0; i < p.nnodes; i++) {
    char name[32];
    snprintf(name, sizeof name, "%s.csv", p.nodes[i].name);
    if (p.nodes[i].source) write_table(dir, name, &p.nodes[i].data);
    if (p.nodes[i].out) write_out(dir, &p, i, outs);
  }
  fclose(outs);
  FILE *f = open_in(dir, "program.pel");
  write_pel(f, &p);
  fclose(f);
  f = open_in(dir, "args");
  if (p.has_param && p.param.i != p.param_default.i)
    fprintf(f, "--p0 %d\n", (int)p.param.i);
  fclose(f);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 4 && !strcmp(argv[1], "make"))
    return make(strtoull(argv[2], NULL, 10), argv[3]);
  if (argc == 4 && !strcmp(argv[1], "compare")) return compare_files(argv[2], argv[3]);
  fputs("usage: random make SEED DIR | compare A B\n", stderr);
  return 2;
}
