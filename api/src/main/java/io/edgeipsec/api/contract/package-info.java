/**
 * The OpenAPI document of the API and what is read from it: routes, schemas, defaults, which fields
 * are read-only or secret. Rules that the document states are stated nowhere else.
 */
@NullMarked
package io.edgeipsec.api.contract;

import org.jspecify.annotations.NullMarked;
