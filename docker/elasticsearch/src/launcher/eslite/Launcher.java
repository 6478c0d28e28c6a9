package eslite;

import java.nio.file.*;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** Boots one real Elasticsearch node in this JVM. Arguments: -Esetting=value ... */
public final class Launcher {
    public static void main(String[] args) throws Exception {
        long t0 = System.nanoTime();
        Path home = Path.of(System.getProperty("es.path.home")).toAbsolutePath();
        for (String d : new String[] { "config", "plugins", "logs" }) Files.createDirectories(home.resolve(d));
        LogConfigurator.setNodeName("eslite");
        LogConfigurator.configureESLogging();
        Settings.Builder b = Settings.builder()
            .put("path.home", home.toString())
            .put("cluster.name", "eslite").put("node.name", "eslite")
            .put("network.host", "127.0.0.1")
            .put("http.port", "9200").put("transport.port", "0")
            .put("discovery.type", "single-node")
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .put("action.destructive_requires_name", false);
        for (String a : args) {
            int eq = a.indexOf('=');
            if (a.startsWith("-E") == false || eq < 0) throw new IllegalArgumentException("want -Ekey=value: " + a);
            b.put(a.substring(2, eq), a.substring(eq + 1));
        }
        Environment env = InternalSettingsPreparer.prepareEnvironment(b.build(), Map.of(), null, () -> "eslite");
        PluginsLoader plugins = PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(env.modulesDir()),
            PluginsLoader.loadPluginsBundles(env.pluginsDir()),
            Map.of(),
            false); // the server runs on the class path, not as a named module
        Node node = new Node(env, plugins);
        CountDownLatch stop = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.prepareForClose();
                node.close();
                node.awaitClose(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                e.printStackTrace();
            } finally {
                stop.countDown();
            }
        }));
        node.start();
        var http = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress();
        System.out.printf("eslite ready on %s after %.1f s (pid %d)%n", http, (System.nanoTime() - t0) / 1e9, ProcessHandle.current().pid());
        stop.await();
    }
}
