/* A document to be laid out: tokens of the source, and places where a line may end.
 * Documents live in the arena of their maker and are printed once.
 * One thread.
 * After Wadler, "A prettier printer" (1998), with widths measured bottom-up, so that
 * layout takes linear time. */
#ifndef PEL_COMPILER_SYNTAX_FMT_DOC_H
#define PEL_COMPILER_SYNTAX_FMT_DOC_H

#include "compiler/syntax/parse.h"

enum {
  PEL_FMT_WIDTH = 100,
  PEL_FMT_INDENT = 2,
  PEL_FMT_MARGIN = 60, /* lines begin no further right */
  PEL_FMT_NEVER = 1 << 20
};

typedef struct pel_fmt_comment {
  pel_str text;
  bool blank_before; /* an empty line stands before it */
} pel_fmt_comment;

typedef struct pel_fmt_token {
  int token;
  uint32_t begin, end, line;
  bool blank_before;     /* an empty line stands before it (behind its comments) */
  uint32_t lead, lead_n; /* comments on lines of their own before it */
  uint32_t trail;        /* 1 + the comment behind it on its line; 0: none */
} pel_fmt_token;

typedef enum pel_doc_kind {
  PEL_DOC_TOKEN,
  PEL_DOC_SPACE,
  PEL_DOC_LINE,     /* a space, or the end of the line in a group that is broken */
  PEL_DOC_SOFT,     /* nothing, or the end of the line */
  PEL_DOC_HARD,     /* the end of the line; breaks every group around it */
  PEL_DOC_BLANK,    /* the same, and an empty line */
  PEL_DOC_COMMA,    /* nothing, or a comma in a group that is broken */
  PEL_DOC_COMMENTS, /* the comments before a token, on lines of their own */
  PEL_DOC_SEQ,
  PEL_DOC_NEST, /* lines inside begin further right */
  PEL_DOC_GROUP /* on one line if it fits; else all its own LINEs and SOFTs end lines */
} pel_doc_kind;

typedef struct pel_doc_node pel_doc_node;
struct pel_doc_node {
  uint8_t kind;   /* pel_doc_kind */
  bool leads;     /* its first token has comments before it */
  bool trails;    /* its last token has a comment behind it */
  bool breaks;    /* a line may end inside */
  uint32_t width; /* on one line; PEL_FMT_NEVER: cannot be */
  uint32_t head;  /* up to where a line may first end */
  uint32_t tail;  /* set by the printer: what must follow on the same line */
  uint32_t token, n;
  pel_doc_node **items; /* SEQ: n of them; NEST, GROUP: one */
};

typedef struct pel_fmt {
  pel_arena *arena;
  pel_str text;
  PEL_LIST(pel_fmt_token) tokens;
  PEL_LIST(pel_fmt_comment) comments;
  uint32_t at; /* the next token to be placed */
  bool failed; /* no memory */

  pel_buf *out;
  uint32_t col, indent;
  bool fresh;      /* nothing on this line yet */
  uint32_t suffix; /* 1 + a comment to be written where the line ends */
} pel_fmt;

pel_doc_node *pel__doc_new(pel_fmt *f, pel_doc_kind kind);
/* The next token. */
pel_doc_node *pel__doc_token(pel_fmt *f);
pel_doc_node *pel__doc_comments(pel_fmt *f, uint32_t token);
pel_doc_node *pel__doc_wrap(pel_fmt *f, pel_doc_kind kind, pel_doc_node *inner);
/* Takes the items over. */
pel_doc_node *pel__doc_seq(pel_fmt *f, pel_doc_node **items, uint32_t n);
/* Prints at the left margin. */
void pel__doc_print(pel_fmt *f, pel_doc_node *doc);
/* Ends the line, if anything is on it, with what comments are due. */
void pel__fmt_newline(pel_fmt *f);
/* The comments before a token on lines of their own, empty lines between them kept. */
void pel__fmt_comments(pel_fmt *f, uint32_t token);
#endif
