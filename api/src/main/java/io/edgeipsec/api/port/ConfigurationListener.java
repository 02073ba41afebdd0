package io.edgeipsec.api.port;

/** Is told of each change after its commit, in order, on the store's thread; must not block. */
@FunctionalInterface
public interface ConfigurationListener {

    void changed(ConfigurationChange change);
}
