/** Who the peer is: identities and the AUTH payload (RFC 7296 §2.15, §3.5). */
@NullMarked
package io.edgeipsec.ike.auth;

import org.jspecify.annotations.NullMarked;
