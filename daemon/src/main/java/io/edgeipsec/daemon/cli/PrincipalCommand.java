package io.edgeipsec.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.daemon.config.ConfigException;
import io.edgeipsec.daemon.config.FileFailures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edge-ipsec principal}: for whom client certificates stand. */
@Command(
        name = "principal",
        mixinStandardHelpOptions = true,
        description = "The principals, for whom client certificates stand over HTTPS.",
        synopsisSubcommandLabel = "(add | remove | list)")
final class PrincipalCommand {
    private static final String PRINCIPALS = "/trust-management/principal-identities";

    private final Cli cli;

    PrincipalCommand(Cli cli) {
        this.cli = cli;
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Makes a client certificate stand for a principal.")
    void add(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--role",
                            required = true,
                            paramLabel = "ROLE",
                            description = "admin, operator or auditor.")
                    String role,
            @Option(
                            names = "--certificate",
                            required = true,
                            paramLabel = "FILE",
                            description = "The certificate in PEM.")
                    Path file)
            throws IOException, ConfigException {
        String pem;
        try {
            pem = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IOException("the certificate cannot be read: " + FileFailures.describe(e), e);
        }
        ApiClient api = cli.api();
        JsonNode added =
                api.post(
                        PRINCIPALS,
                        api.object()
                                .put("name", name)
                                .put("role", role)
                                .put("certificate_pem", pem));
        cli.out()
                .println(
                        "principal "
                                + name
                                + ", "
                                + role
                                + ", was added: SHA-256 "
                                + added.path("certificate_sha256").asText());
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Lets a certificate stand for nobody any more.")
    void remove(@Parameters(paramLabel = "NAME") String name) throws IOException, ConfigException {
        ApiClient api = cli.api();
        for (JsonNode principal : api.get(PRINCIPALS).path("results")) {
            if (principal.path("name").asText().equals(name)) {
                api.delete(PRINCIPALS + "/" + principal.path("id").asText());
                cli.out().println("principal " + name + " was removed");
                return;
            }
        }
        throw new IOException("there is no principal " + Cli.shown(name));
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the principals.")
    void list() throws IOException, ConfigException {
        for (JsonNode principal : cli.api().get(PRINCIPALS).path("results")) {
            cli.out()
                    .printf(
                            "%-24s %-9s %s %s%n",
                            principal.path("name").asText(),
                            principal.path("role").asText(),
                            principal.path("certificate_sha256").asText(),
                            Cli.shown(principal.path("certificate_subject").asText()));
        }
    }
}
