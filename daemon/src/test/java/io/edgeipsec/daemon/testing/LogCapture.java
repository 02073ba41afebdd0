package io.edgeipsec.daemon.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Takes everything that is logged in place of the console, at the level it is given. */
public final class LogCapture implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();
    private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private final AppenderBase<ILoggingEvent> appender =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    add(event.getLevel() + " " + event.getFormattedMessage());
                    if (event.getThrowableProxy() != null) {
                        add(ThrowableProxyUtil.asString(event.getThrowableProxy()));
                    }
                }
            };

    public LogCapture(Level level) {
        for (Iterator<Appender<ILoggingEvent>> i = root.iteratorForAppenders(); i.hasNext(); ) {
            others.add(i.next());
        }
        others.forEach(root::detachAppender);
        appender.start();
        root.addAppender(appender);
        root.setLevel(level);
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    /** Waits until so many lines contain a text. */
    public synchronized void await(String text, int count) throws InterruptedException {
        while (lines.stream().filter(line -> line.contains(text)).count() < count) {
            wait();
        }
    }

    /** Each with its level in front; a stack trace is a line of its own. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        root.detachAppender(appender);
        others.forEach(root::addAppender);
        root.setLevel(before);
    }
}
