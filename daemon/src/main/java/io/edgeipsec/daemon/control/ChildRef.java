package io.edgeipsec.daemon.control;

/** A Child policy of a session. */
public record ChildRef(String session, String child) {}
