package io.edgeipsec.daemon.config;

import java.util.List;

/** All that is wrong with a configuration file, a line each: file, line, column, what to do. */
public final class ConfigException extends Exception {

    private static final long serialVersionUID = 1L;

    ConfigException(List<String> errors) {
        super(String.join("\n", errors));
    }
}
