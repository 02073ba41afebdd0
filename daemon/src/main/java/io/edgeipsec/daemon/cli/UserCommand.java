package io.edgeipsec.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.daemon.config.ConfigException;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edge-ipsec user}: who may log in over HTTPS. */
@Command(
        name = "user",
        mixinStandardHelpOptions = true,
        description = "The users who may log in over HTTPS.",
        synopsisSubcommandLabel = "(add | password | role | remove | list)")
final class UserCommand {
    private static final String USERS = "/node/users";

    private final Cli cli;

    UserCommand(Cli cli) {
        this.cli = cli;
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Adds a user. Asks for the password, or takes a line of standard input.")
    void add(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--role",
                            required = true,
                            paramLabel = "ROLE",
                            description = "admin, operator, or auditor, who reads only.")
                    String role,
            @Option(names = "--full-name", paramLabel = "TEXT") Optional<String> fullName)
            throws IOException, ConfigException {
        ApiClient api = cli.api();
        ObjectNode user = api.object().put("username", name).put("role", role);
        fullName.ifPresent(text -> user.put("full_name", text));
        user.put("password", cli.passwords().read(name));
        api.post(USERS, user);
        cli.out().println("user " + name + ", " + role + ", was added");
    }

    @Command(
            name = "password",
            mixinStandardHelpOptions = true,
            description = "Gives a user another password, and ends the user's logins.")
    void password(@Parameters(paramLabel = "NAME") String name)
            throws IOException, ConfigException {
        ApiClient api = cli.api();
        ObjectNode user = kept(api, name);
        api.put(USERS + "/" + name, user.put("password", cli.passwords().read(name)));
        cli.out().println("user " + name + " has another password");
    }

    @Command(
            name = "role",
            mixinStandardHelpOptions = true,
            description = "Gives a user another role, and ends the user's logins.")
    void role(
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "ROLE", description = "admin, operator or auditor.")
                    String role)
            throws IOException, ConfigException {
        ApiClient api = cli.api();
        api.put(USERS + "/" + name, kept(api, name).put("role", role));
        cli.out().println("user " + name + " is " + role);
    }

    /** What a PUT would lose. */
    private static ObjectNode kept(ApiClient api, String name) throws IOException {
        ObjectNode kept = api.object();
        JsonNode fullName = api.get(USERS + "/" + name).path("full_name");
        if (!fullName.isMissingNode()) {
            kept.set("full_name", fullName);
        }
        return kept;
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Removes a user.")
    void remove(@Parameters(paramLabel = "NAME") String name) throws IOException, ConfigException {
        cli.api().delete(USERS + "/" + name);
        cli.out().println("user " + name + " was removed");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the users.")
    void list() throws IOException, ConfigException {
        for (JsonNode user : cli.api().get(USERS).path("results")) {
            cli.out()
                    .printf(
                            "%-24s %-9s %s%n",
                            user.path("username").asText(),
                            user.path("role").asText(),
                            user.path("status").asText().equals("ACTIVE")
                                    ? Cli.shown(user.path("full_name").asText())
                                    : "(no password)");
        }
    }
}
