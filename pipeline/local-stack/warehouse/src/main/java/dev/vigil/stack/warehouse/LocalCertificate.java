package dev.vigil.stack.warehouse;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;

/**
 * The certificate by which gRPC clients know the warehouse, and the trust store by which they
 * believe it. Clients of the Storage Write API always speak TLS, so there is no way without.
 *
 * <p>The trust store replaces the one of the client's JVM. It therefore holds the public
 * authorities that this JVM trusts as well, or the client could reach nobody else.
 */
final class LocalCertificate {
  /** No secret: the key is worth nothing outside this directory. */
  private static final String PASSWORD = "changeit";

  private static final String ALIAS = "local-warehouse";

  private final KeyStore own;

  private LocalCertificate(KeyStore own) {
    this.own = own;
  }

  /**
   * Finds the certificate of an earlier start, or makes one.
   *
   * @param home where {@code server.p12} and {@code trust.p12} lie, both with the password {@code
   *     changeit}
   */
  static LocalCertificate in(Path home)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path server = home.resolve("server.p12");
    if (!Files.exists(server)) {
      make(server);
    }
    LocalCertificate certificate = new LocalCertificate(read(server));
    certificate.writeTrust(home.resolve("trust.p12"));
    return certificate;
  }

  /** The private key, for the server's side of TLS. */
  KeyManagerFactory keys() throws GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD.toCharArray());
    return keys;
  }

  private void writeTrust(Path file) throws IOException, GeneralSecurityException {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    Path authorities = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
    if (Files.exists(authorities)) {
      KeyStore known = read(authorities);
      for (String alias : Collections.list(known.aliases())) {
        trust.setCertificateEntry(alias, known.getCertificate(alias));
      }
    }
    trust.setCertificateEntry(ALIAS, own.getCertificate(ALIAS));
    Path half = file.resolveSibling(file.getFileName() + ".half");
    try (OutputStream out = Files.newOutputStream(half)) {
      trust.store(out, PASSWORD.toCharArray());
    }
    Files.move(half, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static KeyStore read(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  /** The JDK makes certificates with this tool alone: it has no public classes for it. */
  private static void make(Path server) throws IOException, InterruptedException {
    Path half = server.resolveSibling(server.getFileName() + ".half");
    Files.deleteIfExists(half);
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    ALIAS,
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    half.toString(),
                    "-storepass",
                    PASSWORD,
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=dns:localhost,ip:127.0.0.1",
                    "-validity",
                    "3650"))
            .redirectErrorStream(true)
            .start();
    keytool.getOutputStream().close();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException("keytool made no certificate: " + said);
    }
    Files.move(half, server, StandardCopyOption.ATOMIC_MOVE);
  }
}
