/* The IR's text as it is read: where the reader stands, what it has met, and the words
 * and values it takes from there; after the first mistake `bad` is set and what is read
 * is harmless. Owned by one call of pel__ir_parse; nobody outside compiler/ir includes
 * it. One thread. */
#ifndef PEL_COMPILER_IR_IRTEXT_H
#define PEL_COMPILER_IR_IRTEXT_H

#include "compiler/ir/ir.h"
#include "runtime/base/vec.h"

enum { PEL_IRTEXT_DEPTH = 200 };

typedef struct pel_irtext {
  const char *p, *end;
  uint32_t line;
  pel_ir *m;
  pel_error *e;
  bool bad;
  uint32_t depth;
  PEL_VEC(pel_ir_node *) names; /* by number in the text */
  PEL_VEC(pel_ir_param) params;
  PEL_VEC(pel_ir_native) natives;
  PEL_VEC(pel_ir_item) items;
} pel_irtext;

/* Keeps the first mistake, with its line. */
void PEL_PRINTF(2, 3) pel__irtext_bad(pel_irtext *r, const char *fmt, ...);

/* n × size bytes that die with the module; NULL: out of memory, which is then the
 * mistake. */
void *pel__irtext_room(pel_irtext *r, size_t n, size_t size);

/* n becomes a copy of `count` things in the arena. */
#define PEL_IRTEXT_COPY(r, n, T, from, count)                              \
  do {                                                                     \
    T *at_ = pel__irtext_room((r), (count), sizeof *at_);                  \
    for (uint32_t i_ = 0; at_ && i_ < (count); i_++) at_[i_] = (from)[i_]; \
    (n) = at_;                                                             \
  } while (0)

/* Blanks and comments are skipped; peek and eat tell whether c, or the whole word w,
 * stands here. */
void pel__irtext_blank(pel_irtext *r);
bool pel__irtext_peek(pel_irtext *r, char c);
bool pel__irtext_eat(pel_irtext *r, char c);
bool pel__irtext_eat_word(pel_irtext *r, const char *w);
void pel__irtext_want(pel_irtext *r, char c);

bool pel__irtext_word_char(char c);
pel_str pel__irtext_word(pel_irtext *r);
uint32_t pel__irtext_number(pel_irtext *r);
uint32_t pel__irtext_maybe_number(pel_irtext *r); /* `-` is PEL_NONE */
uint32_t pel__irtext_hex(pel_irtext *r, int digits);
pel_str pel__irtext_text(pel_irtext *r); /* JSON text */
pel_str pel__irtext_name(pel_irtext *r); /* a word, or JSON text */

const pel_type *pel__irtext_type(pel_irtext *r);

/* `VALUE: TYPE`; NULL after a mistake. */
const pel_const *pel__irtext_value(pel_irtext *r);

/* Nodes up to what is none, in parse_node.c. */
pel_ir_node *pel__irtext_ref(pel_irtext *r);
void pel__irtext_body(pel_irtext *r, pel_ir_region *home);

#endif
