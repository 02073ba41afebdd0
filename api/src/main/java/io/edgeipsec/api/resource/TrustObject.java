package io.edgeipsec.api.resource;

/** What is imported to authenticate by certificate; it never changes, only comes and goes. */
public sealed interface TrustObject extends ManagedResource permits Certificate, Crl {

    /** PEM, as it was checked and is used: without text around it, and never a private key. */
    String pemEncoded();
}
