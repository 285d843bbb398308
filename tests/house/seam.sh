#!/bin/sh
# No atomics, threads, clocks, files, processes, heap, printing or locale outside the places of seam.tbl.
. "${top_srcdir:-.}/tests/house/lib.sh"
table=$(cd "$house" && pwd)/tests/house/seam.tbl

check() { # TREE
  (cd "$1" && sources '*.[chly]' | awk -v table="$table" '
    function class(name, words,   n, w, i) { n = split(words, w, " "); for (i = 1; i <= n; i++) of[w[i]] = name }
    BEGIN {
      class("thread", "syscall futex nanosleep usleep sleep sched_yield sched_setaffinity sched_getaffinity sem_wait sem_post call_once")
      class("clock", "time clock clock_gettime gettimeofday clock_nanosleep localtime localtime_r gmtime gmtime_r mktime")
      class("file", "open openat openat2 creat close read write pread pwrite readv writev lseek fopen fdopen fread fwrite fclose fgets getline fflush mmap munmap mremap madvise memfd_create unlink unlinkat rename renameat remove stat fstat lstat statx access fsync fdatasync ftruncate mkdir rmdir opendir readdir glob mkstemp tmpfile pipe dup dup2 ioctl fcntl readlink realpath getcwd chdir isatty")
      class("process", "fork vfork execve execv execvp execl execlp posix_spawn system popen waitpid kill raise signal sigaction sigprocmask exit _exit _Exit quick_exit abort atexit getenv setenv secure_getenv dlopen dlsym dlclose setrlimit getrlimit longjmp setjmp sigsetjmp siglongjmp")
      class("heap", "malloc calloc realloc free strdup strndup asprintf vasprintf aligned_alloc posix_memalign alloca")
      class("print", "printf fprintf vprintf vfprintf puts fputs putchar fputc putc perror dprintf")
      class("locale", "setlocale uselocale newlocale strtod strtof strtold atof strcoll strxfrm isalpha isdigit isalnum isspace isupper islower isprint ispunct isxdigit toupper tolower mbstowcs wcstombs strftime rand srand random drand48")
      while ((getline line < table) > 0) {
        if (line ~ /^#/ || split(line, f, " ") < 3) continue
        rows++; prefix[rows] = f[1]; may[rows] = f[2]
      }
    }
    function allowed(file, c,   i) {
      for (i = 1; i <= rows; i++) if (may[i] == c && index(file, prefix[i]) == 1) return 1
      return 0
    }
    function say(file, n, c, word) { if (!allowed(file, c)) print file ":" n ": " word " (" c ")" }
    # The code of a line: comments and the insides of strings and characters are gone.
    function code(line,   out, c, i, two) {
      out = ""
      for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1); two = substr(line, i, 2)
        if (state == "comment") { if (two == "*/") { state = ""; i++; out = out " " } continue }
        if (state != "") { if (c == "\\") i++; else if (c == state) { state = ""; out = out c } continue }
        if (two == "/*") { state = "comment"; i++; continue }
        if (two == "//") break
        if (c == "\"" || c == "\047") { state = c; out = out c; continue }
        out = out c
      }
      if (state != "comment") state = ""
      return out
    }
    {
      file = $0; n = 0; state = ""
      if (file ~ /\.l$/) next # patterns are no C; what flex makes of them is looked at by the link and globals checks
      split("", own) # names the file gives to functions of its own
      while ((getline line < file) > 0)
        if (match(line, /^static [^=;(]*\(/)) {
          word = substr(line, RSTART, RLENGTH - 1); sub(/.*[ *]/, "", word)
          own[word] = 1
        }
      close(file)
      while ((getline line < file) > 0) {
        n++
        if (line ~ /printf/ && line ~ /"[^"]*%[-+#0-9.*]*[lL]?[fgeFGE][^"]*"/) say(file, n, "locale", "a float through printf")
        text = code(line)
        if (match(text, /_Atomic|<stdatomic\.h>|(^|[^a-zA-Z_])(atomic_[a-z]|__atomic_|__sync_)[a-z_]*/)) say(file, n, "atomic", substr(text, RSTART, RLENGTH))
        if (match(text, /<pthread\.h>|<threads\.h>|pthread_[a-z_]+|(^|[^a-zA-Z_])(mtx|cnd|thrd|tss)_[a-z]+/)) say(file, n, "thread", substr(text, RSTART, RLENGTH))
        while (match(text, /[A-Za-z_][A-Za-z0-9_]*[ ]*\(/)) {
          word = substr(text, RSTART, RLENGTH - 1); before = substr(text, 1, RSTART - 1)
          text = substr(text, RSTART + RLENGTH); sub(/ +$/, "", word)
          if (word in of && !(word in own) && before !~ /(\.|->|[a-z0-9_] \*|#[ ]*define )$/) say(file, n, of[word], word)
        }
      }
      close(file)
    }')
}

clean 'the seams hold' "$(check "$house")"

plant runtime/sched/planted.c <<'X'
#include <stdatomic.h>
static _Atomic int x;
int f(void) { return pthread_self() != 0; }
long g(void) { return time(0); }
int h(const char *p) { return open(p, 0); }
void *m(void) { return malloc(7); }
void p(void) { printf("x"); }
double d(const char *s) { return strtod(s, 0); }
void q(char *b, double v) { snprintf(b, 9, "%.17g", v); }
void e(void) { exit(1); }
X
plant runtime/engine/fine.c <<'X'
static void close(struct out *o) { o->n--; }
void g(struct out *o) { close(o); }
/* open(path) and time(0) are only words here; so is "malloc(". */
int f(struct env *e) { return e->open("read(x)") + e->vt.time(); } // write(1)
X
seen=$(check "$house_tmp/tree")
line=1
for word in '<stdatomic.h>' _Atomic pthread_self 'time (clock)' 'open (file)' 'malloc (heap)' 'printf (print)' 'strtod (locale)' 'a float through' 'exit (process)'; do
  found "catches $word" "planted.c:$line: $word" "$seen"
  line=$((line + 1))
done
clean 'lets members, comments, strings and statics of its own be' "$(printf '%s\n' "$seen" | grep fine.c)"
finish
