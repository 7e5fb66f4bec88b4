package dev.vigil.stack.dashboard;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Lets through what a browser asks that was told this server's own address. A page of elsewhere may
 * give its own name this machine's address (DNS rebinding), and would then be of one origin with
 * this server: but its requests still carry that name. Every answer tells the browser to run and to
 * load nothing that is not from here.
 */
final class LoopbackGate extends Filter {
  private static final int FORBIDDEN = 403;
  private static final int NOT_ALLOWED = 405;

  private final int port;
  private final Set<String> hosts;

  LoopbackGate(int port) {
    this.port = port;
    this.hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
  }

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
    List<String> host = exchange.getRequestHeaders().get("Host");
    if (host == null || host.size() != 1 || !hosts.contains(host.get(0))) {
      Dashboard.refuse(exchange, FORBIDDEN, "open http://127.0.0.1:" + port + "/ instead");
    } else if (!exchange.getRequestMethod().equals("GET")) {
      headers.set("Allow", "GET");
      Dashboard.refuse(exchange, NOT_ALLOWED, "this server can be read, and no more");
    } else {
      chain.doFilter(exchange);
    }
  }

  @Override
  public String description() {
    return "requests of the page's own origin";
  }
}
