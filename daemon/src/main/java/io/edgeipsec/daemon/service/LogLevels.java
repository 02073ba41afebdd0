package io.edgeipsec.daemon.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.edgeipsec.api.resource.LoggingLevel;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The level of the whole process's log. Any thread. */
public final class LogLevels {

    /** What it says is logged at every level: that the daemon cannot go on. */
    public static final String EMERGENCY_LOGGER = "io.edgeipsec.emergency";

    /** Libraries whose lower levels are for their own developers, and may show what is secret. */
    private static final List<String> LIBRARIES = List.of("io.netty", "io.vertx");

    private LogLevels() {}

    public static void apply(LoggingLevel level) {
        Level wanted =
                switch (level) {
                    case DEBUG -> Level.DEBUG;
                    case INFO -> Level.INFO;
                    case WARN -> Level.WARN;
                    case ERROR -> Level.ERROR;
                    case EMERGENCY -> Level.OFF;
                };
        logger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(wanted);
        for (String library : LIBRARIES) {
            logger(library).setLevel(wanted.isGreaterOrEqual(Level.WARN) ? wanted : Level.WARN);
        }
        logger(EMERGENCY_LOGGER).setLevel(Level.ERROR);
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }
}
