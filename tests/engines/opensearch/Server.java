import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/** A node of OpenSearch on loopback, until it is killed: {@code Server FOLDER [setting=value | setting=one,two] ...}. */
final class Server extends Node {
    private Server(Settings settings) {
        super(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "test"),
            List.of(Netty4Plugin.class, CommonAnalysisPlugin.class, MapperExtrasPlugin.class),
            true);
    }

    public static void main(String[] words) throws Exception {
        Settings.Builder settings = places(Path.of(words[0]));
        for (String word : List.of(words).subList(1, words.length)) {
            int sign = word.indexOf('=');
            String name = word.substring(0, sign);
            String[] values = word.substring(sign + 1).split(",");
            if (values.length > 1) {
                settings.putList(name, values);
            } else {
                settings.put(name, values[0]);
            }
        }
        new Server(settings.build()).start();
        Thread.currentThread().join();
    }

    private static Settings.Builder places(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        return Settings.builder()
            .put("path.home", folder.toString())
            .put("path.data", folder.resolve("data").toString())
            .put("path.logs", folder.resolve("logs").toString())
            .put("network.host", "127.0.0.1")
            .put("http.type", "netty4")
            .put("transport.type", "netty4");
    }
}
