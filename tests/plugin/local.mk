EXTRA_DIST += %D%/plugin.sh %D%/logfmt.c %D%/requests.pel
