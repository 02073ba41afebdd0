/**
 * What the daemon implements for the API: the configuration store, the source of session status,
 * and the rules that need to see more than one session.
 */
@NullMarked
package io.edgeipsec.api.port;

import org.jspecify.annotations.NullMarked;
