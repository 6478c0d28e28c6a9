#!/bin/bash
# Starts the server in the foreground: run.sh [-Ehttp.port=9200 -Epath.data=DIR ...]
set -euo pipefail
cd "$(dirname "$0")"
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto ${ES_JAVA_OPTS:--Xms256m -Xmx512m} \
  -Des.path.home="$PWD/home" -Des.logs.base_path="$PWD/home/logs" -Djava.awt.headless=true -Dfile.encoding=UTF-8 \
  -Dlog4j2.disable.jmx=true -Dio.netty.noUnsafe=true -Dio.netty.noKeySetOptimization=true \
  -Dio.netty.recycler.maxCapacityPerThread=0 --add-opens=java.base/java.io=ALL-UNNAMED \
  -cp 'home/lib/*' eslite.Launcher "$@"
