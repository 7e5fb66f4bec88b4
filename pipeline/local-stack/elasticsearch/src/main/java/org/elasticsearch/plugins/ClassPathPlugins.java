package org.elasticsearch.plugins;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.elasticsearch.Build;

/**
 * Plugins that are on the class path already, and not in directories of their own. It stands in
 * this package because nobody else may make a loader or a bundle.
 */
public final class ClassPathPlugins extends PluginsLoader {
  private final List<PluginLayer> layers;

  /** A plugin's class has the class loader that loaded it, and needs no module. */
  private record Layer(PluginBundle pluginBundle, ClassLoader pluginClassLoader)
      implements PluginLayer {
    @Override
    public ModuleLayer pluginModuleLayer() {
      return ModuleLayer.boot();
    }
  }

  /**
   * @param directory any one that holds no jars
   * @param plugins what the node shall load
   */
  public ClassPathPlugins(Path directory, List<Class<? extends Plugin>> plugins)
      throws IOException {
    super(Set.of(), Set.of(), Map.of());
    List<PluginLayer> all = new ArrayList<>();
    for (Class<? extends Plugin> plugin : plugins) {
      all.add(new Layer(bundle(directory, plugin.getName()), plugin.getClassLoader()));
    }
    this.layers = List.copyOf(all);
  }

  @Override
  public Stream<PluginLayer> pluginLayers() {
    return layers.stream();
  }

  private static PluginBundle bundle(Path directory, String className) throws IOException {
    String version = Build.current().version();
    return new PluginBundle(
        new PluginDescriptor(
            className,
            "on the class path",
            version,
            version,
            "17",
            className,
            null,
            List.of(),
            false,
            false,
            false,
            false),
        directory);
  }
}
