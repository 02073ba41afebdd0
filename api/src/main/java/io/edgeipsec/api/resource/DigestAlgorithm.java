package io.edgeipsec.api.resource;

/** Integrity algorithms of the profiles, all as HMAC. */
public enum DigestAlgorithm {
    SHA1,
    SHA2_256,
    SHA2_384,
    SHA2_512
}
