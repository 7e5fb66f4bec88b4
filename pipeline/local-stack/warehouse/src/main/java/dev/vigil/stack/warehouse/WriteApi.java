package dev.vigil.stack.warehouse;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BatchCommitWriteStreamsRequest;
import com.google.cloud.bigquery.storage.v1.BatchCommitWriteStreamsResponse;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteGrpc;
import com.google.cloud.bigquery.storage.v1.CreateWriteStreamRequest;
import com.google.cloud.bigquery.storage.v1.FinalizeWriteStreamRequest;
import com.google.cloud.bigquery.storage.v1.FinalizeWriteStreamResponse;
import com.google.cloud.bigquery.storage.v1.FlushRowsRequest;
import com.google.cloud.bigquery.storage.v1.FlushRowsResponse;
import com.google.cloud.bigquery.storage.v1.GetWriteStreamRequest;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.duckdb.DuckDBConnection;

/** The Storage Write API. Every request is a piece of work for the store's writing thread. */
final class WriteApi extends BigQueryWriteGrpc.BigQueryWriteImplBase {
  private final Store store;
  private final Catalog catalog;
  private final Faults faults;

  WriteApi(Store store, Catalog catalog, Faults faults) {
    this.store = store;
    this.catalog = catalog;
    this.faults = faults;
  }

  @Override
  public void createWriteStream(
      CreateWriteStreamRequest request, StreamObserver<WriteStream> reply) {
    answer(
        "CreateWriteStream",
        reply,
        connection -> {
          StreamName name = StreamName.of(request.getParent(), UUID.randomUUID().toString());
          TableLayout layout = layout(connection, name.table());
          return describe(
              WriteStreams.create(connection, name, request.getWriteStream().getType()), layout);
        });
  }

  @Override
  public void getWriteStream(GetWriteStreamRequest request, StreamObserver<WriteStream> reply) {
    answer(
        "GetWriteStream",
        reply,
        connection -> {
          StreamName name = StreamName.parse(request.getName());
          TableLayout layout = layout(connection, name.table());
          return name.isDefault()
              ? WriteStream.newBuilder()
                  .setName(name.toString())
                  .setType(WriteStream.Type.COMMITTED)
                  .setTableSchema(ProtoSchema.of(layout))
                  .setLocation("us")
                  .build()
              : describe(WriteStreams.find(connection, name), layout);
        });
  }

  private static WriteStream describe(WriteStreams.State stream, TableLayout layout) {
    return WriteStream.newBuilder()
        .setName(stream.name().toString())
        .setType(stream.type())
        .setCreateTime(Timestamps.fromMillis(stream.createdMillis()))
        .setTableSchema(ProtoSchema.of(layout))
        .setWriteMode(WriteStream.WriteMode.INSERT)
        .setLocation("us")
        .build();
  }

  @Override
  public StreamObserver<AppendRowsRequest> appendRows(StreamObserver<AppendRowsResponse> reply) {
    return new AppendConnection(store, catalog, faults, reply);
  }

  @Override
  public void flushRows(FlushRowsRequest request, StreamObserver<FlushRowsResponse> reply) {
    answer(
        "FlushRows",
        reply,
        connection -> {
          StreamName name = StreamName.parse(request.getWriteStream());
          long offset = request.getOffset().getValue();
          WriteStreams.flush(connection, WriteStreams.find(connection, name), offset);
          return FlushRowsResponse.newBuilder().setOffset(offset).build();
        });
  }

  @Override
  public void finalizeWriteStream(
      FinalizeWriteStreamRequest request, StreamObserver<FinalizeWriteStreamResponse> reply) {
    answer(
        "FinalizeWriteStream",
        reply,
        connection -> {
          WriteStreams.State stream =
              WriteStreams.find(connection, StreamName.parse(request.getName()));
          WriteStreams.finish(connection, stream);
          return FinalizeWriteStreamResponse.newBuilder().setRowCount(stream.next()).build();
        });
  }

  @Override
  public void batchCommitWriteStreams(
      BatchCommitWriteStreamsRequest request,
      StreamObserver<BatchCommitWriteStreamsResponse> reply) {
    answer(
        "BatchCommitWriteStreams",
        reply,
        connection -> {
          BatchCommitWriteStreamsResponse.Builder response =
              BatchCommitWriteStreamsResponse.newBuilder();
          TableId table = StreamName.of(request.getParent(), "").table();
          List<WriteStreams.State> streams = new ArrayList<>();
          for (String name : request.getWriteStreamsList()) {
            try {
              WriteStreams.State stream = WriteStreams.find(connection, StreamName.parse(name));
              if (!stream.name().table().equals(table)) {
                throw StreamFailure.noStream(name);
              }
              WriteStreams.checkCommit(stream);
              streams.add(stream);
            } catch (StreamFailure e) {
              response.addStreamErrors(e.error());
            }
          }
          // All of them, or none.
          if (response.getStreamErrorsCount() == 0) {
            for (WriteStreams.State stream : streams) {
              WriteStreams.commit(connection, stream);
            }
            response.setCommitTime(now());
          }
          return response.build();
        });
  }

  private static Timestamp now() {
    return Timestamps.fromMillis(System.currentTimeMillis());
  }

  private TableLayout layout(DuckDBConnection connection, TableId table) throws SQLException {
    return catalog.layout(connection, table).orElseThrow(() -> StreamFailure.noTable(table));
  }

  private <T> void answer(String method, StreamObserver<T> reply, Store.Work<T> work) {
    faults.called(method);
    Status refused = refusal(faults, method);
    if (refused != null) {
      reply.onError(refused.asRuntimeException());
      return;
    }
    store.write(
        work,
        (result, failure) -> {
          if (failure != null) {
            reply.onError(error(failure));
          } else if (faults.take(Faults.Kind.DROP_REPLY, method)) {
            reply.onError(lost().asRuntimeException());
          } else {
            reply.onNext(result);
            reply.onCompleted();
          }
        });
  }

  /** Why a call is refused on purpose; null if it is not. */
  static Status refusal(Faults faults, String method) {
    if (faults.take(Faults.Kind.QUOTA, method)) {
      return Status.RESOURCE_EXHAUSTED.withDescription("Exceeds quota, on purpose");
    }
    if (faults.take(Faults.Kind.UNAVAILABLE, method)) {
      return Status.UNAVAILABLE.withDescription("The service is unavailable, on purpose");
    }
    return null;
  }

  /** What clients see when a connection breaks. */
  static Status lost() {
    return Status.UNAVAILABLE.withDescription("The connection is lost, on purpose");
  }

  /** How a failure ends a call. */
  static Throwable error(Throwable failure) {
    if (failure instanceof StreamFailure refused) {
      return StatusProto.toStatusRuntimeException(refused.status());
    }
    failure.printStackTrace();
    return Status.INTERNAL.withDescription(failure.toString()).asRuntimeException();
  }
}
