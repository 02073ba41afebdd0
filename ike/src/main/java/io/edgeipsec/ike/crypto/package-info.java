/**
 * The cryptography of IKEv2: algorithms, key exchange, key derivation (RFC 7296 §2.13 to §2.18),
 * and the SK payload (§3.14, RFC 5282). Symmetric primitives and MODP come from the JDK, elliptic
 * curves from BouncyCastle's lightweight API, each where it measured faster; ML-KEM from the latter
 * too.
 */
@NullMarked
package io.edgeipsec.ike.crypto;

import org.jspecify.annotations.NullMarked;
