/** The errors that a caller of the API sees: code, HTTP status, text, and the fields concerned. */
@NullMarked
package io.edgeipsec.api.error;

import org.jspecify.annotations.NullMarked;
