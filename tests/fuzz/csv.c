/* Fuzzes reading CSV, writing what was read, and reading that.
 * target:
 * stdlib/io/csv_open.c stdlib/io/csv_read.c stdlib/io/csv_cells.c stdlib/io/csv_index.c
 * stdlib/io/csv_automaton.c stdlib/io/csv_units.c stdlib/io/csv_head.c
 * stdlib/io/csv_options.c stdlib/io/csv_infer.c stdlib/io/csv_convert.c
 * stdlib/io/csv_value.c stdlib/io/csv_write.c
 * Oracles: a slow reader, byte by byte (tests/unit/stdlib/csv_reference.h), in units of
 * any size, read out of order; a slow writer and the rows that come back (csv_written.h).
 * The first 16 bytes choose the dialect, the columns and the units; the rest is the file.
 * One thread. */
#include "stdlib/io/csv_units.h"
#include "tests/unit/stdlib/csv_written.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void *infer_alloc(const pel_infer *in, size_t n) {
  world *w = in->ctx;
  return world_chain(&w->bound, n);
}

/* A schema by sampling, or a failure; then what was inferred reads without a bad value.
 */
static void sample(const csv_choice *c, const char *p, size_t n) {
  csv_options options;
  pel_error e = {0};
  const pel_type *row = NULL;
  world w;
  world_case read = {.bytes = p, .n = n, .unit = c->unit, .turns = c->turns};
  csv_options_make(&options, c, read.args);
  world_init(&w, &read);
  const pel_infer in = {
      .env = &w.env, .args = read.args, .nargs = 2, .alloc = infer_alloc, .ctx = &w};
  const pel_status s = pel_op_read_csv.infer(&in, &row, &e);
  world_require(s == PEL_OK || (s == PEL_E_FAILED && w.failed),
                "infer answers an odd status");
  if (!s) {
    world_require(row->kind == PEL_RECORD && row->nfields > 0,
                  "a schema without columns");
    const pel_type **types = calloc(row->nfields, sizeof *types);
    const char **names = calloc(row->nfields, sizeof *names);
    const uint32_t columns[] = {0};
    pel_buf text = {0};
    for (uint32_t k = 0; k < row->nfields; k++)
      types[k] = row->fields[k].type, names[k] = row->fields[k].name;
    read.types = types, read.names = names, read.ncols = row->nfields,
    read.columns = columns, read.ncolumns = 1;
    world_read_all(&read, &text);
    world_require(n > 20480 || row->fields[0].type->kind == PEL_STR || !text.p ||
                      !strstr(pel__buf_z(&text), "{`f.csv`"),
                  "a sampled type does not fit the sample");
    pel__buf_deinit(&text);
    free(types);
    free(names);
  }
  world_deinit(&w);
}

/* Options that are refused say so and leave nothing. */
static void odd_options(const csv_choice *c, uint8_t which) {
  csv_options o;
  pel_const args[2];
  pel_error e = {0};
  world w;
  world_case nothing = {.bytes = "", .n = 0};
  void *params = NULL;
  csv_options_make(&o, c, args);
  world_init(&w, &nothing);
  const pel_bind b = {.alloc = world_bound, .ctx = &w, .args = args, .nargs = 2};
  switch (which & 7) {
    case 0:
      o.fields[0].name = "separator";
      break;
    case 1:
      o.values[0] = csv_text("ab", &o.text);
      break;
    case 2:
      o.values[3] = csv_text("stop", &o.text);
      break;
    case 3:
      o.values[1] = o.values[0];
      break;
    case 4:
      args[0] = o.values[2];
      break;
    default:
      return;
  }
  world_require(pel_op_read_csv.bind(&b, &params, &e) == PEL_E_INVALID && e.message[0],
                "an odd option is taken");
  world_deinit(&w);
}

/* Every unit claimed first and resolved last to first: each state is where a walk from
 * the start leads, each line counted. */
static void cut(const csv_choice *c, const char *p, size_t n) {
  const pel_csv_dialect d = {c->delim, c->quote, c->quote != 0, false};
  const world_case file = {.bytes = p, .n = n};
  pel_csv_units u;
  uint64_t i, line, want = 1;
  uint8_t state;
  world w;
  world_init(&w, &file);
  world_require(!pel__csv_units_init(&u, &w.env, &d, (pel_file *)&w, 0, n, 1,
                                     c->unit ? c->unit : 100),
                "no units");
  while (pel__csv_units_claim(&u, &i)) {
  }
  for (i = u.count; i-- > 0;) {
    const size_t at = (size_t)pel__csv_unit_begin(&u, i);
    char *bytes = world_alloc(&w.env, (size_t)pel__csv_unit_bytes(&u, i) + PEL_CSV_PAD);
    memcpy(bytes, p + at, (size_t)pel__csv_unit_bytes(&u, i));
    world_require(!pel__csv_units_resolve(&u, &w.env, i, bytes, &state, &line),
                  "a unit does not resolve");
    world_free(&w.env, bytes, 0);
    want = 1;
    for (size_t k = 0; k < at; k++) want += p[k] == '\n';
    world_require(state == pel__csv_walk(&d, p, at, PEL_CSV_ROW, NULL) && line == want,
                  "a unit begins elsewhere");
  }
  pel__csv_units_deinit(&u, &w.env);
  world_deinit(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  uint64_t choice[2];
  if (n < sizeof choice || n > 1 << 16) return 0;
  memcpy(choice, data, sizeof choice);
  const csv_choice c = csv_choice_of(choice[0], choice[1]);
  const char *p = (const char *)data + sizeof choice;
  n -= sizeof choice;
  pel_buf got = {0}, want = {0};
  const bool same = csv_check(&c, p, n, &got, &want);
  if (!same)
    fprintf(stderr, "--- got\n%s\n--- want\n%s\n", pel__buf_z(&got), pel__buf_z(&want));
  world_require(same, "the reader differs from the slow one");
  got.n = want.n = 0;
  const bool back = csv_written(&c, p, n, &got, &want);
  if (!back)
    fprintf(stderr, "--- got\n%s\n--- want\n%s\n", pel__buf_z(&got), pel__buf_z(&want));
  world_require(back, "what is written is not what was read");
  pel__buf_deinit(&got);
  pel__buf_deinit(&want);
  sample(&c, p, n);
  if (n < 2048) cut(&c, p, n);
  odd_options(&c, data[15]);
  return 0;
}
