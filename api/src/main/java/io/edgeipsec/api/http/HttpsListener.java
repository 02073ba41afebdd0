package io.edgeipsec.api.http;

import java.net.InetSocketAddress;
import javax.net.ssl.X509KeyManager;

/**
 * Where HTTPS is served, and as whom.
 *
 * @param identity our certificate and private key
 * @param certificateSha256 of our certificate, for the operator to compare
 */
public record HttpsListener(
        InetSocketAddress address, X509KeyManager identity, String certificateSha256) {}
