package dev.vigil.stack.warehouse;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.encoding.DecodingService;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.vigil.stack.NodeMain;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * The local warehouse in this JVM, on loopback only, without passwords. {@link NodeMain} says how
 * it is started and stopped.
 *
 * <p>One port serves HTTP, and TLS for gRPC: Beam's BigQueryIO takes one address for both, and
 * speaks to the first in clear and to the second never so.
 */
public final class WarehouseNode {
  private static final String HOST = "127.0.0.1";

  /** What BigQuery allows for one append, and a little more for what is around it. */
  private static final int LARGEST_MESSAGE = 24 << 20;

  private WarehouseNode() {}

  public static void main(String[] args) {
    NodeMain.run(args, WarehouseNode::start);
  }

  private static String start(Path home, int port) throws Exception {
    LocalCertificate certificate = LocalCertificate.in(home);
    Store store = Store.open(home);
    Catalog catalog = Catalog.in(store);
    Faults faults = new Faults();

    Server server =
        Server.builder()
            .port(
                new InetSocketAddress(InetAddress.getByName(HOST), port),
                SessionProtocol.HTTP,
                SessionProtocol.HTTPS)
            .tls(certificate.keys())
            // Clients keep an append connection open for as long as they have rows.
            .requestTimeoutMillis(0)
            .maxRequestLength(0)
            .serviceUnder(
                "/bigquery/v2",
                new RestService(routes(store, catalog, faults), faults)
                    .decorate(DecodingService.newDecorator()))
            .serviceUnder("/vigil", new RestService(AdminApi.routes(store, faults), faults))
            .service(
                GrpcService.builder()
                    .addService(new WriteApi(store, catalog, faults))
                    .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                    .maxRequestMessageLength(LARGEST_MESSAGE)
                    .build())
            .build();
    server.start().join();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, store), "stop"));

    String url = "http://" + HOST + ":" + port;
    System.err.println(
        "local warehouse, not BigQuery: %s, for programs on this machine only".formatted(url));
    return url;
  }

  private static Router routes(Store store, Catalog catalog, Faults faults) {
    Router router = new Router();
    DatasetsApi.addTo(router, catalog);
    TablesApi.addTo(router, catalog);
    QueryJobs jobs = new QueryJobs(store);
    TableDataApi.addTo(router, store, catalog, jobs, faults);
    JobsApi.addTo(router, jobs);
    return router;
  }

  private static void stop(Server server, Store store) {
    server.stop().join();
    try {
      store.close();
    } catch (SQLException e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }
}
