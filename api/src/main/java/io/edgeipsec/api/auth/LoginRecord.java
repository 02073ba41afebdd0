package io.edgeipsec.api.auth;

/** Is told of passwords that were right or wrong. Any thread; must not block. */
public interface LoginRecord {

    /** A user's password was right for the first time from there. */
    void arrived(Login login, Source source);

    /**
     * A password was refused.
     *
     * @param user as claimed, cut and without anything that a user's name cannot have
     */
    void refused(String user, Source source, String why);
}
