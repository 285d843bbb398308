/* Runs a fuzz harness over files instead of a fuzzer: corpora are replayed in every
 * check, with any compiler. NAME [FILE|FOLDER]…   prints how many inputs it ran; a
 * harness that finds something ends the process. One thread. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t ran;

static int run_file(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) return perror(path), 1;
  uint8_t *data = NULL;
  size_t n = 0, got;
  do {
    uint8_t *more = realloc(data, n + 65536);
    if (!more) return free(data), fclose(f), 1;
    data = more;
    got = fread(data + n, 1, 65536, f);
    n += got;
  } while (got);
  fclose(f);
  uint8_t *exact = malloc(n ? n : 1); /* no slack: a read behind the end is seen */
  if (!exact) return free(data), 1;
  memcpy(exact, data, n);
  free(data);
  fprintf(stderr, "%s\n", path); /* the last one named is the one that broke it */
  (void)LLVMFuzzerTestOneInput(exact, n);
  free(exact);
  ran++;
  return 0;
}

static int run_path(const char *path) {
  DIR *d = opendir(path);
  if (!d) return run_file(path);
  int bad = 0;
  for (struct dirent *e; (e = readdir(d));) {
    char file[4096];
    if (*e->d_name == '.') continue;
    snprintf(file, sizeof file, "%s/%s", path, e->d_name);
    bad |= run_path(file);
  }
  closedir(d);
  return bad;
}

int main(int argc, char **argv) {
  int bad = 0;
  for (int i = 1; i < argc; i++) bad |= run_path(argv[i]);
  printf("%zu\n", ran);
  return bad;
}
