package dev.vigil.stack.warehouse;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.RowError;
import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.cloud.bigquery.storage.v1.TableSchema;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Int64Value;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;

/**
 * A connection on which a client appends rows. Its requests are answered in their order. What is
 * wrong with one of them is in its reply; the connection stays, and none of that request's rows is
 * in the stream.
 */
final class AppendConnection implements StreamObserver<AppendRowsRequest> {
  private static final String METHOD = "AppendRows";

  private final Store store;
  private final Catalog catalog;
  private final Faults faults;
  private final ServerCallStreamObserver<AppendRowsResponse> reply;

  /** What earlier requests said, and later ones do not repeat. */
  private String stream = "";

  private final Map<String, Descriptor> types = new HashMap<>();

  /** All below belongs to the writing thread. */
  private final Map<TableId, ProtoRows> readers = new HashMap<>();

  private final Map<String, TableSchema> announced = new HashMap<>();
  private boolean ended;

  AppendConnection(
      Store store, Catalog catalog, Faults faults, StreamObserver<AppendRowsResponse> reply) {
    this.store = store;
    this.catalog = catalog;
    this.faults = faults;
    this.reply = (ServerCallStreamObserver<AppendRowsResponse>) reply;
    // A client that is gone without its replies is no failure of ours.
    this.reply.setOnCancelHandler(() -> {});
  }

  @Override
  public void onNext(AppendRowsRequest request) {
    faults.called(METHOD);
    if (!request.getWriteStream().isEmpty()) {
      stream = request.getWriteStream();
    }
    String name = stream;
    Status refused = WriteApi.refusal(faults, METHOD);
    if (refused != null) {
      store.write(connection -> null, (ignored, failure) -> end(refused.asRuntimeException()));
      return;
    }
    Descriptor type;
    try {
      type = type(name, request);
    } catch (ProtoRows.MismatchException e) {
      StreamFailure failure = StreamFailure.invalid(name, e.getMessage());
      store.write(connection -> refusal(failure), this::answer);
      return;
    }
    store.write(connection -> append(connection, name, type, request), this::answer);
  }

  /** The message type that this request describes, or an earlier one for the same stream. */
  private Descriptor type(String name, AppendRowsRequest request)
      throws ProtoRows.MismatchException {
    if (request.getProtoRows().hasWriterSchema()) {
      types.put(
          name, ProtoRows.type(request.getProtoRows().getWriterSchema().getProtoDescriptor()));
    }
    Descriptor type = types.get(name);
    if (type == null) {
      throw new ProtoRows.MismatchException(
          "The first request for a stream must have rows in Protobuf and their schema.");
    }
    return type;
  }

  private AppendRowsResponse append(
      DuckDBConnection connection, String stream, Descriptor type, AppendRowsRequest request)
      throws SQLException {
    try {
      StreamName name = StreamName.parse(stream);
      TableId table = name.table();
      TableLayout layout =
          catalog.layout(connection, table).orElseThrow(() -> StreamFailure.noTable(table));
      ProtoRows reader = reader(name, type, layout);
      WriteStreams.State state = null;
      if (!name.isDefault()) {
        state = WriteStreams.find(connection, name);
        WriteStreams.check(state, request.hasOffset() ? request.getOffset().getValue() : -1);
      } else if (request.hasOffset()) {
        throw StreamFailure.invalid(stream, "The default stream knows no offsets.");
      }

      List<Change> rows = new ArrayList<>();
      List<RowError> errors = new ArrayList<>();
      for (ByteString bytes : request.getProtoRows().getRows().getSerializedRowsList()) {
        try {
          rows.add(read(reader, bytes, layout));
        } catch (BadValueException e) {
          errors.add(
              RowError.newBuilder()
                  .setIndex(rows.size() + errors.size())
                  .setCode(RowError.RowErrorCode.FIELDS_ERROR)
                  .setMessage(e.getMessage())
                  .build());
        }
      }
      if (!errors.isEmpty()) {
        return refusal(
                StreamFailure.invalid(stream, "Errors found while processing rows; see row_errors"))
            .toBuilder()
            .addAllRowErrors(errors)
            .build();
      }
      return state == null
          ? appendToDefault(connection, name, layout, reader, rows)
          : appendToStream(connection, state, layout, rows);
    } catch (StreamFailure e) {
      return refusal(e);
    }
  }

  private ProtoRows reader(StreamName name, Descriptor type, TableLayout layout) {
    ProtoRows reader = readers.get(name.table());
    try {
      if (faults.take(Faults.Kind.SCHEMA_MISMATCH, METHOD)) {
        throw new ProtoRows.MismatchException("Input schema has more fields, on purpose");
      }
      if (reader != null && reader.reads(type, layout)) {
        return reader;
      }
      reader = ProtoRows.of(type, layout);
    } catch (ProtoRows.MismatchException e) {
      throw new StreamFailure(
          Code.INVALID_ARGUMENT,
          StorageErrorCode.SCHEMA_MISMATCH_EXTRA_FIELDS,
          name.toString(),
          e.getMessage());
    }
    if (reader.areChanges() && (!name.isDefault() || layout.primaryKey().isEmpty())) {
      throw StreamFailure.invalid(
          name.toString(),
          "_CHANGE_TYPE needs the default stream of a table with a primary key: " + name);
    }
    readers.put(name.table(), reader);
    return reader;
  }

  /** A row; one that is not a change counts as an insertion. */
  private Change read(ProtoRows reader, ByteString bytes, TableLayout layout)
      throws BadValueException {
    DynamicMessage message = reader.message(bytes);
    Change.Kind kind = reader.areChanges() ? reader.changeKind(message) : Change.Kind.UPSERT;
    Object[] row = kind == Change.Kind.DELETE ? reader.keyRow(message) : reader.row(message);
    faults.check(METHOD, layout, row);
    return new Change(
        kind, reader.areChanges() ? reader.changeSequence(message) : ChangeSequence.NONE, row);
  }

  private AppendRowsResponse appendToDefault(
      DuckDBConnection connection,
      StreamName name,
      TableLayout layout,
      ProtoRows reader,
      List<Change> rows)
      throws SQLException {
    TableId table = name.table();
    if (reader.areChanges()) {
      Changes.apply(connection, table, layout, rows);
    } else {
      try (RowAppender appender = RowAppender.to(connection, table.dataset(), table.table())) {
        for (Change row : rows) {
          appender.append(row.row());
        }
      }
    }
    return done(name, layout, AppendRowsResponse.AppendResult.getDefaultInstance());
  }

  private AppendRowsResponse appendToStream(
      DuckDBConnection connection, WriteStreams.State state, TableLayout layout, List<Change> rows)
      throws SQLException {
    WriteStreams.append(connection, state, rows.stream().map(Change::row).toList());
    return done(
        state.name(),
        layout,
        AppendRowsResponse.AppendResult.newBuilder()
            .setOffset(Int64Value.of(state.next()))
            .build());
  }

  private static AppendRowsResponse done(
      StreamName name, TableLayout layout, AppendRowsResponse.AppendResult result) {
    return AppendRowsResponse.newBuilder()
        .setAppendResult(result)
        .setWriteStream(name.toString())
        .setUpdatedSchema(ProtoSchema.of(layout))
        .build();
  }

  /** Leaves the schema in a reply only if it is not what this connection saw before. */
  private AppendRowsResponse news(AppendRowsResponse response) {
    TableSchema before = announced.put(response.getWriteStream(), response.getUpdatedSchema());
    return before == null || before.equals(response.getUpdatedSchema())
        ? response.toBuilder().clearUpdatedSchema().build()
        : response;
  }

  private AppendRowsResponse refusal(StreamFailure failure) {
    return AppendRowsResponse.newBuilder().setError(failure.status()).build();
  }

  private void answer(AppendRowsResponse response, Throwable failure) {
    if (failure != null) {
      end(WriteApi.error(failure));
    } else if (response.hasAppendResult() && faults.take(Faults.Kind.DROP_REPLY, METHOD)) {
      end(WriteApi.lost().asRuntimeException());
    } else if (!ended) {
      reply.onNext(response.hasAppendResult() ? news(response) : response);
    }
  }

  /** What is still in the queue is done all the same: a broken connection takes nothing back. */
  private void end(Throwable because) {
    if (!ended) {
      ended = true;
      reply.onError(because);
    }
  }

  @Override
  public void onError(Throwable cancelled) {
    store.write(connection -> null, (ignored, failure) -> ended = true);
  }

  @Override
  public void onCompleted() {
    // Behind what is in the queue.
    store.write(
        connection -> null,
        (ignored, failure) -> {
          if (!ended) {
            ended = true;
            reply.onCompleted();
          }
        });
  }
}
