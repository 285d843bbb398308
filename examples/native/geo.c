/* Functions that examples/distances.pel calls: no header of PEL is needed for a native
 * operator. Nothing is owned; every call works on its arguments alone. Any thread. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

struct geo_place {
  double latitude, longitude;
};

enum { GEO_OK = 0, GEO_STEP = 1, GEO_NAN = 2 };

static double radians(double degrees) { return degrees * (3.14159265358979323846 / 180); }

/* Kilometres on the great circle (haversine formula, mean radius of the Earth), rounded
 * to whole ones. */
int32_t geo_km(const struct geo_place *from, double latitude, double longitude) {
  const double a = radians(from->latitude), b = radians(latitude);
  const double across = sin((b - a) / 2),
               along = sin(radians(longitude - from->longitude) / 2);
  const double h = across * across + cos(a) * cos(b) * along * along;
  return (int32_t)(2 * 6371.0088 * asin(sqrt(h < 1 ? h : 1)) + 0.5);
}

/* Counts values by bins of width step from least on; the first and last bin also take
 * what lies outside. */
int32_t geo_histogram(size_t n, const double *values, double least, double step,
                      size_t bins, int64_t *counts) {
  if (!(step > 0) || bins == 0) return GEO_STEP;
  for (size_t i = 0; i < bins; i++) counts[i] = 0;
  for (size_t i = 0; i < n; i++) {
    const double bin = floor((values[i] - least) / step);
    if (isnan(bin)) return GEO_NAN;
    if (bin < 0)
      counts[0]++;
    else
      counts[bin < (double)bins ? (size_t)bin : bins - 1]++;
  }
  return GEO_OK;
}

const char *geo_strerror(int32_t code) {
  switch (code) {
    case GEO_STEP:
      return "the step of a histogram must be positive, and it needs a bin";
    case GEO_NAN:
      return "a value that is not a number belongs to no bin";
    default:
      return "no error";
  }
}
