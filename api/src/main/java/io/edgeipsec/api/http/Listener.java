package io.edgeipsec.api.http;

import io.edgeipsec.api.auth.Authentication;
import io.edgeipsec.api.auth.Caller;
import io.edgeipsec.api.auth.Role;

/** What is known of a caller from where it called. */
enum Listener {
    UNIX_SOCKET("unix-socket", Authentication.UNIX_SOCKET),
    DEVELOPMENT("development-listener", Authentication.NONE);

    private final String name;
    private final Authentication authentication;

    Listener(String name, Authentication authentication) {
        this.name = name;
        this.authentication = authentication;
    }

    /** Who asks, as long as there are no logins. */
    Caller caller() {
        return new Caller(name, Role.ADMIN, authentication, name);
    }
}
