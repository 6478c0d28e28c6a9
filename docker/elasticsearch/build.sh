#!/bin/bash
# Assembles ./home (lib/, modules/) from published jars and compiles the launcher and the plugin.
# Does nothing when ./home was made from these very sources; a build that breaks off leaves the old ./home.
set -euo pipefail
cd "$(dirname "$0")"

wanted=$(cat build.sh pom.xml $(find src -type f | LC_ALL=C sort) | sha256sum | cut -d' ' -f1)
made() { [ "$(cat home/sources.sha256 2>/dev/null)" = "$wanted" ]; }
made && exit 0

for tool in mvn javac jar; do
  command -v "$tool" >/dev/null || { echo "Elasticsearch: $tool is missing (Java 17 JDK and Maven are needed)" >&2; exit 1; }
done
exec 9>.build.lock
flock 9 # two set-ups at once: the second finds the work done
made && exit 0

version=$(sed -n 's:.*<es.version>\(.*\)</es.version>.*:\1:p' pom.xml)
out=build/home
netty=$out/modules/transport-netty4
plugin=$out/modules/eslite
rm -rf build
mkdir -p $out/lib $netty $plugin build/launcher build/plugin

# Java takes the home folder from the user database; Maven's cache belongs under $HOME like every other.
maven() {
  mvn -B -q -Dstyle.color=never -Dmaven.repo.local="${HOME:-$PWD/build}/.m2/repository" ${MVN_ARGS:-} \
    dependency:copy-dependencies -DincludeScope=runtime "$@" >build/maven.log 2>&1 ||
    { cat build/maven.log >&2; return 1; }
}
maven -DoutputDirectory=$out/lib
maven -Pmodules -DoutputDirectory=build/modules
cp build/modules/netty-*.jar build/modules/transport-netty4-*.jar $netty/
cp build/modules/lucene-analysis-icu-*.jar build/modules/icu4j-*.jar $plugin/

# The jar carries its own descriptor; without `modulename` it loads on the class path, which is how this JVM runs it.
(cd build && jar xf home/modules/transport-netty4/transport-netty4-"$version".jar META-INF/es-plugins)
grep -v '^modulename' build/META-INF/es-plugins/transport-netty4/plugin-descriptor.properties > $netty/plugin-descriptor.properties
cat > $plugin/plugin-descriptor.properties <<D
name=eslite
description=analysis components and a few REST handlers
version=1
elasticsearch.version=$version
java.version=17
classname=eslite.plugin.LitePlugin
D

javac -nowarn -d build/launcher -cp "$out/lib/*" src/launcher/eslite/*.java
cp src/launcher/log4j2.properties build/launcher/
jar cf $out/lib/eslite-launcher.jar -C build/launcher .
javac -nowarn -d build/plugin -cp "$out/lib/*" src/plugin/eslite/plugin/*.java
jar cf $plugin/eslite-plugin.jar -C build/plugin .

echo "$wanted" > $out/sources.sha256
rm -rf home
mv $out home
rm -rf build
