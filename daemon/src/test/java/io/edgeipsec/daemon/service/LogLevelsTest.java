package io.edgeipsec.daemon.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.edgeipsec.api.resource.LoggingLevel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What each level lets through, of the daemon and of its libraries. */
class LogLevelsTest {
    private static final List<String> NAMES =
            List.of(
                    org.slf4j.Logger.ROOT_LOGGER_NAME,
                    "io.netty",
                    "io.vertx",
                    LogLevels.EMERGENCY_LOGGER);

    private final Map<String, Level> before = new TreeMap<>();

    @BeforeEach
    void remember() {
        NAMES.forEach(name -> before.put(name, logger(name).getLevel()));
    }

    @AfterEach
    void restore() {
        NAMES.forEach(name -> logger(name).setLevel(before.get(name)));
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    private static String heard(LoggingLevel level) {
        LogLevels.apply(level);
        StringBuilder heard = new StringBuilder();
        for (String name :
                List.of("io.edgeipsec.any", "io.netty.any", LogLevels.EMERGENCY_LOGGER)) {
            heard.append(logger(name).getEffectiveLevel()).append(' ');
        }
        return heard.toString().strip();
    }

    @Test
    void eachLevelIsTheProcesss() {
        assertEquals("DEBUG WARN ERROR", heard(LoggingLevel.DEBUG));
        assertEquals("INFO WARN ERROR", heard(LoggingLevel.INFO));
        assertEquals("WARN WARN ERROR", heard(LoggingLevel.WARN));
        assertEquals("ERROR ERROR ERROR", heard(LoggingLevel.ERROR));
        assertEquals("OFF OFF ERROR", heard(LoggingLevel.EMERGENCY));
        assertEquals("INFO WARN ERROR", heard(LoggingLevel.INFO));
    }
}
