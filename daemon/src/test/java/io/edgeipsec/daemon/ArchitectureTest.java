package io.edgeipsec.daemon;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The boundaries between modules and packages; what they are for stands in docs/architecture.md.
 */
final class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .importPackages("io.edgeipsec");

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }

    @Test
    void everyModuleIsImported() {
        Map<String, Integer> perModule = new TreeMap<>();
        for (JavaClass each : CLASSES) {
            perModule.merge(each.getPackageName().split("\\.", -1)[2], 1, Integer::sum);
        }
        assertEquals(List.of("api", "daemon", "ike", "xfrm"), List.copyOf(perModule.keySet()));
        perModule.forEach((module, count) -> assertTrue(count > 40, module + ": " + count));
    }

    @Test
    void modulesSeeEachOtherOnlyThroughTheDaemon() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("io.edgeipsec.ike..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "io.edgeipsec.xfrm..",
                                "io.edgeipsec.api..",
                                "io.edgeipsec.daemon.."));
        check(
                noClasses()
                        .that()
                        .resideInAPackage("io.edgeipsec.xfrm..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "io.edgeipsec.ike..",
                                "io.edgeipsec.api..",
                                "io.edgeipsec.daemon.."));
        check(
                noClasses()
                        .that()
                        .resideInAPackage("io.edgeipsec.api..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "io.edgeipsec.ike..",
                                "io.edgeipsec.xfrm..",
                                "io.edgeipsec.daemon.."));
    }

    @Test
    void ikeIsLayered() {
        check(
                layeredArchitecture()
                        .consideringOnlyDependenciesInAnyPackage("io.edgeipsec.ike..")
                        .layer("message")
                        .definedBy("io.edgeipsec.ike.message")
                        .layer("crypto")
                        .definedBy("io.edgeipsec.ike.crypto")
                        .layer("model")
                        .definedBy("io.edgeipsec.ike.model")
                        .layer("negotiation")
                        .definedBy("io.edgeipsec.ike.negotiation")
                        .layer("auth")
                        .definedBy("io.edgeipsec.ike.auth")
                        .layer("exchange")
                        .definedBy("io.edgeipsec.ike.exchange")
                        .layer("sa")
                        .definedBy("io.edgeipsec.ike.sa")
                        .layer("engine")
                        .definedBy("io.edgeipsec.ike.engine")
                        .layer("transport")
                        .definedBy("io.edgeipsec.ike.transport")
                        .whereLayer("transport")
                        .mayNotBeAccessedByAnyLayer()
                        .whereLayer("engine")
                        .mayOnlyBeAccessedByLayers("transport")
                        .whereLayer("sa")
                        .mayOnlyBeAccessedByLayers("engine", "transport")
                        .whereLayer("exchange")
                        .mayOnlyBeAccessedByLayers("sa", "engine", "transport")
                        .whereLayer("auth")
                        .mayOnlyBeAccessedByLayers("exchange", "sa", "engine", "transport")
                        .whereLayer("negotiation")
                        .mayOnlyBeAccessedByLayers("exchange", "sa", "engine", "transport")
                        .whereLayer("model")
                        .mayOnlyAccessLayers("crypto", "message")
                        .whereLayer("crypto")
                        .mayOnlyAccessLayers("message")
                        .whereLayer("message")
                        .mayNotAccessAnyLayer());
    }

    /**
     * Time, threads, randomness and I/O come in from outside, so that a simulation can give them.
     */
    @Test
    void ikeCoreIsPure() {
        DescribedPredicate<JavaClass> core =
                resideInAPackage("io.edgeipsec.ike..")
                        .and(
                                DescribedPredicate.not(
                                        resideInAPackage("io.edgeipsec.ike.transport")));
        check(
                noClasses()
                        .that(core)
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(
                                        "io.netty..",
                                        "io.vertx..",
                                        "com.sun.jna..",
                                        "com.fasterxml..",
                                        "org.slf4j..",
                                        "java.nio.channels..",
                                        "java.nio.file..",
                                        "java.util.concurrent..")));
        check(
                noClasses()
                        .that(core)
                        .should()
                        .accessClassesThat()
                        .haveNameMatching(
                                "java\\.lang\\.Thread|java\\.io\\.File.*|java\\.net\\..*Socket.*"
                                        + "|java\\.security\\.SecureRandom|java\\.util\\.Random"));
        check(
                noClasses()
                        .that(core)
                        .should()
                        .callMethod(System.class, "nanoTime")
                        .orShould()
                        .callMethod(System.class, "currentTimeMillis")
                        .orShould()
                        .callMethod(java.time.Instant.class, "now")
                        .orShould()
                        .callMethod(Math.class, "random"));
    }

    @Test
    void librariesStayWhereTheyBelong() {
        check(only("com.sun.jna..", "io.edgeipsec.xfrm.libc"));
        check(only("org.bouncycastle..", "io.edgeipsec.ike.crypto", "io.edgeipsec.daemon.adapter"));
        check(only("io.vertx..", "io.edgeipsec.api.http"));
        // Vert.x tells of a malformed request in Netty's words.
        check(only("io.netty..", "io.edgeipsec.ike.transport", "io.edgeipsec.api.http"));
        check(only("java.sql..", "io.edgeipsec.daemon.store"));
        check(only("picocli..", "io.edgeipsec.daemon", "io.edgeipsec.daemon.cli"));
    }

    private static ArchRule only(String library, String... users) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(users)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }

    @Test
    void packagesHaveNoCycles() {
        check(slices().matching("io.edgeipsec.(*).(*)..").should().beFreeOfCycles());
    }

    @Test
    void everyPackageIsNullMarked() {
        for (JavaClass each : CLASSES) {
            assertTrue(
                    each.getPackage().tryGetAnnotationOfType(NullMarked.class).isPresent(),
                    () -> each.getPackageName() + " lacks @NullMarked");
        }
    }

    @Test
    void nobodyPrintsOrThrowsWhatNobodyCanHandle() {
        check(NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS);
        check(NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS);
    }
}
