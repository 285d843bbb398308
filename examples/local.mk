# Nothing here is built: tests/examples.sh and tests/install.sh compile and run copies.
EXTRA_DIST += \
  %D%/quickstart.pel %D%/routes.pel %D%/strikes.pel %D%/earthquakes.pel %D%/distances.pel \
  %D%/data/weather.csv %D%/data/routes.csv %D%/data/airports.csv %D%/data/strikes.csv %D%/data/earthquakes.csv \
  %D%/native/geo.c \
  %D%/embed/host.c %D%/embed/host.expected.txt %D%/embed/threads.c %D%/embed/threads.expected.txt \
  %D%/expected/quickstart.txt %D%/expected/quickstart.wettest.csv \
  %D%/expected/routes.txt %D%/expected/routes.busiest.csv %D%/expected/routes.at_home.csv \
  %D%/expected/strikes.txt %D%/expected/strikes.rejects %D%/expected/strikes.phases.csv %D%/expected/strikes.costly_strikes.csv \
  %D%/expected/earthquakes.txt %D%/expected/earthquakes.days.csv %D%/expected/earthquakes.kinds.csv \
  %D%/expected/earthquakes.widely_felt.csv \
  %D%/expected/distances.txt %D%/expected/distances.nearest.csv %D%/expected/distances.magnitudes.csv
