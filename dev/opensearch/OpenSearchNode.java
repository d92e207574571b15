// Copyright (c) 2026, The operability.readiness contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import java.nio.file.Path;
import java.util.List;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/** A cluster of one OpenSearch node on 127.0.0.1, for tests: OpenSearchNode FOLDER PORT [SETTING=VALUE ...]. It runs until it is ended. */
public final class OpenSearchNode extends Node {
    private OpenSearchNode(Environment environment) {
        super(environment, List.of(Netty4Plugin.class, CommonAnalysisPlugin.class), false);
    }

    public static void main(String[] words) throws Exception {
        Settings.Builder settings = Settings.builder()
            .put("path.home", words[0])
            .put("cluster.name", "readiness")
            .put("node.name", "node-1")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", words[1])
            .put("transport.port", "0")
            .put("http.type", "netty4")
            .put("transport.type", "netty4")
            .put("node.store.allow_mmap", false);
        for (int at = 2; at < words.length; at++) {
            String[] pair = words[at].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        Node node = new OpenSearchNode(new Environment(settings.build(), Path.of(words[0], "config")));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception late) {
                Runtime.getRuntime().halt(1);
            }
        }));
        node.start();
        Thread.currentThread().join();
    }
}
